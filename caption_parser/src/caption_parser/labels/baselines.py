"""Labellers that match strings and parse nothing: what captions were read with before, to compare against.

The exact-match baseline of Vilar & Perez (Section V-B, after TAM-Net) takes every occurrence of a class name
or its plural for a mention. It does not know that the bear of "teddy bear" is none: both classes are
mentioned. Of the variants that were tried this one comes closest to the published figures; letting the
longest phrase alone count would raise the baseline's mIoU by about .004.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from caption_parser.captions import ImageCaptions
from caption_parser.labels.findings import ImageFindings
from caption_parser.lexicon.plurals import plural_forms
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import reading, short_digest
from shared_schemas import LabelSpace, Mention, Rule
from shared_schemas.errors import nearest

Trie = dict[str, "Trie"]
"""Character → what may follow; the empty key marks the end of a phrase."""

SynonymList = dict[str, tuple[str, ...]]
"""Foreground class name → the words that stand for it, the name itself first, without repetitions."""


class Synonyms(NamedTuple):
    """A synonym list as it stood in its file."""

    words: SynonymList
    digest: str
    """Of the file."""


class StringLabeller:
    """Finds given words and phrases, and their plurals, at word boundaries and regardless of case.

    A phrase within another is found as well, unless both stand for the same class ("phone" in "cell phone").
    """

    def __init__(self, label_space: LabelSpace, words: Mapping[str, Sequence[str]]) -> None:
        """`words`: class name → words and phrases in the singular. Raises `KeyError` for an unknown class."""
        classes: dict[str, set[int]] = {}
        for name, phrases in words.items():
            for phrase in phrases:
                singular = phrase.lower()
                for form in (singular, *plural_forms(singular)):
                    classes.setdefault(form, set()).add(label_space.by_name[name].id)
        self._hits = {phrase: _hits(phrase, classes) for phrase in classes}
        # Copying skips the validation that spans found by a match cannot fail, and takes half the time.
        self._templates = {label: _template(label) for labels in classes.values() for label in labels}
        self._pattern = re.compile(rf"(?<!\w)(?=({_longest_of(classes)})(?!\w))" if classes else r"(?!)")

    def label(self, images: Sequence[ImageCaptions]) -> Iterator[ImageFindings]:
        """What was found in each image, in the order of `images`."""
        for image in images:
            yield ImageFindings(
                tuple(
                    mention for index, text in enumerate(image.captions) for mention in self._mentions(index, text)
                )
            )

    def _mentions(self, caption: int, text: str) -> Iterator[Mention]:
        covered: dict[int, int] = {}
        for match in self._pattern.finditer(_lower(text)):
            start = match.start()
            for length, label in self._hits[match[1]]:
                end = start + length
                if end <= covered.get(label, 0):
                    continue
                covered[label] = end
                found = text[start:end]
                update = {"caption": caption, "start": start, "end": end, "head": found, "extended_head": found}
                yield self._templates[label].model_copy(update=update)


def exact_match_labeller(label_space: LabelSpace) -> StringLabeller:
    """The paper's baseline: the names of the foreground classes and their plurals."""
    return StringLabeller(label_space, {label.name: (label.name,) for label in label_space.foreground})


def read_synonyms(path: Path, label_space: LabelSpace) -> Synonyms:
    """The words for each class that `path` lists, in the order of the file, and which list it is.

    A line has one class, its name first: `name, synonym, …` or `name<TAB>synonym,synonym…`. Blank lines and lines
    that start with `#` are skipped; several lines for one class are joined; case and repeated spaces do not
    matter.

    Raises `UsageError` with the line number for a name that is no foreground class of `label_space`, and
    `InputError` for a file that cannot be read as UTF-8 text or lists nothing.
    """
    names = {label.name.lower(): label.name for label in label_space.foreground}
    words: dict[str, dict[str, None]] = {}
    with reading(path):
        content = path.read_bytes()
    for number, line in enumerate(_lines(content, path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        first, *rest = split_line(line)
        name = names.get(first)
        if name is None:
            raise UsageError(_unknown_class(f"{path}:{number}", first, names, label_space))
        words.setdefault(name, {name.lower(): None}).update(dict.fromkeys(word for word in rest if word))
    if not words:
        raise InputError(f"{path}: the file lists no class, expected lines such as 'couch, sofa, settee'")
    return Synonyms({name: tuple(synonyms) for name, synonyms in words.items()}, short_digest(content))


def split_line(line: str) -> list[str]:
    """The class name of a line and its synonyms, in lower case, with single spaces; some may be empty."""
    return [" ".join(part.split()).lower() for part in line.replace("\t", ",", 1).split(",")]


def _template(label: int) -> Mention:
    return Mention(caption=0, start=0, end=1, head="", extended_head="", rule=Rule.STRING, label=label)


def _hits(phrase: str, classes: Mapping[str, set[int]]) -> tuple[tuple[int, int], ...]:
    """Length and class id of each phrase that starts where `phrase` does, the longest first."""
    ends = [len(phrase), *(m.start() for m in re.finditer(r"(?<=\w)(?!\w)", phrase))]
    prefixes = sorted({phrase[:end] for end in ends} & classes.keys(), key=len, reverse=True)
    return tuple((len(prefix), label) for prefix in prefixes for label in sorted(classes[prefix]))


def _longest_of(phrases: Iterable[str]) -> str:
    """A regular expression for the longest of `phrases` at a position.

    Common beginnings are factored out, so that the cost per position grows with the length of a phrase and
    not with the number of phrases.
    """
    root: Trie = {}
    for phrase in phrases:
        node = root
        for character in phrase:
            node = node.setdefault(character, {})
        node[""] = {}
    return _alternatives(root)


def _alternatives(node: Trie) -> str:
    branches = [re.escape(char) + _alternatives(rest) for char, rest in sorted(node.items()) if char]
    if not branches:
        return ""
    joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
    return f"(?:{joined})?" if "" in node else joined


def _lower(text: str) -> str:
    """`text` in lower case with every character at its offset ('İ' alone would become two)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(_lower_one(character) for character in text)


def _lower_one(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def _lines(content: bytes, path: Path) -> list[str]:
    try:
        return content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at offset {error.start}"
        raise InputError(f"{path}: got {got}, expected text in UTF-8") from error


def _unknown_class(where: str, got: str, names: dict[str, str], label_space: LabelSpace) -> str:
    close = nearest(got, names)
    hint = f" Did you mean {names[close]!r}?" if close else ""
    return (
        f"{where}: got {got!r} as the first word, expected the name of a foreground class of "
        f"label space {label_space.name!r}.{hint}"
    )
