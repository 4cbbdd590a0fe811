"""Each check finds what it is named after in a record that is otherwise right, and nothing in one that is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared_schemas import Flag, ImageLabels, LabelSpace, Rule, dump
from shared_schemas.checks import LABEL_SPACE_CHECKS, RECORD_CHECKS, Finding, check, validate

Change = Callable[[dict[str, Any]], None]


def changed(record: ImageLabels, change: Change) -> ImageLabels:
    content = record.model_dump()
    change(content)
    return ImageLabels.model_validate(content)


def put(field: str, index: int, **values: object) -> Change:
    return lambda content: content[field][index].update(values)


def related(subject: int, target: int, **values: object) -> Change:
    """A relation between two mentions, "on" at 12 in a phrase that reaches over the first caption."""
    relation = {"subject": subject, "predicate": "on", "object": target, "start": 12, "end": 14}
    relation |= {"phrase_start": 0, "phrase_end": 22} | values
    return lambda content: content.update(relations=[relation])


def at_caption(index: int) -> Change:
    return put("mentions", 1, caption=index)


def test_nothing_is_wrong_with_a_right_record(record: ImageLabels, kitchen: LabelSpace) -> None:
    assert list(check(record, kitchen)) == []
    assert list(check(record)) == []


def test_flagged_mentions_need_no_class(record: ImageLabels, kitchen: LabelSpace) -> None:
    def negate_the_shelf(content: dict[str, Any]) -> None:
        content["mentions"][1]["flags"] = (Flag.NEGATED,)
        content["background"] = ()

    assert list(check(changed(record, negate_the_shelf), kitchen)) == []


def test_records_without_mentions_need_none(record: ImageLabels, kitchen: LabelSpace) -> None:
    assert list(check(record.model_copy(update={"mentions": ()}), kitchen)) == []


def test_labels_of_annotated_images_have_no_captions(record: ImageLabels, kitchen: LabelSpace) -> None:
    assert list(check(record.model_copy(update={"mentions": (), "captions": ()}), kitchen)) == []


FAULTS: list[tuple[str, Change, list[str]]] = [
    ("caption-index", at_caption(2), ["mentions[1]: caption 2, but the record has 2 captions"]),
    ("span-outside-caption", at_caption(1), ["mentions[1].end: 22, but the caption has 8 characters"]),
    (
        "span-outside-caption",
        put("mentions", 0, phrase_end=23, attributes=[{"name": "white", "start": 2, "end": 99}]),
        [
            "mentions[0].phrase_end: 23, but the caption has 22 characters",
            "mentions[0].attributes[0].end: 99, but the caption has 22 characters",
        ],
    ),
    (
        "span-outside-phrase",
        put("mentions", 0, phrase_start=9),
        ["mentions[0]: [8, 11) is not inside its phrase [9, 11)"],
    ),
    (
        "span-outside-phrase",
        put("mentions", 2, phrase_start=0),
        ["mentions[2]: one of phrase_start and phrase_end is missing"],
    ),
    ("relation-index", related(0, 9), ["relations[0].object: mention 9, but the record has 3 mentions"]),
    (
        "relation-span",
        related(0, 1, phrase_end=23),
        ["relations[0].phrase_end: 23, but the caption has 22 characters"],
    ),
    (
        "relation-span",
        related(0, 1, phrase_start=9),
        ["relations[0]: a mention at [8, 11) is not inside its phrase [9, 22)"],
    ),
    ("label-without-rule", put("mentions", 0, rule=None), ["mentions[0]: label 1, rule None"]),
    ("label-without-rule", put("mentions", 2, label=None), ["mentions[2]: label None, rule synonym"]),
    (
        "class-missing",
        lambda content: content.update(background=()),
        ["mentions[1]: label 3 is neither in foreground nor in background"],
    ),
    (
        "class-without-mention",
        put("mentions", 1, label=1),
        ["background[0]: no mention has the label 3 ('shelf')"],
    ),
    (
        "duplicate-class",
        lambda content: content.update(background=content["background"] * 2),
        ["background[1]: class 3 stands in background[0] already"],
    ),
    ("too-many-votes", put("background", 0, votes=3), ["background[0]: 3 votes, but the record has 2 captions"]),
    (
        "too-many-votes",
        put("foreground", 0, attributes=[{"name": "white", "votes": 3}]),
        ["foreground[0].attributes[0]: 3 votes, but its class has 2"],
    ),
    (
        "unknown-attribute",
        put("mentions", 0, attributes=[{"name": "wooden", "start": 2, "end": 7}]),
        ["mentions[0].attributes[0]: 'wooden' is no attribute of 'kitchen'"],
    ),
    (
        "unknown-attribute",
        put("foreground", 0, attributes=[{"name": "round", "votes": 1}]),
        ["foreground[0].attributes[0]: 'round' is no attribute of 'kitchen'"],
    ),
    (
        "wrong-class",
        put("background", 0, name="rack", category_id=5),
        [
            "background[0].name: 'rack', but class 3 is 'shelf'",
            "background[0].category_id: 5, but 'shelf' has None",
        ],
    ),
    (
        "wrong-class",
        lambda content: content.update(
            foreground=content["foreground"] + content.pop("background"), background=()
        ),
        ["foreground[1]: 'shelf' is a background class"],
    ),
]


@pytest.mark.parametrize(
    ("code", "change", "messages"), FAULTS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_one_fault_gives_one_code(
    record: ImageLabels, kitchen: LabelSpace, code: str, change: Change, messages: list[str]
) -> None:
    problems = list(check(changed(record, change), kitchen))
    assert [(problem.code, problem.message) for problem in problems] == [(code, text) for text in messages]


def test_class_that_the_label_space_does_not_have(record: ImageLabels, kitchen: LabelSpace) -> None:
    def rename(content: dict[str, Any]) -> None:
        content["background"][0]["id"] = content["mentions"][1]["label"] = 4

    assert [tuple(problem) for problem in check(changed(record, rename), kitchen)] == [
        ("unknown-class", "background[0]: class 4, but 'kitchen' has 1 to 3"),
        ("unknown-class", "mentions[1].label: class 4, but 'kitchen' has 1 to 3"),
    ]


def test_record_of_another_label_space(record: ImageLabels, kitchen: LabelSpace) -> None:
    other = record.model_copy(update={"label_space": "kitchen@00000000"})
    assert [tuple(problem) for problem in check(other, kitchen)] == [
        ("other-label-space", f"label_space: 'kitchen@00000000', not {kitchen.reference!r}")
    ]
    assert list(check(other)) == []


def test_every_check_says_what_it_finds() -> None:
    checks = RECORD_CHECKS | LABEL_SPACE_CHECKS
    assert {code: find.__name__.replace("_", "-") for code, find in checks.items()} == {
        code: code for code in checks
    }
    assert all(find.__doc__ for find in checks.values())


def test_validate_goes_through_the_whole_file(tmp_path: Path, record: ImageLabels, kitchen: LabelSpace) -> None:
    path = tmp_path / "labels.jsonl"
    other = record.model_copy(update={"image_id": "9"})
    faulty = changed(record, put("mentions", 0, rule=Rule.HYPONYM, label=None))
    path.write_bytes(dump(record) + b"[]\n" + dump(other) + dump(faulty))
    assert list(validate(path, kitchen)) == [
        Finding(2, "invalid-value", "got [], expected an object"),
        Finding(4, "duplicate-image", "image_id 9 stands on line 1 already"),
        Finding(4, "label-without-rule", "mentions[0]: label None, rule hyponym"),
    ]
