"""Whether the words of a label space are found: every class's own words in plain frames, and what else they give.

A class is of no use whose own name is read as something else. The frames are the plainest captions that there are,
so that what is missed here is missed everywhere.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from caption_parser.config import ParserConfig
from caption_parser.evaluation.class_senses import ClassSense, own_senses, possible_senses, taken_senses
from caption_parser.labels.unknown_names import meant_by_name
from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.lexicon.plurals import plural_forms
from caption_parser.pipeline import CaptionParser
from shared_runtime.configuration import FrozenModel
from shared_schemas import ImageLabels, LabelClass, LabelSpace
from shared_schemas.label_space_file import label_space_name

FRAMES = (
    ("A photo of {}.", "A photo of {}."),
    ("{} on a table.", "{} on a table."),
    ("There is {} in the picture.", "There are {} in the picture."),
    ("A close up of {} in front of a wall.", "A close up of {} in front of a wall."),
    ("A man is looking at {}.", "A man is looking at {}."),
    ("{} next to a tree", "{} next to a tree"),
)
"""What stands around one, and around several."""

Progress = Callable[[int, int], None]
"""Told how many captions are read, of how many."""

_BATCH = 1024
_SHOWN_READINGS = 3
_CONSONANT_SOUNDS = ("uni", "eu", "ure", "uri", "use", "uke", "ute", "one")


class Origin(StrEnum):
    """Where a word of a class comes from."""

    NAME = "name"
    LISTED = "listed"
    """Among its words or phrases."""
    LEMMA = "lemma"
    """WordNet lists it for one of the class's synsets."""


class WordCheck(FrozenModel):
    """One word of a class in all frames of one number."""

    word: str
    written: str = Field(description="As it stands in the captions: with its article, or in the plural.")
    origin: Origin
    frames: int = Field(description="In how many captions it stood.")
    found: int = Field(description="In how many of them the class was found.")
    read_as: tuple[str, ...] = Field(
        (), description="Where it was not: what the word was read as, the most frequent first."
    )
    shared_with: tuple[str, ...] = Field(
        (), description="Other classes that have the word: any of them counts as found."
    )


class ClassCheck(FrozenModel):
    """The words of one class."""

    id: int
    name: str
    words: tuple[WordCheck, ...]
    advice: str | None = Field(None, description="A line for the class in the file; null: nothing to add.")
    synsets: tuple[ClassSense, ...] = Field((), description="Those of the class, with their glosses.")
    usual: tuple[ClassSense, ...] = Field(
        (), description="Of a class of a name alone: what it usually means; the class has what lies below these."
    )
    meant: str | None = Field(
        None,
        description="Of a class of a name alone that WordNet does not know: a noun that it knows, one slip away.",
    )
    possible: tuple[ClassSense, ...] = Field(
        (), description="Of a class without synsets: what else its name may mean, which the class does not have."
    )

    @property
    def missed(self) -> tuple[WordCheck, ...]:
        """The words that some frame hides."""
        return tuple(word for word in self.words if word.found < word.frames)


class SpaceCheck(FrozenModel):
    """What `check_space` returns and `capparse check-space --json` prints."""

    label_space: str = Field(description="Name and content hash.")
    captions: int = Field(description="Words in frames.")
    found: int = Field(description="Those that gave their class.")
    share: float = Field(description="found / captions.")
    classes: tuple[ClassCheck, ...] = Field(description="In the order of ids.")

    @cached_property
    def by_name(self) -> Mapping[str, ClassCheck]:
        """The classes by their names."""
        return {label.name: label for label in self.classes}


class _Asked(NamedTuple):
    """A word of a class in one number."""

    label: LabelClass
    word: str
    origin: Origin
    written: str
    captions: tuple[str, ...]


def check_space(
    label_space: str | Path | Sequence[str] = "coco",
    *,
    words: Mapping[str, Sequence[str]] | None = None,
    lemmas: bool = True,
    progress: Progress = lambda _done, _of: None,
    config: ParserConfig | None = None,
) -> SpaceCheck:
    """Read every class's own words in plain frames, one and several: what `capparse check-space` does.

    Args:
        label_space: a shipped one by its name, a file, or names of classes.
        words: class name → further words to try.
        lemmas: whether the words that WordNet lists for a class's synsets are tried, beside its name and the words
            that the file lists.
        progress: called now and then.
        config: of the parser, but for its label space.

    Raises `LabelSpaceError` or `UsageError` for a space that cannot be used.
    """
    config = (config or ParserConfig()).model_copy(
        update={"label_space": label_space_name(label_space), "keep_unlabelled": True}
    )
    parser = CaptionParser(config)
    space = parser.label_space
    asked = [
        one
        for label in space.classes
        for one in _questions(label, (words or {}).get(label.name, ()), lemmas=lemmas)
    ]
    sharing: dict[str, set[int]] = defaultdict(set)
    for one in asked:
        sharing[one.word].add(one.label.id)
    captions = [caption for one in asked for caption in one.captions]
    records = _labelled(parser, captions, progress)
    checks: dict[int, list[WordCheck]] = defaultdict(list)
    for one in asked:
        checks[one.label.id].append(
            _check(one, list(islice(records, len(one.captions))), sharing[one.word], space)
        )
    usual = parser.synsets.usual_senses
    classes = tuple(
        ClassCheck(
            id=label.id,
            name=label.name,
            words=tuple(checks[label.id]),
            advice=_advice(label, checks[label.id]),
            synsets=own_senses(label, default_lexicon()),
            usual=taken_senses(usual.get(label.id, ()), default_lexicon()),
            meant=meant_by_name(label, default_lexicon()),
            possible=possible_senses(label, default_lexicon(), usual.get(label.id, ())),
        )
        for label in space.classes
    )
    found = sum(word.found for label in classes for word in label.words)
    return SpaceCheck(
        label_space=space.reference,
        captions=len(captions),
        found=found,
        share=found / len(captions) if captions else 1.0,
        classes=classes,
    )


