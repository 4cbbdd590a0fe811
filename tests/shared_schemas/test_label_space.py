"""What a label space looks up, and what it refuses."""

import pickle
from typing import Any

import pytest
from pydantic import ValidationError

from shared_schemas import Kind, LabelClass, LabelSpace, VisualAttribute


def test_lookups(kitchen: LabelSpace) -> None:
    cup, sign, shelf = kitchen.classes
    assert kitchen.by_id == {1: cup, 2: sign, 3: shelf}
    assert kitchen.by_name == {"cup": cup, "stop sign": sign, "shelf": shelf}
    assert kitchen.by_category_id == {47: cup}
    assert kitchen.by_synset == {"cup.n.01": cup, "mug.n.04": cup, "shelf.n.01": shelf}
    assert kitchen.attribute_names == {"wood": "wood", "wooden": "wood", "white": "white"}
    assert (kitchen.foreground, kitchen.background) == ((cup, sign), (shelf,))


def test_reference_changes_with_what_decides_labels_and_only_then(kitchen: LabelSpace) -> None:
    content = kitchen.model_dump()
    name, _, digits = kitchen.reference.partition("@")
    assert (name, len(digits)) == ("kitchen", 8)

    def digits_with(path: tuple[str | int, ...], value: object) -> str:
        changed = kitchen.model_dump()
        holder: Any = changed
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = value
        return LabelSpace.model_validate(changed).content_hash

    assert LabelSpace.model_validate(content).content_hash == digits
    assert digits_with(("name",), "galley") == digits
    assert digits_with(("classes", 0, "reason"), "a guess") == digits
    others = {
        digits_with(("classes", 0, "name"), "mug"),
        digits_with(("classes", 0, "synsets"), ("cup.n.01",)),
        digits_with(("classes", 0, "excluded"), ("mug.n.04",)),
        digits_with(("classes", 0, "category_id"), 48),
        digits_with(("classes", 1, "phrases"), ("stop signs",)),
        digits_with(("classes", 1, "kind"), "background"),
        digits_with(("attributes", 0, "variants"), ()),
        digits_with(("neologisms",), {}),
    }
    assert len(others | {digits}) == 9


def test_spaces_are_values(kitchen: LabelSpace) -> None:
    again = LabelSpace.model_validate_json(kitchen.model_dump_json())
    assert again == kitchen
    assert hash(again) == hash(kitchen)
    assert pickle.loads(pickle.dumps(kitchen)) == kitchen
    with pytest.raises(ValidationError, match="frozen"):
        kitchen.name = "galley"  # type: ignore[misc]


def cup(**changes: object) -> LabelClass:
    return LabelClass.model_validate({"id": 1, "name": "cup", "synsets": ("cup.n.01",)} | changes)


def mug(**changes: object) -> LabelClass:
    return LabelClass.model_validate({"id": 2, "name": "mug", "synsets": ("mug.n.04",)} | changes)


@pytest.mark.parametrize(
    ("classes", "message"),
    [
        ((cup(id=2), mug(id=1)), "class 'cup': got id 2, expected id 1: ids count up from 1 without gaps"),
        ((cup(), mug(id=3)), "class 'mug': got id 3, expected id 2: ids count up from 1 without gaps"),
        ((cup(), mug(id=1)), "class 'mug': got id 1, expected id 2: ids count up from 1 without gaps"),
        (
            (cup(kind=Kind.BACKGROUND), mug()),
            "class 'mug': got a foreground class after the background class 'cup', expected all foreground "
            "classes first",
        ),
        (
            (cup(), mug(name="Cup")),
            "class 'Cup': got name 'Cup', which class 'cup' has too, expected a unique name",
        ),
        (
            (cup(), mug(synsets=("mug.n.04", "cup.n.01"))),
            "class 'mug': got synset 'cup.n.01', which class 'cup' has too, expected a unique synset",
        ),
        (
            (cup(phrases=("cup of tea",)), mug(phrases=("Cup of tea",))),
            "class 'mug': got phrase 'Cup of tea', which class 'cup' has too, expected a unique phrase",
        ),
        (
            (cup(category_id=47), mug(category_id=47)),
            "class 'mug': got category_id 47, which class 'cup' has too, expected a unique category_id",
        ),
        (
            (cup(synsets=("cup",)),),
            "class 'cup': got synset 'cup', expected the form lemma.n.01, e.g. 'hot_dog.n.02'",
        ),
        (
            (cup(excluded=("cup.n.1",)),),
            "class 'cup': got synset 'cup.n.1', expected the form lemma.n.01, e.g. 'hot_dog.n.02'",
        ),
    ],
)
def test_classes_that_do_not_fit_together(classes: tuple[LabelClass, ...], message: str) -> None:
    with pytest.raises(ValidationError) as raised:
        LabelSpace(name="kitchen", classes=classes)
    assert message in str(raised.value)


def test_spelling_in_two_attributes() -> None:
    grey, steel = (
        VisualAttribute(name="grey", variants=("gray",)),
        VisualAttribute(name="steel", variants=("Gray",)),
    )
    with pytest.raises(
        ValidationError, match="attribute 'steel': got spelling 'Gray', which attribute 'grey' has"
    ):
        LabelSpace(name="kitchen", classes=(cup(),), attributes=(grey, steel))


def test_neologism_that_is_read_as_no_synset() -> None:
    with pytest.raises(ValidationError, match="neologism 'mugg': got synset 'mug', expected the form"):
        LabelSpace(name="kitchen", classes=(cup(),), neologisms={"mugg": "mug"})


def test_neologism_that_is_a_phrase_too() -> None:
    with pytest.raises(
        ValidationError, match="neologism 'teacup': got phrase 'teacup', which class 'cup' has too"
    ):
        LabelSpace(name="kitchen", classes=(cup(phrases=("teacup",)),), neologisms={"teacup": "cup.n.01"})
