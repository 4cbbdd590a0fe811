"""From `--config NAME|FILE` and overriding options to one resolved configuration."""

import json
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from segmentation.experiments.catalog import find_experiment
from segmentation.localization.config import LocalizerConfig
from shared_runtime.errors import InputError, UsageError

BASE = "base"
"""Key of a configuration file: the experiment whose values it changes. Without it: Table 2 of the paper."""


def resolve_config(name_or_file: str, overrides: Mapping[str, Any]) -> LocalizerConfig:
    """The configuration of an experiment or of a TOML or JSON file, with `overrides` by dotted key.

    Raises UsageError for an unknown name or key and for a value that does not fit, InputError for a file that
    cannot be read.
    """
    content = _content(name_or_file)
    for key, value in overrides.items():
        _set(content, key, value)
    try:
        return LocalizerConfig.model_validate(content)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the configuration"
        message = str(problem["msg"]).removeprefix("Value error, ")
        raise UsageError(f"{where}: got {problem['input']!r}: {message}") from error


def parse_setting(text: str) -> tuple[str, Any]:
    """`key=value` of `--set`: the value as TOML states it (8, 0.5, true, "text", [1, 2]), else as plain text."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise UsageError(f"--set {text}: expected KEY=VALUE, such as network.lambda_bg=0.2")
    try:
        return key.strip(), tomllib.loads(f"value = {value.strip()}")["value"]
    except tomllib.TOMLDecodeError:
        return key.strip(), value.strip()


def _content(name_or_file: str) -> dict[str, Any]:
    path = Path(name_or_file)
    if path.suffix not in (".toml", ".json"):
        return _plain(find_experiment(name_or_file).config)
    try:
        text = path.read_text(encoding="utf-8-sig")
        given = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"{path}: not valid {path.suffix[1:].upper()}: {error}") from None
    if not isinstance(given, dict):
        raise InputError(f"{path}: got {type(given).__name__}, expected keys with values at the top")
    base = given.pop(BASE, None)
    content = _plain(LocalizerConfig() if base is None else find_experiment(str(base)).config)
    for key, value in _leaves(given):
        _set(content, key, value)
    return content


def _plain(config: LocalizerConfig) -> dict[str, Any]:
    content: dict[str, Any] = config.model_dump(mode="json")
    return content


def _leaves(content: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    leaves: list[tuple[str, Any]] = []
    for key, value in content.items():
        below = _leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else [(f"{prefix}{key}", value)]
        leaves.extend(below)
    return leaves


def _set(content: dict[str, Any], dotted: str, value: Any) -> None:
    *above, last = dotted.split(".")
    place: Any = content
    for key in above:
        place = place.get(key) if isinstance(place, dict) else None
    if not isinstance(place, dict) or last not in place or isinstance(place[last], dict):
        known = [key for key, _ in _leaves(content)]
        ends_alike = [key for key in known if key.rpartition(".")[2] == last]
        close = ends_alike or get_close_matches(dotted, known, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]}?" if close else f"Known: {', '.join(known)}"
        raise UsageError(f"the configuration has no key {dotted!r}. {hint}")
    place[last] = value
