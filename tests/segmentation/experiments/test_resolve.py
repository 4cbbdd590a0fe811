"""`--config` and `--set`: what overrides what, and what is refused."""

import math
from pathlib import Path
from typing import Any

import pytest

from segmentation.experiments.catalog import find_experiment, parse_setting, resolve_config
from segmentation.localization.config import LocalizerConfig
from shared_runtime.errors import InputError, UsageError


def test_a_name_with_overrides() -> None:
    config = resolve_config(
        LocalizerConfig, "lite0-224", {"training.epochs": 3, "network.pooling.k": 4, "backbone": "tiny"}
    )
    assert (config.training.epochs, config.network.pooling.k, config.backbone) == (3, 4, "tiny")
    untouched = {"epochs": 3}
    assert config.training == find_experiment("lite0-224").config.training.model_copy(update=untouched)
    assert config.crop.size == 224


def test_a_file_changes_its_base(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('base = "lite0-224"\nlabel_space = "voc"\n[crop]\narea = [0.2, 0.9]\n[training]\nseed = 5\n')
    config = resolve_config(LocalizerConfig, str(file), {"training.seed": 6})
    assert (config.backbone, config.crop.size) == ("efficientnet-lite0-head", 224)
    assert (config.label_space, config.crop.area, config.training.seed) == ("voc", (0.2, 0.9), 6)


def test_a_file_without_base_changes_table_2(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text('{"network": {"lambda_bg": 0.5}}')
    config = resolve_config(LocalizerConfig, str(file), {})
    assert config == LocalizerConfig.model_validate({"network": {"lambda_bg": 0.5}})


def test_what_a_run_writes_can_be_given_again(tmp_path: Path) -> None:
    file = tmp_path / "resolved.json"
    resolved = resolve_config(LocalizerConfig, "synthetic-full", {"training.seed": 3})
    file.write_text(resolved.model_dump_json())
    assert resolve_config(LocalizerConfig, str(file), {}) == resolved


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("training.epochs=8", ("training.epochs", 8)),
        ("network.lambda_bg = 0.2", ("network.lambda_bg", 0.2)),
        ("network.balanced=false", ("network.balanced", False)),
        ("crop.area=[0.5, 1.0]", ("crop.area", [0.5, 1.0])),
        ("weights=resnet50.pth", ("weights", "resnet50.pth")),
        ('weights="a=b.pth"', ("weights", "a=b.pth")),
        ("label_space=", ("label_space", "")),
    ],
)
def test_settings(text: str, expected: tuple[str, Any]) -> None:
    assert parse_setting(text) == expected


@pytest.mark.parametrize("text", ["epochs", "=3", " =3"])
def test_a_setting_without_key_or_value(text: str) -> None:
    with pytest.raises(UsageError, match="expected KEY=VALUE"):
        parse_setting(text)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"epochs": 3}, r"^the configuration has no key 'epochs'\. Did you mean 'training\.epochs'\?$"),
        ({"training.epoch": 3}, r"no key 'training\.epoch'\. Did you mean 'training\.epochs'\?"),
        ({"training": 3}, r"^'training' is a section of the configuration\. Set its values: training\.epochs, …$"),
        ({"training.seed.x": 3}, r"no key 'training\.seed\.x'"),
        ({"training.epochs": 0}, r"^training\.epochs: got 0, expected greater than 0$"),
        ({"training.precision": "half"}, r"^training\.precision: got 'half', .*'float32' or 'bfloat16'"),
        ({"training.learning_rate": math.inf}, r"^training\.learning_rate: got inf, "),
        ({"training.learning_rate": 1e30}, r"^training\.learning_rate: got 1e\+30, .* less than or equal to 100$"),
        ({"training.weight_decay": math.inf}, r"^training\.weight_decay: got inf, "),
        ({"training.seed": 10**20}, r"^training\.seed: got 100000000000000000000, "),
        (
            {"training.accumulation": 5},
            r"^training: a batch of \d+ cannot be cut into 5 \(accumulation\) equal ",
        ),
        ({"crop.size": 1}, r"^crop\.size: got 1, expected greater than or equal to 8$"),
        ({"crop.area": [2, 1]}, r"^crop\.area\.0: got 2, "),
        ({"crop.area": [0, 0]}, r"^crop\.area\.0: got 0, "),
        ({"crop.area": [0.8, 0.4]}, r"^crop\.area: got .*, expected the lower one first$"),
        ({"crop.aspect": [math.nan, math.nan]}, r"^crop\.aspect\.0: got nan, "),
        ({"crop.flip": 7}, r"^crop\.flip: got 7, "),
        ({"network.lambda_bg": math.inf}, r"^network\.lambda_bg: got inf, "),
        ({"network.weighted.background_logit": math.nan}, r"background_logit: got nan, "),
        ({"network.lambda_fg": 0, "network.background": False, "network.attributes": False}, "nothing to train"),
    ],
)
def test_what_does_not_fit_is_named(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        resolve_config(LocalizerConfig, "lite0-224", overrides)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("base = 3\n", UsageError, "no experiment is named '3'"),
        ("[crop]\nsise = 3\n", UsageError, r"no key 'crop\.sise'\. Did you mean 'crop\.size'\?"),
        ("seed = \n", InputError, r"mine\.toml: not valid TOML: "),
    ],
)
def test_a_file_that_does_not_fit(tmp_path: Path, content: str, error: type[Exception], message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(content)
    with pytest.raises(error, match=message):
        resolve_config(LocalizerConfig, str(file), {})


def test_a_missing_or_odd_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml: No such file"):
        resolve_config(LocalizerConfig, str(tmp_path / "gone.toml"), {})
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(InputError, match=r"list\.json: got list, expected keys"):
        resolve_config(LocalizerConfig, str(tmp_path / "list.json"), {})
