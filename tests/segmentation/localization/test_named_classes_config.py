"""Trainings know classes again that are given by their names."""

from typing import Any

import pytest

from segmentation.localization.config import LocalizerConfig
from shared_schemas import load_label_space


@pytest.mark.parametrize("given", ["st. bernard,helmet", ["st. bernard", "helmet"]])
def test_a_configuration_keeps_the_names_and_takes_them_for_no_file(given: Any) -> None:
    config = LocalizerConfig(label_space=given)
    assert config.recorded()["label_space"] == "st. bernard,helmet"
    assert not config.places()
    assert load_label_space(config.label_space).by_name.keys() == {"st. bernard", "helmet"}
