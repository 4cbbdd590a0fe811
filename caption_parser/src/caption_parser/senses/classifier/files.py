"""A classifier as a folder.

meta.json          `ClassifierMeta`, with the size and checksum of the other files
encoder.onnx       input_ids int64 (B, N) -> last_hidden_state float32 (B, N, D)
tokenizer.json     a Hugging Face tokenizer
weights.npy        float32 (G, D + 1): for each output the weights of a unit vector, and the bias
sense_groups.txt   G lines: the sense keys of the synsets that an output stands for
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from caption_parser.senses.classifier.vocabulary import SenseVocabulary
from caption_parser.senses.compression import Compression
from caption_parser.senses.model_files import Pooling
from caption_parser.senses.model_folder import (
    ENCODER,
    META,
    TOKENIZER,
    EncoderFolder,
    FileCheck,
    check_file,
    check_files,
    read_meta,
    unusable,
)

WEIGHTS = "weights.npy"
GROUPS = "sense_groups.txt"
CHECKED_FILES = (ENCODER, TOKENIZER, WEIGHTS, GROUPS)


class ClassifierMeta(BaseModel):
    """Where a classifier comes from, and how its files are to be used."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: Literal["classifier"] = "classifier"
    format_version: Literal[1] = 1
    name: str
    version: str
    wordnet: Literal["3.0"] = "3.0"
    compression: Compression
    dimension: int = Field(gt=0)
    pooling: Pooling
    max_subtokens: int = Field(gt=2, description="Of the encoder's input, with its two special tokens.")
    training: dict[str, Any] = Field(description="Options, corpora and versions that the model was trained with.")
    files: dict[str, FileCheck]


@dataclass(frozen=True, slots=True)
class ClassifierFiles(EncoderFolder):
    """An opened folder; the encoder is left to the process that runs it."""

    meta: ClassifierMeta
    weights: npt.NDArray[np.float32]
    """(G, D + 1), mapped into memory."""
    vocabulary: SenseVocabulary


def open_classifier(folder: Path) -> ClassifierFiles:
    """Check a folder and map its weights.

    Raises MissingResourceError if a file is missing, differs from what was written, or is of another version.
    """
    meta = read_meta(folder, ClassifierMeta)
    check_files(folder, meta.files, CHECKED_FILES)
    weights = np.load(folder / WEIGHTS, mmap_mode="r", allow_pickle=False)
    vocabulary = SenseVocabulary.from_text((folder / GROUPS).read_text(encoding="ascii"))
    expected = (len(vocabulary), meta.dimension + 1)
    if weights.dtype != np.float32 or weights.shape != expected:
        raise unusable(folder, f"{WEIGHTS} holds {weights.dtype} {weights.shape}, expected float32 {expected}")
    return ClassifierFiles(folder, meta, weights, vocabulary)


def write_head(folder: Path, weights: npt.NDArray[np.float32], vocabulary: SenseVocabulary, **meta: Any) -> None:
    """Complete a folder that holds the encoder and its tokenizer; `meta`: the fields of `ClassifierMeta`."""
    np.save(folder / WEIGHTS, weights)
    (folder / GROUPS).write_text(vocabulary.to_text(), encoding="ascii")
    files = {name: check_file(folder / name) for name in CHECKED_FILES}
    described = ClassifierMeta(files=files, dimension=weights.shape[1] - 1, **meta)
    (folder / META).write_text(described.model_dump_json(indent=2) + "\n", encoding="utf-8")
