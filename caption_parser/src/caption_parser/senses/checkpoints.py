"""Hugging Face checkpoints from a folder or from the local cache of the hub; nothing is downloaded here."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from transformers.utils import logging

from shared_runtime.errors import MissingResourceError

_HUB_ID = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_OFFSET_POSITIONS = {"camembert", "longformer", "mpnet", "roberta", "xlm-roberta"}
"""Models whose positions begin behind the padding id, which costs them as many places."""
_DEFAULT_LIMIT = 512


def load_pretrained(auto_class: Any, source: str | Path, **options: Any) -> Any:
    """`auto_class.from_pretrained` of a folder, or of a hub id such as `bert-base-uncased`.

    Raises MissingResourceError, which says how to fetch it, for a checkpoint that is neither a folder nor in the
    cache of the hub, and for one that cannot be read.
    """
    try:
        with _without_progress_bars():
            return auto_class.from_pretrained(str(source), local_files_only=True, **options)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().partition("\n")[0]
        if Path(source).is_dir():
            raise MissingResourceError(f"{source}: transformers cannot read this checkpoint: {reason}") from error
        if not _HUB_ID.fullmatch(str(source)):
            raise MissingResourceError(f"{source}: no such folder") from error
        raise MissingResourceError(
            f"{source}: no such folder, and not in the local cache of the Hugging Face hub. "
            f"To fetch it from there: hf download {source}"
        ) from error


def longest_input(config: Any, tokenizer: Any) -> int:
    """How many subtokens the encoder takes, special tokens included."""
    positions = getattr(config, "max_position_embeddings", None) or _DEFAULT_LIMIT
    if config.model_type in _OFFSET_POSITIONS:
        positions -= config.pad_token_id + 1
    return int(min(positions, tokenizer.model_max_length))


@contextmanager
def _without_progress_bars() -> Iterator[None]:
    """Loading takes a second or two: its progress bar would only stand between our own lines."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()
