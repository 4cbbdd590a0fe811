"""Encoded runs and string tables give back what went in."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from caption_parser.lexicon.container import Section
from caption_parser.lexicon.tables import Runs, StringTable, encode_runs, encode_string_table

LEMMAS = st.text("abcdefghijklmnopqrstuvwxyz_-'.0123456789", max_size=12)


def _views(sections: dict[str, Section]) -> dict[str, memoryview]:
    return {name: memoryview(section) for name, section in sections.items()}


@given(st.lists(st.integers(0, 700), max_size=200))
def test_runs_lie_end_to_end(lengths: list[int]) -> None:
    runs = Runs(_views(encode_runs("runs", lengths)), "runs")
    assert len(runs) == len(lengths)
    position = 0
    for run, length in enumerate(lengths):
        assert runs.bounds(run) == (position, position + length)
        position += length


def test_a_base_serves_64_runs() -> None:
    sections = encode_runs("runs", [1000] * 130)
    assert sections["runs.bases"] == array("I", [0, 64_000, 128_000])
    assert max(sections["runs.distances"]) == 63_000


@given(st.sets(LEMMAS), st.sets(LEMMAS), st.data())
def test_strings_are_found_and_others_are_not(words: set[str], absent: set[str], draw: st.DataObject) -> None:
    capitals = {word: draw.draw(st.sampled_from([word, word.capitalize(), word.upper()])) for word in words}
    others = [f"{word}!" for word in sorted(words)]
    sections, numbers = encode_string_table("words", capitals, others)
    table = StringTable(_views(sections), "words")
    assert len(table.key_numbers()) == len(words)
    for word, spelling in capitals.items():
        number = table.find(word)
        assert number in table.key_numbers()
        assert number == numbers[spelling]
        assert table[number] == spelling
    for other in others:
        assert table[numbers[other]] == other
    for word in [*(absent - words), *others, "caf\u00e9", "\ud800"]:
        assert table.find(word) is None
