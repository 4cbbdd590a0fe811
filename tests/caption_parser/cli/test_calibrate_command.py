"""`capparse calibrate`: both steps in a row."""

import json
from pathlib import Path

from typer.testing import CliRunner

from caption_parser.cli import app
from shared_runtime.errors import ExitCode
from shared_schemas import ClassLabel, ImageLabels, LabelSpace, load_label_space, read_labels, write_labels

runner = CliRunner()


def _record(image: int, space: LabelSpace) -> ImageLabels:
    label = ClassLabel(id=space.by_name["dog"].id, name="dog", votes=1 + image % 3, confidence=0.9)
    return ImageLabels(
        image_id=image,
        label_space=space.reference,
        captions=("A caption.",) * 3,
        foreground=(label,),
        background=(),
    )


def test_fit_and_apply(tmp_path: Path) -> None:
    space = load_label_space("coco")
    labels, truth = tmp_path / "labels.jsonl", tmp_path / "truth.json"
    calibration, output = tmp_path / "calibration.json", tmp_path / "out.jsonl"
    write_labels(labels, (_record(image, space) for image in range(12)))
    document = {
        "images": [{"id": image} for image in range(12)],
        "annotations": [{"image_id": image, "category_id": 18} for image in range(12) if image % 3],
        "categories": [{"id": 18, "name": "dog"}],
    }
    truth.write_text(json.dumps(document))

    fitted = runner.invoke(
        app, ["calibrate", "fit", str(labels), "--truth", str(truth), "-o", str(calibration), "--folds", "2"]
    )
    assert fitted.exit_code == ExitCode.OK, fitted.output
    lines = [line.split() for line in fitted.stdout.splitlines()]
    assert ["before", "0.838", "0.233", "0.667"] in lines
    assert any(line[:1] == ["after"] for line in lines)
    assert "fitted on 12 labels of 12 images" in fitted.stderr
    assert "66.7% of them right" in fitted.stderr

    applied = runner.invoke(app, ["calibrate", "apply", str(calibration), str(labels), "-o", str(output)])
    assert (applied.exit_code, applied.stdout) == (ExitCode.OK, "")
    assert "12 labels calibrated by" in applied.stderr
    first, *_, last = (record.foreground[0].confidence or 0.0 for record in read_labels(output))
    assert first < 0.5 < last

    with labels.open("ab") as file:
        file.write(b"[]\n")
    again = ["calibrate", "apply", str(calibration), str(labels), "-o", str(output), "-q"]
    assert "--overwrite to replace it" in runner.invoke(app, again).stderr
    partial = runner.invoke(app, [*again, "--overwrite"])
    assert partial.exit_code == ExitCode.PARTIAL
    assert partial.stderr.startswith(f"left out: {labels}:13: ")


def test_the_group_shows_its_commands() -> None:
    shown = runner.invoke(app, ["calibrate"])
    assert shown.exit_code == ExitCode.OK
    assert "  apply  " in shown.stdout
    for command in ("fit", "apply"):
        assert "Examples:" in runner.invoke(app, ["calibrate", command, "--help"]).stdout
