import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

import caption_parser
from caption_parser.captions import ImageCaptions
from caption_parser.evaluation.evaluate import evaluate
from caption_parser.evaluation.presentation import as_table, coverage, notes
from caption_parser.evaluation.records import Evaluation, Missing
from caption_parser.labels.aggregate import aggregate
from caption_parser.labels.baselines import StringLabeller, exact_match_labeller, read_synonyms
from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace, LabelSpaceError, RecordError, load_label_space, write_labels

Write = Callable[..., Path]
TRUTH = [{"image_id": i, "category_id": c} for i, c in ((1, 17), (1, 18), (2, 17), (3, 18), (3, 44))]
LABELS = {1: {"cat": 2}, 2: {"cat": 1, "dog": 1}, 3: {"dog": 5, "grass": 1}}


@pytest.fixture
def evaluation(write_truth: Write, write_predictions: Write, space_file: Path) -> Evaluation:
    labels, other = write_predictions(LABELS), write_predictions({1: {"cat": 1}, 4: {}}, "other.jsonl")
    return evaluate(labels, write_truth(*TRUTH), label_space=space_file, against=other)


def test_miniature(evaluation: Evaluation) -> None:
    scores = json.loads(evaluation.model_dump_json())
    assert list(scores) == ["macro", "micro", "images", "protocol", "classes", "reliability", "comparison"]
    assert scores["macro"] == {
        "miou": pytest.approx(4 / 9),
        "precision": 0.5,
        "recall": 0.5,
        "pixel_recall": None,
        "average_precision": None,
    }
    assert scores["micro"] == {"iou": 0.5, "precision": 0.75, "recall": 0.6, "pixel_recall": None}
    assert scores["images"] == 3
    cat, dog, bottle = scores["classes"]
    assert cat == {
        "id": 1,
        "name": "cat",
        "tp": 2,
        "fp": 0,
        "fn": 0,
        "iou": 1.0,
        "precision": 1.0,
        "recall": 1.0,
        "pixel_recall": None,
        "average_precision": None,
    }
    assert (dog["tp"], dog["fp"], dog["fn"], dog["iou"]) == (1, 1, 1, pytest.approx(1 / 3))
    assert (bottle["iou"], bottle["precision"], bottle["recall"]) == (0.0, None, 0.0)


def test_comparison(evaluation: Evaluation) -> None:
    comparison = evaluation.comparison
    assert comparison is not None
    assert comparison.macro.miou == pytest.approx(1 / 6)
    assert [(row.name, row.against_iou) for row in comparison.classes] == [("cat", 0.5), ("dog", 0), ("bottle", 0)]
    assert [row.difference for row in comparison.classes] == [0.5, pytest.approx(1 / 3), 0]


def test_protocol_and_notes(write_truth: Write, write_predictions: Write, space_file: Path) -> None:
    labels = write_predictions({1: {"cat": 1}, 77: {"dog": 1}, 78: {}}, label_space="mini@00000000")
    evaluation = evaluate(labels, write_truth(*TRUTH), label_space=space_file)
    protocol = evaluation.protocol
    assert (protocol.images_without_record, protocol.records_outside_truth) == (2, 2)
    assert (protocol.macro_classes, protocol.never_predicted) == (3, 2)
    text = "\n".join(notes(evaluation))
    for part in ("3 of 3 images", "2 class(es) never", "2 without a record", "2 label records", "mini@00000000"):
        assert part in text


def test_images_without_a_record_skipped(write_truth: Write, write_predictions: Write, space_file: Path) -> None:
    labels, other = write_predictions({1: {"cat": 1}}), write_predictions({1: {"dog": 1}, 2: {}}, "other.jsonl")
    evaluation = evaluate(labels, write_truth(*TRUTH), label_space=space_file, against=other, missing=Missing.SKIP)
    protocol = evaluation.protocol
    assert (evaluation.images, protocol.images_in_truth, protocol.images_without_record) == (1, 3, 2)
    assert [(c.tp, c.fp, c.fn) for c in evaluation.classes] == [(1, 0, 0), (0, 0, 1), (0, 0, 0)]
    assert evaluation.comparison is not None
    assert evaluation.comparison.micro.recall == 0.5
    assert next(coverage(evaluation)).startswith("2 of 3 images have no label record: left out")
    with pytest.raises(UsageError, match=r"got missing 'skp', expected nothing or skip\. Did you mean 'skip'"):
        caption_parser.evaluate(labels, labels, missing="skp")


