"""All experiments by name, and configurations from names, files and overriding options."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import ValidationError

from segmentation.experiments import grounding, paper, referring_small, segmenters, small, tseg, tseg_small
from segmentation.experiments.experiment import Experiment
from segmentation.masks.given import said_of
from segmentation.training.config import TrainingConfig
from shared_runtime.configuration import leaves
from shared_runtime.errors import InputError, UsageError
from shared_schemas.errors import did_you_mean

ConfigT = TypeVar("ConfigT", bound=TrainingConfig)

DEFAULT = "lite0-single-stage"
"""What needs no checkpoint of the user's, and no GPU."""
DEFAULT_SEGMENTER = "lite0-segmenter"
"""Likewise, of those that `capseg train-segmenter` trains."""
DEFAULT_REFERRING = "lite0-referring"
"""Likewise, of those that `capseg refer train` trains."""
DEFAULT_GROUNDING = "lite0-grounding"
"""Likewise, of those that `capseg train-grounding` trains."""
BASE = "base"
"""Key of a configuration file: the experiment whose values it changes. Without it: the defaults."""


@cache
def experiments() -> MappingProxyType[str, Experiment]:
    """Experiments in the order of the paper, then the small ones."""
    groups = (
        paper.table_6(),
        paper.backbones(),
        paper.table_9(),
        paper.table_10(),
        segmenters.table_6(),
        segmenters.table_7(),
        segmenters.small_table_7(),
        grounding.table_8(),
        grounding.tam_net(),
        segmenters.table_11(),
        segmenters.figure_7(),
        segmenters.of_other_tables(),
        segmenters.growing(),
        small.lite0(321),
        small.lite0(224),
        small.single_stage(),
        small.synthetic(),
        segmenters.small(),
        grounding.small(),
        tseg.table_1(),
        tseg.table_2(),
        tseg.table_3(),
        tseg.zero_shot(),
        referring_small.lite0(),
        referring_small.synthetic(),
        tseg_small.small_tables(),
    )
    return MappingProxyType({experiment.name: experiment for group in groups for experiment in group})


def find_experiment(name: str) -> Experiment:
    """The experiment of that name. UsageError, with the nearest name, if there is none."""
    found = experiments().get(name)
    if found is None:
        hint = did_you_mean(name, experiments()) or " 'capseg experiments' lists them"
        raise UsageError(f"no experiment is named {name!r}.{hint}")
    return found


def resolve_config(model: type[ConfigT], name_or_file: str, overrides: Mapping[str, Any]) -> ConfigT:
    """The configuration of an experiment or of a TOML or JSON file, with `overrides` by dotted key.

    Raises UsageError for an unknown name or key, for an experiment that another command trains, and for a value
    that does not fit, InputError for a file that cannot be read.
    """
    path = Path(name_or_file)
    given = _read(path) if path.suffix in (".toml", ".json") else {BASE: name_or_file}
    base = given.pop(BASE, None)
    config = model() if base is None else _named(model, str(base))
    values = dict(leaves(config.model_dump(mode="json")))
    for key, value in (*leaves(given), *overrides.items()):
        if parts := [known for known in values if known.startswith(f"{key}.")]:
            raise UsageError(f"{key!r} is a section of the configuration. Set its values: {parts[0]}, …")
        if key not in values:
            raise UsageError(f"the configuration has no key {key!r}.{_hint(key, values)}")
        values[key] = value
    try:
        return model.model_validate(_nested(values))
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the configuration"
        if isinstance(problem["input"], dict):
            # Values that do not go together have their whole section as input.
            message = str(problem["msg"]).removeprefix("Value error, ")
            raise UsageError(f"{where}: {message}") from error
        raise UsageError(said_of(where, problem)) from error


def parse_setting(text: str) -> tuple[str, Any]:
    """`key=value` of `--set`: the value as TOML states it (8, 0.5, true, "text", [1, 2]), else as plain text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {text}: expected KEY=VALUE, such as training.epochs=8")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def _read(path: Path) -> dict[str, Any]:
    """The content of a configuration file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        content = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{path}: not valid {path.suffix[1:].upper()}: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: got {type(content).__name__}, expected keys with values at the top")
    return content


def _named(model: type[TrainingConfig], name: str) -> TrainingConfig:
    config = find_experiment(name).config
    if not isinstance(config, model):
        raise UsageError(f"{name} is an experiment of 'capseg {config.command}', not of 'capseg {model.command}'")
    return config


def _hint(key: str, known: Iterable[str]) -> str:
    """A key that ends alike, or is spelled alike, or else all keys."""
    for other in known:
        if other.rpartition(".")[2] == key.rpartition(".")[2]:
            return f" Did you mean {other!r}?"
    return did_you_mean(key, known) or f" Known: {', '.join(known)}"


def _nested(values: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for dotted, value in values.items():
        *above, last = dotted.split(".")
        place = content
        for key in above:
            place = place.setdefault(key, {})
        place[last] = value
    return content
