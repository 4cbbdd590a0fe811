"""Fitting and applying on hand-made files: right labels by votes, wrong ones by construction."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.calibration.application import apply_calibration, calibrated_record
from caption_parser.calibration.evidence import FEATURES
from caption_parser.calibration.fitting import fit_calibration, image_folds
from caption_parser.calibration.records import LOWEST, Calibration, ConfidenceScores, CrossValidation, Training
from shared_runtime.errors import InputError, UsageError
from shared_runtime.made_with import recorded_space_file
from shared_schemas import ClassLabel, ImageLabels, read_labels

MakeRecord = Callable[..., ImageLabels]
WriteFiles = Callable[..., tuple[Path, Path]]
IMAGES = 60


@pytest.fixture
def files(make_record: MakeRecord, write_files: WriteFiles) -> tuple[Path, Path]:
    """A cat in every image, with 1 to 5 votes, which is there from 3 votes on; a dog in each, never there."""
    votes = {image: 1 + image % 5 for image in range(IMAGES)}
    records = [make_record(image, [("cat", n), ("dog", n), ("grass", 1)]) for image, n in votes.items()]
    return write_files(records, [(image, "cat") for image, n in votes.items() if n >= 3])


@pytest.fixture
def calibration_file(files: tuple[Path, Path], space_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "calibration.json"
    fit_calibration(*files, path, label_space=space_file, folds=3)
    return path


def test_fit(files: tuple[Path, Path], space_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "calibration.json"
    calibration = fit_calibration(*files, path, label_space=space_file, folds=3)
    training, scores = calibration.training, calibration.cross_validation
    assert (training.images, training.judged_labels, training.correct) == (IMAGES, 2 * IMAGES, pytest.approx(0.3))
    assert training.label_space == "mini@00000000"
    assert scores.before is not None
    assert scores.before.log_loss == pytest.approx(-0.3 * math.log(0.9) - 0.7 * math.log(0.1))
    assert scores.before.expected_calibration_error == pytest.approx(0.6)
    assert scores.before.average_precision == pytest.approx(0.6)
    assert scores.after.log_loss < 0.3
    assert scores.after.expected_calibration_error < 0.2
    assert scores.after.average_precision == 1.0
    assert calibration.weights["votes"] > 0 > calibration.weights["silent_captions"]
    assert calibration.class_offsets["cat"] > 0 > calibration.class_offsets["dog"]
    assert Calibration.read(path) == calibration


def test_scores_are_of_images_that_the_model_has_not_seen(
    make_record: MakeRecord, write_files: WriteFiles, space_file: Path, tmp_path: Path
) -> None:
    files = write_files([make_record(image, [("cat", 1)]) for image in range(4)], [(0, "cat"), (1, "cat")])
    calibration = fit_calibration(*files, tmp_path / "c.json", label_space=space_file, folds=4)
    assert calibration.cross_validation.after.log_loss > math.log(2), "each time, most of the others are unlike it"


def test_more_votes_never_lower_confidence_even_where_the_truth_says_so(
    make_record: MakeRecord, write_files: WriteFiles, space_file: Path, tmp_path: Path
) -> None:
    records = [make_record(image, [("cat", 1 + image % 5)]) for image in range(40)]
    files = write_files(records, [(image, "cat") for image in range(40) if image % 5 < 2])
    calibration = fit_calibration(*files, tmp_path / "c.json", label_space=space_file)
    found = [
        calibrated_record(make_record(9, [("cat", votes)]), calibration).foreground[0].confidence
        for votes in range(1, 6)
    ]
    assert len(set(found)) == 1
    assert found[0] == pytest.approx(0.4, abs=0.02)


WEIGHTS = st.fixed_dictionaries(
    {
        feature.name: st.floats(0, 20).map(lambda size, sign=feature.sign: sign * size)  # type: ignore[misc]
        for feature in FEATURES
    }
)


@given(WEIGHTS, st.floats(-50, 50), st.floats(-50, 50))
def test_confidence_lies_within_bounds_and_follows_votes(
    weights: dict[str, float], intercept: float, offset: float
) -> None:
    scores = ConfidenceScores(log_loss=1, expected_calibration_error=1, average_precision=None)
    calibration = Calibration(
        training=Training(
            labels="l", truth="t", include_crowd=True, label_space="s", images=1, judged_labels=1, correct=1
        ),
        cross_validation=CrossValidation(folds=2, before=None, after=scores),
        intercept=intercept,
        weights=weights,
        class_offsets={"cat": offset},
    )

    def confidence(votes: int) -> float:
        label = ClassLabel(id=1, name="cat", votes=votes)
        record = ImageLabels(image_id=1, label_space="s", captions=("x",) * 5, foreground=(label,), background=())
        found = calibrated_record(record, calibration).foreground[0].confidence
        assert found is not None
        return found

    found = [confidence(votes) for votes in range(1, 6)]
    assert found == sorted(found)
    assert LOWEST <= found[0] <= found[-1] <= 1 - LOWEST


def test_apply_changes_the_confidence_of_the_foreground_alone(
    files: tuple[Path, Path], calibration_file: Path, tmp_path: Path
) -> None:
    labels, output = files[0], tmp_path / "calibrated.jsonl"
    summary, damage = apply_calibration(calibration_file, labels, output)
    before, after = list(read_labels(labels)), list(read_labels(output))
    assert [record.foreground[0].confidence for record in after[:5]] == sorted(
        {record.foreground[0].confidence or 0.0 for record in after}
    )
    for old, new in zip(before, after, strict=True):
        assert new.foreground[0].confidence != 0.9
        assert new.foreground[1].confidence != 0.9
        unchanged = [label.model_copy(update={"confidence": 0.9}) for label in new.foreground]
        assert new.model_copy(update={"foreground": tuple(unchanged)}) == old
    assert damage == []
    written = json.loads((tmp_path / "calibrated.jsonl.summary.json").read_text())
    assert written == json.loads(summary.model_dump_json())
    assert (written["status"], written["labels"]) == ("calibrated", str(labels))
    assert written["calibration"]["training"]["truth"] == str(files[1])
    assert (written["calibrated_labels"], written["kept_labels"], written["images"]) == (120, 60, 60)
    assert written["bytes"] == output.stat().st_size


def test_the_summary_names_the_label_space_file(
    files: tuple[Path, Path], calibration_file: Path, tmp_path: Path
) -> None:
    labels, output = tmp_path / "labels.jsonl", tmp_path / "calibrated.jsonl"
    labels.write_bytes(files[0].read_bytes())
    (tmp_path / "labels.jsonl.summary.json").write_text('{"config": {"label_space": "farm.toml"}}')
    apply_calibration(calibration_file, labels, output)
    assert recorded_space_file(output) == Path("farm.toml")


def test_applying_again_changes_nothing(files: tuple[Path, Path], calibration_file: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "once.jsonl", tmp_path / "twice.jsonl"
    apply_calibration(calibration_file, files[0], once)
    apply_calibration(calibration_file, once, twice)
    assert once.read_bytes() == twice.read_bytes()


def test_a_damaged_line_costs_that_line(files: tuple[Path, Path], calibration_file: Path, tmp_path: Path) -> None:
    labels = files[0]
    lines = labels.read_bytes().splitlines(keepends=True)
    labels.write_bytes(b"".join([lines[0], b"{not json\n", *lines[1:]]))
    summary, damage = apply_calibration(calibration_file, labels, tmp_path / "out.jsonl")
    assert (summary.images, summary.damaged_lines, damage[0].line) == (IMAGES, 1, 2)


def test_files_that_do_not_belong_together(
    files: tuple[Path, Path], calibration_file: Path, space_file: Path, tmp_path: Path
) -> None:
    labels, truth = files
    output = tmp_path / "out.jsonl"
    with pytest.raises(UsageError, match="is the label file; writing it would destroy it"):
        apply_calibration(calibration_file, labels, labels)
    with pytest.raises(UsageError, match="got 1 folds, expected 2 or more"):
        fit_calibration(labels, truth, output, label_space=space_file, folds=1)
    with pytest.raises(InputError, match=r"got 60 images .* one for each of 99 folds"):
        fit_calibration(labels, truth, output, label_space=space_file, folds=99)
    with pytest.raises(InputError, match=r"truth\.json: training: expected a value; it is missing"):
        apply_calibration(truth, labels, output)
    content = json.loads(calibration_file.read_text())
    calibration_file.write_text(json.dumps(content | {"weights": {"votes": 1.0}}))
    with pytest.raises(InputError, match=r"weights: got other features .*silent_captions.*Fit again"):
        apply_calibration(calibration_file, labels, output)
    calibration_file.write_text(json.dumps(content))
    labels.write_text(labels.read_text().replace("mini@", "other@"))
    with pytest.raises(InputError, match=r"labels\.jsonl:1: got labels of label space other@.*mini@00000000"):
        apply_calibration(calibration_file, labels, output)
    labels.write_text("")
    with pytest.raises(InputError, match="got no record"):
        apply_calibration(calibration_file, labels, output)
    assert not output.exists()


def test_labels_without_truth_cannot_be_learned_from(
    make_record: MakeRecord, write_files: WriteFiles, space_file: Path, tmp_path: Path
) -> None:
    labels, truth = write_files([make_record(1, [("grass", 2)])], [(1, "cat")])
    with pytest.raises(InputError, match="got no foreground label of an image in the truth"):
        fit_calibration(labels, truth, tmp_path / "c.json", label_space=space_file)


def test_without_confidence_there_is_nothing_to_compare_with(
    make_record: MakeRecord, write_files: WriteFiles, space_file: Path, tmp_path: Path
) -> None:
    files = write_files([make_record(i, [("cat", 1)], None) for i in range(4)], [(1, "cat")])
    calibration = fit_calibration(*files, tmp_path / "c.json", label_space=space_file, folds=2)
    assert calibration.cross_validation.before is None


@given(st.lists(st.integers(0, 30) | st.text(max_size=3), min_size=2, max_size=40), st.integers(2, 5))
def test_folds_keep_images_whole_whatever_the_order(images: list[int | str], folds: int) -> None:
    found = dict(zip(images, image_folds(images, folds).tolist(), strict=True))
    assert [found[image] for image in images] == image_folds(images, folds).tolist()
    assert [found[image] for image in images[::-1]] == image_folds(images[::-1], folds).tolist()
    sizes = [list(found.values()).count(fold) for fold in range(folds)]
    assert max(sizes) - min(sizes) <= 1
