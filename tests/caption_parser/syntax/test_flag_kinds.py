"""Captions by the kind of flag that decides them: what must be named, and what must not, with all that ships."""

import tomllib
from pathlib import Path

import pytest

from caption_parser import CaptionParser

KINDS = tomllib.loads(Path(__file__).with_name("flag_kinds.toml").read_text("utf-8"))


@pytest.mark.parametrize("kind", KINDS)
def test_kind(parser: CaptionParser, kind: str) -> None:
    captions = KINDS[kind]
    wrong = []
    for (caption, named, unnamed), record in zip(captions, parser.label([c for c, *_ in captions]), strict=True):
        found = {label.name for label in (*record.foreground, *record.background)}
        if not found.issuperset(named) or not found.isdisjoint(unnamed):
            wrong.append((caption, sorted(found)))
    assert not wrong
