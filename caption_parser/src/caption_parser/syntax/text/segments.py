"""A caption in segments that are parsed apart: what stands between separators, and what of it says something.

"Red sofa | Home Decor" has two, and the second asserts nothing. Spans refer to the caption as given, whatever
markup, entities and hashtags stood in it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.text.boilerplate import FILE_NAMES, Dropped, boilerplate_words, prefix_length
from caption_parser.syntax.text.caption_text import plain
from caption_parser.syntax.text.drawn_endings import drawn_from, says_drawn
from caption_parser.syntax.text.file_names import is_file_name, words_of_file_name
from caption_parser.syntax.text.separators import Span, is_hard, keywords, may_part, parts, sentences

_PARENTHESES = re.compile(r"\([^()]{1,120}\)|\[[^\[\]]{1,120}\]")
_ANYTHING_TO_DO = re.compile(
    # What a plain caption of one sentence lacks; most have none of it, and are not looked at twice.
    r"[|•▪‣»«›‹·;…<>&#@(\[\\/+=*~–―—:\t\n\r©_]|\s\s|--|\.\.|\s-\s|[.!?][\"'”’)\]]*\s+\S|\.\w|[^\x00-\u024f]"
    r"|\b(?:[Ss]tock|[Rr]oyalty|[Ff]ree|HD|4[Kk]|STOCK)\s"
)
_SAYING = re.compile(
    r"\s*[\"“‘'][^\"“”]{12,}[\"”’']\s*(?:[-–—~:]+\s*)?(?:by\s)?(?:[A-Z][\w.'’-]*)(?:\s[A-Z][\w.'’-]*){0,4}[\s.]*"
)
"""A quotation with its author."""
_STATES_SOMETHING = re.compile(
    r"\b(?:is|are|was|were|be|am|has|have|had|can|will|would|should|must|do|does|don['’]t|never|you|i|we|if)\b",
    re.IGNORECASE,
)
"""Titles in quotes hardly do: ‘"Sheep in fog" by Jane Fisher’ is of sheep."""
_IN_NO_LIST = re.compile(r"\b(?:an?|the|of|with|on|in|at|is|are|to|his|her|by)\s", re.IGNORECASE)
_WORD = re.compile(r"\S+")


class Segment(NamedTuple):
    """A part of a caption, at `caption[start:end]`."""

    text: str
    """As it is parsed: entities and markup read, words of hashtags apart."""
    places: Sequence[int]
    """The offset in the caption of each character of `text`."""
    dropped: Dropped | None = None
    """Why it asserts nothing; none: it is read."""

    @property
    def start(self) -> int:
        """Its first character in the caption; 0 where it has none."""
        return self.places[0] if self.places else 0

    @property
    def end(self) -> int:
        """Behind its last."""
        return self.places[-1] + 1 if self.places else 0


class Segmenter:
    """Cuts captions into segments."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._boilerplate = boilerplate_words()

    def __call__(self, caption: str) -> tuple[Segment, ...]:
        """The segments in text order, one at least; separators belong to none."""
        if (
            _ANYTHING_TO_DO.search(caption) is None
            and ("," not in caption or _IN_NO_LIST.search(caption))
            and drawn_from(caption) == len(caption)
        ):
            return (Segment(caption, range(len(caption))),)
        if is_file_name(caption):
            return tuple(self._of_file_name(caption))
        text, places = plain(caption)
        if _SAYING.fullmatch(text) and _STATES_SOMETHING.search(text):
            return (Segment(text, places, Dropped.SAYING),)
        found = [Segment(text[start:end], places[start:end], why) for start, end, why in self._cut(text)]
        if not found:
            return (Segment(caption, range(len(caption))),)
        return tuple(found)

    def _of_file_name(self, caption: str) -> Iterator[Segment]:
        """A file name as a sentence, or as keywords where it has nothing but nouns: "cat_sofa", "stop_sign"."""
        text, places = words_of_file_name(caption)
        words = [found.span() for found in _WORD.finditer(text)]
        if any(self.keyword_tag(text[slice(*word)]) is None for word in words):
            yield Segment(text, places)
            return
        opened = 0
        for (_, last), (first, end) in pairwise(words):
            if f"{text[opened:last]} {text[first:end]}".lower().replace(" ", "_") not in self._lexicon:
                yield Segment(text[opened:last], places[opened:last])
                opened = first
        yield Segment(text[opened:], places[opened:])

    def _cut(self, text: str) -> Iterator[tuple[int, int, Dropped | None]]:
        for start, end, after in parts(text, self._may_part):
            why = self._boilerplate.why(text[start:end], follows=bool(after), hard=is_hard(after))
            if why is not None:
                yield start, end, why
            else:
                yield from self._of_part(text, start, end)

    def _of_part(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Dropped | None]]:
        for piece_start, piece_end, why in self._without_file_names(text, start, end):
            if why is not None:
                yield piece_start, piece_end, why
                continue
            for number, sentence in enumerate(sentences(text, (piece_start, piece_end))):
                if number and says_drawn(text[slice(*sentence)]):
                    yield *sentence, Dropped.LIKENESS
                else:
                    yield from self._of_sentence(text, *sentence)

    def _of_sentence(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Dropped | None]]:
        why = self._boilerplate.why(text[start:end], follows=False)
        if why is not None:
            yield start, end, why
            return
        begin = start + prefix_length(text[start:end])
        if start < begin < end:
            yield start, begin, Dropped.NOTICE
        begin = begin if begin < end else start
        last = begin + self._boilerplate.kept_length(text[begin:end])
        described = begin + drawn_from(text[begin:last])
        for item in keywords(text, (begin, described), self._describes):
            yield *item, None
        if described < last:
            yield described, last, Dropped.LIKENESS
        if last < end:
            likeness = self._boilerplate.likeness_at_end(text[last:end])
            yield last, end, Dropped.LIKENESS if likeness else Dropped.NOTICE

    def _without_file_names(self, text: str, start: int, end: int) -> Iterator[tuple[int, int, Dropped | None]]:
        """A part, cut where a file name, an address or boilerplate in parentheses stands in it."""
        cuts: list[tuple[Span, Dropped]] = [
            (found.span(), Dropped.FILE) for found in FILE_NAMES.finditer(text, start, end)
        ]
        for found in _PARENTHESES.finditer(text, start, end):
            why = self._boilerplate.why(found.group()[1:-1], follows=True)
            if why is not None:
                cuts.append((found.span(), why))
        opened = start
        for (first, last), why in sorted(cuts):
            if first < opened:
                continue
            if text[opened:first].strip():
                yield opened, first, None
            yield first, last, why
            opened = last
        if text[opened:end].strip():
            yield opened, end, None

    def keyword_tag(self, word: str) -> str | None:
        """The tag of a segment of one word that can be a noun ("orange", "saw"); none: it cannot."""
        word = word.lower()
        if self._describes(word) or (word not in self._lexicon and not self._lexicon.base_forms(word)):
            return None
        return "NN" if word in self._lexicon else "NNS"

    def _may_part(self, text: str, separator: re.Match[str]) -> bool:
        return self._boilerplate.begins(text[separator.end() : separator.end() + 40]) or may_part(
            text, separator, self._is_compound
        )

    def _is_compound(self, word: str) -> bool:
        return any(self._lexicon.synsets(word, pos) for pos in ("n", "a", "v"))

    @remembered
    def _describes(self, word: str) -> bool:
        """Whether a word is an adjective before it is a noun: "large", "red", but not "orange"."""
        word = word.lower()
        adjectives, nouns = self._lexicon.synsets(word, "a"), self._lexicon.synsets(word)
        if not adjectives:
            return False
        return len(nouns) <= len(adjectives) or self._lexicon.lexname(nouns[0]) == "noun.attribute"
