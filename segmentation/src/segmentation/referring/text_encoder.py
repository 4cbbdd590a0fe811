"""Texts as vectors: by a BERT of `transformers`, or one embedding for each class name.

Axis letters: L texts, M tokens, T channels.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, AutoTokenizer

from segmentation.backbones.devices import network_on
from segmentation.backbones.huggingface import quiet
from segmentation.referring.config import TextOptions
from segmentation.referring.text_folder import pools_by_mean
from shared_runtime.errors import InputError, UsageError
from shared_schemas.errors import did_you_mean

_TOGETHER = 128
"""Texts that are encoded at a time."""


class TextEncoder(Protocol):
    """What makes vectors of texts."""

    channels: int
    """T."""

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """Shape: [L T], float, without gradient, on the CPU."""

    def knows(self, text: str) -> bool:
        """Whether there is a vector of it."""


class LanguageModel(nn.Module):
    """A BERT with its tokenizer; vectors have length 1."""

    def __init__(self, folder: Path, options: TextOptions, *, pretrained: bool = True) -> None:
        """`pretrained=False`: with random weights. Raises InputError for a folder that holds no such model."""
        super().__init__()
        try:
            with quiet():
                self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
                config = AutoConfig.from_pretrained(folder, local_files_only=True)
                self.model: Any = (
                    AutoModel.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
                    if pretrained
                    else AutoModel.from_config(config)  # type: ignore[no-untyped-call]
                )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
            reason = str(error).partition("\n")[0]
            raise InputError(f"{folder}: the language model cannot be opened: {reason}") from error
        if getattr(self.model, "main_input_name", "") != "input_ids" or self.tokenizer.pad_token_id is None:
            raise InputError(f"{folder}: got {type(self.model).__name__}, expected a BERT with its tokenizer")
        if hasattr(self.model, "pooler"):
            # No vector depends on it.
            self.model.pooler = None
        self.channels = int(config.hidden_size)
        positions = int(getattr(config, "max_position_embeddings", options.length))
        self._length = min(options.length, positions)
        self._by_mean = pools_by_mean(folder) if options.pooling == "auto" else options.pooling == "mean"

    def save(self, folder: Path) -> None:
        """Write its weights, in one file of safetensors, and its configuration. Raises OSError."""
        with quiet():
            self.model.save_pretrained(folder, max_shard_size="1TB")

    def tokens(self, texts: Sequence[str]) -> Tensor:
        """Ids of tokens, padded behind: int64 [L M]. Texts that are longer than `length` tokens are cut off."""
        if not texts:
            return torch.zeros(0, 0, dtype=torch.int64)
        encoded = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._length, return_tensors="pt"
        )
        ids: Tensor = encoded["input_ids"]
        return ids

    def forward(self, tokens: Tensor) -> Tensor:
        """Shape: [L M] → [L T], of length 1."""
        if not len(tokens):
            # A part of a batch of images of which nothing is said.
            return torch.zeros(0, self.channels, device=tokens.device)
        there = tokens != self.tokenizer.pad_token_id
        # Padding of a whole table of texts is longer than these need.
        longest = int(there.sum(dim=1).max())
        tokens, there = tokens[:, :longest], there[:, :longest]
        states: Tensor = self.model(input_ids=tokens, attention_mask=there.long()).last_hidden_state
        if self._by_mean:
            weights = there[..., None].to(states.dtype)
            pooled = (states * weights).sum(dim=1) / weights.sum(dim=1)
        else:
            pooled = states[:, 0]
        return functional.normalize(pooled, dim=1)

    @torch.no_grad()
    def vectors(self, texts: Sequence[str]) -> Tensor:
        """As `TextEncoder` says, without dropout; texts of about one length are encoded together."""
        training, device = self.training, next(self.parameters()).device
        self.eval()
        order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
        found = torch.empty(len(texts), self.channels)
        for start in range(0, len(order), _TOGETHER):
            part = order[start : start + _TOGETHER]
            found[part] = self(self.tokens([texts[index] for index in part]).to(device)).float().cpu()
        self.train(training)
        return found

    def knows(self, text: str) -> bool:  # noqa: ARG002  a language model has a vector of any text
        """As `TextEncoder` says."""
        return True


class ClassNames:
    """No language: the k-th class name is the k-th unit vector, so that a linear layer holds its embedding."""

    def __init__(self, names: Sequence[str], others: Sequence[str] = ()) -> None:
        """`others`: what else the same classes are called, as earlier versions asked for them.

        Of two classes of one name, that of the lower number has it.
        """
        self.channels = len(names)
        self._columns: dict[str, int] = {}
        for called in (names, others):
            for column, name in enumerate(called):
                self._columns.setdefault(name, column)

    def vectors(self, texts: Sequence[str]) -> Tensor:
        """As `TextEncoder` says. Raises UsageError for a text that is no class name."""
        unknown = next((text for text in texts if text not in self._columns), None)
        if unknown is not None:
            hint = did_you_mean(unknown, self._columns) or f" It knows: {', '.join(self._columns)}"
            raise UsageError(f"the network knows class names alone, and no {unknown!r}.{hint}")
        return torch.eye(self.channels)[[self._columns[text] for text in texts]]

    def knows(self, text: str) -> bool:
        """As `TextEncoder` says."""
        return text in self._columns


def on_device(encoder: TextEncoder, device: torch.device) -> TextEncoder:
    """What encodes on `device` as `encoder` does: one that is not trained is no part of what moves there."""
    return network_on(encoder, device) if isinstance(encoder, LanguageModel) else encoder
