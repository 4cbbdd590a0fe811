"""Networks as ONNX files: what onnxruntime makes of them is what torch makes of the network."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")

from segmentation import PredictionOptions, Segmenter
from segmentation.backbones.loading import load_backbone
from segmentation.cli import app
from segmentation.data.targets import Vocabulary
from segmentation.prediction import onnx_export
from segmentation.prediction.onnx_export import HEATMAPS, LOGITS, export_onnx
from segmentation.prediction.opening import open_model
from segmentation.segmenter.config import SegmenterConfig
from segmentation.segmenter.network import SegmentationNetwork
from shared_runtime.errors import CapparseError, ExitCode, InputError
from shared_schemas import load_label_space
from tests.segmentation.backbones.tiny_hub_models import hub_model


def run(path: Path, images: torch.Tensor) -> np.ndarray[Any, Any]:
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"images": images.numpy()})
    return np.asarray(found)


class Untrained:
    """A network with random weights, as a trained one."""

    def __init__(self, backbone: str, **changes: Any) -> None:
        torch.manual_seed(0)
        self.config = SegmenterConfig(backbone=backbone, crop={"size": 64})  # type: ignore[arg-type]
        self.vocabulary = Vocabulary(load_label_space("voc"))
        options = self.config.network.model_copy(update={"head": "linear", **changes})
        weights = "packaged" if backbone.startswith("hf:") else None
        self.network = SegmentationNetwork(load_backbone(backbone, weights), 20, options).eval()
        torch.nn.init.normal_(self.network.head.classifier.weight, std=1)  # type: ignore[union-attr,arg-type]


def test_a_segmenter_takes_all_sizes_that_suit_its_cells(segmenter_run: Path, tmp_path: Path) -> None:
    model: Any = open_model(segmenter_run)
    done = export_onnx(model, tmp_path / "model.onnx")
    assert done.size is None
    assert done.output == LOGITS
    assert done.difference < 1e-3
    for shape in ((1, 3, 33, 65), (3, 3, 129, 41)):
        images = torch.rand(shape) * 255
        with torch.no_grad():
            expected = model.network(images).numpy()
        np.testing.assert_allclose(run(tmp_path / "model.onnx", images), expected, atol=1e-3)


def test_a_localizer_gives_heatmaps(small_run: Any, tmp_path: Path) -> None:
    model: Any = open_model(small_run.run)
    assert export_onnx(model, tmp_path / "model.onnx").output == HEATMAPS
    images = torch.rand(1, 3, 33, 65) * 255
    with torch.no_grad():
        expected = model.network.class_heatmaps(model.network(images).cls, range(1, 81)).numpy()
    np.testing.assert_allclose(run(tmp_path / "model.onnx", images), expected, atol=1e-3)


def test_efficientnets_paddings_suit_every_size(tmp_path: Path) -> None:
    model: Any = Untrained("efficientnet-lite0", propagation=2)
    done = export_onnx(model, tmp_path / "model.onnx")
    assert done.size is None
    images = torch.rand(1, 3, 161, 97) * 255
    with torch.no_grad():
        expected = model.network(images).numpy()
    np.testing.assert_allclose(
        run(tmp_path / "model.onnx", images), expected, atol=1e-4 * max(1, np.abs(expected).max())
    )


def test_transformers_take_one_size(tmp_path: Path) -> None:
    hub_model("vit", tmp_path / "vit")
    model: Any = Untrained(f"hf:{tmp_path / 'vit'}")
    done = export_onnx(model, tmp_path / "model.onnx", size=(48, 80))
    assert done.size == (48, 80)
    images = torch.rand(1, 3, 48, 80) * 255
    with torch.no_grad():
        expected = model.network(images).numpy()
    np.testing.assert_allclose(run(tmp_path / "model.onnx", images), expected, atol=1e-3)
    with pytest.raises(InputError, match="the nearest are 48 × 80"):
        export_onnx(model, tmp_path / "other.onnx", size=(50, 77))


def test_the_file_says_what_it_is(segmenter_run: Path, tmp_path: Path) -> None:
    import onnx

    export_onnx(open_model(segmenter_run), tmp_path / "model.onnx")
    facts = {entry.key: entry.value for entry in onnx.load(tmp_path / "model.onnx").metadata_props}
    assert json.loads(facts["class_names"])[:2] == ["background", "person"]
    assert facts["stride"] == "4"
    assert facts["first_cell"] == "0.0"
    assert float(facts["min_score"]) == PredictionOptions().min_score


def test_a_file_that_differs_is_not_kept(
    segmenter_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_export, "_TOLERANCE", -1.0)
    with pytest.raises(CapparseError, match="nothing was written"):
        export_onnx(open_model(segmenter_run), tmp_path / "model.onnx")
    assert not any(tmp_path.iterdir())


def test_no_file_of_the_model_is_written_over(segmenter_run: Path, tmp_path: Path) -> None:
    Segmenter.from_pretrained(segmenter_run).save_pretrained(tmp_path / "saved")
    names = {segmenter_run: ("run.json", "label_space.json", "metrics.jsonl", "model.safetensors")}
    names[tmp_path / "saved"] = ("config.json", "README.md", "model.safetensors")
    for folder, files in names.items():
        for name in files:
            before = (folder / name).read_bytes()
            call = ["export-onnx", str(folder), "-o", str(folder / name), "--overwrite"]
            refused = CliRunner().invoke(app, call, prog_name="capseg")
            assert refused.exit_code == ExitCode.USAGE
            assert "writing it would destroy it" in refused.stderr
            assert (folder / name).read_bytes() == before


def test_the_command(segmenter_run: Path, tmp_path: Path) -> None:
    def capseg(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="capseg")

    done = capseg("export-onnx", segmenter_run, "-o", tmp_path / "model.onnx")
    assert done.exit_code == ExitCode.OK, done.output
    stride = open_model(segmenter_run).network.backbone.stride
    takes = f"takes images whose sides are of {stride}·k + 1 pixels, such as {20 * stride + 1}"
    assert f"{takes}, gives logits; differs from torch by" in done.stdout
    again = capseg("export-onnx", segmenter_run, "-o", tmp_path / "model.onnx")
    assert again.exit_code == ExitCode.USAGE
    assert "--overwrite" in again.stderr
    sized = capseg(
        "export-onnx", segmenter_run, "-o", tmp_path / "model.onnx", "--size", "33", "65", "--overwrite"
    )
    assert "takes images of 33 × 65 pixels" in sized.stdout
