"""The label spaces that ship: complete, in the official order, and made of synsets that WordNet 3.0 has."""

from typing import Any

import pytest

from shared_schemas import Kind, LabelSpace, load_label_space

COCO_CATEGORIES = """
person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire hydrant, -,
stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear, zebra, giraffe,
-, backpack, umbrella, -, -, handbag, tie, suitcase, frisbee, skis, snowboard, sports ball, kite,
baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, -, wine glass, cup,
fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot dog, pizza, donut,
cake, chair, couch, potted plant, bed, -, dining table, -, -, toilet, -, tv, laptop, mouse, remote,
keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, -, book, clock, vase, scissors,
teddy bear, hair drier, toothbrush
"""
"""COCO's categories 1 to 90; "-" stands where the official list has a gap."""

TABLE_12 = """
street.n.01 plate.n.04 tree.n.01 grass.n.01 body_of_water.n.01 sky.n.01 sidewalk.n.01 floor.n.01 pole.n.01
mirror.n.01 flower.n.01 track.n.09 box.n.01 railroad_track.n.01 light.n.02 tray.n.01 snow.n.01 meat.n.01 ramp.n.01
rock.n.01 shelf.n.01 runway.n.04 cabinet.n.01 cheese.n.01 bathtub.n.01 pan.n.01 shrub.n.01 platform.n.01
countertop.n.01 pen.n.01 shower.n.01 lamp.n.02 cart.n.01 tarmacadam.n.02 curb.n.01 rug.n.01 basket.n.01
home_plate.n.01 streetlight.n.01 step.n.04 tomato.n.01 bun.n.01 post.n.04 pot.n.01 doorway.n.01 painting.n.01
engine.n.01 candle.n.01 trail.n.02 branch.n.02 rack.n.05 tile.n.01 graffito.n.01 curtain.n.01 potato.n.01
crossing.n.05 onion.n.01 highway.n.01 carriage.n.02 platter.n.01 egg.n.02 rice.n.01 goat.n.01 hay.n.01 pool.n.01
ceiling.n.01 roadway.n.01 leash.n.01 roof.n.01 pepper.n.04 chest_of_drawers.n.01 soup.n.01
"""

TABLE_13 = """
white black red blue green brown yellow orange pink grey/gray purple gold/golden beige silver checkered
stripe/striped tile/tiled wood/wooden grass/grassy rusty/rusted ceramic rock/rocky metal/metallic concrete furry
cloudy paved snowy muddy fluffy plastic sandy leafy glass brick dirt stone steel cement leather
"""

SPELLS_DIFFERENTLY = {"aeroplane": "airplane", "motorbike": "motorcycle", "sofa": "couch", "tvmonitor": "tv"} | {
    "diningtable": "dining table",
    "pottedplant": "potted plant",
}
STUFF = """
banner blanket bridge cardboard counter curtain door-stuff floor-wood flower fruit gravel house light mirror-stuff
net pillow platform playingfield railroad river road roof sand sea shelf snow stairs tent towel wall-brick
wall-stone wall-tile wall-wood water-other window-blind window-other tree-merged fence-merged ceiling-merged
sky-other-merged cabinet-merged table-merged floor-other-merged pavement-merged mountain-merged grass-merged
dirt-merged paper-merged food-other-merged building-other-merged rock-merged wall-other-merged rug-merged
"""
STUFF_IDS = [
    *(92, 93, 95, 100, 107, 109, 112, 118, 119, 122, 125, 128, 130, 133, 138, 141, 144, 145, 147, 148, 149, 151),
    *(154, 155, 156, 159, 161, 166, 168, 171, 175, 176, 177, 178, 180, 181, *range(184, 201)),
]
"""COCO's panoptic categories of stuff, in their official order."""

VOC = """aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person
pottedplant sheep sofa train tvmonitor"""
YOUTUBE_OBJECTS = "aeroplane bird boat car cat cow dog horse motorbike train"


@pytest.fixture(scope="module")
def coco() -> LabelSpace:
    return load_label_space("coco")


def test_foreground_is_coco(coco: LabelSpace) -> None:
    slots = [name.strip() for name in COCO_CATEGORIES.replace("\n", " ").split(",")]
    official = [(number, name) for number, name in enumerate(slots, 1) if name != "-"]
    assert len(slots) == 90
    assert [(c.category_id, c.name) for c in coco.foreground] == official
    assert [c.id for c in coco.foreground] == list(range(1, 81))


def test_background_is_table_12(coco: LabelSpace) -> None:
    paper = load_label_space("coco-paper")
    assert [(c.id, c.synsets) for c in paper.background] == [
        (number, (synset,)) for number, synset in enumerate(TABLE_12.split(), 81)
    ]
    assert [c.name for c in coco.background] == [c.name for c in paper.background]
    assert all(c.name == c.synsets[0].split(".")[0].replace("_", " ") for c in coco.background)
    assert {c.category_id for c in coco.background} == {None}


