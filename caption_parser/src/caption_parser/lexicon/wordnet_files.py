"""Read WordNet's database files, which NLTK finds (as a folder or as the zip that `nltk.download` leaves).

The lines are read here rather than through NLTK's synset objects: those keep pointers in sets and lose the
order in which WordNet lists them. Formats: wndb(5WN), senseidx(5WN), morphy(7WN).
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from caption_parser.lexicon.layout import POS_ORDER
from shared_runtime.errors import MissingResourceError

_SUFFIXES = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_VERSION = re.compile(r"WordNet (\S+) Copyright")
_SYNTACTIC_MARKER = re.compile(r"\([a-z]+\)$")
_EXAMPLE = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Pointer:
    """A relation from one synset, or one of its lemmas, to another."""

    symbol: str
    pos: str
    offset: int
    lemmas: tuple[int, int] | None
    """0-based positions of the source and the target lemma; None: the relation joins whole synsets."""


@dataclass(frozen=True, slots=True)
class SynsetEntry:
    """One line of a data file."""

    pos: str
    """`n`, `v`, `a`, `r`, or `s` for an adjective satellite."""
    offset: int
    lexname: int
    """Number of the lexicographer file."""
    lemmas: tuple[tuple[str, int], ...]
    """Lemma as written, without syntactic marker, and lex_id."""
    pointers: tuple[Pointer, ...]
    definition: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordNet:
    """All that the lexicon takes from WordNet."""

    version: str
    lexnames: tuple[str, ...]
    synsets: dict[str, list[SynsetEntry]]
    """By part of speech (satellites under `a`), in file order."""
    index: dict[str, dict[str, list[int]]]
    """By part of speech: lemma in lower case to offsets, first sense first."""
    exceptions: dict[str, dict[str, list[str]]]
    """By part of speech: irregular form to base forms."""
    tag_counts: dict[str, int]
    """Sense key to its count in SemCor."""


def read_wordnet(root: Path) -> WordNet:
    """Read WordNet from `<root>/corpora/wordnet` or `<root>/corpora/wordnet.zip`.

    Raises MissingResourceError if NLTK or the files are missing.
    """
    with _wordnet_corpus(root) as corpus:

        def lines(file_id: str) -> list[str]:
            text: str = corpus.raw(file_id)
            return text.splitlines()

        files = {pos: lines(f"data.{_SUFFIXES[pos]}") for pos in POS_ORDER}
        return WordNet(
            version=_version(files["n"]),
            lexnames=tuple(line.split()[1] for line in lines("lexnames")),
            synsets={pos: [_synset(line) for line in _records(files[pos])] for pos in POS_ORDER},
            index={
                pos: dict(_index_entry(line) for line in _records(lines(f"index.{_SUFFIXES[pos]}")))
                for pos in POS_ORDER
            },
            exceptions={pos: _exceptions(lines(f"{_SUFFIXES[pos]}.exc")) for pos in POS_ORDER},
            tag_counts=_tag_counts(lines("index.sense")),
        )


@contextmanager
def _wordnet_corpus(root: Path) -> Iterator[Any]:
    """NLTK's reader of the plain files; NLTK reads only below its search path, so `root` alone becomes that."""
    try:
        import nltk
        from nltk.corpus.reader.api import CorpusReader
        from nltk.corpus.util import LazyCorpusLoader
    except ImportError:
        raise MissingResourceError(
            "building the lexicon needs NLTK, which is not installed: pip install 'capparse[build]'"
        ) from None
    search_path = list(nltk.data.path)
    nltk.data.path[:] = [str(root)]
    try:
        corpus = LazyCorpusLoader("wordnet", CorpusReader, r"(data|index)\..*|.*\.exc|lexnames")
        try:
            corpus.fileids()
        except LookupError:
            raise MissingResourceError(
                f"{root}: no WordNet here, expected corpora/wordnet or corpora/wordnet.zip. "
                f"Download it: python -m nltk.downloader -d {root} wordnet"
            ) from None
        yield corpus
    finally:
        nltk.data.path[:] = search_path


def _records(lines: list[str]) -> Iterator[str]:
    """The lines behind the licence notice, which is indented."""
    return (line for line in lines if not line.startswith(" "))


def _version(lines: list[str]) -> str:
    notice = "\n".join(islice(lines, 40))
    match = _VERSION.search(notice)
    return match[1] if match else "of unknown version"


def _synset(line: str) -> SynsetEntry:
    columns, gloss = line.split("|", 1)
    fields = iter(columns.split())
    offset, lexname, pos = int(next(fields)), int(next(fields)), next(fields)
    lemmas = tuple(
        (_SYNTACTIC_MARKER.sub("", next(fields)), int(next(fields), 16)) for _ in range(int(next(fields), 16))
    )
    pointers = tuple(_pointer(*islice(fields, 4)) for _ in range(int(next(fields))))
    definition = _EXAMPLE.sub("", gloss).strip().strip("; ")
    examples = tuple(example.strip('"; ,') for example in _EXAMPLE.findall(gloss))
    return SynsetEntry(pos, offset, lexname, lemmas, pointers, definition, examples)


def _pointer(symbol: str, offset: str, pos: str, source_target: str) -> Pointer:
    whole_synsets = source_target == "0000"
    lemmas = None if whole_synsets else (int(source_target[:2], 16) - 1, int(source_target[2:], 16) - 1)
    return Pointer(symbol, pos, int(offset), lemmas)


def _index_entry(line: str) -> tuple[str, list[int]]:
    lemma, _, n_synsets, *rest = line.split()
    return lemma, [int(offset) for offset in rest[-int(n_synsets) :]]


def _exceptions(lines: list[str]) -> dict[str, list[str]]:
    """A form that is listed twice has the bases of its last line, as in NLTK."""
    return {form: bases for form, *bases in map(str.split, lines)}


def _tag_counts(lines: list[str]) -> dict[str, int]:
    """Counts stand in index.sense with clean sense keys; cntlist.rev has syntactic markers in 83 of them."""
    return {sense_key: int(count) for sense_key, _, _, count in map(str.split, lines)}
