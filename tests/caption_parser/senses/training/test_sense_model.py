import math
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("torch")

import torch

from caption_parser.senses.training.batches import batch_order, collate
from caption_parser.senses.training.sense_model import SenseModel, SenseRows, freeze, sense_loss
from caption_parser.senses.training.texts import TrainingText, TrainingWord
from caption_parser.senses.training.vectors import initial_vectors

ROWS = SenseRows(synsets=(10, 20), rows=((0, 2), (1, 3)), n_rows=4)
INDEX = {10: 0, 20: 1}


class Lookup(torch.nn.Module):
    """Each token id has a vector, whatever stands around it."""

    def __init__(self, vectors: list[list[float]]) -> None:
        super().__init__()
        self.table = torch.nn.Parameter(torch.tensor(vectors))

    def forward(self, input_ids: Any, attention_mask: Any) -> Any:
        return SimpleNamespace(last_hidden_state=self.table[input_ids] * attention_mask.unsqueeze(-1))


def word(start: int, end: int, gold: int, counts: tuple[int, int] = (0, 0)) -> TrainingWord:
    return TrainingWord(start, end, (10, 20), (gold,), counts)


def test_logits_are_scaled_cosines_and_priors() -> None:
    encoder = Lookup([[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]])
    model = SenseModel(encoder, torch.tensor([[1.0, 0.0], [0.6, 0.8]]), ROWS)
    texts = [
        TrainingText((1, 2), (word(0, 1, 0, (3, 1)),), natural=True),
        TrainingText((1, 2, 1), (word(0, 2, 1, (3, 1)),), natural=False),
    ]
    logits = model(collate(texts, INDEX))
    prior = [0.4 * math.log(3.5) + 0.3, 0.4 * math.log(1.5) + 0.15]
    diagonal = math.sqrt(0.5)
    assert logits[0].tolist() == pytest.approx([20 + prior[0], 20 * 0.6 + prior[1]], abs=1e-5)
    # The mean of both subtokens; WordNet's texts have no prior.
    assert logits[1].tolist() == pytest.approx([20 * diagonal, 20 * (0.6 + 0.8) * diagonal], abs=1e-5)


def test_loss_is_the_mean_surprise_at_any_right_sense() -> None:
    logits = torch.tensor([[0.0, 0.0, 0.0], [math.log(3.0), 0.0, torch.finfo(torch.float32).min]])
    is_gold = torch.tensor([[True, True, False], [False, True, False]])
    assert sense_loss(logits, is_gold).item() == pytest.approx((math.log(3 / 2) + math.log(4)) / 2)


def test_shared_rows_move_both_senses() -> None:
    shared = SenseRows(synsets=(10, 20), rows=((0, 2), (1, 2)), n_rows=4)
    model = SenseModel(Lookup([[1.0, 0.0]]), torch.eye(2), shared)
    with torch.no_grad():
        model.vectors.weight[2] = torch.tensor([1.0, 0.0])
    assert model.sense_vectors(torch.tensor([0, 1])).tolist() == [
        pytest.approx([1.0, 0.0]),
        pytest.approx([math.sqrt(0.5)] * 2),
    ]


def test_initial_vectors_mix_occurrences_with_mapped_glosses() -> None:
    occurrences = [TrainingText((1,), (word(0, 1, 0), word(0, 1, 0)), natural=True)]
    glosses = [
        TrainingText((2,), (word(0, 1, 0),), natural=False),
        TrainingText((3,), (word(0, 1, 1),), natural=False),
    ]
    vectors = {1: [[1.0, 0.0], [1.0, 0.0]], 2: [[0.0, 1.0]], 3: [[0.6, 0.8]]}

    def word_vectors(texts: Any) -> Any:
        return torch.tensor([vector for text in texts for vector in vectors[text.token_ids[0]]])

    seen, _ = initial_vectors(occurrences, glosses, INDEX, word_vectors, gloss_weight=0.0)
    assert seen.tolist() == pytest.approx([1.0, 0.0])
    # All that the regression has seen is that glosses lie where the first axis points.
    _, unseen = initial_vectors(occurrences, glosses, INDEX, word_vectors, gloss_weight=2.0)
    assert unseen.tolist() == pytest.approx([1.0, 0.0])


def test_batches_hold_every_text_once_within_their_size() -> None:
    import random

    lengths = [5, 1, 9, 3, 3, 12, 2]
    for rng in (None, random.Random(0)):
        batches = batch_order(lengths, 10, rng)
        assert sorted(index for batch in batches for index in batch) == list(range(7))
        assert all(len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= 10 for batch in batches)
    assert batch_order(lengths, 10) == [[1, 6, 3], [4, 0], [2], [5]]


@pytest.mark.parametrize(("how", "trained"), [("none", "ehabcd"), ("partial", "hcd"), ("all", "")])
def test_frozen_parts(how: Any, trained: str) -> None:
    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embeddings = torch.nn.Linear(1, 1, bias=False)
            self.layer = torch.nn.ModuleList(torch.nn.Linear(1, 1, bias=False) for _ in range(4))
            self.head = torch.nn.Linear(1, 1, bias=False)

    encoder = Encoder()
    freeze(encoder, how)
    letter = {"embeddings": "e", "head": "h"} | {f"layer.{number}": "abcd"[number] for number in range(4)}
    found = [letter[name.removesuffix(".weight")] for name, p in encoder.named_parameters() if p.requires_grad]
    assert sorted(found) == sorted(trained)
