"""What the rivals share: their command line; and, for those that parse a caption per call, a pool of workers.

These have no way to use several processes themselves.
"""

import argparse
import multiprocessing
from collections.abc import Callable
from typing import Any

from benchmarks.captions import read_dump

_CAPTIONS_PER_TASK = 64

Load = Callable[[str], Callable[[str], Any]]
"""From the name of a spaCy model to what is done to each caption."""


def rival_arguments(description: str | None) -> argparse.Namespace:
    """`DUMP.tsv.gz MODEL --processes N [--limit N]`."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("dump")
    parser.add_argument("model")
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--limit", type=int)
    return parser.parse_args()


def main(load: Load, description: str | None) -> None:
    """Go through the captions of a dump, one call each, and print how many there were."""
    arguments = rival_arguments(description)
    captions = read_dump(arguments.dump, arguments.limit)
    if arguments.processes == 1:
        parse = load(arguments.model)
        print(sum(parse(caption) is not None for caption in captions))
        return
    with multiprocessing.Pool(arguments.processes, _start_worker, (load, arguments.model)) as pool:
        print(sum(pool.imap(_is_parsed, captions, _CAPTIONS_PER_TASK)))


_parse: Callable[[str], Any]
"""In a worker process: what it does to a caption."""


def _start_worker(load: Load, model: str) -> None:
    global _parse
    _parse = load(model)


def _is_parsed(caption: str) -> bool:
    return _parse(caption) is not None
