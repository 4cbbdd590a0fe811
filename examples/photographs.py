"""Copy the photographs that scikit-image brings along into a folder: python examples/photographs.py FOLDER.

An astronaut (NASA), a cat and a cup of coffee: in the public domain or given to it (CC0). The package is found and
not imported, so that it needs nothing of what it depends on.
"""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

PHOTOGRAPHS = ("astronaut.png", "chelsea.png", "coffee.png")


def main(folder: Path) -> int:
    """Exit code: 1 where scikit-image is not installed."""
    found = find_spec("skimage")
    if found is None or found.origin is None:
        print("error: scikit-image is not installed. Try: pip install --no-deps scikit-image", file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    for name in PHOTOGRAPHS:
        shutil.copyfile(Path(found.origin).parent / "data" / name, folder / name)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
