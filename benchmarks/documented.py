"""The examples of the documentation: what its pages say to write, to run, and to see.

A block of a page that has a `title` is a file; `sh` are commands, `python` is a script, and a `text` block behind
one of these is what it shows, where `…` stands for anything. Other blocks are not run.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.surroundings import REPOSITORY

DOCS = REPOSITORY / "docs"
_FENCED = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A block that is run or written, in the order of the page."""

    language: str
    text: str
    title: str | None
    """The name of the file that it is."""
    shows: str | None
    """What it shows."""


def examples(page: Path) -> Iterator[Example]:
    """The examples of a page."""
    blocks = [(found[1], found[2], found[3]) for found in _FENCED.finditer(page.read_text("utf-8"))]
    for place, (language, title, text) in enumerate(blocks):
        if title or language in ("sh", "python"):
            after = blocks[place + 1] if place + 1 < len(blocks) else ("", None, "")
            shows = after[2] if not title and after[:2] == ("text", None) else None
            yield Example(language, text, title, shows)


def commands(text: str) -> Iterator[list[str]]:
    """The commands of a `sh` block as words; lines that end in a backslash go on."""
    for line in text.replace("\\\n", " ").splitlines():
        if words := shlex.split(line, comments=True):
            yield words


def pages() -> list[Path]:
    """The pages whose examples are run, in a folder each."""
    found = [DOCS / "index.md", DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
    return [page for page in found if any(examples(page))]


def is_as_shown(found: str, shown: str) -> bool:
    """Whether an output is what a page shows of it, but for blanks."""
    pattern = ".*".join(re.escape(" ".join(part.split())) for part in shown.split("…"))
    return re.fullmatch(pattern.replace(".*\\ ", ".*"), " ".join(found.split())) is not None
