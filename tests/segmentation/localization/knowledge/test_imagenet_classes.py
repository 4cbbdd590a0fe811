"""Which ImageNet classes stand for a class: on a miniature of WordNet, and for the label space that ships."""

import pytest

from segmentation.data.imagenet_table import SynsetRow
from segmentation.localization.knowledge.imagenet_classes import (
    MAX_SIBLINGS,
    ImagenetClasses,
    ImagenetMatcher,
    MatchRule,
)
from shared_schemas import LabelClass, load_label_space

TABLE = {
    "animal.n.01": SynsetRow(None, (), ()),
    "dog.n.01": SynsetRow(None, ("animal.n.01",), ()),
    "hound.n.01": SynsetRow(None, ("dog.n.01",), ()),
    "beagle.n.01": SynsetRow(0, ("hound.n.01",), ()),
    "pug.n.01": SynsetRow(1, ("dog.n.01",), ()),
    "cat.n.01": SynsetRow(2, ("animal.n.01",), ()),
    "giraffe.n.01": SynsetRow(None, ("animal.n.01",), ()),
    "toilet.n.02": SynsetRow(None, ("fixture.n.01",), ("toilet_seat.n.01",)),
    "fixture.n.01": SynsetRow(None, (), ()),
    "washbasin.n.01": SynsetRow(3, ("fixture.n.01",), ()),
    "toilet_seat.n.01": SynsetRow(4, (), ()),
}
REVIEWED = {
    "fork.n.01": ["hound.n.01", "toilet_seat.n.01"],
    "stop sign": ["pug.n.01"],
    "kite.n.03": [],
    "hog.n.01": [],
}


def find(*classes: dict[str, tuple[str, ...]]) -> list[ImagenetClasses]:
    labels = [LabelClass.model_validate({"id": n, "name": f"class {n}", **c}) for n, c in enumerate(classes, 1)]
    return ImagenetMatcher(TABLE, REVIEWED).find(labels)


def test_hyponyms_and_the_class_itself_are_found() -> None:
    assert find({"synsets": ("dog.n.01",)}, {"synsets": ("cat.n.01",)}) == [
        ImagenetClasses(MatchRule.HYPONYM, (0, 1)),
        ImagenetClasses(MatchRule.HYPONYM, (2,)),
    ]


def test_excluded_synsets_lead_to_none() -> None:
    assert find({"synsets": ("dog.n.01",), "excluded": ("hound.n.01",)}) == [
        ImagenetClasses(MatchRule.HYPONYM, (1,))
    ]


def test_a_hyponym_of_two_classes_goes_to_the_nearer() -> None:
    assert find({"synsets": ("animal.n.01",)}, {"synsets": ("hound.n.01",)}) == [
        ImagenetClasses(MatchRule.HYPONYM, (1, 2)),
        ImagenetClasses(MatchRule.HYPONYM, (0,)),
    ]


def test_parts_come_before_siblings() -> None:
    assert find({"synsets": ("toilet.n.02",)}) == [ImagenetClasses(MatchRule.PART, (4,))]


def test_siblings_are_all_kinds_of_the_hypernym() -> None:
    assert find({"synsets": ("giraffe.n.01",)}, {"synsets": ("cat.n.01",)})[0] == ImagenetClasses(
        MatchRule.SIBLING, (0, 1, 2)
    )


def test_a_hypernym_of_too_many_classes_gives_no_siblings() -> None:
    crowded = {f"kind_{n}.n.01": SynsetRow(10 + n, ("animal.n.01",), ()) for n in range(MAX_SIBLINGS - 2)}
    label = LabelClass(id=1, name="giraffe", synsets=("giraffe.n.01",))
    assert ImagenetMatcher(TABLE | crowded, {}).find([label]) == [ImagenetClasses(MatchRule.NONE)]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ({"synsets": ("fork.n.01",)}, ImagenetClasses(MatchRule.REVIEWED, (0, 4))),
        ({"phrases": ("stop sign",)}, ImagenetClasses(MatchRule.REVIEWED, (1,))),
        ({"synsets": ("fork.n.01", "cat.n.01")}, ImagenetClasses(MatchRule.REVIEWED, (0, 2, 4))),
        ({"synsets": ("kite.n.03", "cat.n.01")}, ImagenetClasses(MatchRule.HYPONYM, (2,))),
        ({"synsets": ("kite.n.03", "giraffe.n.01")}, ImagenetClasses(MatchRule.NONE)),
    ],
)
def test_reviewed_entries_take_the_place_of_the_rules(
    label: dict[str, tuple[str, ...]], expected: ImagenetClasses
) -> None:
    assert find(label) == [expected]


def test_a_class_that_the_table_does_not_know_has_none() -> None:
    assert find({"synsets": ("justice.n.01",)}, {"phrases": ("selfie",)}) == [ImagenetClasses(MatchRule.NONE)] * 2


@pytest.fixture(scope="module")
def shipped() -> ImagenetMatcher:
    return ImagenetMatcher.shipped()


@pytest.fixture(scope="module")
def coco(shipped: ImagenetMatcher) -> dict[str, tuple[MatchRule, set[str]]]:
    names = {row.column: name for name, row in shipped.table.items()}
    classes = load_label_space("coco").classes
    return {
        label.name: (found.rule, {names[column] for column in found.columns})
        for label, found in zip(classes, shipped.find(classes), strict=True)
    }


def test_the_shipped_table_has_every_class_once(shipped: ImagenetMatcher) -> None:
    columns = [row.column for row in shipped.table.values() if row.column is not None]
    assert sorted(columns) == list(range(1000))


def test_every_name_in_the_shipped_files_stands_in_the_table(shipped: ImagenetMatcher) -> None:
    named = {name for row in shipped.table.values() for name in (*row.hypernyms, *row.parts)}
    named.update(name for entry in shipped.reviewed.values() for name in entry)
    assert named <= shipped.table.keys()


@pytest.mark.parametrize(
    ("name", "rule", "imagenet_classes"),
    [
        ("zebra", MatchRule.HYPONYM, {"zebra.n.01"}),
        ("elephant", MatchRule.HYPONYM, {"african_elephant.n.01", "indian_elephant.n.01"}),
        ("sandwich", MatchRule.HYPONYM, {"cheeseburger.n.01"}),
        ("hot dog", MatchRule.HYPONYM, {"hotdog.n.02"}),
        ("stop sign", MatchRule.REVIEWED, {"street_sign.n.01"}),
        ("fire hydrant", MatchRule.NONE, set()),
    ],
)
def test_imagenet_classes_of_cocos_classes(
    coco: dict[str, tuple[MatchRule, set[str]]], name: str, rule: MatchRule, imagenet_classes: set[str]
) -> None:
    assert coco[name] == (rule, imagenet_classes)


def test_nearly_all_foreground_classes_of_coco_have_some(coco: dict[str, tuple[MatchRule, set[str]]]) -> None:
    without = {label.name for label in load_label_space("coco").foreground if not coco[label.name][1]}
    assert without == {"fire hydrant", "frisbee", "skateboard"}


def test_reviewed_background_shares_nothing_with_the_foreground(
    coco: dict[str, tuple[MatchRule, set[str]]],
) -> None:
    space = load_label_space("coco")
    foreground = set().union(*(coco[label.name][1] for label in space.foreground))
    reviewed = [label.name for label in space.background if coco[label.name][0] is MatchRule.REVIEWED]
    assert len(reviewed) > 10
    assert {name: found for name in reviewed if (found := coco[name][1] & foreground)} == {}
