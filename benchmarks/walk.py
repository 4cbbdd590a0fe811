"""The walk of a new user: the commands of docs/tutorial.md in their order, and what other programs make of it.

Captions and drawn images become labels, a network, masks, and files of COCO, CVAT, Label Studio and FiftyOne,
which are read back by the libraries of these; one that is not installed is named as such.
"""

import shutil
import sys
import time
from collections.abc import Iterator

from benchmarks.documented import DOCS, commands, examples
from benchmarks.markdown import table
from benchmarks.processes import run
from benchmarks.read_back import READERS
from benchmarks.surroundings import OUTPUTS, Options

_IMAGES = "200"
"""How many the page draws."""
_MODULES = {"capparse": "caption_parser", "capseg": "segmentation"}


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    folder = OUTPUTS / "walk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = []
    for example in examples(DOCS / "tutorial.md"):
        for words in commands(example.text):
            shown = " ".join(str(options.limit) if word == _IMAGES and options.limit else word for word in words)
            cost = run([sys.executable, "-m", _MODULES[words[0]], *shown.split()[1:]], folder=folder)
            rows.append((f"`{shown}`", f"{cost.wall_seconds:.1f}", f"{cost.cpu_seconds:.1f}"))
    yield table(("command", "s", "s of processors"), rows)
    found = []
    for name, read in READERS.items():
        started = time.perf_counter()
        try:
            says = read(folder)
        except ImportError as error:
            says = f"not installed: {error.name}"
        found.append((name, f"{time.perf_counter() - started:.1f}", says))
    yield table(("read back", "s", "found"), found)
