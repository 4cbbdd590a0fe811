"""What a segmenter says of images with labels, and the masks that are made of it."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from segmentation.data.masks import read_index_mask
from segmentation.data.targets import ImageTargets
from segmentation.masks.maps import ScoreRules, score_maps
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.scores.contract import Heatmaps, NetworkTraits, Viewing
from segmentation.segmenter import predict
from segmentation.segmenter.config import SegmentationOptions, SegmenterTraining
from segmentation.segmenter.initialise import imagenet_rows
from segmentation.segmenter.losses import CellGrid, MaskLoss, MaskLossOptions
from segmentation.segmenter.network import SegmentationNetwork
from segmentation.segmenter.predict import SegmenterScores
from segmentation.segmenter.task import SegmentationTask
from shared_runtime.errors import ExitCode
from shared_schemas import load_label_space
from tests.segmentation.conftest import SmallRun
from tests.segmentation.localization.pixel_backbone import PixelBackbone
from tests.segmentation.segmenter.conftest import APPLE, Masked, Train


def colours() -> SegmentationNetwork:
    """The logits of the background and of classes 1 to 3 are 0, red, green and blue, each over 100."""
    network = SegmentationNetwork(PixelBackbone(), 3, SegmentationOptions(head="linear")).eval()
    with torch.no_grad():
        network.head.classifier.weight.zero_()
        network.head.classifier.weight[1:, :, 0, 0] = torch.eye(3) / 100
    return network


def image_of(*pixels: tuple[int, int, int]) -> np.ndarray:
    return np.array([pixels], dtype=np.uint8)


def targets(*classes: int) -> ImageTargets:
    return ImageTargets(1, "one.png", Path("one.png"), classes, ())


def test_only_the_classes_of_the_labels_compete() -> None:
    source = SegmenterScores(colours(), torch.device("cpu"), Viewing("original"))
    image = image_of((0, 0, 200), (100, 0, 200))
    found, alone = source.scores([image, image], [targets(1, 3), targets(1)])
    powers = np.exp([[0, 0], [0, 1], [2, 2]])
    expected = powers / powers.sum(axis=0)
    assert found.heatmaps.background is not None
    np.testing.assert_allclose(found.heatmaps.background[0], expected[0], rtol=1e-5)
    np.testing.assert_allclose(found.heatmaps.classes[1][0], expected[1], rtol=1e-5)
    np.testing.assert_allclose(found.heatmaps.classes[3][0], expected[2], rtol=1e-5)
    assert alone.heatmaps.classes.keys() == {1}
    np.testing.assert_allclose(alone.heatmaps.classes[1][0], [0.5, np.e / (1 + np.e)], rtol=1e-5)


def test_a_mirrored_view_changes_nothing_for_a_network_of_single_pixels() -> None:
    image = image_of((0, 10, 200), (100, 0, 250), (3, 7, 77))
    plain, mirrored = (
        SegmenterScores(colours(), torch.device("cpu"), Viewing("original", flip=flip)) for flip in (False, True)
    )
    for one, other in zip(
        plain.scores([image], [targets(1, 2)]), mirrored.scores([image], [targets(1, 2)]), strict=True
    ):
        np.testing.assert_allclose(one.heatmaps.classes[2], other.heatmaps.classes[2], rtol=1e-5)


@pytest.mark.parametrize("window", [1025, 9])
def test_a_mirrored_view_is_of_the_same_resized_pixels(window: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole, and in windows."""
    image = np.random.default_rng(0).integers(256, size=(12, 30, 3), dtype=np.uint8)
    resized: list[object] = []
    resize = predict.resized_part
    monkeypatch.setattr(predict, "resized_part", lambda *of: (resized.append(of), resize(*of))[1])
    counts, found = [], []
    for flip in (False, True):
        viewing = Viewing("original", scales=(1.0, 1.5), flip=flip, window=window)
        (scores,) = SegmenterScores(colours(), torch.device("cpu"), viewing).scores([image], [targets(1, 2)])
        found.append(scores.heatmaps.classes[1])
        counts.append(len(resized))
    assert counts[1] == 2 * counts[0]
    np.testing.assert_allclose(*found, atol=1e-5)


def test_probabilities_become_scores_as_they_are() -> None:
    row = np.array([[0.2, 0.7]], dtype=np.float32)
    maps = score_maps(Heatmaps({5: row, 2: row / 2}, {}, 0.5, 1 - 1.5 * row), 80, ScoreRules(alpha=8.0))
    assert (maps.ids, maps.margin) == ((2, 5), 0.5)
    np.testing.assert_array_equal(maps.scores, [1 - 1.5 * row, row / 2, row])


def test_options_suit_a_network_that_knows_the_background() -> None:
    traits = NetworkTraits("resnet50", True, 321, attributes=False, background=False, own_background=True)
    resolved = MaskOptions().resolved(traits)
    assert (resolved.input_size, resolved.propagation, resolved.consensus) == (321, 0, False)
    assert not MaskOptions(consensus=True).resolved(traits).consensus


def test_masks_are_made_of_a_segmenter_as_of_a_localizer(
    masked: Masked, train: Train, small_run: SmallRun, tmp_path: Path
) -> None:
    trained = ("--epochs", "40", "--learning-rate", "0.03", "--set", "network.dropout=0")
    assert train(masked, "run", *trained, "--set", "network.head=linear").exit_code == ExitCode.OK
    inputs = MaskInputs(tmp_path / "run", [small_run.images], small_run.labels)
    options = MaskOptions(refine=Refinement.NONE, input_size="original", presence=0.5)
    made = make_masks(inputs, tmp_path / "made", options)
    assert (made.counts.written, made.counts.rejected) == (4, [])
    assert '"presence": 0.5' in (tmp_path / "made" / "run.json").read_text()
    for number in range(1, 5):
        true, found = (
            read_index_mask(folder / f"{number:012}.png", 81) == APPLE
            for folder in (masked.masks, tmp_path / "made")
        )
        assert (true & found).sum() / (true | found).sum() > 0.7


def test_rows_start_as_those_of_imagenet() -> None:
    space = load_label_space("coco")
    classifier = torch.randn(1000, 4)
    rows = imagenet_rows(classifier, space)
    assert rows.shape == (80, 4)
    zebra = space.by_name["zebra"].id - 1
    torch.testing.assert_close(rows[zebra], classifier[340] - classifier.mean(dim=0))
    unknown = [label.name for label, row in zip(space.foreground, rows, strict=True) if not row.any()]
    assert unknown == ["fire hydrant", "frisbee", "skateboard"]


@pytest.mark.parametrize("head", ["aspp", "linear"])
def test_every_parameter_learns_at_its_own_rate(head: str) -> None:
    """DeepLab v2: ten times the rate for the last layer, and twenty times for its bias."""
    backbone = PixelBackbone()
    backbone.layer = nn.Linear(2, 2)
    network = SegmentationNetwork(backbone, 3, SegmentationOptions(head=head, channels=4))
    loss = MaskLoss(MaskLossOptions(), CellGrid(1))
    groups = SegmentationTask(network, loss, SegmenterTraining()).parameter_groups()
    rates = {id(parameter): group.rate_factor for group in groups for parameter in group.parameters}
    assert len(rates) == len(list(network.parameters()))
    for name, parameter in network.named_parameters():
        last_bias = name.endswith(("fc8.bias", "classifier.bias"))
        assert rates[id(parameter)] == (20 if last_bias else 1 if name.startswith("backbone.") else 10), name
