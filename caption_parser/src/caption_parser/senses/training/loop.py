"""The training loop: seeded, resumable, with a line of metrics now and then."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from caption_parser.senses.training.batches import Batch, batch_order, collate
from caption_parser.senses.training.checkpoint import METRICS, load_checkpoint, save_checkpoint
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.texts import TrainingText

STEPS_PER_METRIC = 50
STEPS_PER_CHECKPOINT = 200
LAST_LR = 0.02
"""The learning rates fall linearly to this share of their peak."""

_GRADIENT_NORM = 1.0


ShowProgress = Callable[[int, int, float], None]
"""Called with the step, the number of steps, and the mean loss since the last call."""


class Network(Protocol):
    """What the loop asks of the module that it trains."""

    encoder: nn.Module

    def loss(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """The mean over the words of a batch."""
        ...

    def optimizers(self, options: TrainingOptions) -> dict[str, torch.optim.Optimizer]:
        """For all that is trained, by the name in the checkpoint; the learning rates are the peak ones."""
        ...

    def metrics(self) -> dict[str, float]:
        """What the log says beside the loss."""
        ...

    def train(self) -> object:
        """Switch to training."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to resume."""
        ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> object:
        """Take up a state."""
        ...


class TrainingTexts(NamedTuple):
    """What an epoch is made of: all of `always`, and a share of `sampled` that is drawn anew in each."""

    always: Sequence[TrainingText]
    sampled: Sequence[TrainingText]


class EncodedTexts:
    """The unit vector of every word of some texts."""

    def __init__(self, texts: Sequence[TrainingText], vectors: Tensor) -> None:
        """`vectors`: (W, D) float32, the words of all texts in order."""
        self._vectors = vectors
        # By identity: the texts live as long as the training, and to hash them takes as long as to encode some.
        self._first: dict[int, int] = {}
        words = 0
        for text in texts:
            self._first[id(text)] = words
            words += len(text.words)

    def words_of(self, texts: Sequence[TrainingText]) -> Tensor:
        """(W, D): the words of a batch of these texts, in order."""
        firsts = ((self._first[id(text)], len(text.words)) for text in texts)
        return self._vectors[[row for first, count in firsts for row in range(first, first + count)]]


def run_training(
    model: Network,
    texts: TrainingTexts,
    index_of_synset: dict[int, int],
    options: TrainingOptions,
    folder: Path,
    *,
    encoded: EncodedTexts | None = None,
    show: ShowProgress = lambda _step, _steps, _loss: None,
    stop_after: int | None = None,
) -> bool:
    """Train `model` in place, from the checkpoint in `folder` if there is one; True when it is done.

    The same options, texts and seed give the same weights on the same machine, interrupted or not.
    `encoded`: what a frozen encoder says of `texts`, which is then not asked again.
    `stop_after`: leave off behind that step, with a checkpoint.

    Raises UsageError if the checkpoint belongs to other options.
    """
    torch.manual_seed(options.seed)
    steps_per_epoch = len(_epoch(texts, options, 0)[1])
    steps = max(1, round(steps_per_epoch * options.epochs))
    named_optimizers = model.optimizers(options)
    optimizers = [*named_optimizers.values()]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["peak_lr"] = group["lr"]
    modules: dict[str, Any] = {"model": model, **named_optimizers}
    step = _resume(folder, options, modules)
    model.train()
    if options.freeze == "all":
        model.encoder.eval()
    losses: list[float] = []
    began, first_step = time.monotonic(), step
    for epoch, batch_number in _positions(step, steps, steps_per_epoch):
        if batch_number == 0 or step == first_step:
            drawn, batches = _epoch(texts, options, epoch)
        # An epoch whose sample came out longer than the first one's ends with its share of steps.
        of_batch = [drawn[index] for index in batches[batch_number % len(batches)]]
        batch = collate(of_batch, index_of_synset)
        if encoded is not None:
            batch = replace(batch, words=encoded.words_of(of_batch))
        _set_learning_rates(optimizers, _share_of_peak(step, steps, options.warmup_steps))
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = model.loss(batch, bfloat16=options.bfloat16)
        loss.backward()
        nn.utils.clip_grad_norm_(model.encoder.parameters(), _GRADIENT_NORM)
        for optimizer in optimizers:
            optimizer.step()
        step += 1
        losses.append(loss.item())
        if step % STEPS_PER_METRIC == 0 or step == steps:
            mean = sum(losses) / len(losses)
            _log(folder, step, mean, model, (time.monotonic() - began) / (step - first_step))
            show(step, steps, mean)
            losses.clear()
        if step % STEPS_PER_CHECKPOINT == 0 or step in (steps, stop_after):
            state = {name: module.state_dict() for name, module in modules.items()}
            save_checkpoint(folder, options, step, state, torch.get_rng_state())
        if step == stop_after:
            return step == steps
    return True


def _resume(folder: Path, options: TrainingOptions, modules: dict[str, Any]) -> int:
    """The step to go on from, with what the checkpoint has of the modules; 0 without one."""
    resumed = load_checkpoint(folder, options)
    if resumed is None:
        return 0
    step, state, random_state = resumed
    for name, module in modules.items():
        module.load_state_dict(state[name])
    torch.set_rng_state(random_state)
    return step


def _positions(step: int, steps: int, steps_per_epoch: int) -> Sequence[tuple[int, int]]:
    """Epoch and batch of each step that is left."""
    return [divmod(number, steps_per_epoch) for number in range(step, steps)]


def _epoch(
    texts: TrainingTexts, options: TrainingOptions, epoch: int
) -> tuple[list[TrainingText], list[list[int]]]:
    """The texts of an epoch and its batches, decided by the seed and its number alone."""
    rng = random.Random(f"{options.seed}/{epoch}")
    n_sampled = round(options.gloss_share * len(texts.sampled))
    drawn = [*texts.always, *rng.sample(texts.sampled, n_sampled)]
    return drawn, batch_order([len(text.token_ids) for text in drawn], options.batch_subtokens, rng)


def _share_of_peak(step: int, steps: int, warmup_steps: int) -> float:
    """Of the learning rate at a step, from 0: linear warm-up, then linear decay."""
    warmup = min(1.0, (step + 1) / warmup_steps) if warmup_steps else 1.0
    return warmup * max(LAST_LR, 1 - step / steps)


def _set_learning_rates(optimizers: Sequence[torch.optim.Optimizer], share: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["peak_lr"] * share


def _log(folder: Path, step: int, loss: float, model: Network, seconds_per_step: float) -> None:
    line = {
        "step": step,
        "loss": round(loss, 5),
        **{name: round(metric, 4) for name, metric in model.metrics().items()},
        "seconds_per_step": round(seconds_per_step, 4),
    }
    with (folder / METRICS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
