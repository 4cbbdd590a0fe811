"""The encoder that a training begins with."""

from dataclasses import dataclass

from tokenizers import Tokenizer
from torch import nn
from transformers import AutoModel, AutoTokenizer

from caption_parser.senses.checkpoints import load_pretrained, longest_input
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