def test_attributes_are_table_13(coco: LabelSpace) -> None:
    paper = load_label_space("coco-paper")
    assert ["/".join(attribute.spellings) for attribute in paper.attributes] == TABLE_13.split()
    assert len(paper.attributes) == 40
    assert len(coco.attributes) == 40 + 27


def test_the_paper_s_own_examples(coco: LabelSpace) -> None:
    assert {"television_receiver.n.01", "computer_monitor.n.01"} <= set(coco.by_name["tv"].synsets)
    assert coco.by_name["stop sign"].synsets == coco.by_name["potted plant"].synsets == ()
    assert "stop sign" in coco.by_name["stop sign"].phrases
    assert "potted plant" in coco.by_name["potted plant"].phrases
    assert coco.neologisms["smartphone"] == "cellular_telephone.n.01"
    assert coco.neologisms["macbook"] == "laptop.n.01"


def test_every_choice_between_synsets_has_its_reason(coco: LabelSpace) -> None:
    chosen = [c for c in coco.foreground if len(c.synsets) != 1 or c.excluded or c.phrases]
    assert [c.name for c in chosen if not c.reason] == []


def test_the_papers_version_of_coco_has_its_classes_and_nothing_reviewed(coco: LabelSpace) -> None:
    paper = load_label_space("coco-paper")
    assert paper.name == "coco"  # a version, told apart by its hash: labels and masks of the one fit the other
    assert paper.reference != coco.reference
    for ours, theirs in zip(coco.classes, paper.classes, strict=True):
        assert (theirs.id, theirs.name, theirs.kind) == (ours.id, ours.name, ours.kind)
        assert theirs.category_id == ours.category_id
        if ours.name != "track":  # Table 12's synset is that of rails, which are a class of their own
            assert set(theirs.synsets) <= set(ours.synsets)
        assert (theirs.excluded, dict(theirs.words), dict(theirs.denied)) == ((), {}, {})
    assert {label.name: label.phrases for label in paper.classes if label.phrases} == {
        "stop sign": ("stop sign",),
        "potted plant": ("potted plant",),
    }
    assert "crowd.n.01" not in paper.by_name["person"].synsets
    assert paper.by_name["hot dog"].synsets == ("hotdog.n.02",)
    assert (paper.attributes, paper.neologisms) == (coco.attributes[:40], coco.neologisms)


@pytest.mark.parametrize(("name", "classes"), [("voc", VOC), ("youtube-objects", YOUTUBE_OBJECTS)])
def test_views_carry_their_base(coco: LabelSpace, name: str, classes: str) -> None:
    view = load_label_space(name)
    assert view.view_of == coco.reference
    assert [(c.id, c.name) for c in view.classes] == list(enumerate(classes.split(), 1))
    assert [coco.by_id[base_id].name for base_id in view.base_ids] == [
        SPELLS_DIFFERENTLY.get(own, own) for own in classes.split()
    ]
    for label, base_id in zip(view.classes, view.base_ids, strict=True):
        base = coco.by_id[base_id]
        assert (label.synsets, label.excluded, label.phrases) == (base.synsets, base.excluded, base.phrases)
        assert (label.kind, label.category_id) == (Kind.FOREGROUND, None)


def test_panoptic_is_coco_and_its_stuff_under_official_names_and_ids(coco: LabelSpace) -> None:
    space = load_label_space("coco-panoptic")
    assert (space.extends, len(space.classes), space.background) == (coco.reference, 133, ())
    assert space.classes[:80] == coco.foreground
    stuff = space.classes[80:]
    assert [label.category_id for label in stuff] == STUFF_IDS
    assert [label.official_name for label in stuff] == STUFF.split()
    assert all(label.stuff for label in stuff)
    assert not any(label.stuff for label in coco.classes)
    assert [label.name for label in stuff if len(label.synsets) > 2 and not label.reason] == []


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["coco", "coco-panoptic"])
def test_wordnet_has_every_synset(name: str, nltk_reader: Any) -> None:
    for label in load_label_space(name).classes:
        synsets = [nltk_reader.synset(name) for name in label.synsets]
        assert [synset.name() for synset in synsets] == list(label.synsets)
        if label.excluded:
            below = {s.name() for synset in synsets for s in synset.closure(lambda s: s.hyponyms())}
            assert set(label.excluded) <= below, label.name


@pytest.mark.real_data
def test_background_classes_are_named_by_their_first_lemma(coco: LabelSpace, nltk_reader: Any) -> None:
    names = [nltk_reader.synset(c.synsets[0]).lemma_names()[0].replace("_", " ") for c in coco.background]
    assert names == [c.name for c in coco.background]


@pytest.mark.real_data
def test_neologisms_are_words_that_wordnet_lacks(coco: LabelSpace, nltk_reader: Any) -> None:
    assert [word for word in coco.neologisms if nltk_reader.synsets(word.replace(" ", "_"), "n")] == []
    assert [nltk_reader.synset(name).pos() for name in coco.neologisms.values()] == ["n"] * len(coco.neologisms)
