"""A rival: SceneGraphParser as published, called once per caption of the dump.

    python -m benchmarks.scene_graph_parser DUMP.tsv.gz MODEL --processes N [--limit N]

Prints how many captions it parsed.
"""

import warnings
from collections.abc import Callable
from typing import Any

import sng_parser

from benchmarks.rival import main


def load(model: str) -> Callable[[str], Any]:
    """Its parser over a spaCy model; by default it asks for `en_core_web_sm` by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its word lists open
        parse: Callable[[str], Any] = sng_parser.Parser("spacy", model=model).parse
        return parse


if __name__ == "__main__":
    main(load, __doc__)
