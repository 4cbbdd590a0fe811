"""Label spaces that a user writes: what may be left out, and what each mistake is told."""

import json
from pathlib import Path

import pytest

from shared_schemas import Kind, LabelSpaceError, load_label_space

KITCHEN = """
name = "kitchen"

[[classes]]
name = "shelf"
kind = "background"
synsets = ["shelf.n.01"]

[[classes]]
name = "cup"
synsets = ["cup.n.01", "mug.n.04"]
excluded = ["beaker.n.02"]

[[classes]]
name = "stop sign"
phrases = ["stop sign"]
category_id = 13

[attributes]
wood = ["wooden"]
white = []

[neologisms]
mugg = "mug.n.04"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, so that messages hold short paths."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def error_of(text: str, name: str = "kitchen.toml") -> str:
    Path(name).write_text(text, "utf-8")
    with pytest.raises(LabelSpaceError) as raised:
        load_label_space(name)
    return str(raised.value)


def test_ids_count_foreground_first(folder: Path) -> None:
    (folder / "kitchen.toml").write_text(KITCHEN)
    space = load_label_space("kitchen.toml")
    assert [(c.id, c.name, c.kind) for c in space.classes] == [
        (1, "cup", Kind.FOREGROUND),
        (2, "stop sign", Kind.FOREGROUND),
        (3, "shelf", Kind.BACKGROUND),
    ]
    assert space.by_name["cup"].synsets == ("cup.n.01", "mug.n.04")
    assert space.by_name["cup"].excluded == ("beaker.n.02",)
    assert space.by_name["stop sign"].phrases == ("stop sign",)
    assert space.by_name["stop sign"].category_id == 13
    assert space.attribute_names == {"wood": "wood", "wooden": "wood", "white": "white"}
    assert space.neologisms == {"mugg": "mug.n.04"}
    assert (space.view_of, space.base_ids) == (None, ())


def test_json_and_toml_say_the_same(folder: Path) -> None:
    (folder / "kitchen.toml").write_text(KITCHEN)
    content = {
        "name": "kitchen",
        "classes": [
            {"id": 3, "name": "shelf", "kind": "background", "synsets": ["shelf.n.01"]},
            {"id": 2, "name": "stop sign", "phrases": ["stop sign"], "category_id": 13},
            {"id": 1, "name": "cup", "synsets": ["cup.n.01", "mug.n.04"], "excluded": ["beaker.n.02"]},
        ],
        "attributes": {"wood": ["wooden"], "white": []},
        "neologisms": {"mugg": "mug.n.04"},
    }
    (folder / "kitchen.json").write_text(json.dumps(content))
    assert load_label_space(folder / "kitchen.json") == load_label_space(folder / "kitchen.toml")


def test_view_of_a_file_beside_it(folder: Path) -> None:
    (folder / "kitchen.toml").write_text(KITCHEN)
    (folder / "shelves.toml").write_text(
        'name = "shelves"\nview_of = "kitchen.toml"\n'
        'classes = [{ name = "board", base = "shelf" }, { name = "mug", base = "cup" }]\n'
    )
    base = load_label_space(folder / "kitchen.toml")
    view = load_label_space(folder / "shelves.toml")
    assert view.view_of == base.reference
    assert view.base_ids == (1, 3)
    mug, board = view.classes
    assert (mug.id, mug.name, mug.synsets, mug.excluded) == (1, "mug", ("cup.n.01", "mug.n.04"), ("beaker.n.02",))
    assert (board.id, board.name, board.kind) == (2, "board", Kind.BACKGROUND)
    assert (view.attributes, view.neologisms) == (base.attributes, base.neologisms)


CUP = '[[classes]]\nname = "cup"\nsynsets = ["cup.n.01"]\n'

MISTAKES = {
    "syntax": (
        'name = "kitchen\n',
        "kitchen.toml: the file: got a syntax error: Illegal character '\\n' (at line 1, column 16), expected "
        "valid TOML",
    ),
    "no name": (CUP, "kitchen.toml: name: got nothing, expected a value: the key is required"),
    "no classes": ('name = "k"\n', "kitchen.toml: classes: got nothing, expected a value: the key is required"),
    "unknown key": (
        'nam = "k"\nname = "k"\n' + CUP,
        "kitchen.toml: nam: got an unknown key, expected one of name, view_of, extends, kinds, classes, "
        "attributes, neologisms (did you mean 'name'?)",
    ),
    "unknown key of a class": (
        'name = "k"\n' + CUP + 'synset = "cup.n.01"\n',
        "kitchen.toml: class 'cup': synset: got an unknown key, expected one of name, kind, category_id, "
        "category_name, synsets, excluded, phrases, words, denied, reason, stuff, id, base (did you "
        "mean 'synsets'?)",
    ),
    "class without a name": (
        'name = "k"\n[[classes]]\nsynsets = ["cup.n.01"]\n',
        "kitchen.toml: class number 1: name: got nothing, expected a value: the key is required",
    ),
    "wrong type": (
        'name = "k"\n[[classes]]\nname = "cup"\nsynsets = "cup.n.01"\n',
        "kitchen.toml: class 'cup': synsets: got 'cup.n.01', expected a valid array",
    ),
    "wrong type within a list": (
        'name = "k"\n[[classes]]\nname = "cup"\nsynsets = ["cup.n.01", 2]\n',
        "kitchen.toml: class 'cup': synsets[1]: got 2, expected a valid string",
    ),
    "wrong kind": (
        'name = "k"\n' + CUP + 'kind = "stuff"\n',
        "kitchen.toml: class 'cup': kind: got 'stuff', expected 'foreground' or 'background'",
    ),
    "malformed synset": (
        'name = "k"\n[[classes]]\nname = "cup"\nsynsets = ["cup"]\n',
        "kitchen.toml: class 'cup': got synset 'cup', expected the form lemma.n.01, e.g. 'hot_dog.n.02'",
    ),
    "duplicate name": (
        'name = "k"\n' + CUP + CUP,
        "kitchen.toml: class 'cup': got name 'cup', which class 'cup' has too, expected a unique name",
    ),
    "synset in two classes": (
        'name = "k"\n' + CUP + CUP.replace('"cup"', '"mug"'),
        "kitchen.toml: class 'mug': got synset 'cup.n.01', which class 'cup' has too, expected a unique synset",
    ),
    "spelling in two attributes": (
        'name = "k"\n' + CUP + '[attributes]\ngrey = ["gray"]\nsteel = ["gray"]\n',
        "kitchen.toml: attribute 'steel': got spelling 'gray', which attribute 'grey' has too, expected a "
        "unique spelling",
    ),
    "attribute stated twice": (
        'name = "k"\n' + CUP + "[attributes]\ngrey = []\ngrey = []\n",
        "kitchen.toml: the file: got a syntax error: Cannot overwrite a value (at line 7, column 10), expected "
        "valid TOML",
    ),
    "some ids": (
        'name = "k"\n' + CUP + "id = 1\n" + CUP.replace("cup", "mug"),
        "kitchen.toml: class 'mug': got no id, expected an id in every class or in none",
    ),
    "gap in ids": (
        'name = "k"\n' + CUP + "id = 1\n" + CUP.replace("cup", "mug") + "id = 3\n",
        "kitchen.toml: class 'mug': got id 3, expected id 2: ids count up from 1 without gaps",
    ),
    "id 0": ('name = "k"\n' + CUP + "id = 0\n", "kitchen.toml: class 'cup': id: got 0, expected greater than 0"),
    "base without view_of": (
        'name = "k"\n' + CUP + 'base = "mug"\n',
        "kitchen.toml: class 'cup': got base 'mug', expected view_of at the top of the file, or no base",
    ),
    "view with synsets": (
        'name = "k"\nview_of = "coco"\n' + CUP + 'base = "cup"\n',
        "kitchen.toml: class 'cup': got synsets, expected just name and base, since the file is a view",
    ),
    "view with a kind": (
        'name = "k"\nview_of = "coco"\n[[classes]]\nname = "cup"\nbase = "cup"\nkind = "background"\n',
        "kitchen.toml: class 'cup': got kind, expected just name and base, since the file is a view",
    ),
    "two classes of a view by one name": (
        'name = "k"\nview_of = "coco"\nclasses = [{ name = "a", base = "cup" }, { name = "a", base = "bowl" }]\n',
        "kitchen.toml: class 'a': got name 'a', which class 'a' has too, expected a unique name",
    ),
    "two classes of one base": (
        'name = "k"\nview_of = "coco"\nclasses = [{ name = "a", base = "tv" }, { name = "b", base = "tv" }]\n',
        "kitchen.toml: class 'b': got synset 'television_receiver.n.01', which class 'a' has too, expected a "
        "unique synset",
    ),
    "no class": (
        'name = "k"\nclasses = []\n',
        "kitchen.toml: classes: got [], expected it to have at least 1 item after validation, not 0",
    ),
    "view without base": (
        'name = "k"\nview_of = "coco"\n[[classes]]\nname = "cup"\n',
        "kitchen.toml: class 'cup': got no base, expected just name and base, since the file is a view",
    ),
    "view with attributes": (
        'name = "k"\nview_of = "coco"\nclasses = [{ name = "cup", base = "cup" }]\n[attributes]\nred = []\n',
        "kitchen.toml: the file: got attributes or neologisms, expected none: a view has those of its base",
    ),
    "unknown base": (
        'name = "k"\nview_of = "coco"\nclasses = [{ name = "plane", base = "airplan" }]\n',
        "kitchen.toml: class 'plane': got base 'airplan', expected the name of a class of 'coco' (did you mean "
        "'airplane'?)",
    ),
    "view of nothing known": (
        'name = "k"\nview_of = "kitchen"\nclasses = [{ name = "cup", base = "cup" }]\n',
        "kitchen.toml: view_of: got 'kitchen', expected one of coco, coco-panoptic, coco-paper, voc, "
        "youtube-objects, lvis, or a .toml or .json file beside this one",
    ),
    "view of a view": (
        'name = "k"\nview_of = "voc"\nclasses = [{ name = "plane", base = "aeroplane" }]\n',
        "kitchen.toml: view_of: got 'voc', which is a view itself, expected a label space with synsets",
    ),
    "view of itself": (
        'name = "k"\nview_of = "kitchen.toml"\nclasses = [{ name = "cup", base = "cup" }]\n',
        "kitchen.toml: view_of: got 'kitchen.toml', which is made from this file itself, expected another "
        "label space",
    ),
}


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES.keys())
@pytest.mark.usefixtures("folder")
def test_mistakes_are_told_with_their_place(text: str, message: str) -> None:
    assert error_of(text) == message


JSON_MISTAKES = {
    "syntax": (
        '{"name": ',
        "k.json: the file: got a syntax error: Expecting value: line 1 column 10 (char 9), expected valid JSON",
    ),
    "key twice": (
        '{"name": "k", "attributes": {"grey": [], "grey": ["gray"]}}',
        "k.json: key 'grey': got a second value, expected each key once in its object",
    ),
    "not an object": ("[]", "k.json: the file: got [], expected an object"),
}


@pytest.mark.parametrize(("text", "message"), JSON_MISTAKES.values(), ids=JSON_MISTAKES.keys())
@pytest.mark.usefixtures("folder")
def test_mistakes_in_json(text: str, message: str) -> None:
    assert error_of(text, "k.json") == message


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "cocoo",
            "label space: got 'cocoo', expected one of coco, coco-panoptic, coco-paper, voc, youtube-objects, "
            "lvis, a .toml or .json file, or class names: 'cocoo,' (did you mean 'coco'?)",
        ),
        ("none.toml", "none.toml: label space: got No such file or directory, expected a readable file"),
        ("dir.toml", "dir.toml: label space: got Is a directory, expected a readable file"),
        ("latin.toml", "latin.toml: the file: got byte 0xe9 at offset 11, expected UTF-8 text"),
    ],
)
def test_files_that_cannot_be_read(folder: Path, name: str, message: str) -> None:
    (folder / "dir.toml").mkdir()
    (folder / "latin.toml").write_bytes('name = "caf\xe9"'.encode("latin-1"))
    with pytest.raises(LabelSpaceError) as raised:
        load_label_space(name)
    assert str(raised.value) == message


def test_error_of_the_base_names_the_base(folder: Path) -> None:
    (folder / "base.toml").write_text('name = "k"\n' + CUP + CUP)
    message = error_of('name = "v"\nview_of = "base.toml"\nclasses = [{ name = "mug", base = "cup" }]\n')
    assert message.startswith("base.toml: class 'cup': got name 'cup'")
