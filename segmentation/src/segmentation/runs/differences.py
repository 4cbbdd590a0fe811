"""What differs between the record of a run and that of a command that would go on with it."""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmentation.backbones.catalog import named_place
from shared_runtime.configuration import ABSENT, differing
from shared_runtime.errors import CapparseError
from shared_runtime.files import file_digest
from shared_schemas import LabelSpaceError, load_label_space

if TYPE_CHECKING:
    from segmentation.runs.folder import RunRecord

_CONTENT = "files"
"""Among a record's samples: what the files say that its configuration names."""
_LABEL_SPACES = (".toml", ".json")
_MEANS = {
    "samples.fingerprint": " (other labels or masks, or other images)",
    "samples.labels": " (the label file changed)",
    "samples.weights": " (another network)",
    "samples.without_rivals": " (a text without a rival competes with the background now)",
    "samples.source": " (what is imported changed)",
}
"""What it means that a digest among the samples differs."""
_GIVEN = {"samples.labels": " (--labels was given one time alone)"}
"""Likewise, where one of the two is none."""
_WEIGHTS, _OF_MODEL = "samples.weights", "samples.model."
_MODEL = ("model.safetensors", "config.json")


def content_of(places: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """What the files say that a configuration names, by its keys, for `RunRecord.samples`: they may be moved.

    Of a label space its reference, of a folder its weights and its configuration; what is gone is left out.
    """
    found = {}
    for key, path in places.items():
        with suppress(CapparseError, LabelSpaceError):
            if path.suffix in _LABEL_SPACES:
                found[key] = load_label_space(path).reference
            elif files := [*filter(Path.is_file, [path] if path.is_file() else map(path.joinpath, _MODEL))]:
                found[key] = "+".join(file_digest(file)[:16] for file in files)
    return {_CONTENT: found} if found else {}


def differences(before: "RunRecord", now: "RunRecord", undecided: Collection[str] = ()) -> list[str]:
    """What decides the result and differs, a line each: `config.seed: 0 in the folder, 1 asked for`.

    Of a file that the configuration names it is what the file says; where that is not known, the place.
    `undecided`: names, such as `config.seed`, of what decides nothing here, whatever was written of it.
    """
    lines = []
    old, new = (record.samples.get(_CONTENT, {}) for record in (before, now))
    known = {f"config.{key}": old[key] == new[key] for key in old.keys() & new.keys()}
    before, now = (_without_content(record) for record in (before, now))
    for name, *values in differing(before, now):
        here, asked = ("nothing" if value is ABSENT else json.dumps(value, ensure_ascii=False) for value in values)
        if name not in undecided and not known.pop(name, _is_same_place(*values)):
            meaning = _GIVEN.get(name) if None in values else _MEANS.get(name)
            lines.append(f"{name}: {here} in the folder, {asked} asked for{meaning or ''}")
    if any(line.startswith(f"{_WEIGHTS}:") for line in lines):
        # Another network differs in all that it was trained by, which nobody has asked for here.
        lines = [line for line in lines if not line.startswith(_OF_MODEL)]
    lines += [f"{name}: the file says something else than it did" for name, same in known.items() if not same]
    return lines


def _without_content(record: "RunRecord") -> "RunRecord":
    samples = {name: value for name, value in record.samples.items() if name != _CONTENT}
    return record.model_copy(update={"notes": {}, "samples": samples})


def _is_same_place(one: Any, other: Any) -> bool:
    """Whether two values name one file: earlier versions recorded paths as they were given."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    places = [named_place(value) for value in (one, other)]
    return any(place.is_absolute() for place in places) and places[0].resolve() == places[1].resolve()
