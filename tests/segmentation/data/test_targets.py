import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from segmentation.data.label_rules import Evidence
from segmentation.data.targets import ImageTargets, SkipReason, UnknownAttributes, Vocabulary, read_targets
from shared_runtime.compatibility import misfit
from shared_runtime.errors import InputError
from shared_schemas import AttributeVotes, ClassLabel, ImageLabels, LabelSpace, write_labels
from shared_schemas.errors import LabelSpaceError

Write = Callable[[Sequence[ImageLabels]], Path]


def label(class_id: int, name: str, *attributes: str) -> ClassLabel:
    votes = tuple(AttributeVotes(name=attribute, votes=1) for attribute in attributes)
    return ClassLabel(id=class_id, name=name, votes=1, attributes=votes)


@pytest.fixture
def record(space: LabelSpace) -> Callable[..., ImageLabels]:
    def build(
        image_id: int | str,
        foreground: Sequence[ClassLabel] = (),
        background: Sequence[ClassLabel] = (),
        file_name: str | None = None,
        label_space: str = space.reference,
        attribute_set: str | None = None,
    ) -> ImageLabels:
        return ImageLabels(
            image_id=image_id,
            file_name=file_name,
            label_space=label_space,
            attribute_set=attribute_set,
            captions=("A caption.",),
            foreground=tuple(foreground),
            background=tuple(background),
        )

    return build


@pytest.fixture
def images(tmp_path: Path) -> Path:
    folder = tmp_path / "images"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg", "000000000007.jpg"):
        (folder / name).write_bytes(b"never opened")
    return folder


@pytest.fixture
def labels_file(tmp_path: Path) -> Write:
    def write(records: Sequence[ImageLabels]) -> Path:
        path = tmp_path / "labels.jsonl"
        write_labels(path, records)
        return path

    return write


def test_a_vocabulary_counts_classes_and_attributes(space: LabelSpace) -> None:
    vocabulary = Vocabulary(space)

    assert [label.name for label in vocabulary.classes] == ["cat", "dog", "cup", "grass", "sky"]
    assert (vocabulary.n_classes, vocabulary.n_foreground, vocabulary.n_attributes) == (5, 3, 2)
    assert vocabulary.attributes == ("black", "wooden")


