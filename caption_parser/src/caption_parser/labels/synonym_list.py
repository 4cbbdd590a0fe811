"""Synonym lists: text files with one class per line, its name first, then the words that stand for it."""

from difflib import get_close_matches
from pathlib import Path

from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace

SynonymList = dict[str, tuple[str, ...]]
"""Foreground class name → the words that stand for it, the name itself first, without repetitions."""


def read_synonym_list(path: Path, label_space: LabelSpace) -> SynonymList:
    """The words for each class that `path` lists, in the order of the file.

    A line is `name, synonym, …` or `name<TAB>synonym,synonym…`. Blank lines and lines that start with `#` are
    skipped; several lines for one class are joined; case and repeated spaces do not matter.

    Raises `UsageError` with the line number for a name that is no foreground class of `label_space`, and
    `InputError` for a file that cannot be read as UTF-8 text or lists nothing.
    """
    names = {label.name.lower(): label.name for label in label_space.foreground}
    words: dict[str, dict[str, None]] = {}
    for number, line in enumerate(_lines(path), 1):
        if not line.strip() or line.startswith("#"):
            continue
        first, *rest = split_line(line)
        name = names.get(first)
        if name is None:
            raise UsageError(_unknown_class(f"{path}:{number}", first, names, label_space))
        words.setdefault(name, {name.lower(): None}).update(dict.fromkeys(word for word in rest if word))
    if not words:
        raise InputError(f"{path}: the file lists no class, expected lines such as 'couch, sofa, settee'")
    return {name: tuple(synonyms) for name, synonyms in words.items()}


def split_line(line: str) -> list[str]:
    """The class name of a line and its synonyms, in lower case, with single spaces; some may be empty."""
    return [" ".join(part.split()).lower() for part in line.replace("\t", ",", 1).split(",")]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at offset {error.start}"
        raise InputError(f"{path}: got {got}, expected text in UTF-8") from error


def _unknown_class(where: str, got: str, names: dict[str, str], label_space: LabelSpace) -> str:
    close = get_close_matches(got, names, n=1)
    hint = f" Did you mean {names[close[0]]!r}?" if close else ""
    return (
        f"{where}: got {got!r} as the first word, expected the name of a foreground class of "
        f"label space {label_space.name!r}.{hint}"
    )
