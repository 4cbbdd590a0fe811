"""Parses captions segment by segment, and joins what was read of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from itertools import islice
from threading import Lock
from typing import NamedTuple

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.syntax.phrase_parser import ParsedText, PhraseParser
from caption_parser.syntax.phrases import NounPhrase, TokenFlags
from caption_parser.syntax.pieces import bounded_tokens, moved
from caption_parser.syntax.text.boilerplate import Dropped
from caption_parser.syntax.text.drawn_endings import begins_drawn
from caption_parser.syntax.text.segments import Segment, Segmenter
from caption_parser.syntax.tree import NOUN_TAGS, Tree
from caption_parser.syntax.words.colors import color_words
from caption_parser.syntax.words.word_lists import DASHES
from shared_schemas import Flag

_VOCABULARY_LIMIT = 20_000
_WITH_ITS_NAME = 2
"""Words of the name of a colour: the thing that has it, and the colour."""


class ParsedCaption(NamedTuple):
    """A caption with its parse and its noun phrases; the tree holds the segments that are read."""

    caption: str
    tree: Tree
    phrases: tuple[NounPhrase, ...]
    segments: tuple[Segment, ...]
    """Empty: the caption was read whole."""
    flagged: TokenFlags


class SegmentedParser:
    """Tags and parses captions; several threads may ask it, of which one is served at a time."""

    def __init__(
        self,
        nlp: Language,
        parse_phrases: PhraseParser,
        segmenter: Segmenter | None = None,
        parse: Callable[[Iterable[str | Doc]], Iterator[Doc | Tree]] | None = None,
    ) -> None:
        """`segmenter`: cuts captions; none: they are read whole. `parse`: in place of `nlp.pipe`."""
        self._nlp = nlp
        self._parse = parse or nlp.pipe
        self._parse_phrases = parse_phrases
        self._segmenter = segmenter
        # Vocabulary and network remember the words that they have seen.
        self._one_at_a_time = Lock()

    def __call__(self, captions: Sequence[str]) -> list[ParsedCaption]:
        """One parse for each caption, in order."""
        segments = [self._segmenter(caption) if self._segmenter else () for caption in captions]
        texts = [
            text
            for caption, cut in zip(captions, segments, strict=True)
            for text in ([one.text for one in _read(cut)] if cut else [caption])
        ]
        with self._one_at_a_time, self._memory():
            parses = self._parse(bounded_tokens(self._nlp, text) for text in texts)
            parsed = iter(self._parse_phrases.read(list(self._with_keywords(segments, parses))))
            return [
                self._of_caption(caption, cut, parsed) for caption, cut in zip(captions, segments, strict=True)
            ]

    def _with_keywords(
        self, segments: Sequence[tuple[Segment, ...]], parses: Iterator[Doc | Tree]
    ) -> Iterator[Doc | Tree]:
        """The parses of the captions with these segments, where those of one word may be nouns."""
        for cut in segments:
            if _is_whole(cut):
                yield next(parses)
            else:
                yield from map(self._as_keyword, islice(parses, len(_read(cut))))

    def _memory(self) -> AbstractContextManager[object]:
        """Inside a zone spaCy forgets new words, outside it keeps them: while they are few, for speed."""
        return self._nlp.memory_zone() if len(self._nlp.vocab) > _VOCABULARY_LIMIT else nullcontext()

    def _of_caption(
        self, caption: str, segments: tuple[Segment, ...], parsed: Iterator[ParsedText]
    ) -> ParsedCaption:
        if _is_whole(segments):
            tree, phrases, flagged = next(parsed)
        else:
            read = _read(segments)
            of_segments = list(islice(parsed, len(read)))
            if len(read) > 1 and _names_color(caption[read[-2].end : read[-1].start], of_segments[-1].tree):
                of_segments[-1] = _all_flagged(of_segments[-1], Flag.MODIFIER)
            tree, phrases, flagged = _joined(read, of_segments)
        drawn = any(segment.dropped is Dropped.LIKENESS for segment in segments)
        if drawn or (self._segmenter is not None and begins_drawn(caption)):
            _, phrases, flagged = _all_flagged(ParsedText(tree, phrases, flagged), Flag.DEPICTED)
        return ParsedCaption(caption, tree, phrases, segments, flagged)

    def _as_keyword(self, parse: Doc | Tree) -> Doc | Tree:
        """A segment of one word is a noun wherever it can be one: "orange" after "apple", "saw" after "hammer"."""
        if len(parse) != 1 or not self._segmenter:
            return parse
        if isinstance(parse, Tree):
            if parse.tags[0] not in NOUN_TAGS:
                return replace(parse, tags=[self._segmenter.keyword_tag(parse.words[0]) or parse.tags[0]])
        elif parse[0].tag_ not in NOUN_TAGS:
            parse[0].tag_ = self._segmenter.keyword_tag(parse[0].text) or parse[0].tag_
        return parse


def _read(segments: Sequence[Segment]) -> list[Segment]:
    """Those that are parsed."""
    return [segment for segment in segments if segment.dropped is None]


def _is_whole(segments: Sequence[Segment]) -> bool:
    """Whether a caption is parsed as it is, or but for its end."""
    read = _read(segments)
    return not segments or (len(read) == 1 and isinstance(read[0].places, range) and read[0].start == 0)


def _joined(segments: Sequence[Segment], parses: Sequence[ParsedText]) -> ParsedText:
    """The parses of segments as one, whose tokens stand in the caption as given."""
    words: list[str] = []
    tags: list[str] = []
    deps: list[str] = []
    heads: list[int] = []
    starts: list[int] = []
    ends: list[int] = []
    capitals: list[int] = []
    phrases: list[NounPhrase] = []
    flagged: dict[Flag, set[int]] = {}
    vectors = [tree.vectors for tree, _, _ in parses if tree.vectors is not None]
    length = sum(len(tree) for tree, _, _ in parses)
    for (_, places, _), (tree, found, of_tokens) in zip(segments, parses, strict=True):
        before = len(words)
        words += tree.words
        tags += tree.tags
        deps += tree.deps
        heads += [head + before for head in tree.heads]
        starts += [places[start] for start in tree.starts]
        ends += [places[end - 1] + 1 for end in tree.ends]
        capitals += [token + before for token in tree.capitals]
        phrases += [moved(phrase, before, length) for phrase in found]
        for flag, tokens in of_tokens.items():
            flagged.setdefault(flag, set()).update(token + before for token in tokens)
    joined = np.concatenate(vectors) if parses and len(vectors) == len(parses) else None
    tree = Tree(words, tags, deps, heads, starts, ends, capitals, joined)
    return ParsedText(tree, tuple(phrases), flagged)


def _names_color(separator: str, tree: Tree) -> bool:
    """Whether the last part of a caption is a colour with its name: "Leather Tote - Luggage Brown"."""
    return separator.strip() in DASHES and len(tree) == _WITH_ITS_NAME and tree.words[-1] in color_words()


def _all_flagged(parsed: ParsedText, flag: Flag) -> ParsedText:
    """The text with one flag more for each of its tokens."""
    tree, phrases, flagged = parsed
    everywhere = {**flagged, flag: frozenset(range(len(tree)))}
    return ParsedText(tree, tuple(_flagged(phrase, flag) for phrase in phrases), everywhere)


def _flagged(phrase: NounPhrase, flag: Flag) -> NounPhrase:
    flags = {*phrase.flags, flag}
    return phrase._replace(flags=tuple(one for one in Flag if one in flags))
