"""A rival: SceneGraphParser as published, called once per caption of the dump.

    python -m benchmarks.scene_graph_parser DUMP.tsv.gz MODEL --processes N [--limit N]

Prints how many captions it parsed. It has no way to use several processes: a pool of workers stands in for it.
"""

import argparse
import multiprocessing
import warnings
from typing import Any

import sng_parser

from benchmarks.captions import read_dump

_CAPTIONS_PER_TASK = 256


def load(model: str) -> Any:
    """Its parser over a spaCy model; by default it asks for `en_core_web_sm` by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its word lists open
        return sng_parser.Parser("spacy", model=model)


def main() -> None:
    """Parse all captions, one call each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump")
    parser.add_argument("model")
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    captions = read_dump(arguments.dump, arguments.limit)
    if arguments.processes == 1:
        scene_graphs = load(arguments.model)
        print(sum(1 for caption in captions if scene_graphs.parse(caption)))
        return
    with multiprocessing.Pool(arguments.processes, _start_worker, (arguments.model,)) as pool:
        print(sum(pool.imap(_parse, captions, _CAPTIONS_PER_TASK)))


_scene_graphs: Any = None
"""In a worker process: its parser."""


def _start_worker(model: str) -> None:
    global _scene_graphs
    _scene_graphs = load(model)


def _parse(caption: str) -> bool:
    return bool(_scene_graphs.parse(caption))


if __name__ == "__main__":
    main()
