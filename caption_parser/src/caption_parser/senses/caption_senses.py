"""Senses without an encoder of their own: the caption pipeline has made vectors of the words already.

A linear map for each sense of the nouns that captions leave open, from the vector of the noun in its context and
the mean over its caption. The maps are taught by the encoder that ships on unlabelled captions
(`discovery.distillation`).

Its model is a folder:

meta.json     `CaptionSensesMeta`, with the size and checksum of the other files
senses.tsv    S lines: lemma, sense key of the synset's first lemma, factor, offset
weights.npy   int8 (S, 2 D), for vectors of D dimensions
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from caption_parser.lexicon import CACHED_LOOKUPS, default_lexicon
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.frequency import FrequencyPrior, tag_counts
from caption_parser.senses.logits import Vector, choice_by_logits
from caption_parser.senses.model_folder import META, FileCheck, check_file, check_files, read_meta, unusable
from shared_runtime.configuration import FrozenModel
from shared_schemas import Route

SENSES = "senses.tsv"
WEIGHTS = "weights.npy"


class CaptionSensesMeta(FrozenModel):
    """How the numbers of a model are to be used, and where they come from."""

    system: Literal["caption-senses"] = "caption-senses"
    format_version: Literal[1] = 1
    name: str = "caption senses"
    version: str
    wordnet: Literal["3.0"] = "3.0"
    pipeline: str
    """Name and version of the caption pipeline whose vectors it reads: those of another one mean nothing to it."""
    prior: FrequencyPrior
    teacher: str
    """Name and version."""
    training: dict[str, Any]
    """Corpora and counts."""
    files: dict[str, FileCheck]


class SenseMap(NamedTuple):
    """The logit of a sense: weights · [vector of the noun, mean of the caption] + offset."""

    lemma: str
    key: str
    weights: Vector
    """(2 D,)"""
    offset: float


class _Candidates(NamedTuple):
    """What is known of the candidates of a lemma."""

    known: npt.NDArray[np.bool_]
    weights: Vector
    """(K, 2 D) of the known ones."""
    offsets: Vector
    prior: Vector


class CaptionSenses:
    """Scores the senses of a noun by what the caption pipeline has made of its caption; a `Disambiguator`.

    A noun of which fewer than two candidates are known is left to its prior (`Route.FALLBACK`): to that of
    captions where there is one, or to how frequent WordNet says that it is. So is one that comes without vectors.
    """

    def __init__(self, folder: Path) -> None:
        """Raises MissingResourceError if the folder holds no model that can be used."""
        self.meta = read_meta(folder, CaptionSensesMeta)
        check_files(folder, self.meta.files, (SENSES, WEIGHTS))
        self.name = f"{self.meta.name} {self.meta.version}, taught by {self.meta.teacher}"
        self._lexicon = default_lexicon()
        self._weights = np.load(folder / WEIGHTS, allow_pickle=False)
        lines = [line.split("\t") for line in (folder / SENSES).read_text("utf-8").splitlines()]
        if self._weights.dtype != np.int8 or self._weights.shape[:-1] != (len(lines),):
            found = f"{self._weights.dtype} {self._weights.shape}, expected int8 ({len(lines)}, …)"
            raise unusable(folder, f"{WEIGHTS} holds {found}")
        self._rows: Mapping[tuple[str, str], int] = {(line[0], line[1]): row for row, line in enumerate(lines)}
        self._scales = np.array([line[2:] for line in lines], np.float32).reshape(-1, 2)
        self._candidates = lru_cache(CACHED_LOOKUPS)(self._describe)

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query, in order; the answer to one does not depend on the others."""
        return [self._choose(query) for query in queries]

    def _choose(self, query: SenseQuery) -> SenseChoice:
        if len(query.candidates) == 1:
            return SenseChoice(query.candidates[0], Route.MONOSEMOUS)
        found = self._candidates(query.lemma, query.candidates)
        if query.vectors is None or len(found.weights) < 2:
            return SenseChoice(query.candidates[int(found.prior.argmax())], Route.FALLBACK)
        evidence = found.weights @ in_context(query.vectors, query.token) + found.offsets
        return choice_by_logits(query.candidates, found.known, evidence, found.prior)

    def _describe(self, lemma: str, candidates: tuple[int, ...]) -> _Candidates:
        lexicon = self._lexicon
        keys = [lexicon.sense_key(synset, lexicon.lemmas(synset)[0]) for synset in candidates]
        rows = np.array([self._rows.get((lemma, key), -1) for key in keys])
        known = rows >= 0
        factors, offsets = self._scales[rows[known]].T
        prior = self.meta.prior.scores(tag_counts(lexicon, lemma, candidates))
        weights = self._weights[rows[known]] * factors[:, None]
        return _Candidates(known, weights, offsets, np.array(prior, np.float32))


def in_context(vectors: Vector, token: int) -> Vector:
    """What a sense is decided by: the vector of a word and the mean over its caption, (2 D,) of (n, D)."""
    return np.concatenate([vectors[token], vectors.mean(axis=0)])


def write_caption_senses(folder: Path, maps: Iterable[SenseMap], **described: Any) -> None:
    """Write a model, with the other fields of its `CaptionSensesMeta`; weights are rounded to 8 bits."""
    folder.mkdir(parents=True, exist_ok=True)
    lines, rows = [], []
    for lemma, key, weights, offset in sorted(maps, key=lambda one: one[:2]):
        factor = max(float(np.abs(weights).max()) / 127, 1e-8)
        rows.append(np.rint(weights / factor).astype(np.int8))
        lines.append(f"{lemma}\t{key}\t{factor:.5g}\t{offset:.5g}\n")
    np.save(folder / WEIGHTS, np.stack(rows))
    (folder / SENSES).write_text("".join(lines), encoding="utf-8")
    files = {name: check_file(folder / name) for name in (SENSES, WEIGHTS)}
    meta = CaptionSensesMeta(files=files, **described)
    (folder / META).write_text(meta.model_dump_json(indent=2) + "\n", encoding="utf-8")
