"""A model of sense vectors as a folder: what is in it, and how it is checked and opened.

meta.json           `SenseModelMeta`, with the size and checksum of the other files
encoder.onnx        input_ids, int64 (B, N) -> last_hidden_state, float32 (B, N, D); sequences without padding
tokenizer.json      a Hugging Face tokenizer
sense_vectors.npy   int8 (S, D), the directions of the senses; their lengths mean nothing
sense_keys.txt      S lines: the sense key of the first lemma of each synset, which outlives other numberings
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from caption_parser.senses.model_folder import (
    ENCODER,
    TOKENIZER,
    EncoderFolder,
    FileCheck,
    check_files,
    read_meta,
    unusable,
)
from caption_parser.senses.priors import SensePrior

VECTORS = "sense_vectors.npy"
KEYS = "sense_keys.txt"
CHECKED_FILES = (ENCODER, TOKENIZER, VECTORS, KEYS)

Pooling = Literal["first", "mean"]
"""A word's vector: that of its first subtoken (Vilar & Perez 2021, Section III-A2), or the mean of all."""


class SenseModelMeta(BaseModel):
    """How the numbers of a model are to be used, and where they come from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["sense-vectors"] = "sense-vectors"
    format_version: Literal[1] = 1
    name: str
    version: str
    wordnet: Literal["3.0"] = "3.0"
    dimension: int = Field(gt=0)
    pooling: Pooling
    max_subtokens: int = Field(gt=2, description="Of the encoder's input, with its two special tokens.")
    scale: float = Field(gt=0, description="Factor of the cosine in the logits.")
    prior: SensePrior
    training: dict[str, Any] = Field(description="Options, corpora and versions that the model was trained with.")
    files: dict[str, FileCheck]


@dataclass(frozen=True, slots=True)
class SenseModelFiles(EncoderFolder):
    """An opened model folder; the encoder is left to the process that runs it."""

    meta: SenseModelMeta
    vectors: npt.NDArray[np.int8]
    """(S, D), mapped into memory."""
    row_of_key: Mapping[str, int]


def open_model(folder: Path) -> SenseModelFiles:
    """Check a model folder and map its vectors.

    Raises MissingResourceError if a file is missing, differs from what was written, or is of another version.
    """
    meta = read_meta(folder, SenseModelMeta)
    check_files(folder, meta.files, CHECKED_FILES)
    vectors = np.load(folder / VECTORS, mmap_mode="r", allow_pickle=False)
    keys = (folder / KEYS).read_text(encoding="utf-8").splitlines()
    if vectors.dtype != np.int8 or vectors.shape != (len(keys), meta.dimension):
        found = f"{vectors.dtype} {vectors.shape}, expected int8 {(len(keys), meta.dimension)}"
        raise unusable(folder, f"{VECTORS} holds {found}")
    return SenseModelFiles(folder, meta, vectors, {key: row for row, key in enumerate(keys)})
