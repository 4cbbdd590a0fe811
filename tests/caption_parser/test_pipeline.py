"""`CaptionParser`: the corridor from captions to records, with the shipped models."""

import copy
import multiprocessing
import pickle
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.hard_captions import CASES
from caption_parser import CaptionParser, ParserConfig
from caption_parser.captions import ImageCaptions
from caption_parser.config import parser_config
from caption_parser.models.caption_network import CaptionNetwork
from shared_runtime.errors import UsageError
from shared_schemas import Flag, ImageLabels, Route, Rule, load_label_space
from shared_schemas.checks import check
from tests.parsers import parser_of


def classes(labels: ImageLabels) -> dict[str, int]:
    return {label.name: label.votes for label in (*labels.foreground, *labels.background)}


def test_bare_captions_are_images_of_their_own(parser: CaptionParser) -> None:
    records = list(parser.label(["A dog on a sofa", "Two cats"]))
    assert [(record.image_id, classes(record)) for record in records] == [
        (1, {"dog": 1, "couch": 1}),
        (2, {"cat": 1}),
    ]


def test_pairs_and_mappings_are_grouped_by_image_in_order_of_appearance(parser: CaptionParser) -> None:
    pairs = [("b", "A dog"), ("a", "Two cats"), ("b", "A dog on a sofa")]
    records = list(parser.label(pairs))
    assert [(record.image_id, classes(record)) for record in records] == [
        ("b", {"dog": 2, "couch": 1}),
        ("a", {"cat": 1}),
    ]
    assert list(parser.label({"b": ["A dog", "A dog on a sofa"], "a": ["Two cats"]})) == records


def test_one_string_is_refused(parser: CaptionParser) -> None:
    with pytest.raises(UsageError, match=r"got one string: 'A dog'.*parser\(caption\)"):
        list(parser.label("A dog"))


def test_a_parser_is_called_with_one_caption_and_says_what_it_is(parser: CaptionParser) -> None:
    caption = "A black cat on a sofa"
    assert [parser(caption)] == list(parser.label([caption]))
    assert parser(caption.encode()) == parser(caption)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"got several captions, expected one\. Use parser\.label"):
        parser(["A dog", "A cat"])  # type: ignore[arg-type]
    for wrong in ("", None):
        with pytest.raises(UsageError, match=r"parser\(caption\): the caption is"):
            parser(wrong)  # type: ignore[arg-type]
    assert (
        repr(parser)
        == f"<CaptionParser: visual mode, label space {parser.label_space.reference}, senses: captions>"
    )
    assert "paper mode, label space coco@" in repr(parser_of(mode="paper", labeller="exact"))
    assert repr(parser_of(mode="paper", labeller="exact")).endswith(", labeller: exact>")


def test_the_batch_does_not_change_the_labels(parser: CaptionParser) -> None:
    captions = ["A dog on a sofa", "Two black cats", "A herd of sheep", "", "People at a dining table"]
    images = [ImageCaptions(number, (caption,)) for number, caption in enumerate(captions)]
    together = parser.label_images(images)
    assert together == [record for image in images for record in parser.label_images([image])]
    assert parser.label_images([]) == []


def test_scores_are_the_same_in_any_batch(parser: CaptionParser) -> None:
    images = [ImageCaptions(number, (case.caption,)) for number, case in enumerate(CASES[:200])]
    together = parser.label_images(images)
    assert sum(mention.score not in (None, 1) for record in together for mention in record.mentions) > 50
    assert [record for image in images for record in parser.label_images([image])] == together


def test_threads_may_share_a_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    images = [ImageCaptions(number, (case.caption,)) for number, case in enumerate(CASES[:120])]
    batches = [images[start : start + 40] for start in range(0, len(images), 40)]
    shared, alone = CaptionParser(), CaptionParser()
    embed = CaptionNetwork._hash
    # Long enough for the others to come by.
    monkeypatch.setattr(CaptionNetwork, "_hash", lambda *words: time.sleep(0.05) or embed(*words))
    with ThreadPoolExecutor(len(batches)) as pool:
        found = list(pool.map(shared.label_images, batches))
    assert found == [alone.label_images(batch) for batch in batches]


