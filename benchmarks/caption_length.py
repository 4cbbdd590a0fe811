"""Processor seconds to label one caption, by its length in characters: ordinary text and other kinds."""

import gc
import random
import time
from collections.abc import Callable, Iterator

from benchmarks.markdown import table
from benchmarks.surroundings import Options

LENGTHS = (100, 1_000, 5_000, 10_000, 20_000)
_WORDS = "dog cat red big house table kitchen man woman photo stock image background sign vector flower".split()

KINDS: dict[str, Callable[[int], str]] = {
    "sentences": lambda size: _repeated(
        "A man rides a brown horse on the beach while two dogs run behind. ", size
    ),
    "one clause in another": lambda size: _repeated("a dog in front of ", size),
    "one noun again and again": lambda size: _repeated("dog ", size),
    "keywords": lambda size: _repeated(", ".join(random.Random(0).choices(_WORDS, k=5_000)), size),
    "brackets": lambda size: "(" * size,
    "titles": lambda size: _repeated("King ", size),
    "parts of what is drawn": lambda size: ("a mural of a bear. " + _repeated("its paw holds ", size))[:size],
    "hyphens between blanks": lambda size: _repeated("dog - ", size),
}


def report(options: Options) -> Iterator[str]:
    """A row a kind; `--limit` leaves out longer captions, the fastest of `--rounds` counts."""
    from caption_parser import CaptionParser

    parser = CaptionParser()
    list(parser.label(["A warm-up for the mouse beside a keyboard."]))
    lengths = [length for length in LENGTHS if options.limit is None or length <= options.limit]
    rows = []
    for kind, of_length in KINDS.items():
        seconds = [_seconds(parser.label, of_length(length), options.rounds) for length in lengths]
        rows.append([kind, *(f"{of_one:.2f}" for of_one in seconds)])
    yield table(["characters", *(f"{length:,}" for length in lengths)], rows)


def _seconds(label: Callable[[list[str]], Iterator[object]], caption: str, rounds: int) -> float:
    fastest = float("inf")
    for _ in range(rounds):
        gc.collect()
        started = time.process_time()
        list(label([caption]))
        fastest = min(fastest, time.process_time() - started)
    return fastest


def _repeated(text: str, size: int) -> str:
    return (text * (size // len(text) + 1))[:size]