def test_two_ids_for_one_file_are_refused(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    other = images.parent / "more"
    other.mkdir()
    (other / "a.jpg").write_bytes(b"another picture")
    cat, dog = [label(1, "cat")], [label(2, "dog")]
    path = labels_file([record(1, cat, file_name="a.jpg"), record(2, dog, file_name="a.jpg")])

    with pytest.raises(InputError) as caught:
        read_targets(path, [images, other], label_space=space)

    assert str(caught.value).startswith(f"{path}:2: got image 2 in the file {images / 'a.jpg'}, expected another ")
    assert "that of image 1, line 1: " in str(caught.value)
    assert "file names that begin with the folder, such as images/a.jpg" in str(caught.value)
    # As the message says: each with its folder.
    path = labels_file([record(1, cat, file_name="images/a.jpg"), record(2, dog, file_name="more/a.jpg")])
    _, targets, _ = read_targets(path, [images.parent], label_space=space)
    assert [(image.path, image.key) for image in targets] == [
        (images / "a.jpg", "images/a"),
        (other / "a.jpg", "more/a"),
    ]


def test_a_name_that_is_nearly_there_is_hinted_at(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    names = ("b.png", "A.JPG", "c.jpg")
    path = labels_file([record(number, [label(1, "cat")], file_name=name) for number, name in enumerate(names)])

    _, targets, skipped = read_targets(path, [images], label_space=space)

    assert [image.path.name for image in targets] == ["a.jpg"]
    assert [image.message for image in skipped] == [
        f"b.png: in none of the image folders (there is {images / 'b.jpg'})",
        "c.jpg: in none of the image folders",
    ]


def test_ids_ascend_and_attributes_are_indices(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    foreground = [label(2, "dog"), label(1, "cat", "wooden", "black")]
    path = labels_file([record(7, foreground, [label(4, "grass", "black")], file_name="a.jpg")])

    vocabulary, targets, skipped = read_targets(path, [images], label_space=space)

    assert vocabulary.label_space == space
    evidence = dict.fromkeys((2, 1, 4), Evidence(1, None))
    assert targets == [
        ImageTargets(7, "a.jpg", images / "a.jpg", (1, 2), (4,), {1: (0, 1), 4: (0,)}, evidence=evidence)
    ]
    assert targets[0].classes == (1, 2, 4)
    assert skipped == []


def test_images_keep_the_order_of_the_file(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    path = labels_file(
        [record(name, [label(1, "cat")]) for name in ("b", "a")] + [record(7, [], [label(5, "sky")])]
    )

    _, targets, _ = read_targets(path, [images], label_space=space)

    assert [target.path.name for target in targets] == ["b.jpg", "a.jpg", "000000000007.jpg"]


def test_what_costs_one_image_is_told_and_the_rest_is_read(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace, tmp_path: Path
) -> None:
    cat = [label(1, "cat")]
    (tmp_path / "secret.jpg").write_bytes(b"")
    path = labels_file(
        [
            record("a", cat),
            record("a", cat),
            record("b"),
            record("gone", cat, file_name="gone.jpg"),
            record("up", cat, file_name="../secret.jpg"),
        ]
    )
    with path.open("a") as lines:
        lines.write('{"image_id": 3}\nnot json\n')

    _, targets, skipped = read_targets(path, [images], label_space=space)

    assert [target.image_id for target in targets] == ["a"]
    assert [(image.line, image.image_id, image.reason) for image in skipped] == [
        (2, "a", SkipReason.DUPLICATE_IMAGE),
        (3, "b", SkipReason.NO_LABELS),
        (4, "gone", SkipReason.MISSING_IMAGE),
        (5, "up", SkipReason.UNSAFE_FILE_NAME),
        (6, None, SkipReason.BAD_RECORD),
        (7, None, SkipReason.BAD_RECORD),
    ]
    assert skipped[0].message == "image_id 'a' stands on line 1 already"
    assert skipped[2].message == "gone.jpg: in none of the image folders"
    assert "'../secret.jpg'" in skipped[3].message
    assert "label_space" in skipped[4].message


def test_images_without_labels_stay_where_masks_are_wanted_of_them(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    _, targets, skipped = read_targets(
        labels_file([record("b")]), [images], label_space=space, keep_unlabelled=True
    )

    assert [target.classes for target in targets] == [()]
    assert skipped == []


def test_labels_of_another_label_space_are_refused(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    path = labels_file([record("a", [label(1, "cat")], label_space="coco@12345678")])

    with pytest.raises(InputError, match=r"labels.jsonl:1: got labels of label space 'coco', expected 'mini'"):
        read_targets(path, [images], label_space=space)


@pytest.mark.parametrize(
    ("foreground", "background", "message"),
    [
        ([label(1, "cats")], [], r"got foreground class 1, 'cats', expected 'cat' \(there, 'cat' is 1\)"),
        ([label(9, "zebra")], [], "got foreground class 9, 'zebra', expected an id from 1 to 3"),
        ([label(4, "grass")], [], "got foreground class 4, 'grass', expected an id from 1 to 3"),
        ([], [label(1, "cat")], "got background class 1, 'cat', expected an id from 4 to 5"),
        ([label(1, "cat", "shiny")], [], "got attribute 'shiny' of 'cat', expected one of black, wooden, wood"),
    ],
)
def test_unknown_classes_and_attributes_are_refused(
    record: Callable[..., ImageLabels],
    images: Path,
    labels_file: Write,
    space: LabelSpace,
    foreground: Sequence[ClassLabel],
    background: Sequence[ClassLabel],
    message: str,
) -> None:
    old = {"label_space": "mini@0"}
    path = labels_file([record("b", [label(2, "dog")], **old), record("a", foreground, background, **old)])

    with pytest.raises(
        InputError, match=rf"labels.jsonl:2: {message}.*made with mini@0.*label the captions again"
    ):
        read_targets(path, [images], label_space=space)


@pytest.mark.parametrize(
    ("reference", "classes", "message"),
    [
        (
            "coco@1",
            [label(1, "cat")],
            "got labels of label space 'coco', expected 'mini'. Label the",
        ),
        (None, [label(9, "zebra")], "as in {}, which the record says that it was made with"),
        ("mini@0", [label(9, "zebra")], "the labels were made with mini@0, this is {}"),
    ],
)
def test_one_record_that_does_not_fit_costs_itself(
    record: Callable[..., ImageLabels],
    images: Path,
    labels_file: Write,
    space: LabelSpace,
    reference: str | None,
    classes: Sequence[ClassLabel],
    message: str,
) -> None:
    given = {} if reference is None else {"label_space": reference}
    path = labels_file([record("a", classes, **given), record("b", [label(2, "dog")])])

    _, targets, skipped = read_targets(path, [images], label_space=space)

    assert [target.image_id for target in targets] == ["b"]
    ((line, image_id, reason, said),) = [(of.line, of.image_id, of.reason, of.message) for of in skipped]
    assert (line, image_id, reason) == (1, "a", SkipReason.OTHER_LABEL_SPACE)
    assert message.format(space.reference) in said
    # A second record of the image is the first that can be used.
    path = labels_file([record("a", classes, **given), record("a", [label(2, "dog")])])
    assert len(read_targets(path, [images], label_space=space)[1]) == 1


def test_a_trained_model_has_one_label_space(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    path = labels_file([record("a", [label(1, "cat")], label_space="coco@12345678")])
    with pytest.raises(InputError, match="Label the captions again with the latter") as caught:
        read_targets(path, [images], label_space=space)
    assert "--label-space" not in str(caught.value)


def test_names_are_those_of_label_spaces_that_ship(record: Callable[..., ImageLabels], space: LabelSpace) -> None:
    coco, farm = (
        misfit(record("a", [label(1, "cat")], label_space=f"{name}@1"), space) for name in ("coco", "farm")
    )
    assert "Try --label-space coco; for a model of the latter, label" in str(coco)
    assert "Try --label-space FILE, the .json or .toml file of 'farm'; for a model of" in str(farm)


def test_attributes_of_another_set_take_the_place_of_the_label_spaces_or_are_dropped(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    # "wood" is another spelling of the label space's "wooden"; nothing is "black".
    first = record("a", [label(1, "cat", "wood", "sleepy", "curious")], attribute_set="adjectives")
    second = record("b", [label(2, "dog", "sleepy"), label(3, "cup", "hot")], attribute_set="adjectives")
    path = labels_file([first, second])

    collected, with_all, _ = read_targets(path, [images], label_space=space)
    dropped, with_known, _ = read_targets(
        path, [images], label_space=space, unknown_attributes=UnknownAttributes.DROP
    )

    assert collected.attributes == ("curious", "sleepy", "wooden", "hot")
    assert collected.label_space.attribute_names["wood"] == "wooden"
    assert [target.attributes for target in with_all] == [{1: (0, 1, 2)}, {2: (1,), 3: (3,)}]
    assert LabelSpace.model_validate_json(collected.label_space.model_dump_json()) == collected.label_space
    assert collected.label_space.content_hash != space.content_hash
    assert dropped.label_space == space
    assert [target.attributes for target in with_known] == [{1: (1,)}, {}]
    again = read_targets(path, [images], label_space=collected.label_space)
    assert again[:2] == (collected, with_all)


def test_labels_of_two_attribute_sets_do_not_go_together(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    cats = [label(1, "cat", "black")]
    path = labels_file([record("a", cats, attribute_set="verbs"), record("b", cats)])

    message = (
        r"labels.jsonl:2: got attributes of the label space, expected the set 'verbs', as at .*jsonl:1; label"
    )
    with pytest.raises(InputError, match=message):
        read_targets(path, [images], label_space=space)
    assert len(read_targets(path, [images], label_space=space, unknown_attributes=UnknownAttributes.DROP)[1]) == 2


def test_a_newer_version_of_the_same_label_space_is_read_where_ids_agree(
    record: Callable[..., ImageLabels], images: Path, labels_file: Write, space: LabelSpace
) -> None:
    path = labels_file([record("a", [label(1, "cat")], label_space="mini@newer")])

    assert len(read_targets(path, [images], label_space=space)[1]) == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", "got no record, expected a label file as 'capparse label' writes it"),
        (
            '{"images": [{"id": 1}],\n "annotations": [{"image_id": 1, "caption": "A cup."}]}',
            "got a caption file, expected a label file. Make one of it: capparse label .*labels.jsonl -o labels",
        ),
        ('{"image_id": 1, "captions": ["A cup."]}\n' * 2, "got a caption file, expected a label file"),
        (
            '{"annotations": [{"category_id": 1}]}',
            "got a file of COCO instances, .*: capseg truth-labels .*labels",
        ),
        ("{}\n{}\n", r"got no usable image \(2 bad-record\); line 1: .*; image folders: .*images"),
    ],
)
def test_a_file_without_one_usable_image_is_refused(
    tmp_path: Path, images: Path, space: LabelSpace, lines: str, message: str
) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(lines)

    with pytest.raises(InputError, match=message):
        read_targets(path, [images], label_space=space)


def test_a_missing_file_and_a_missing_label_space(tmp_path: Path, images: Path) -> None:
    with pytest.raises(InputError, match=r"labels\.jsonl: cannot be read: No such file"):
        read_targets(tmp_path / "labels.jsonl", [images])
    with pytest.raises(LabelSpaceError):
        read_targets(tmp_path / "labels.jsonl", [images], label_space="cocoa")


def test_a_compressed_file_that_was_cut_off_gives_what_stands_before(
    record: Callable[..., ImageLabels], images: Path, tmp_path: Path, space: LabelSpace
) -> None:
    line = json.dumps(json.loads(record("a", [label(1, "cat")]).model_dump_json(exclude_none=True))) + "\n"
    other = line.replace('"a"', '"b"')
    path = tmp_path / "labels.jsonl.gz"
    path.write_bytes(gzip.compress(line.encode()) + gzip.compress(other.encode())[:-12])

    _, targets, skipped = read_targets(path, [images], label_space=space)

    assert [target.image_id for target in targets] == ["a"]
    assert [image.reason for image in skipped] == [SkipReason.BAD_RECORD]