def test_spans_point_at_the_words_and_records_hold_together(parser: CaptionParser) -> None:
    caption = "Ünïcode 🐕: two striped, black   hot dogs  in front of a Wooden chest of drawers"
    (record,) = parser.label([caption])
    assert [caption[m.start : m.end] for m in record.mentions] == ["hot dogs", "chest of drawers"]
    attributes = [[caption[a.start : a.end] for a in m.attributes] for m in record.mentions]
    assert attributes == [["striped", "black"], ["Wooden"]]
    assert [a.name for a in record.mentions[1].attributes] == ["wood"]
    assert list(check(record, parser.label_space)) == []


def test_evidence_of_each_rule(parser: CaptionParser) -> None:
    (record,) = parser.label(["People with a poodle, a smartphone and a sofa under a stop sign"])
    rules = {mention.extended_head: (mention.rule, mention.route) for mention in record.mentions}
    assert rules["people"] == (Rule.HOLONYM, Route.PRIOR)
    assert rules["poodle"] == (Rule.HYPONYM, Route.MONOSEMOUS)
    assert rules["smartphone"] == (Rule.NEOLOGISM, Route.LABEL_SPACE)
    assert rules["sofa"] == (Rule.SYNONYM, Route.MONOSEMOUS)
    assert rules["stop sign"] == (Rule.PHRASE, None)


def test_unlabelled_mentions_are_kept_on_demand() -> None:
    caption = "A dog beside a telescope"
    (without,) = parser_of(mode="visual").label([caption])
    (kept,) = parser_of(mode="visual", keep_unlabelled=True).label([caption])
    assert [mention.extended_head for mention in without.mentions] == ["dog"]
    assert [(mention.extended_head, mention.label is None) for mention in kept.mentions] == [
        ("dog", False),
        ("telescope", True),
    ]
    assert classes(kept) == classes(without)


def test_a_crowd_is_not_one_person(parser: CaptionParser) -> None:
    (record,) = parser.label(["A crowd watches three dogs"])
    assert {label.name: label.count for label in record.foreground} == {"person": None, "dog": 3}


def test_scene_graph_parser_may_find_the_objects() -> None:
    pytest.importorskip("sng_parser")
    (record,) = parser_of(objects="sng", mode="visual").label(["A black cat on a couch"])
    assert classes(record) == {"cat": 1, "couch": 1}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"labeller": "synset"}, "expected 'synsets', 'exact', or 'synonyms:FILE'"),
        ({"labeller": "synonyms:"}, "expected 'synsets', 'exact', or 'synonyms:FILE'"),
        ({"senses": "second"}, "second"),
    ],
)
def test_unknown_choices_are_named(fields: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        CaptionParser(ParserConfig(**fields))


def test_versions_name_everything_that_labels_depend_on(parser: CaptionParser) -> None:
    versions = parser.versions
    assert versions["label_space"] == parser.label_space.reference
    assert {"capparse", "schema", "spacy", "spacy_model", "wordnet", "senses"} <= versions.keys()
    assert "spacy" not in CaptionParser(labeller="exact").versions


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("all", {"dog"}),
        ("none", {"dog", "cat", "horse", "motorcycle"}),
        ("negated", {"dog", "horse", "motorcycle"}),
        (" modifier,depicted", {"dog", "cat"}),
    ],
)
def test_flags_assert_unless_they_are_blocked(block: str, expected: set[str]) -> None:
    caption = "A dog but no cat beside a statue of a horse with a motorcycle helmet"
    (record,) = CaptionParser(mode="visual", senses="first", block=block).label([caption])
    assert {label.name for label in record.foreground} == expected
    assert {m.head for m in record.mentions if m.flags} == {"cat", "horse", "motorcycle"}
    assert [problem.code for problem in check(record)] == []


def test_an_unknown_flag_is_refused_and_order_does_not_matter() -> None:
    with pytest.raises(UsageError, match="--block: got 'negated,painted', expected 'all', 'none', 'negated'"):
        parser_config(block="negated,painted")
    assert ParserConfig(block="idiom, negated") == ParserConfig(block="negated,idiom")


def test_wholes_assert_by_their_parts_unless_they_are_blocked() -> None:
    assert Flag.PART not in ParserConfig().blocking_flags
    assert ParserConfig(block="part,all").blocking_flags == frozenset(Flag) - {Flag.UNCERTAIN}
    for block, found in (("all", ["bicycle"]), ("all,part", [])):
        (record,) = CaptionParser(senses="first", block=block).label(["a bicycle pedal and a chain"])
        assert [label.name for label in record.foreground] == found
        assert Flag.PART in record.mentions[0].flags