def test_min_votes(write_truth: Write, write_predictions: Write, space_file: Path) -> None:
    evaluation = evaluate(write_predictions(LABELS), write_truth(*TRUTH), label_space=space_file, min_votes=2)
    assert [(c.tp, c.fp) for c in evaluation.classes] == [(1, 0), (1, 0), (0, 0)]


def test_pixel_recall(write_truth: Write, write_predictions: Write, space_file: Path) -> None:
    def runs(pixels: int) -> dict[str, Any]:
        return {"size": [10, 10], "counts": [0, pixels, 100 - pixels]}

    pixels = (30, 60, 10, 20, 5)
    objects = [
        labels | {"segmentation": runs(count), "area": count} for labels, count in zip(TRUTH, pixels, strict=True)
    ]
    evaluation = evaluate(write_predictions(LABELS), write_truth(*objects), label_space=space_file)
    assert [c.pixel_recall for c in evaluation.classes] == [1, 20 / 80, 0]
    assert evaluation.macro.pixel_recall == pytest.approx(5 / 12)
    assert evaluation.micro.pixel_recall == 60 / 125
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(as_table(evaluation))
    assert ["dog", "1", "1", "1", "0.333", "0.500", "0.500", "0.250"] in [
        line.split() for line in console.export_text().splitlines()
    ]


def test_tables(evaluation: Evaluation) -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(as_table(evaluation))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert ["macro", "0.444", "0.500", "0.500", "–"] in lines
    assert ["bottle", "0", "0", "1", "0.000", "–", "0.000"] in lines
    assert ["cat", "1.000", "0.500", "+0.500"] in lines
    assert not any(line[:1] == ["bottle"] and len(line) == 4 for line in lines)


def test_confidence_ranks_images_and_is_held_against_the_share_of_right_labels(
    write_truth: Write, write_predictions: Write, space_file: Path
) -> None:
    labels = write_predictions({str(image): classes for image, classes in LABELS.items()}, confident=True)
    other = write_predictions({2: {"cat": 1}}, "other.jsonl", confident=True)
    evaluation = evaluate(labels, write_truth(*TRUTH), label_space=space_file, against=other)
    assert [c.average_precision for c in evaluation.classes] == [1, pytest.approx(5 / 6), pytest.approx(1 / 3)]
    assert evaluation.macro.average_precision == pytest.approx(13 / 18)
    assert evaluation.comparison is not None
    assert evaluation.comparison.macro.average_precision == pytest.approx((1 / 2 + 1 / 3 + 2 / 3 + 1 / 3) / 3)
    found = evaluation.reliability
    assert found is not None
    assert (found.labels, found.mean_confidence, found.correct) == (4, pytest.approx(0.45), 0.75)
    assert found.expected_calibration_error == pytest.approx((2 * 0.3 + 0.6) / 4)
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(as_table(evaluation))
    lines = [line.split() for line in console.export_text().splitlines()]
    assert ["macro", "0.444", "0.500", "0.500", "–", "0.722"] in lines
    assert ["dog", "1", "1", "1", "0.333", "0.500", "0.500", "0.833"] in lines
    assert ["0.2–0.3", "2", "0.200", "0.500", "0.300"] in lines
    assert ["all", "(mean", "difference:", "ECE)", "4", "0.450", "0.750", "0.300"] in lines


