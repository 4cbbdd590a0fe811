"""What is written is read back as the same space."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_schemas import Kind, LabelClass, LabelSpace, VisualAttribute, load_label_space
from shared_schemas.label_space_file import SHIPPED
from shared_schemas.label_space_toml import to_toml


def read_back(text: str, folder: Path) -> LabelSpace:
    path = folder / "space.toml"
    path.write_text(text, "utf-8")
    return load_label_space(path)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_spaces_come_back(name: str, tmp_path: Path) -> None:
    space = load_label_space(name)
    written = read_back(to_toml(space), tmp_path)
    assert written.classes == space.classes
    assert written.attributes == space.attributes
    assert written.neologisms == space.neologisms
    assert (written.view_of, written.base_ids) == (None, ())
    if space.view_of is None:
        assert written.content_hash == space.content_hash


def test_the_text_of_a_small_space() -> None:
    space = LabelSpace(
        name="small",
        classes=(
            LabelClass(id=1, name="dog", category_id=18, synsets=("dog.n.01",), phrases=('"good" boy',)),
            LabelClass(id=2, name="street", kind=Kind.BACKGROUND, synsets=("street.n.01",), reason="a\\b"),
        ),
        attributes=(VisualAttribute(name="grey", variants=("gray",)), VisualAttribute(name="dark red")),
        neologisms={"good boy": "dog.n.01"},
    )
    assert to_toml(space, {"street": "Round 1:\nstreet.n.01 9"}, "Found by hand") == (
        "# Found by hand\n"
        'name = "small"\n'
        "\n"
        "[[classes]]\n"
        "id = 1\n"
        'name = "dog"\n'
        "category_id = 18\n"
        'synsets = ["dog.n.01"]\n'
        'phrases = ["\\"good\\" boy"]\n'
        "\n"
        "# Round 1:\n"
        "# street.n.01 9\n"
        "[[classes]]\n"
        "id = 2\n"
        'name = "street"\n'
        'kind = "background"\n'
        'synsets = ["street.n.01"]\n'
        'reason = "a\\\\b"\n'
        "\n"
        "[neologisms]\n"
        '"good boy" = "dog.n.01"\n'
        "\n"
        "[attributes]\n"
        'grey = ["gray"]\n'
        '"dark red" = []\n'
    )


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)


@settings(max_examples=60, deadline=None)
@given(reason=st.text(st.characters(exclude_categories=["Cs"])), comment=st.text(), word=TEXTS)
def test_whatever_characters_occur(reason: str, comment: str, word: str) -> None:
    try:
        space = LabelSpace(
            name="any",
            classes=(LabelClass(id=1, name="dog", synsets=("dog.n.01",), reason=reason),),
            neologisms={word: "dog.n.01"},
        )
    except ValueError:
        return  # inner line breaks, which names may not have
    content = tomllib.loads(to_toml(space, {"dog": comment}, comment))
    assert content["classes"][0].get("reason") == reason
    assert content["neologisms"] == {word: "dog.n.01"}