def test_records_name_another_attribute_set() -> None:
    caption = "A parked red car and a kitchen table"
    (record,) = parser_of(mode="visual", senses="first", attributes="all").label([caption])
    (car,) = record.foreground[:1]
    assert (record.attribute_set, {attribute.name for attribute in car.attributes}) == ("all", {"park", "red"})
    assert list(check(record, load_label_space("coco"))) == []
    (low_level,) = parser_of(mode="visual", senses="first").label([caption])
    assert (low_level.attribute_set, [a.name for a in low_level.foreground[0].attributes]) == (None, ["red"])


@pytest.mark.parametrize("fields", [{}, {"mode": "paper", "senses": "first"}, {"labeller": "exact"}])
def test_a_pickled_parser_labels_as_before(fields: dict[str, str]) -> None:
    parser = CaptionParser(**fields)
    captions = ["A man surfing on a wave", "Two black cats and a mouse on a desk"]
    pickled = pickle.dumps(parser)
    assert len(pickled) < 200_000, "models do not travel"
    copies = [pickle.loads(pickled) for _ in range(2)]
    assert all(list(copy.label(captions)) == list(parser.label(captions)) for copy in copies)
    assert copies[0].labeller is copies[1].labeller, "a pool pickles the parser with every task"


def test_copies_share_models_and_nothing_else() -> None:
    parser = CaptionParser(senses="first")
    one, other = copy.deepcopy(parser), copy.copy(parser)
    assert one.labeller is other.labeller
    other.label_space = load_label_space("voc")
    assert one.label_space == copy.copy(parser).label_space == parser.label_space
    assert one.__dict__ is not other.__dict__


def test_a_synonym_list_travels_with_its_parser(tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("cat, moggy\n", "utf-8")
    parser = CaptionParser(labeller=f"synonyms:{words}")
    pickled = pickle.dumps(parser)
    words.write_text("cat, tabby\n", "utf-8")
    changed = CaptionParser(labeller=f"synonyms:{words}")
    words.unlink()
    copies = [pickle.loads(pickled), pickle.loads(pickle.dumps(changed))]
    found = [[len(record.foreground) for record in one.label(["a moggy", "a tabby"])] for one in copies]
    assert found == [[1, 0], [0, 1]]
    assert [one.versions["synonyms"] for one in copies] == [
        parser.versions["synonyms"],
        changed.versions["synonyms"],
    ]
    assert parser.versions != changed.versions


def test_single_options_go_before_a_whole_configuration() -> None:
    config = ParserConfig(labeller="exact", attributes="all")
    parser = CaptionParser(config, mode="paper")
    assert (parser.config.mode, parser.config.labeller) == ("paper", "exact")
    assert parser.config.attributes == config.attributes
    with pytest.raises(UsageError, match=r"CaptionParser: got 'paper', expected a ParserConfig"):
        CaptionParser("paper")  # type: ignore[arg-type]


def test_a_parser_works_in_processes_that_were_not_forked(tmp_path: Path) -> None:
    space = tmp_path / "farm.toml"
    space.write_text('name = "farm"\n[[classes]]\nname = "hen"\nsynsets = ["hen.n.02"]\n', "utf-8")
    parser = CaptionParser(label_space=str(space), senses="first")
    space.unlink()
    images = [ImageCaptions(number, ("A hen",)) for number in range(3)]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        records = [
            record for of_image in pool.map(parser.label_images, [[i] for i in images]) for record in of_image
        ]
    assert records == parser.label_images(images)


def test_paper_mode_takes_the_papers_version_of_coco() -> None:
    captions = ["A helicopter above a crowd", "A frankfurter", "A stuffed animal"]
    by_default, asked = (
        [[label.name for label in record.foreground] for record in CaptionParser(**fields).label(captions)]
        for fields in (
            {"mode": "paper", "senses": "first"},
            {"mode": "paper", "senses": "first", "label_space": "coco"},
        )
    )
    assert by_default == [["airplane"], [], []]
    assert asked == [["person"], ["hot dog"], ["teddy bear"]]
