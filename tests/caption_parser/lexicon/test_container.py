"""The file format: what goes in comes out, and a bad file is refused with the reason."""

import struct
from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.container import encode_sections, map_sections
from caption_parser.lexicon.lexicon import SHIPPED_LEXICON
from shared_runtime.errors import ExitCode, MissingResourceError

SIZES = {"B": 8, "H": 16, "I": 32}


@st.composite
def _arrays(draw: st.DrawFn) -> "array[int]":
    typecode = draw(st.sampled_from(sorted(SIZES)))
    return array(typecode, draw(st.lists(st.integers(0, (1 << SIZES[typecode]) - 1), max_size=20)))


@given(sections=st.dictionaries(st.text("abc._", min_size=1, max_size=30), _arrays(), min_size=1, max_size=6))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, sections: dict[str, "array[int]"]) -> None:
    path = tmp_path_factory.mktemp("container") / "file.lex"
    path.write_bytes(encode_sections(sections))
    mapped = map_sections(path)
    assert list(mapped) == list(sections)
    for name, section in sections.items():
        assert mapped[name].tolist() == section.tolist()
        assert mapped[name].format == section.typecode
        assert mapped[name].readonly


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.lex"
    path.write_bytes(encode_sections({"numbers": array("I", range(100)), "text": b"dog"}))
    return path


def _overwrite(path: Path, position: int, replacement: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[position : position + len(replacement)] = replacement
    path.write_bytes(content)


def _refusal(path: Path) -> str:
    with pytest.raises(MissingResourceError) as caught:
        map_sections(path)
    assert caught.value.exit_code == ExitCode.MISSING_RESOURCE
    assert str(path) in str(caught.value)
    assert "python -m caption_parser.lexicon.build" in str(caught.value)
    return str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "there is no such file" in _refusal(tmp_path / "absent.lex")


def test_a_directory(tmp_path: Path) -> None:
    assert "directory" in _refusal(tmp_path)


def test_an_empty_file(good: Path) -> None:
    good.write_bytes(b"")
    assert "it is empty" in _refusal(good)


def test_less_than_a_header(good: Path) -> None:
    good.write_bytes(good.read_bytes()[:20])
    assert "it has 20 bytes, less than its header of" in _refusal(good)


def test_a_truncated_file(good: Path) -> None:
    size = good.stat().st_size
    good.write_bytes(good.read_bytes()[:-8])
    assert f"it has {size - 8} bytes, its header says {size}" in _refusal(good)


def test_another_kind_of_file(good: Path) -> None:
    _overwrite(good, 0, b"\x89PNG\r\n\x1a\n")
    assert "it is not a lexicon file" in _refusal(good)


@pytest.mark.parametrize("version", [struct.pack("=I", 2), struct.pack(">I", 1)], ids=["newer", "byte order"])
def test_another_format_version(good: Path, version: bytes) -> None:
    _overwrite(good, 8, version)
    assert "this program reads 1" in _refusal(good)


def test_another_wordnet(good: Path) -> None:
    _overwrite(good, good.read_bytes().index(b"3.0\0"), b"3.1\0")
    assert "it holds WordNet 3.1, expected 3.0" in _refusal(good)


@pytest.mark.parametrize("position", [48, 100, -5])
def test_a_changed_byte(good: Path, position: int) -> None:
    content = bytearray(good.read_bytes())
    content[position] ^= 0x20
    good.write_bytes(content)
    assert "its checksum does not match" in _refusal(good)


def test_a_lexicon_without_its_glosses_still_answers(tmp_path: Path) -> None:
    path = tmp_path / "own.lex"
    path.write_bytes(SHIPPED_LEXICON.read_bytes())
    lexicon = Lexicon.open(path)
    assert lexicon.name(lexicon.synset("n02084071")) == "dog.n.01"
    with pytest.raises(MissingResourceError, match=r"own\.gloss: cannot use the WordNet file: there is no such"):
        lexicon.definition(0)
