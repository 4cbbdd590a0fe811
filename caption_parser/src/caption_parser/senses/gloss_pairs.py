"""Gloss-pair models: a sentence-pair classifier says of each sense whether its gloss fits the word in its context.

Huang et al. 2019, "GlossBERT: BERT for Word Sense Disambiguation with Gloss Knowledge", the variant "Sent-CLS-WS":

    [CLS] a photo of a " mouse " on a desk [SEP] mouse : a hand-operated electronic device … [SEP]

Any sequence classifier with two classes, of which class 1 means "fits", can be used.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from math import exp
from typing import Any, NamedTuple

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from caption_parser.lexicon import Lexicon
from caption_parser.senses.checkpoints import load_pretrained, longest_input
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.onnx_encoder import map_by_length
from caption_parser.senses.word_encoder import window_start
from shared_runtime.errors import MissingResourceError
from shared_schemas import Route

MAX_BATCH_TOKENS = 2048
_FITS = 1
"""The class of pairs whose gloss fits."""
_WORD = re.compile(r"\w(?:[\w'-]*\w)?")


class MarkedContext(NamedTuple):
    """A text in which the word to disambiguate stands in quotes, at `text[start:end]` with them."""

    text: str
    start: int
    end: int


def mark_target(query: SenseQuery) -> MarkedContext:
    """The caption with the word in quotes; for a lemma of several words as many of the caption's."""
    end = query.end
    marked_words = len(_WORD.findall(query.caption[query.start : end]))
    following = _WORD.finditer(query.caption, end)
    for _ in range(len(query.lemma.replace("_", " ").split()) - marked_words):
        word = next(following, None)
        if word is None:
            break
        end = word.end()
    caption = query.caption
    text = f'{caption[: query.start]}"{caption[query.start : end]}"{caption[end:]}'
    return MarkedContext(text, query.start, end + len('""'))


def cut_context(context: MarkedContext, offsets: Sequence[tuple[int, int]], size: int) -> str:
    """The part of a context that spans `size` subtokens around its target; `offsets`: where each stands in it."""
    if len(offsets) <= size:
        return context.text
    target = [index for index, (start, end) in enumerate(offsets) if start < context.end and context.start < end]
    first = window_start(len(offsets), target[0], target[-1] + 1, size)
    return context.text[offsets[first][0] : offsets[first + size - 1][1]]


class GlossPairs:
    """A `Disambiguator` that asks a sequence classifier about every sense of every word of several senses."""

    def __init__(
        self, model: Any, tokenizer: Any, lexicon: Lexicon, *, name: str, max_tokens: int = MAX_BATCH_TOKENS
    ) -> None:
        """`model`: gives `logits` (B, 2); `tokenizer`: a fast tokenizer of transformers.

        `max_tokens`: of the pairs that the model reads at a time; the choices do not depend on it.
        """
        self.name = name
        self._model = model.eval()
        self._tokenizer = tokenizer
        self._lexicon = lexicon
        self._max_tokens = max_tokens
        self._limit = longest_input(model.config, tokenizer)

    @classmethod
    def load(
        cls, source: str, lexicon: Lexicon, *, device: str = "cpu", max_tokens: int = MAX_BATCH_TOKENS
    ) -> "GlossPairs":
        """The classifier in a folder or, by its hub id, in the local cache of the hub.

        Raises MissingResourceError if it is not there, cannot be read, or is no classifier of two classes.
        """
        tokenizer = load_pretrained(AutoTokenizer, source, use_fast=True)
        model, loaded = load_pretrained(AutoModelForSequenceClassification, source, output_loading_info=True)
        if loaded["missing_keys"]:
            lacking = ", ".join(sorted(loaded["missing_keys"])[:3])
            raise _no_pair_classifier(source, f"its weights lack {lacking}")
        if model.config.num_labels != 2:
            raise _no_pair_classifier(source, f"it has {model.config.num_labels} classes")
        return cls(model.to(device), tokenizer, lexicon, name=f"glosses:{source}", max_tokens=max_tokens)

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        """The sense whose gloss fits best, the first of equals.

        Its score is the probability that it fits; the distribution gives those of all candidates in proportion.
        """
        asked = [query for query in queries if len(query.candidates) > 1]
        log_fits = iter(self._log_fits(list(self._pairs(asked))))
        return [
            _choose(query, [next(log_fits) for _ in query.candidates])
            if len(query.candidates) > 1
            else SenseChoice(query.candidates[0], Route.MONOSEMOUS)
            for query in queries
        ]

    def _pairs(self, queries: Sequence[SenseQuery]) -> Iterator[tuple[str, str]]:
        """Context and gloss of every candidate; long contexts are cut the same way for all glosses of a word."""
        contexts = [mark_target(query) for query in queries]
        special = self._tokenizer.num_special_tokens_to_add(pair=True)
        for query, context, offsets in zip(queries, contexts, self._offsets(contexts), strict=True):
            lemma = query.lemma.replace("_", " ")
            glosses = [f"{lemma} : {self._lexicon.definition(synset)}" for synset in query.candidates]
            room = self._limit - special
            # A gloss may take half of the input; what is still too long is cut when the pair is put together.
            if len(offsets) > room // 2:
                tokens = self._tokenizer(glosses, add_special_tokens=False).input_ids
                room -= min(room // 2, max(map(len, tokens)))
            text = cut_context(context, offsets, room)
            for gloss in glosses:
                yield text, gloss

    def _offsets(self, contexts: Iterable[MarkedContext]) -> list[list[tuple[int, int]]]:
        """Where each subtoken of each context stands in it."""
        texts = [context.text for context in contexts]
        if not texts:
            return []
        # Not verbose: it would warn of texts longer than the model takes, which are cut afterwards.
        encoded = self._tokenizer(
            texts, add_special_tokens=False, return_offsets_mapping=True, truncation=False, verbose=False
        )
        return list(encoded.offset_mapping)

    def _log_fits(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The log probability of each pair that the gloss fits, in order."""
        if not pairs:
            return []
        contexts, glosses = zip(*pairs, strict=True)
        encoded = self._tokenizer(
            list(contexts), list(glosses), truncation="longest_first", max_length=self._limit
        )

        def run(batch: list[int]) -> list[float]:
            inputs = {
                name: torch.tensor([rows[pair] for pair in batch], device=self._model.device)
                for name, rows in encoded.items()
            }
            with torch.inference_mode():
                logits = self._model(**inputs).logits
            log_fits: list[float] = logits.double().log_softmax(dim=1)[:, _FITS].tolist()
            return log_fits

        return map_by_length(encoded.input_ids, run, max_tokens=self._max_tokens)


def _choose(query: SenseQuery, log_fits: Sequence[float]) -> SenseChoice:
    best = max(range(len(log_fits)), key=log_fits.__getitem__)
    relative = [exp(log_fit - log_fits[best]) for log_fit in log_fits]
    distribution = tuple(weight / sum(relative) for weight in relative)
    return SenseChoice(query.candidates[best], Route.MODEL, exp(log_fits[best]), distribution)


def _no_pair_classifier(source: str, reason: str) -> MissingResourceError:
    return MissingResourceError(
        f"{source}: {reason}. Expected a classifier of sentence pairs into two classes, such as GlossBERT"
    )
