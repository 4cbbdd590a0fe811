"""`capseg experiments run`: the printed commands on given files, and the row that comes of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.experiments.catalog import find_experiment
from segmentation.experiments.experiment import Experiment
from segmentation.workflow.experiments import (
    ExperimentData,
    ExperimentRow,
    commands_on,
    read_rows,
    run_experiment,
    synthetic_data,
)
from shared_runtime.errors import ExitCode, InputError, UsageError
from shared_schemas import load_label_space

DATA = ExperimentData(
    Path("train"),
    Path("captions.json"),
    Path("instances.json"),
    Path("val"),
    Path("val.json"),
    Path("resnet50.pth"),
    Path("vgg16.pth"),
)
SCORES = json.dumps({"miou": 0.25, "precision": 0.5, "recall": 0.125})


def test_words_in_capitals_become_files(tmp_path: Path) -> None:
    label, localizer, masks, train, predict, evaluate = commands_on(
        find_experiment("table6-full-segmenter"), DATA, tmp_path
    )
    assert label == ["capparse", "label", "captions.json", "-o", f"{tmp_path}/labels.jsonl", "--mode", "paper"]
    assert localizer[:6] == [
        "capseg",
        "train-localizer",
        "--images",
        "train",
        "--labels",
        f"{tmp_path}/labels.jsonl",
    ]
    assert localizer[-2:] == ["--weights", "resnet50.pth"]
    assert train[-2:] == ["--weights", "vgg16.pth"]
    assert masks[2] == f"{tmp_path}/localizer"
    assert train[4:8] == ["--masks", f"{tmp_path}/masks", "-o", f"{tmp_path}/run"]
    assert predict[2:] == ["val", "-o", f"{tmp_path}/predicted", "--model", f"{tmp_path}/run"]
    assert evaluate[2:] == [f"{tmp_path}/predicted", "--truth", "val.json", "--json"]
    capitals = {word for command in (label, localizer, masks, train, predict, evaluate) for word in command}
    assert not {word for word in capitals if word.isupper() and len(word) > 2}


def test_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    bare = ExperimentData(Path("train"), Path("captions.json"), Path("instances.json"))
    for name, option in (("table6-full", "--weights"), ("lite0-segmenter", "--val-images")):
        with pytest.raises(UsageError, match=rf"^{name} needs [A-Z_]+\. Give {option}$"):
            list(commands_on(find_experiment(name), bare, tmp_path))


def test_tables_of_tseg_take_a_language_model_and_data_sets(tmp_path: Path) -> None:
    experiment = find_experiment("tseg-table2e-coco")
    bare = ExperimentData(Path("train"), val_images=Path("val"), checkpoint=Path("vit.pth"))
    with pytest.raises(
        UsageError, match=r"needs REFER/refcoco/refs\(unc\)\.p\. Give --data-sets, a folder with REF"
    ):
        list(commands_on(experiment, bare, tmp_path))
    with pytest.raises(UsageError, match=r"needs BERT_SMALL\. Give --text-encoder$"):
        list(commands_on(experiment, replace(bare, data_sets=Path("sets")), tmp_path))
    given = replace(bare, data_sets=Path("sets"), text_encoder=Path("bert"))
    boxes, weak, evaluate = commands_on(experiment, given, tmp_path)
    assert boxes[boxes.index("--truth") + 1] == "sets/REFER/refcoco/refs(unc).p"
    assert weak[weak.index("--truth") + 1] == "sets/PHRASECUT/refer_train.json"
    assert weak[weak.index("--text-encoder") + 1] == "bert"
    assert f"start={tmp_path}/first-run" in weak
    assert evaluate[evaluate.index("--truth") + 1] == "sets/PHRASECUT/refer_val.json"


def test_small_tables_take_a_language_model_in_the_place_of_the_packaged_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings: list[Sequence[str]] = []

    def run(experiment: Experiment, data: ExperimentData, output: Path, **_: object) -> ExperimentRow:
        trainings.extend(command for command in commands_on(experiment, data, output) if "train" in command)
        return ExperimentRow(experiment=experiment.name, miou=0.2, seconds=1)

    monkeypatch.setattr("segmentation.workflow.experiments.run_experiment", run)
    monkeypatch.setattr("segmentation.workflow.experiments.write_world", lambda *_, **__: None)
    name = "synthetic-tseg-table2e-pretrained"
    for given, expected in (([], [False, False]), (["--text-encoder", "bert"], [True, True])):
        trainings.clear()
        found = CliRunner().invoke(app, ["experiments", "run", name, "-o", str(tmp_path), *given])
        assert found.exit_code == 0, found.output
        assert ["bert" in command for command in trainings] == expected


def test_commands_are_run_in_order_and_their_row_is_written(tmp_path: Path) -> None:
    seen: list[str] = []

    def run(command: Sequence[str]) -> str:
        seen.append(command[1])
        if command[1] == "label":
            Path(command[command.index("-o") + 1]).write_text("")
        return SCORES if command[1] == "evaluate" else ""

    experiment = find_experiment("table11-1e-2-warmup")
    row = run_experiment(experiment, DATA, tmp_path / "one", run=run)
    assert seen == ["label", "train-localizer", "make-masks", "train-segmenter", "predict", "evaluate"]
    assert (row.miou, row.precision, row.recall) == (0.25, 0.5, 0.125)
    assert row.paper == "Table 11, 1e-2-warmup: mIoU 0.357, precision 0.560, recall 0.497"
    assert row.line().startswith("| `table11-1e-2-warmup` | 0.250 / 0.500 / 0.125 | Table 11")
    again = run_experiment(experiment, DATA, tmp_path / "one", run=run)
    assert seen[6:] == seen[1:6]  # labels are there
    assert read_rows(tmp_path) == [again]
    lines = tmp_path / "rows.jsonl"
    lines.write_text(f"{row.model_dump_json()}\n{again.model_dump_json()}\n")
    assert read_rows(lines) == [row, again]
    page = CliRunner().invoke(app, ["experiments", "page", str(lines)])
    assert page.exit_code == ExitCode.OK, page.stderr
    said = "| `table11-1e-2-warmup` | s .357 / .560 / .497 | s .250 / .500 / .125 | train, val.json |"
    assert said in page.stdout.splitlines()
    assert "--val-truth instances_val2014.json --weights BACKBONE.pth --segmenter-weights vgg16.pth" in page.stdout
    (tmp_path / "one" / "row.json").write_text("{}")
    with pytest.raises(InputError, match="not the row of an experiment"):
        read_rows(tmp_path)


def test_labels_of_other_captions_are_not_taken(tmp_path: Path) -> None:
    seen: list[str] = []

    def run(command: Sequence[str]) -> str:
        seen.append(command[1])
        if command[1] in ("label", "truth-labels"):
            Path(command[command.index("-o") + 1]).write_text("")
        return SCORES

    def captions(name: str, text: str) -> ExperimentData:
        (tmp_path / name).write_text(text)
        return replace(DATA, captions=tmp_path / name)

    experiment, output = find_experiment("lite0-224"), tmp_path / "out"
    run_experiment(experiment, captions("one.json", "a dog"), output, run=run)
    # The same captions at another place.
    run_experiment(experiment, captions("two.json", "a dog"), output, run=run)
    assert seen.count("label") == 1
    row = (output / "row.json").read_bytes()
    with pytest.raises(UsageError, match=r"labels that were made from other files \(CAPTIONS\)"):
        run_experiment(experiment, captions("two.json", "a cat"), output, run=run)
    with pytest.raises(UsageError, match="labels that were made by another command"):
        run_experiment(find_experiment("lite0-224-ground-truth"), DATA, output, run=run)
    assert (output / "row.json").read_bytes() == row
    # As earlier versions left them, and as a full disk does.
    for damage in (None, "", "{", "[]", '{"command": "capparse label", "files": 3}'):
        (output / "labels.jsonl.made-from.json").unlink(missing_ok=True)
        if damage is not None:
            (output / "labels.jsonl.made-from.json").write_text(damage)
        run_experiment(experiment, captions("two.json", "a cat"), output, run=run)
    assert seen.count("label") == 1


def test_annotated_classes_are_read_once(tmp_path: Path) -> None:
    seen: list[str] = []

    def run(command: Sequence[str]) -> str:
        seen.append(command[1])
        if command[1] == "truth-labels":
            Path(command[command.index("-o") + 1]).write_text("")
        return SCORES

    for _ in range(2):
        run_experiment(find_experiment("lite0-224-ground-truth"), DATA, tmp_path, run=run)
    assert seen[:4] == ["truth-labels", "train-localizer", "make-masks", "evaluate"]
    assert seen[4:] == seen[1:4]


def test_worlds_are_drawn_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from segmentation.workflow import experiments as module

    monkeypatch.setattr(module, "_WORLD_IMAGES", 3)
    monkeypatch.setattr(module, "_VAL_IMAGES", 2)
    data = synthetic_data(tmp_path)
    assert (len(list(data.images.iterdir())), len(list(data.val_images.iterdir()))) == (3, 2)
    assert data.images.joinpath("000001.png").read_bytes() != data.val_images.joinpath("000001.png").read_bytes()
    assert synthetic_data(tmp_path) == data


def test_a_transfer_is_scored_on_another_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from segmentation.workflow import experiments as module

    monkeypatch.setattr(module, "_WORLD_IMAGES", 1)
    monkeypatch.setattr(module, "_VAL_IMAGES", 2)
    data = synthetic_data(tmp_path, other=True)
    *_, predict, evaluate = commands_on(find_experiment("synthetic-table7-full"), data, tmp_path)
    other, own = str(tmp_path / "other-world"), str(tmp_path / "world/label_space.json")
    assert predict[2:3] + predict[-2:] == [f"{other}/images", "--only-classes-of", f"{other}/label_space.json"]
    assert evaluate[3:] == [
        *("--truth", f"{other}/instances.json", "--label-space", f"{other}/label_space.json"),
        *("--masks-label-space", own, "--json"),
    ]
    assert [label.name for label in load_label_space(data.target).foreground] == ["boat", "car", "dog"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "synthetic-segmenter-full"), "needs a folder. Give -o OUT"),
        (("run", "table6-full", "-o", "OUT"), "needs data. Give --images, --captions and --truth"),
        (("run", "tseg-full-refcoco", "-o", "OUT"), "Give --images, --weights, --text-encoder and --data-sets"),
        (("run",), "expected NAME, run NAME -o OUT, or page ROWS"),
        (("run", "table6-ful", "-o", "OUT"), "Did you mean 'table6-full'?"),
    ],
)
def test_what_is_wrong_is_told(words: Sequence[str], message: str) -> None:
    refused = CliRunner().invoke(app, ["experiments", *words])
    assert refused.exit_code == ExitCode.USAGE
    assert message in refused.stderr


def test_a_row_without_a_figure_in_the_paper() -> None:
    row = ExperimentRow(experiment="lite0-segmenter", miou=0.2, precision=0.3, recall=0.4, seconds=12.4)
    assert row.line() == "| `lite0-segmenter` | 0.200 / 0.300 / 0.400 |  | 12 |"
