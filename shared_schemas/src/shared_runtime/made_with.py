"""Which label space a label file was made with: as its records name it, or the summary beside it."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from shared_runtime.errors import InputError, UsageError
from shared_schemas import ImageLabels, LabelSpace, iter_labels, load_label_space
from shared_schemas.label_space_file import SHIPPED, is_named

SUMMARY = ".summary.json"
"""Behind the name of a label file, that of its summary."""


def label_space_of(
    reference: str | None, given: str | Path | LabelSpace | None, labels: str | Path | None = None
) -> LabelSpace:
    """The label space that was given, or that records name by `reference` ("coco@1a2b3c4d"): one that ships,
    class names with commas between, or the file that the summary of the label file `labels` names, as long as it
    is what it was.

    None as reference names none: there is no record. Raises `UsageError` where it is none of these,
    LabelSpaceError for `given`.
    """
    if given is not None:
        return given if isinstance(given, LabelSpace) else load_label_space(given)
    named = "coco" if reference is None else reference.rpartition("@")[0] or reference
    file = recorded_space_file(labels) if labels is not None else None
    problem = "which does not ship"
    if file is not None and file.is_file():
        space = load_label_space(file)
        if space.reference == reference:
            return space
        problem = f"by the file {file}, which is {space.reference} now, and not {reference}"
    elif file is not None:
        problem = f"by the file {file}, which is not there"
    if is_named(named):
        return load_label_space(named)
    raise UsageError(
        f"the labels were made with label space {named!r}, {problem}: give its file as --label-space (in Python: "
        "label_space=…)"
    )


def recorded_space_file(labels: str | Path) -> Path | None:
    """The label space file that the summary beside a label file names: as it stands there, or beside the labels.

    None: there is no summary, or it names no file. The file may be gone, or say something else.
    """
    output = Path(os.path.realpath(labels))
    try:
        summary = json.loads(output.with_name(output.name + SUMMARY).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    config = summary.get("config") if isinstance(summary, Mapping) else None
    name: Any = config.get("label_space") if isinstance(config, Mapping) else None
    if not isinstance(name, str) or is_named(name) or Path(name).suffix not in (".toml", ".json"):
        return None
    file, beside = Path(name), output.with_name(Path(name).name)
    return beside if beside.is_file() and not file.is_file() else file


def other_version(labels: str | Path) -> str | None:
    """What a person should know of a label file whose first record names a label space that ships, in another
    version than the one that ships here; None: nothing, or the file cannot be read."""
    reference = _first_reference(labels)
    name, _, made_with = reference.rpartition("@")
    if name not in SHIPPED or made_with == (here := load_label_space(name)).content_hash:
        return None
    if _made_by(labels, reference) is not None:
        return None
    return (
        f"its labels were made with {reference}, and the {name!r} of this version is {here.reference}: classes "
        "may mean something else. Label the captions again, or keep to the version that made them"
    )


def _first_reference(labels: str | Path) -> str:
    """The label space of the first record; empty: there is none, or the file cannot be read."""
    with suppress(OSError, ValueError, InputError):
        return next((one.label_space for one in iter_labels(labels) if isinstance(one, ImageLabels)), "")
    return ""


def _made_by(labels: str | Path, reference: str) -> Path | None:
    """The label space file that the summary of a label file names, if it still is `reference`."""
    file = recorded_space_file(labels)
    with suppress(OSError, ValueError, InputError):
        if file is not None and file.is_file() and load_label_space(file).reference == reference:
            return file
    return None


def space_option(labels: str | Path) -> str | None:
    """What a command takes as the label space of a label file, by its first record: a name that ships, or the file
    that the summary names, as long as it is what it was.

    None: the file cannot be read, or does not say.
    """
    reference = _first_reference(labels)
    file, name = _made_by(labels, reference), reference.partition("@")[0]
    return str(file) if file is not None else name if is_named(name) else None