def test_labels_that_are_not_counted_need_no_confidence(
    write_truth: Write, write_predictions: Write, space_file: Path
) -> None:
    labels, truth = write_predictions(LABELS, confident=True), write_truth(*TRUTH)
    _replace(labels, '"votes":1,"confidence":0.2', '"votes":1')
    unranked = evaluate(labels, truth, label_space=space_file)
    assert (unranked.reliability, unranked.macro.average_precision) == (None, None)
    assert "no average precision: not all labels have a confidence" in notes(unranked)
    counted = evaluate(labels, truth, label_space=space_file, min_votes=2)
    assert [c.average_precision for c in counted.classes] == [
        pytest.approx(1 / 2 + 1 / 2 * 2 / 3),
        pytest.approx(1 / 2 + 1 / 2 * 2 / 3),
        pytest.approx(1 / 3),
    ]


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ({"one": {"cat": 1}}, r"labels\.jsonl: got image ids such as 'one', expected some .* such as 1$"),
        ({5: {}}, r"such as 5, expected some of the truth's, such as 1$"),
        ({"1": {}, "01": {}}, r"image ids '01' and another are both 1, expected one record each"),
        ({}, "got no record"),
    ],
)
def test_no_common_image(
    write_truth: Write, write_predictions: Write, space_file: Path, labels: dict[Any, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        evaluate(write_predictions(labels), write_truth(*TRUTH), label_space=space_file)


def test_digits_match_the_numbers_of_the_truth(
    write_truth: Write, write_predictions: Write, space_file: Path, evaluation: Evaluation
) -> None:
    as_text = {f"{image_id:012d}": classes for image_id, classes in LABELS.items()}
    from_text = evaluate(write_predictions(as_text), write_truth(*TRUTH), label_space=space_file)
    assert from_text.macro == evaluation.macro


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("mini@", "voc@", "labels of label space 'voc', expected 'mini'. Try --label-space voc"),
        ('"name":"cat"', '"name":"cow"', r":1: got foreground class 1, 'cow', expected 'cat'"),
        ('"id":2,"name":"dog"', '"id":1,"name":"dog"', r":2: got foreground class 1.*\(there, 'dog' is 2\)"),
        ('"id":1,', '"id":9,', r":1: got foreground class 9, 'cat', expected an id from 1 to 3"),
        ('"image_id":2', '"image_id":1', ":2: got a second record of image 1"),
        ('"votes":2', '"votes":0', ":1: .*votes"),
        ("}\n", "\n", ":1: "),
    ],
)
def test_bad_label_files(
    write_truth: Write, write_predictions: Write, space_file: Path, old: str, new: str, message: str
) -> None:
    labels = write_predictions(LABELS)
    _replace(labels, old, new)
    with pytest.raises(
        (InputError, RecordError), match=rf"labels\.jsonl{'.*' if message[0] != ':' else ''}{message}"
    ):
        evaluate(labels, write_truth(*TRUTH), label_space=space_file)


def test_bad_options(write_truth: Write, write_predictions: Write, space_file: Path, tmp_path: Path) -> None:
    truth, labels = write_truth(*TRUTH), write_predictions(LABELS)
    with pytest.raises(UsageError, match="min_votes 0"):
        evaluate(labels, truth, label_space=space_file, min_votes=0)
    with pytest.raises(LabelSpaceError, match="cocoa"):
        evaluate(labels, truth, label_space="cocoa")
    for path in (tmp_path / "absent.jsonl", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            evaluate(path, truth, label_space=space_file)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("baseline", "miou", "precision", "recall"),
    [("exact", 0.521, 0.891, 0.560), ("chair", 0.553, 0.865, 0.611)],
)
def test_published_baselines(
    real_data: Path, tmp_path: Path, baseline: str, miou: float, precision: float, recall: float
) -> None:
    annotations = real_data / "coco" / "annotations"
    coco = load_label_space("coco")
    labeller = _baseline(baseline, coco, real_data)
    images = _images(annotations / "captions_val2017.json")
    records = (
        aggregate(image, found.mentions, coco) for image, found in zip(images, labeller.label(images), strict=True)
    )
    write_labels(tmp_path / "labels.jsonl", records)
    evaluation = evaluate(tmp_path / "labels.jsonl", annotations / "boxes_val2017.json")
    assert evaluation.images == 4900
    assert evaluation.macro.miou == pytest.approx(miou, abs=0.01)
    assert evaluation.macro.precision == pytest.approx(precision, abs=0.01)
    assert evaluation.macro.recall == pytest.approx(recall, abs=0.01)


def _baseline(name: str, coco: LabelSpace, real_data: Path) -> StringLabeller:
    if name == "exact":
        return exact_match_labeller(coco)
    return StringLabeller(coco, read_synonyms(real_data / "baselines" / "chair-synonyms.txt", coco).words)


def _images(path: Path) -> list[ImageCaptions]:
    captions: dict[int, list[str]] = {}
    for entry in json.loads(path.read_bytes())["annotations"]:
        captions.setdefault(entry["image_id"], []).append(entry["caption"])
    return [ImageCaptions(image, tuple(texts)) for image, texts in captions.items()]
