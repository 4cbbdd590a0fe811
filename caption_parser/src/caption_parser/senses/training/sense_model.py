"""The network: an encoder, a table of sense vectors some rows of which senses share, and the prior."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (the name that the field uses)

from caption_parser.lexicon import Lexicon
from caption_parser.senses.frequency import FrequencyPrior
from caption_parser.senses.training.batches import Batch
from caption_parser.senses.training.options import Freeze, TrainingOptions

SHARED_HYPERNYMS = 3


@dataclass(frozen=True, slots=True)
class SenseRows:
    """Rows of a table: one per synset, then the shared ones, then one that stays zero.

    The vector of a synset is the sum of its rows: what training learns of one sense reaches its sisters
    through the row of their hypernym (the idea of the structured logits of EWISER, Bevilacqua & Navigli 2020).
    """

    synsets: tuple[int, ...]
    """The synset of each row of its own, ascending."""
    rows: tuple[tuple[int, ...], ...]
    """Per synset, all of its rows, filled up to the same number with the row that stays zero."""
    n_rows: int

    @property
    def zero_row(self) -> int:
        """The last row."""
        return self.n_rows - 1


def build_sense_rows(synsets: Iterable[int], lexicon: Lexicon) -> SenseRows:
    """Rows for `synsets`, their nearest hypernyms (first parents) and their lexicographer files."""
    own = tuple(sorted(set(synsets)))
    shared: dict[int | str, int] = {}
    rows = []
    for row, synset in enumerate(own):
        sharing: list[int | str] = [synset, *_first_parents(synset, lexicon), lexicon.lexname(synset)]
        rows.append([row, *(shared.setdefault(one, len(own) + len(shared)) for one in sharing)])
    zero_row = len(own) + len(shared)
    width = max(map(len, rows), default=0)
    filled = tuple(tuple(of_synset + [zero_row] * (width - len(of_synset))) for of_synset in rows)
    return SenseRows(own, filled, zero_row + 1)


def _first_parents(synset: int, lexicon: Lexicon) -> list[int]:
    parents: list[int] = []
    above: Sequence[int] = lexicon.hypernyms(synset) or lexicon.instance_hypernyms(synset)
    while above and len(parents) < SHARED_HYPERNYMS:
        parents.append(above[0])
        above = lexicon.hypernyms(above[0])
    return parents


INITIAL_SCALE = 20.0
INITIAL_PRIOR = FrequencyPrior(count_weight=0.4, rank_weight=0.3, smoothing=0.5)

_WEIGHT_DECAY = 0.01
_SPARSE_BETAS = (0.9, 0.99)


class SenseModel(nn.Module):
    """logit(s) = scale · cos(h, Σ rows(s)) + prior(s); see `EncoderDisambiguator`.

    The weight of the counts is learned; that of the rank is not: WordNet's order comes from the very counts
    that the training corpus gives, which would teach it to trust the order too much.
    """

    rows: Tensor

    def __init__(self, encoder: nn.Module, initial_vectors: Tensor, sense_rows: SenseRows) -> None:
        """`initial_vectors`: (S, D), one per synset of `sense_rows`; shared rows begin at zero."""
        super().__init__()
        self.encoder = encoder
        n_senses, dimension = initial_vectors.shape
        self.vectors = nn.Embedding(sense_rows.n_rows, dimension, padding_idx=sense_rows.zero_row, sparse=True)
        with torch.no_grad():
            self.vectors.weight.zero_()
            self.vectors.weight[:n_senses] = initial_vectors
        self.register_buffer("rows", torch.tensor(sense_rows.rows, dtype=torch.long), persistent=False)
        self.log_scale = nn.Parameter(torch.tensor(math.log(INITIAL_SCALE)))
        self.count_weight = nn.Parameter(torch.tensor(INITIAL_PRIOR.count_weight))

    def forward(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """Logits (W, K), the least number of float32 where there is no candidate."""
        words = encode_words(self.encoder, batch, bfloat16=bfloat16)
        distinct, position = torch.unique(batch.candidates, return_inverse=True)
        senses = self.sense_vectors(distinct)
        cosines = torch.einsum("wd,wkd->wk", words, senses[position])
        ranks = torch.arange(1, batch.candidates.shape[1] + 1)
        prior = (
            self.count_weight * (batch.counts + INITIAL_PRIOR.smoothing).log() + INITIAL_PRIOR.rank_weight / ranks
        )
        logits = self.log_scale.exp() * cosines + batch.natural * prior
        return logits.masked_fill(~batch.is_candidate, torch.finfo(logits.dtype).min)

    def loss(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """`sense_loss`, where the candidates of a word compete."""
        return sense_loss(self(batch, bfloat16=bfloat16), batch.is_gold)

    def optimizers(self, options: TrainingOptions) -> dict[str, torch.optim.Optimizer]:
        """AdamW for the encoder, the scale and the prior; sparse Adam for the vectors: few move in a step."""
        head = {"params": [self.log_scale, self.count_weight], "lr": options.vector_lr, "weight_decay": 0.0}
        vectors = self.vectors.parameters()
        return {
            "dense": torch.optim.AdamW([*encoder_groups(self.encoder, options), head]),
            "sparse": torch.optim.SparseAdam(vectors, lr=options.vector_lr, betas=_SPARSE_BETAS),
        }

    def metrics(self) -> dict[str, float]:
        """What the training log says beside the loss."""
        return {"scale": self.log_scale.exp().item(), "count_weight": self.count_weight.item()}

    def sense_vectors(self, senses: Tensor) -> Tensor:
        """Unit vectors (n, D) of some senses, given as indices into `SenseRows.synsets`."""
        return F.normalize(self.vectors(self.rows[senses]).sum(dim=-2), dim=-1)

    def prior(self) -> FrequencyPrior:
        """The prior as it has been learned."""
        return INITIAL_PRIOR.model_copy(update={"count_weight": self.count_weight.item()})


def encode_words(encoder: nn.Module, batch: Batch, *, bfloat16: bool = False) -> Tensor:
    """Unit vectors (W, D) float32 of a batch's words."""
    if batch.words is not None:
        return batch.words
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bfloat16):
        hidden: Tensor = encoder(input_ids=batch.token_ids, attention_mask=batch.mask).last_hidden_state
    of_word = hidden.float()[batch.text_of_word]
    return F.normalize(torch.einsum("wn,wnd->wd", batch.pooling, of_word), dim=-1)


