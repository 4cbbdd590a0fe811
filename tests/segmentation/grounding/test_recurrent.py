"""SRUs by hand and by a loop, and texts that are filled up."""

import math

import pytest
import torch

from segmentation.grounding.config import TextOptions
from segmentation.grounding.recurrent import RecurrentEncoder, SimpleRecurrentLayer
from segmentation.grounding.words import padded


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def test_a_layer_of_one_channel_by_hand() -> None:
    layer = SimpleRecurrentLayer(1, 1)
    with torch.no_grad():
        layer.project.weight.copy_(torch.tensor([[2.0], [0.5], [-1.0]]))
        layer.bias.copy_(torch.tensor([[0.1], [0.2]]))
        found = layer(torch.tensor([[[1.0], [-3.0]]]))[0, :, 0].tolist()
    forgets, resets = (sigmoid(0.6), sigmoid(-1.4)), (sigmoid(-0.8), sigmoid(3.2))
    first = (1 - forgets[0]) * 2.0
    second = forgets[1] * first + (1 - forgets[1]) * -6.0
    expected = [
        resets[0] * math.tanh(first) + (1 - resets[0]) * 1.0,
        resets[1] * math.tanh(second) + (1 - resets[1]) * -3.0,
    ]
    assert found == pytest.approx(expected, rel=1e-5)


def test_inputs_of_other_channels_are_projected_where_they_are_skipped() -> None:
    layer = SimpleRecurrentLayer(2, 1)
    with torch.no_grad():
        # r is about 0, so that what is skipped is what comes out: the fourth row.
        layer.project.weight.copy_(torch.tensor([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [3.0, -1.0]]))
        layer.bias.copy_(torch.tensor([[0.0], [-50.0]]))
        assert layer(torch.tensor([[[1.0, 2.0], [0.5, 0.0]]]))[0, :, 0].tolist() == pytest.approx([1.0, 1.5])


def test_texts_are_read_alike_alone_and_beside_longer_ones() -> None:
    torch.manual_seed(0)
    encoder = RecurrentEncoder(7, 6, TextOptions(word_channels=4, layers=2, cell="sru"))
    texts = [[2, 3], [4], [5, 6, 2, 3, 4]]
    together = encoder(padded(texts))
    for text, vector in zip(texts, together, strict=True):
        torch.testing.assert_close(vector, encoder(padded([text]))[0])
    together.sum().backward()
    assert all(value.grad is not None and value.grad.any() for value in encoder.parameters())
