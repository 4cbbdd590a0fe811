"""Seeded region growing on small maps, and against components found one by one."""

import torch

from segmentation.segmenter.config import GrowingOptions
from segmentation.segmenter.growing import grown

OPTIONS = GrowingOptions(enabled=True)


def test_seeds_spread_to_sure_neighbours_of_their_class() -> None:
    likeliest = torch.tensor([[1, 1, 0, 1, 2]])
    sure = torch.tensor([[0.9, 0.86, 0.995, 0.9, 0.9]])
    seeds = torch.tensor([[[1, 255, 255, 255, 2]]])
    probabilities = torch.stack([torch.where(likeliest == c, sure, (1 - sure) / 2) for c in range(3)])[None]
    # The third pixel belongs to the background, of which there is no seed, and parts the fourth from its class.
    assert grown(seeds, probabilities, OPTIONS).tolist() == [[[1, 1, 255, 255, 2]]]


def test_the_background_asks_for_more() -> None:
    probabilities = torch.tensor([[[[0.98, 0.98]], [[0.02, 0.02]]]])
    seeds = torch.tensor([[[0, 255]]])
    assert grown(seeds, probabilities, OPTIONS).tolist() == [[[0, 255]]]
    looser = GrowingOptions(enabled=True, background=0.98)
    assert grown(seeds, probabilities, looser).tolist() == [[[0, 0]]]


def test_corners_are_neighbours_and_seeds_stay() -> None:
    probabilities = torch.tensor([[[[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]])
    seeds = torch.tensor([[[1, 2], [0, 255]]])
    assert grown(seeds, probabilities, OPTIONS).tolist() == [[[1, 2], [0, 1]]]


def test_it_is_what_components_give() -> None:
    torch.manual_seed(0)
    probabilities = (3 * torch.randn(3, 3, 12, 11)).softmax(dim=1)
    seeds = torch.where(torch.rand(3, 12, 11) < 0.1, torch.randint(0, 3, (3, 12, 11)), 255)
    options = GrowingOptions(enabled=True, background=0.8, foreground=0.7)
    for found, image, labels in zip(grown(seeds, probabilities, options), probabilities, seeds, strict=True):
        assert torch.equal(found, _by_components(image, labels))


def _by_components(probabilities: torch.Tensor, seeds: torch.Tensor) -> torch.Tensor:
    """A search from every seed over pixels of its class."""
    result = seeds.clone()
    height, width = seeds.shape
    for class_id in range(3):
        floor = 0.8 if class_id == 0 else 0.7
        stack = [(int(y), int(x)) for y, x in (seeds == class_id).nonzero()]
        while stack:
            y, x = stack.pop()
            for row in range(max(0, y - 1), min(height, y + 2)):
                for column in range(max(0, x - 1), min(width, x + 2)):
                    here = probabilities[:, row, column]
                    is_new = result[row, column] == 255
                    if is_new and int(here.argmax()) == class_id and float(here[class_id]) >= floor:
                        result[row, column] = class_id
                        stack.append((row, column))
    return result