def sense_loss(logits: Tensor, is_gold: Tensor) -> Tensor:
    """Mean over the words of -ln P(one of the right senses)."""
    right = logits.masked_fill(~is_gold, torch.finfo(logits.dtype).min).logsumexp(dim=-1)
    return (logits.logsumexp(dim=-1) - right).mean()


def freeze(encoder: nn.Module, how: Freeze) -> None:
    """Exclude a part of the encoder from training."""
    parameters: Sequence[Any] = [*encoder.named_parameters()]
    layers = sorted({number for name, _ in parameters if (number := _layer_number(name)) is not None})
    lower_half = set(layers[: len(layers) // 2])
    for name, parameter in parameters:
        number = _layer_number(name)
        if how == "all" or (how == "partial" and (number in lower_half or "embedding" in name)):
            parameter.requires_grad_(False)


def encoder_groups(encoder: nn.Module, options: TrainingOptions) -> list[dict[str, Any]]:
    """What of an encoder is trained, as groups for AdamW: weights decay, biases and normalizations do not."""
    trained = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in trained if p.dim() > 1], "lr": options.encoder_lr, "weight_decay": _WEIGHT_DECAY},
        {"params": [p for p in trained if p.dim() <= 1], "lr": options.encoder_lr, "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def _layer_number(name: str) -> int | None:
    """Of `encoder.layer.3.output.dense.weight`: 3."""
    return next((int(part) for part in name.split(".") if part.isdigit()), None)
