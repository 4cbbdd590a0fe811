"""Plain captions of words with several senses, of people, and of what is implied, each with what it shows."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from caption_parser import CaptionParser
from tests.parsers import parser_of

_FILES = sorted((Path(__file__).parent / "captions").glob("*.txt"))


class Case(NamedTuple):
    caption: str
    named: frozenset[str]
    never: frozenset[str]
    falls_short: bool
    """Known to be read otherwise."""


def cases(path: Path) -> Iterator[Case]:
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        caption, named, never = line.removeprefix("~ ").split("|")
        yield Case(caption, _classes(named), _classes(never), line.startswith("~ "))


def _classes(text: str) -> frozenset[str]:
    return frozenset(filter(None, text.removeprefix("-").split(",")))


@cache
def _parser() -> CaptionParser:
    return parser_of()


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_plain_captions_are_read_as_people_read_them(path: Path) -> None:
    expected = [*cases(path)]
    wrong = []
    for case, labels in zip(expected, _parser().label([case.caption for case in expected]), strict=True):
        found = {label.name for label in (*labels.foreground, *labels.background)}
        if not (case.named <= found and case.never.isdisjoint(found)) and not case.falls_short:
            wrong.append((case.caption, sorted(case.named - found), sorted(case.never & found)))
    assert not wrong


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_few_fall_short(path: Path) -> None:
    expected = [*cases(path)]
    assert sum(case.falls_short for case in expected) <= 0.15 * len(expected)
