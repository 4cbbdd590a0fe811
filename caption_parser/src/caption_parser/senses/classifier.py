"""The paper's disambiguator: an encoder and a linear classifier over groups of senses.

Vilar & Perez 2021, Section III-A2, after Vial et al. 2019. Its model is a folder:

meta.json          `ClassifierMeta`, with the size and checksum of the other files
encoder.onnx       input_ids int64 (B, N) -> last_hidden_state float32 (B, N, D)
tokenizer.json     a Hugging Face tokenizer
weights.npy        float32 (G, D + 1): for each output the weights of a unit vector, and the bias
sense_groups.txt   G lines: the sense keys of the synsets that an output stands for
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from caption_parser.lexicon import CACHED_LOOKUPS, Lexicon, Synset, default_lexicon
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.logits import Vector
from caption_parser.senses.model_folder import (
    ENCODER,
    META,
    TOKENIZER,
    EncoderFolder,
    FileCheck,
    Pooling,
    check_file,
    check_files,
    read_meta,
    unusable,
)
from caption_parser.senses.onnx_encoder import OnnxEncoder
from caption_parser.senses.sense_groups import Compression
from caption_parser.senses.word_encoder import SubtokenLocator, WordEncoder, load_tokenizer
from shared_runtime.configuration import FrozenModel
from shared_schemas import Route

WEIGHTS = "weights.npy"
GROUPS = "sense_groups.txt"
CHECKED_FILES = (ENCODER, TOKENIZER, WEIGHTS, GROUPS)


class SenseVocabulary:
    """Which output stands for a synset. Synsets of groups that the corpus does not show have none.

    Synsets are told by the sense key of their first lemma, which outlives other numberings.
    """

    def __init__(self, keys_of_output: Sequence[Collection[str]]) -> None:
        self.keys_of_output = keys_of_output

    def __len__(self) -> int:
        return len(self.keys_of_output)

    @cached_property
    def _output_of_key(self) -> dict[str, int]:
        return {key: output for output, keys in enumerate(self.keys_of_output) for key in keys}

    def outputs(self, synsets: Iterable[Synset], lexicon: Lexicon) -> list[int | None]:
        """The output of each synset, None for those that have none."""
        return [self._output_of_key.get(synset_key(synset, lexicon)) for synset in synsets]

    def to_text(self) -> str:
        """One line per output: its synsets' keys."""
        return "".join(" ".join(keys) + "\n" for keys in self.keys_of_output)

    @classmethod
    def from_text(cls, text: str) -> "SenseVocabulary":
        """The inverse of `to_text`."""
        return cls([line.split() for line in text.splitlines()])


def build_vocabulary(groups: Sequence[Synset], seen: Iterable[Synset], lexicon: Lexicon) -> SenseVocabulary:
    """One output per group of which at least one synset is in `seen`, in the order of the groups.

    `groups`: for every synset the one that stands for its group, as `sense_groups` gives them.
    """
    members: dict[Synset, list[str]] = {group: [] for group in sorted({groups[synset] for synset in seen})}
    for synset, group in enumerate(groups):
        if group in members:
            members[group].append(synset_key(synset, lexicon))
    return SenseVocabulary(list(members.values()))


def synset_key(synset: Synset, lexicon: Lexicon) -> str:
    """The sense key of the synset's first lemma."""
    return lexicon.sense_key(synset, lexicon.lemmas(synset)[0])


class ClassifierMeta(FrozenModel):
    """Where a classifier comes from, and how its files are to be used."""

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


class ClassifierDisambiguator:
    """Scores groups of senses at the extended head's leftmost token; a `Disambiguator`.

    The choice is the argmax over the groups of the candidates alone, the first listed of equals; its score is
    the softmax over them. A candidate whose group the training corpus lacks is dropped. A candidate that is
    left alone wins uncontested, with a score of 1; where none is left, or the tokenizer leaves nothing of the
    word, the first sense is taken (`Route.FALLBACK`).
    """

    def __init__(
        self,
        words: WordEncoder,
        weights: npt.NDArray[np.float32],
        vocabulary: SenseVocabulary,
        lexicon: Lexicon,
        *,
        name: str,
    ) -> None:
        """`weights`: (G, D + 1), per output of the vocabulary the weights of a unit vector, and the bias."""
        self.name = name
        self._words = words
        self._weights = weights
        self._vocabulary = vocabulary
        self._lexicon = lexicon
        self._outputs = lru_cache(CACHED_LOOKUPS)(self._look_up_outputs)

    @classmethod
    def load(cls, folder: Path, lexicon: Lexicon | None = None) -> "ClassifierDisambiguator":
        """The classifier in `folder`. Raises MissingResourceError if it holds none that can be used."""
        files = open_classifier(folder)
        meta = files.meta
        locator = SubtokenLocator(load_tokenizer(files.tokenizer), meta.pooling, meta.max_subtokens)
        words = WordEncoder(locator, OnnxEncoder(files.encoder))
        lexicon = lexicon or default_lexicon()
        return cls(words, files.weights, files.vocabulary, lexicon, name=f"{meta.name} {meta.version}")

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """One choice per query, in order; words of one caption share one pass of the encoder."""
        contested = [
            index for index, query in enumerate(queries) if (self._outputs(query.candidates) >= 0).sum() > 1
        ]
        vectors = dict(zip(contested, self._words.encode([queries[index] for index in contested]), strict=True))
        return [self._choose(query, vectors.get(index)) for index, query in enumerate(queries)]

    def _choose(self, query: SenseQuery, vector: Vector | None) -> SenseChoice:
        if len(query.candidates) == 1:
            return SenseChoice(query.candidates[0], Route.MONOSEMOUS)
        outputs = self._outputs(query.candidates)
        known = outputs >= 0
        n_known = int(known.sum())
        if n_known == 0 or (n_known > 1 and vector is None):
            return SenseChoice(query.candidates[0], Route.FALLBACK)
        logits = np.full(len(outputs), -np.inf)
        if vector is None:
            logits[known] = 0
        else:
            rows = self._weights[outputs[known]]
            logits[known] = rows[:, :-1] @ vector + rows[:, -1]
        best = int(logits.argmax())
        relative = np.exp(logits - logits[best])
        distribution = relative / relative.sum()
        return SenseChoice(
            query.candidates[best], Route.MODEL, float(distribution[best]), tuple(distribution.tolist())
        )

    def _look_up_outputs(self, candidates: tuple[int, ...]) -> npt.NDArray[np.intp]:
        """The output of each candidate, -1 for those that have none."""
        outputs = self._vocabulary.outputs(candidates, self._lexicon)
        return np.array([-1 if output is None else output for output in outputs], np.intp)
