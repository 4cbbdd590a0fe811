"""The trained disambiguator: an ONNX encoder, and one vector per sense to compare its words with.

Its model is a folder:

meta.json           `SenseModelMeta`, with the size and checksum of the other files
encoder.onnx        input_ids, int64 (B, N) -> last_hidden_state, float32 (B, N, D); sequences without padding
tokenizer.json      a Hugging Face tokenizer
sense_vectors.npy   int8 (S, D), the directions of the senses; their lengths mean nothing
sense_keys.txt      S lines: the sense key of the first lemma of each synset, which outlives other numberings
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon, default_lexicon
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.frequency import FrequencyPrior, tag_counts
from caption_parser.senses.logits import Vector, choice_by_logits
from caption_parser.senses.model_folder import (
    ENCODER,
    TOKENIZER,
    EncoderFolder,
    FileCheck,
    Pooling,
    check_files,
    read_meta,
    unusable,
)
from caption_parser.senses.onnx_encoder import OnnxEncoder
from caption_parser.senses.word_encoder import SubtokenLocator, WordEncoder, load_tokenizer
from shared_runtime.configuration import FrozenModel
from shared_schemas import Route

VECTORS = "sense_vectors.npy"
KEYS = "sense_keys.txt"
CHECKED_FILES = (ENCODER, TOKENIZER, VECTORS, KEYS)


class SenseModelMeta(FrozenModel):
    """How the numbers of a model are to be used, and where they come from."""

    system: Literal["sense-vectors"] = "sense-vectors"
    format_version: Literal[1] = 1
    name: str
    version: str
    wordnet: Literal["3.0"] = "3.0"
    dimension: int = Field(gt=0)
    pooling: Pooling
    max_subtokens: int = Field(gt=2, description="Of the encoder's input, with its two special tokens.")
    scale: float = Field(gt=0, description="Factor of the cosine in the logits.")
    prior: FrequencyPrior
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


class EncoderDisambiguator:
    """Scores a word's candidates by their vectors and priors; a `Disambiguator`.

    logit(s) = scale · cos(h, v_s) + prior(s), where h is the encoder's last layer at the word that the query
    gives (the extended head's leftmost token, Vilar & Perez 2021, Section III-A2); the choice is the argmax
    over the candidates alone, the first of equals, and its score the softmax over them.

    Fallback: a candidate without a vector competes with the lowest cosine of the others, so that its prior
    alone can bring it up. Where fewer than two have one, or the tokenizer leaves nothing of the word, the
    highest prior decides, and where WordNet counts none of them that is the first sense (`Route.FALLBACK`).

    Thread-safe. The encoder is loaded with the first query of each process, so it may be forked before or
    after; one query gives the same answer in any batch.
    """

    def __init__(self, folder: Path, lexicon: Lexicon | None = None) -> None:
        """Check and map the model in `folder`. Raises MissingResourceError if it holds none that can be used."""
        self._files = open_model(folder)
        meta = self._files.meta
        self.name = f"{meta.name} {meta.version}"
        self._lexicon = lexicon or default_lexicon()
        locator = SubtokenLocator(load_tokenizer(self._files.tokenizer), meta.pooling, meta.max_subtokens)
        self._words = WordEncoder(locator, OnnxEncoder(self._files.encoder))
        self._candidates = lru_cache(CACHED_LOOKUPS)(self._describe)

    @property
    def frequencies(self) -> FrequencyPrior:
        """How likely it takes a sense to be before the caption is read."""
        return self._files.meta.prior

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query, in order; words of one caption share one pass of the encoder."""
        asked = [index for index, query in enumerate(queries) if self._needs_context(query)]
        vectors = dict(zip(asked, self._words.encode([queries[index] for index in asked]), strict=True))
        return [self._choose(query, vectors.get(index)) for index, query in enumerate(queries)]

    def _needs_context(self, query: SenseQuery) -> bool:
        if len(query.candidates) == 1:
            return False
        rows, _ = self._candidates(query.lemma, query.candidates)
        return int((rows >= 0).sum()) > 1

    def _choose(self, query: SenseQuery, vector: Vector | None) -> SenseChoice:
        if len(query.candidates) == 1:
            return SenseChoice(query.candidates[0], Route.MONOSEMOUS)
        rows, prior = self._candidates(query.lemma, query.candidates)
        if vector is None:
            return SenseChoice(query.candidates[int(prior.argmax())], Route.FALLBACK)
        known = rows >= 0
        evidence = self._files.meta.scale * (_units(self._files.vectors[rows[known]]) @ vector)
        return choice_by_logits(query.candidates, known, evidence, prior)

    def _describe(self, lemma: str, candidates: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], Vector]:
        """Rows of the candidates' vectors, -1 where there is none, and their priors."""
        lexicon = self._lexicon
        keys = [lexicon.sense_key(synset, lexicon.lemmas(synset)[0]) for synset in candidates]
        rows = [self._files.row_of_key.get(key, -1) for key in keys]
        prior = self._files.meta.prior.scores(tag_counts(lexicon, lemma, candidates))
        return np.array(rows, np.intp), np.array(prior, np.float32)


def _units(rows: npt.NDArray[np.int8]) -> Vector:
    vectors = rows.astype(np.float32)
    units: Vector = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1.0)
    return units
