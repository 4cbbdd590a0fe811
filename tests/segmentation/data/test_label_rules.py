"""Which labels of a record are believed, on records written by hand; kinds on a miniature of WordNet."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from segmentation.data.imagenet_table import SynsetRow
from segmentation.data.kinship import Kinship
from segmentation.data.label_rules import Evidence, LabelRules
from segmentation.data.targets import SkipReason, read_targets
from shared_schemas import (
    ClassLabel,
    Flag,
    ImageLabels,
    LabelClass,
    LabelSpace,
    Mention,
    load_label_space,
    write_labels,
)
from shared_schemas.denials import denied_classes

COCO = load_label_space("coco")


def record(*captions: str, confidence: dict[str, float] | None = None, image_id: int = 1) -> ImageLabels:
    """A caption is the names of its classes, one after the other; those with a minus are negated."""
    mentions, votes = [], dict[str, int]()
    for number, caption in enumerate(captions):
        for name in caption.split(", "):
            flags = (Flag.NEGATED,) if name.startswith("-") else ()
            label = COCO.by_name[name.removeprefix("-")]
            mentions.append(
                Mention(caption=number, start=0, end=1, head="x", extended_head="x", label=label.id, flags=flags)
            )
        for name in {name for name in caption.split(", ") if not name.startswith("-")}:
            votes[name] = votes.get(name, 0) + 1
    labels = [
        ClassLabel(id=COCO.by_name[name].id, name=name, votes=count, confidence=(confidence or {}).get(name))
        for name, count in votes.items()
    ]
    return ImageLabels(
        image_id=image_id,
        file_name=f"{image_id}.jpg",
        label_space=COCO.reference,
        captions=captions,
        foreground=tuple(label for label in labels if label.id <= 80),
        background=tuple(label for label in labels if label.id > 80),
        mentions=tuple(mentions),
    )


def doubtful(rules: LabelRules, labels: ImageLabels) -> set[str]:
    return {COCO.by_id[class_id].name for class_id in rules.doubtful(labels, Kinship(COCO).akin)}


def test_all_labels_are_believed_if_nothing_is_said() -> None:
    labels = record("zebra", "zebra", "giraffe", confidence={"giraffe": 0.01})
    assert doubtful(LabelRules(), labels) == set()


@pytest.mark.parametrize(
    ("votes", "expected"), [(1, set()), (2, {"giraffe"}), (3, {"giraffe", "grass"}), (9, {"giraffe", "grass"})]
)
def test_votes_are_counted_up_to_the_number_of_captions(votes: int, expected: set[str]) -> None:
    labels = record("zebra", "zebra, grass", "zebra, grass, giraffe")
    assert doubtful(LabelRules(min_votes=votes), labels) == expected


def test_a_lone_caption_and_labels_without_captions_suffice() -> None:
    assert doubtful(LabelRules(min_votes=3), record("zebra")) == set()
    annotated = record("zebra").model_copy(update={"captions": (), "mentions": ()})
    assert doubtful(LabelRules(min_votes=3, rivals=True), annotated) == set()


def test_confidence_counts_where_it_is_stated() -> None:
    labels = record("zebra, giraffe, grass", confidence={"zebra": 0.8, "giraffe": 0.79})
    assert doubtful(LabelRules(min_confidence=0.8), labels) == {"giraffe"}


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        # One giraffe where most say zebra.
        (("zebra", "zebra", "zebra", "zebra", "giraffe"), {"giraffe"}),
        (("zebra", "zebra", "giraffe"), {"giraffe"}),
        # Not most: half of them, or it says both, or it has two votes.
        (("zebra", "giraffe"), set()),
        (("zebra", "zebra", "giraffe", "person"), set()),
        (("zebra", "zebra", "zebra", "zebra, giraffe"), set()),
        (("zebra", "zebra", "zebra", "giraffe", "giraffe"), set()),
        # A dog is no kind of person, nor grass a kind of anything here.
        (("person", "person", "person", "dog"), set()),
        (("zebra", "zebra", "zebra", "grass"), set()),
        # A cup on tables; a car that others call a truck.
        (("dining table", "dining table", "dining table", "cup"), set()),
        (("truck", "truck", "truck", "car"), {"car"}),
    ],
)
def test_rivals_are_of_one_kind_and_named_instead(captions: Sequence[str], expected: set[str]) -> None:
    assert doubtful(LabelRules(rivals=True), record(*captions)) == expected


def test_denied_is_what_captions_negate_and_none_asserts() -> None:
    labels = record("zebra, -person", "zebra, -giraffe", "giraffe, -grass")
    assert denied_classes(labels) == {COCO.by_name["person"].id, COCO.by_name["grass"].id}


def test_kinds_are_narrow() -> None:
    """Twenty foreground classes, so that two of one kind are a tenth of them."""
    table = {
        "animal.n.01": SynsetRow(None, (), ()),
        "cat.n.01": SynsetRow(None, ("feline.n.01",), ()),
        "lion.n.01": SynsetRow(None, ("feline.n.01",), ()),
        "feline.n.01": SynsetRow(None, ("animal.n.01",), ()),
        "dog.n.01": SynsetRow(None, ("animal.n.01",), ()),
    }
    names = ["cat", "lion", "dog", *(f"thing_{number}" for number in range(17))]
    classes = tuple(
        LabelClass(id=number, name=name, synsets=(f"{name}.n.01",)) for number, name in enumerate(names, 1)
    )
    kinship = Kinship(LabelSpace(name="twenty", classes=classes), table)
    assert kinship.akin(1, 2)
    assert kinship.akin(2, 1)
    assert not kinship.akin(1, 3)
    assert not kinship.akin(1, 1)
    # What the table lacks is like nothing else.
    assert not kinship.akin(4, 5)
    assert not kinship.akin(1, 99)


def test_targets_have_what_is_believed_and_keep_the_rest(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.jpg").write_bytes(b"never opened")
    zebras = record("zebra", "zebra, -person", "giraffe", confidence={"zebra": 0.9, "giraffe": 0.6})
    write_labels(tmp_path / "labels.jsonl", [zebras, record("cat", "dog", image_id=2)])
    ids = {name: COCO.by_name[name].id for name in ("zebra", "giraffe", "person", "cat", "dog")}

    _, (found,), (skipped,) = read_targets(tmp_path / "labels.jsonl", [tmp_path], rules=LabelRules(min_votes=2))

    assert (found.classes, found.doubtful, found.denied) == ((ids["zebra"],), (ids["giraffe"],), (ids["person"],))
    assert found.evidence == {ids["zebra"]: Evidence(2, 0.9), ids["giraffe"]: Evidence(1, 0.6)}
    assert (skipped.line, skipped.reason) == (2, SkipReason.NO_LABELS)
    assert skipped.message == "the record has no class that is believed"
    _, kept, _ = read_targets(
        tmp_path / "labels.jsonl", [tmp_path], rules=LabelRules(min_votes=2), keep_unlabelled=True
    )
    assert [(image.classes, image.doubtful) for image in kept] == [
        ((ids["zebra"],), (ids["giraffe"],)),
        ((), (ids["cat"], ids["dog"])),
    ]
