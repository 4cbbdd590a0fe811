"""What the values of masks mean, in files beside them that other programs read."""

import json
from collections.abc import Sequence
from pathlib import Path

from segmentation.data.masks import IGNORE_INDEX, palette
from segmentation.data.truth.contract import BACKGROUND_NAME
from shared_schemas import LabelSpace
from shared_schemas.files import replace_file

ID2LABEL, LABEL_MAP = "id2label.json", "labelmap.txt"
IGNORE_NAME = "ignore"


def value_names(label_space: LabelSpace) -> tuple[str, ...]:
    """Names by mask value: background, then the foreground classes; no two are the same."""
    names: list[str] = [BACKGROUND_NAME]
    for label in label_space.foreground:
        names.append(_unlike(label.name, names))
    return tuple(names)


def id2label(names: Sequence[str]) -> bytes:
    """Names by value as JSON, as models and data sets of Hugging Face have them; 255 is none."""
    content = {str(value): name for value, name in enumerate(names)}
    return f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode()


def label_map(names: Sequence[str], ignore_name: str | None = IGNORE_NAME) -> bytes:
    """`labelmap.txt` of VOC, Datumaro and CVAT: a line `name:r,g,b::` per value, with the colours of the palette.

    `ignore_name`: the name of 255; None: it has none. Colons and breaks in names become hyphens, which the format
    needs.
    """
    colours = palette()
    values = dict(enumerate(map_names(names)))
    if ignore_name is not None:
        values[IGNORE_INDEX] = _unlike(map_names([ignore_name])[0], list(values.values()))
    lines = [f"{name}:{','.join(map(str, colours[value].tolist()))}::\n" for value, name in values.items()]
    return b"# label:color_rgb:parts:actions\n" + "".join(lines).encode()


def map_names(names: Sequence[str]) -> list[str]:
    """Names as a label map can hold them."""
    found: list[str] = []
    for name in names:
        # A line that begins with # is a remark.
        found.append(_unlike(" ".join(name.replace(":", "-").split()).lstrip("# ") or "_", found))
    return found


def write_legend(folder: Path, label_space: LabelSpace) -> None:
    """Write `id2label.json` and `labelmap.txt` into a folder of masks. Raises OSError."""
    names = value_names(label_space)
    replace_file(folder / ID2LABEL, id2label(names))
    replace_file(folder / LABEL_MAP, label_map(names))


def _unlike(name: str, others: Sequence[str]) -> str:
    while name in others:
        name += "_"
    return name
