"""The paper's disambiguator (Vilar & Perez 2021, Section III-A2, after Vial et al. 2019)."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.senses.classifier.files import open_classifier
from caption_parser.senses.classifier.vocabulary import SenseVocabulary
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.onnx_encoder import OnnxEncoder
from caption_parser.senses.subtokens import SubtokenLocator
from caption_parser.senses.word_vectors import Vector, WordEncoder, load_tokenizer
from shared_schemas import Route

_CACHED_CANDIDATES = 1 << 15


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
        self._outputs = lru_cache(_CACHED_CANDIDATES)(self._look_up_outputs)

    @classmethod
    def load(cls, folder: Path, lexicon: Lexicon | None = None, *, threads: int = 1) -> "ClassifierDisambiguator":
        """The classifier in `folder`; `threads`: of the encoder, in each process.

        Raises MissingResourceError if the folder holds none that can be used.
        """
        files = open_classifier(folder)
        meta = files.meta
        locator = SubtokenLocator(load_tokenizer(files.tokenizer), meta.pooling, meta.max_subtokens)
        words = WordEncoder(locator, OnnxEncoder(files.encoder, threads=threads))
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
