"""What all systems are trained from: a pretrained encoder, texts, and where the results go."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel, AutoTokenizer

from caption_parser.lexicon import Lexicon
from caption_parser.senses.checkpoints import load_pretrained, longest_input
from caption_parser.senses.training.loop import ShowProgress, TrainingTexts
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.texts import TrainingText
from shared_runtime.errors import MissingResourceError, UsageError


@dataclass(frozen=True, slots=True)
class PretrainedEncoder:
    """An encoder to begin with, its tokenizer, and the longest input (in subtokens) that both take."""

    encoder: nn.Module
    tokenizer: Tokenizer
    max_subtokens: int
    dimension: int
    """Of its last layer."""


def load_encoder(name: str) -> PretrainedEncoder:
    """A Hugging Face encoder with a fast tokenizer, from a folder or the local cache of the hub.

    Raises MissingResourceError if it cannot be loaded, UsageError if it cannot be used.
    """
    try:
        tokenizer = load_pretrained(AutoTokenizer, name)
        encoder = load_pretrained(AutoModel, name, attn_implementation="eager")
    except MissingResourceError as error:
        raise MissingResourceError(f"--encoder {error}") from error
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UsageError(f"--encoder {name}: its tokenizer gives no offsets. Expected a fast tokenizer")
    backend.no_padding()
    if len(backend.encode("").ids) != 2:
        raise UsageError(f"--encoder {name}: its tokenizer does not put one special token at either end")
    longest = longest_input(encoder.config, tokenizer)
    return PretrainedEncoder(encoder, backend, longest, encoder.config.hidden_size)


_CALIBRATION_TEXTS = 200


@dataclass(frozen=True, slots=True)
class Target:
    """Where the results go."""

    folder: Path
    """Of the model."""
    work: Path
    """Of checkpoints and metrics."""
    name: str
    training: dict[str, Any]
    """What `meta.json` says of the training."""


@dataclass(frozen=True, slots=True)
class Listener:
    """Who is told how far a training is."""

    say: Callable[[str], None] = lambda _: None
    """Called with a line now and then."""
    show: ShowProgress = lambda _step, _steps, _loss: None
    """Called while the network is trained."""


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """All that is there before the network is: options, encoder, texts, and where the results go."""

    options: TrainingOptions
    pretrained: PretrainedEncoder
    occurrences: list[TrainingText]
    """Texts in which senses occur: corpora, then usage examples."""
    glosses: list[TrainingText]
    lexicon: Lexicon
    target: Target
    listener: Listener

    @property
    def texts(self) -> TrainingTexts:
        """What is trained on: glosses only where WordNet's texts are asked for."""
        return TrainingTexts(self.occurrences, self.glosses if self.options.wordnet else [])

    @property
    def calibration(self) -> list[tuple[int, ...]]:
        """Token ids of some texts, for the ranges of a quantized encoder."""
        every = max(1, len(self.occurrences) // _CALIBRATION_TEXTS)
        return [text.token_ids for text in self.occurrences[::every]]
