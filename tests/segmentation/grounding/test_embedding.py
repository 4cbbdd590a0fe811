"""A visual-semantic embedding piece by piece: words, texts of any length, heatmaps by a loop, the loss by hand."""

import pytest
import torch
from torch.nn import functional

from segmentation.backbones.loading import load_backbone
from segmentation.grounding.config import GroundingOptions, TextOptions, TripletOptions
from segmentation.grounding.losses import pair_cosines, triplet_loss
from segmentation.grounding.network import GroundingNetwork
from segmentation.grounding.words import UNKNOWN, WordTable, padded

TEXTS = ["A dog's bone.", "the dog on grass", "grass", "Grass, and grass"]
OPTIONS = GroundingOptions(dimension=6, top=2, dropout=0.0, text=TextOptions(word_channels=4, layers=2))


@pytest.fixture
def network() -> GroundingNetwork:
    torch.manual_seed(0)
    return GroundingNetwork(load_backbone("tiny"), WordTable.of_texts(TEXTS, 1), OPTIONS).eval()


def test_words_are_those_of_enough_texts_and_come_back_from_a_tensor() -> None:
    words = WordTable.of_texts(TEXTS, 2)
    assert words.words == ("grass",)  # three texts have it; "dog's" is another word than "dog"
    every = WordTable.of_texts(TEXTS, 1)
    assert every.words == ("and", "bone", "dog", "dog's", "grass", "on")
    assert WordTable.from_tensor(every.tensor()).words == every.words
    assert every.token_ids("The Dog!") == [2 + 2]
    assert every.token_ids("zebra grass") == [UNKNOWN, 2 + 4]
    assert every.token_ids("…") == [UNKNOWN]
    assert WordTable.from_tensor(WordTable(()).tensor()).words == ()


def test_a_text_is_read_alike_alone_and_beside_longer_ones(network: GroundingNetwork) -> None:
    words = WordTable.from_tensor(network.get_buffer("vocabulary"))
    numbers = [words.token_ids(text) for text in TEXTS]
    together = network.embed(padded(numbers))
    for text, vector in zip(numbers, together, strict=True):
        # The oracle reads word by word, without padding.
        state = None
        encoder = network.text_encoder
        for number in text:
            _, state = encoder.reader(encoder.words(torch.tensor([[number]])), state)
        assert state is not None
        torch.testing.assert_close(vector, functional.normalize(state[-1, 0], dim=0))


def test_heatmaps_are_sums_over_the_largest_positive_channels(network: GroundingNetwork) -> None:
    features = torch.randn(network.backbone.channels, 2, 3)
    vectors = torch.tensor([[0.1, -0.9, 0.8, 0.3, 0.0, 0.2], [-0.5, 0.6, -0.1, -0.2, -0.3, -0.4]])
    maps = network.heatmaps(features, vectors)
    weights, bias = network.project.weight[:, :, 0, 0], network.project.bias
    assert bias is not None
    for text, channels in enumerate([(2, 3), (1,)]):
        for row in range(2):
            for column in range(3):
                cell = network.affine.weight @ (weights @ features[:, row, column] + bias)
                expected = sum(vectors[text, channel] * cell[channel] for channel in channels)
                torch.testing.assert_close(maps[text, row, column], expected)
    assert network.heatmaps(features, vectors[:0]).shape == (0, 2, 3)


def test_the_loss_is_that_of_the_nearest_foreign_pair() -> None:
    images = torch.eye(3)
    texts = torch.tensor([[0.8, 0.6, 0.0], [0.7, 0.71, 0.0], [0.0, 0.0, 1.0]])
    foreign = ~torch.eye(3, dtype=torch.bool)
    # Cosines by row, an image against all texts: (.8, .7, 0), (.6, .71, 0), (0, 0, 1); the margin is .2.
    by_images = [0.2 - 0.8 + 0.7, 0.2 - 0.71 + 0.6, 0.0]
    by_texts = [0.0, 0.2 - 0.71 + 0.7, 0.0]
    found = triplet_loss(pair_cosines(images, texts), foreign, TripletOptions())
    assert found.item() == pytest.approx((sum(by_images) + sum(by_texts)) / 3)
    every = triplet_loss(pair_cosines(images, texts), foreign, TripletOptions(negatives="all"))
    # Two foreign ones each, of which the third pair's lie beyond the margin.
    assert every.item() == pytest.approx((sum(by_images) + sum(by_texts)) / 2 / 3)
    # A text that reads the same is no foreign one.
    foreign[0, 1] = foreign[1, 0] = False
    assert triplet_loss(pair_cosines(images, texts), foreign, TripletOptions()).item() == 0
