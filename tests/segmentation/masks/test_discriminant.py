"""The linear discriminant between cells of all images, against its textbook form and by hand."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from segmentation.backbones.contract import Cells
from segmentation.masks.discriminant import SHRINKAGE, WEIGHT, CellStatistics, LinearDiscriminant
from segmentation.masks.maps import ScoreMaps
from shared_runtime.errors import InputError


def scores(labels: NDArray[np.int64], ids: tuple[int, ...]) -> ScoreMaps:
    """Maps that are 0.8 where `labels` (h, w) has the class and 0.1 elsewhere."""
    found = np.stack([np.where(labels == class_id, 0.8, 0.1) for class_id in (0, *ids)])
    return ScoreMaps(ids, found.astype(np.float32))


def drawn_cells(seed: int, classes: list[int], shape: tuple[int, int] = (6, 7)) -> tuple[Tensor, ScoreMaps]:
    rng = np.random.default_rng(seed)
    labels = rng.choice(classes, size=shape)
    means = np.array([[0, 0, 0], [3, 0, 1], [0, 2, -1], [1, 1, 1]])
    features = means[labels] + rng.normal(size=(*shape, 3)) * (1, 2, 0.5)
    return torch.from_numpy(features).permute(2, 0, 1).float(), scores(labels, tuple(sorted({*classes} - {0})))


def test_it_is_the_discriminant_of_the_textbook() -> None:
    images = [drawn_cells(0, [0, 1]), drawn_cells(1, [0, 2]), drawn_cells(2, [0, 1, 2], (3, 9))]
    statistics = CellStatistics(3)
    for features, maps in images:
        statistics.add(features, maps)
    found = statistics.discriminant()
    assert found is not None

    cells = np.concatenate([features.flatten(1).T.double().numpy() for features, _ in images])
    classes = np.concatenate([np.array([0, *maps.ids])[maps.scores.argmax(0)].ravel() for _, maps in images])
    means = np.stack([cells[classes == k].mean(axis=0) for k in range(3)])
    within = np.cov((cells - means[classes]).T, bias=True)
    shrunk = within + SHRINKAGE * np.trace(within) / 3 * np.eye(3)
    for k in range(3):
        np.testing.assert_allclose(found.weights[:, k], np.linalg.inv(shrunk) @ means[k], rtol=1e-4)
        np.testing.assert_allclose(found.offsets[k], -means[k] @ np.linalg.inv(shrunk) @ means[k] / 2, rtol=1e-4)


def test_the_order_of_images_is_no_matter() -> None:
    images = [drawn_cells(seed, [0, 1, 3]) for seed in range(4)]
    forwards, backwards = CellStatistics(4), CellStatistics(4)
    for image, other in zip(images, reversed(images), strict=True):
        forwards.add(*image)
        backwards.add(*other)
    one, two = forwards.discriminant(), backwards.discriminant()
    assert one is not None
    assert two is not None
    torch.testing.assert_close(one.weights, two.weights)
    torch.testing.assert_close(one.offsets, two.offsets)


def test_scores_and_probabilities_meet_in_their_geometric_mean() -> None:
    """One feature, two classes; surfaces without any likeness, so that nothing is carried."""
    consensus = LinearDiscriminant(torch.tensor([[0.0, 9.0, 2.0]]), torch.tensor([0.5, 9.0, 0.0]))
    maps = ScoreMaps((2,), np.array([[[0.2, 0.9]], [[0.6, 0.3]]], dtype=np.float32), margin=0.25)
    cells = Cells(torch.tensor([[[1.0, 0.0]]]), torch.zeros(1, 1, 2))
    found = consensus.mixed(maps, cells)
    assert (found.ids, found.margin) == ((2,), 0.25)
    # Class 1 is not in the image, however sure of it the discriminant is.
    logits = np.array([[0.5, 0.5], [2.0, 0.0]])
    likely = np.exp(logits) / np.exp(logits).sum(axis=0)
    own = np.array([[0.25, 0.75], [0.75, 0.25]])
    np.testing.assert_allclose(found.scores[:, 0], own ** (1 - WEIGHT) * likely**WEIGHT, rtol=1e-5)


def test_a_class_without_cells_is_taken_for_the_average() -> None:
    statistics = CellStatistics(4)
    features, maps = drawn_cells(0, [0, 1])
    # Class 3 is a label of the image, yet wins no cell.
    nothing = np.zeros((1, *maps.scores.shape[1:]), dtype=np.float32)
    statistics.add(features, ScoreMaps((1, 3), np.concatenate([maps.scores, nothing])))
    found = statistics.discriminant()
    assert found is not None
    assert torch.isfinite(found.weights).all()
    average = features.flatten(1).mean(dim=1)
    logits = average @ found.weights + found.offsets
    assert logits.argmax() in (2, 3)
    torch.testing.assert_close(logits[2], logits[3])


def test_nothing_seen_is_no_consensus() -> None:
    assert CellStatistics(3).discriminant() is None


def test_features_that_never_vary_are_no_obstacle() -> None:
    statistics = CellStatistics(2)
    statistics.add(torch.zeros(4, 2, 2), scores(np.array([[0, 1], [1, 0]]), (1,)))
    found = statistics.discriminant()
    assert found is not None
    assert torch.isfinite(found.weights).all()


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = LinearDiscriminant(torch.rand(5, 3), torch.rand(3))
    written.save(tmp_path / "consensus.safetensors")
    assert [path.name for path in tmp_path.iterdir()] == ["consensus.safetensors"]
    read = LinearDiscriminant.load(tmp_path / "consensus.safetensors")
    torch.testing.assert_close(read.weights, written.weights, rtol=0, atol=0)
    torch.testing.assert_close(read.offsets, written.offsets, rtol=0, atol=0)


def test_a_file_that_is_none_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "c.safetensors").write_bytes(b"no tensors")
    with pytest.raises(InputError, match="delete it, and it is made again"):
        LinearDiscriminant.load(tmp_path / "c.safetensors")
