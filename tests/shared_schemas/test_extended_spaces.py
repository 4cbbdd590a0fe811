"""Label spaces that extend another: its classes first, the file's own behind them."""

from pathlib import Path

import pytest

from shared_schemas import Kind, LabelSpace, LabelSpaceError, load_label_space
from shared_schemas.label_space_file import label_space_files

FARM = """
name = "farm"

[[classes]]
name = "chicken"
category_id = 7
synsets = ["chicken.n.02"]

[[classes]]
name = "barn"
kind = "background"
synsets = ["barn.n.01"]

[attributes]
red = ["reddish"]

[neologisms]
chook = "chicken.n.02"
henhouse = "barn.n.01"
"""
YARD = """
name = "yard"
extends = "farm.toml"

[[classes]]
name = "gravel"
synsets = ["gravel.n.01"]
stuff = true

[[classes]]
name = "sky"
kind = "background"
synsets = ["sky.n.01"]

[attributes]
red = ["rosy"]
wet = []

[neologisms]
henhouse = "shed.n.01"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "farm.toml").write_text(FARM)
    (tmp_path / "yard.toml").write_text(YARD)
    return tmp_path


def with_classes(*names: str) -> str:
    return "".join(f'[[classes]]\nname = "{name}"\nwords = ["{name}"]\n' for name in names)


def names_of(space: LabelSpace) -> list[tuple[int, str, Kind]]:
    return [(label.id, label.name, label.kind) for label in space.classes]


@pytest.mark.usefixtures("folder")
def test_what_is_extended_comes_first_and_its_background_only_if_asked_for() -> None:
    base, space = load_label_space("farm.toml"), load_label_space("yard.toml")
    assert names_of(space) == [
        (1, "chicken", Kind.FOREGROUND),
        (2, "gravel", Kind.FOREGROUND),
        (3, "sky", Kind.BACKGROUND),
    ]
    assert space.classes[0] == base.classes[0]
    assert (space.by_name["gravel"].stuff, space.by_name["chicken"].stuff) == (True, False)
    assert (space.view_of, space.extends, space.base_ids) == (None, base.reference, (1,))


def test_both_kinds_of_the_base_foreground_first_as_ever(folder: Path) -> None:
    text = YARD.replace('farm.toml"\n', 'farm.toml"\nkinds = ["foreground", "background"]\n')
    (folder / "both.toml").write_text(text)
    names = [(label.id, label.name) for label in load_label_space("both.toml").classes]
    assert names == [(1, "chicken"), (2, "gravel"), (3, "barn"), (4, "sky")]


@pytest.mark.usefixtures("folder")
def test_attributes_gain_spellings_and_neologisms_may_be_read_anew() -> None:
    space = load_label_space("yard.toml")
    assert space.attribute_names == {"red": "red", "reddish": "red", "rosy": "red", "wet": "wet"}
    assert space.neologisms == {"chook": "chicken.n.02", "henhouse": "shed.n.01"}


def test_what_extends_does_not_decide_labels_and_so_not_the_hash(folder: Path) -> None:
    space = load_label_space("yard.toml")
    fields = {name: getattr(space, name) for name in LabelSpace.model_fields}
    assert LabelSpace(**fields | {"extends": None, "base_ids": ()}).reference == space.reference
    (folder / "yard.toml").write_text(YARD.replace("stuff = true", ""))
    assert load_label_space("yard.toml").reference == space.reference


def test_an_extension_may_be_extended_and_its_files_are_known(folder: Path) -> None:
    (folder / "more.toml").write_text('name = "more"\nextends = "yard.toml"\n' + with_classes("mud"))
    space = load_label_space("more.toml")
    assert [label.name for label in space.classes] == ["chicken", "gravel", "mud"]
    assert (space.extends, space.base_ids) == (load_label_space("farm.toml").reference, (1,))
    assert label_space_files("more.toml") == [Path("more.toml"), Path("yard.toml"), Path("farm.toml")]


def test_beside_a_view_and_a_view_of_it(folder: Path) -> None:
    (folder / "pets.toml").write_text('name = "pets"\nextends = "voc"\n' + with_classes("hamster"))
    space = load_label_space("pets.toml")
    assert (len(space.classes), space.by_name["hamster"].id) == (21, 21)
    assert space.extends == load_label_space("coco").reference
    assert space.base_ids == load_label_space("voc").base_ids
    (folder / "rodents.toml").write_text(
        'name = "rodents"\nview_of = "pets.toml"\nclasses = [{ name = "rodent", base = "hamster" }]\n'
    )
    assert load_label_space("rodents.toml").view_of == space.reference


MISTAKES = {
    "a name of the base": (
        'extends = "farm.toml"\n' + with_classes("chicken"),
        "class 'chicken': got name 'chicken', which class 'chicken' has too, expected a unique name: another "
        "name, as 'farm' keeps what it has",
    ),
    "a synset of the base": (
        'extends = "farm.toml"\n[[classes]]\nname = "hen"\nsynsets = ["chicken.n.02"]\n',
        "class 'hen': got synset 'chicken.n.02', which class 'chicken' has too, expected a unique synset: one "
        "below it, which is nearer then, as 'farm' keeps what it has",
    ),
    "a word of the base": (
        'extends = "coco"\n[[classes]]\nname = "stove"\nwords = { "stove" = "mine" }\n',
        "class 'stove': got phrase 'stove', which class 'oven' has too, expected a unique phrase: the word in a "
        "list, without a reason: several classes may claim it, as 'coco' keeps what it has",
    ),
    "ids": (
        'extends = "coco"\n' + with_classes("mud") + "id = 1\n",
        "class 'mud': got id 1, expected none: ids count on behind the classes of what is extended",
    ),
    "base": (
        'extends = "coco"\n[[classes]]\nname = "hound"\nbase = "dog"\n',
        "class 'hound': got base 'dog', expected view_of at the top of the file, or no base",
    ),
    "kinds alone": (
        'kinds = ["background"]\n' + with_classes("mud"),
        "the file: got kinds, expected extends beside it, or no kinds",
    ),
    "a kind that is none": (
        'extends = "coco"\nkinds = ["things"]\n' + with_classes("mud"),
        "kinds[0]: got 'things', expected 'foreground' or 'background'",
    ),
    "both": (
        'extends = "coco"\nview_of = "coco"\nclasses = [{ name = "cat", base = "cat" }]\n',
        "the file: got view_of and extends, expected one of them",
    ),
    "what there is not": (
        'extends = "farm"\n' + with_classes("mud"),
        "extends: got 'farm', expected one of coco, coco-panoptic, coco-paper, voc, youtube-objects, lvis, or a "
        ".toml or .json file beside this one",
    ),
    "itself": (
        'extends = "k.toml"\n' + with_classes("mud"),
        "extends: got 'k.toml', which is made from this file itself, expected another label space",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_mistakes_are_told_with_their_place(text: str, message: str, folder: Path) -> None:
    (folder / "k.toml").write_text(f'name = "k"\n{text}')
    with pytest.raises(LabelSpaceError) as raised:
        load_label_space("k.toml")
    assert str(raised.value) == f"k.toml: {message}"


def test_a_mistake_in_the_base_is_told_of_the_base(folder: Path) -> None:
    (folder / "farm.toml").write_text(FARM.replace("chicken.n.02", "chicken"))
    with pytest.raises(LabelSpaceError, match=r"^farm\.toml: class 'chicken': got synset 'chicken'"):
        load_label_space("yard.toml")


def test_a_circle_has_an_end(folder: Path) -> None:
    (folder / "farm.toml").write_text(YARD.replace("farm.toml", "yard.toml"))
    with pytest.raises(LabelSpaceError, match="made from this file itself"):
        load_label_space("yard.toml")
    assert label_space_files("yard.toml") == [Path("yard.toml"), Path("farm.toml")]