def own_words(label: LabelClass, lexicon: Lexicon, *, lemmas: bool = True) -> dict[str, Origin]:
    """The words of a class, in lower case and with spaces, in the order of their weight."""
    found = {label.spoken_name: Origin.NAME}
    for word in (*label.words, *label.phrases):
        found.setdefault(word.lower(), Origin.LISTED)
    if lemmas:
        for name in label.synsets:
            for lemma in lexicon.lemmas(lexicon.synset(name)):
                word = lemma.lower().replace("_", " ").removeprefix("pair of ")
                found.setdefault(word, Origin.LEMMA)
    denied = {word.lower() for word in label.denied}
    return {word: origin for word, origin in found.items() if word not in denied}


def _questions(label: LabelClass, further: Sequence[str], *, lemmas: bool) -> Iterator[_Asked]:
    words = own_words(label, default_lexicon(), lemmas=lemmas)
    for word in further:
        words.setdefault(word.lower(), Origin.LISTED)
    for word, origin in words.items():
        if is_plural(word):
            phrases = [(f"some {word}", 1), (f"a pair of {word}", 0)]
        else:
            phrases = [(f"{_article(word)} {word}", 0)]
            phrases += [(f"two {form}", 1) for form in plural_forms(word)[:1]]
        for phrase, number in phrases:
            captions = tuple(_sentence(frame[number].format(phrase)) for frame in FRAMES)
            yield _Asked(label, word, origin, phrase, captions)


def is_plural(word: str) -> bool:
    """Whether a word is a plural as it stands, by its last part: "scissors", "swim trunks", "field glasses"."""
    last = word.rpartition(" ")[2]
    return last.endswith("s") and not last.endswith(("ss", "us", "is")) and last not in _SINGULAR_IN_S


_SINGULAR_IN_S = frozenset({"lens", "gas", "canvas", "atlas", "christmas", "bias", "pancreas", "pampas", "swiss"})


def _article(word: str) -> str:
    return "an" if word[0] in "aeiou" and not word.startswith(_CONSONANT_SOUNDS) else "a"


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


def _labelled(parser: CaptionParser, captions: Sequence[str], progress: Progress) -> Iterator[ImageLabels]:
    for start in range(0, len(captions), _BATCH):
        records = list(parser.label(captions[start : start + _BATCH]))
        progress(start + len(records), len(captions))
        yield from records


def _check(one: _Asked, records: Sequence[ImageLabels], sharing: set[int], space: LabelSpace) -> WordCheck:
    read_as: Counter[str] = Counter()
    found = 0
    for record in records:
        if sharing & {label.id for label in (*record.foreground, *record.background)}:
            found += 1
        else:
            read_as[_reading(record, one.word, space)] += 1
    return WordCheck(
        word=one.word,
        written=one.written,
        origin=one.origin,
        frames=len(records),
        found=found,
        read_as=tuple(reading for reading, _ in read_as.most_common(_SHOWN_READINGS)),
        shared_with=tuple(space.by_id[label].name for label in sorted(sharing - {one.label.id})),
    )


def _reading(record: ImageLabels, word: str, space: LabelSpace) -> str:
    """What the words at the place of `word` were read as: class or synset, and what keeps it from counting."""
    text = record.captions[0].lower()
    start = text.find(word[:-1])  # a plural may end otherwise: "knives"
    end = start + len(word)
    over = [mention for mention in record.mentions if mention.start < end and mention.end > start]
    if start < 0 or not over:
        return "no noun"
    mention = over[-1]
    read = space.by_id[mention.label].name if mention.label else mention.synset or mention.extended_head
    flags = f" ({', '.join(mention.flags)})" if mention.flags else ""
    return f"{read}{flags}"


def _advice(label: LabelClass, words: Sequence[WordCheck]) -> str | None:
    """The words that are missed in most frames and are not listed yet, as a line of the class."""
    listed = {word.lower() for word in (*label.words, *label.phrases)}
    missing = dict.fromkeys(
        word.word
        for word in words
        if 2 * word.found < word.frames and word.word not in listed and not word.shared_with
    )
    if not missing:
        return None
    kept = [*label.listed_words, *missing]
    return f"words = [{', '.join(map(_quoted, kept))}]"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
