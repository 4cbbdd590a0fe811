"""Frozen configurations and what differs between two of them."""

import pytest
from pydantic import Field, ValidationError

from shared_runtime.configuration import ABSENT, FrozenModel, differing


class Crop(FrozenModel):
    size: int = 321
    flip: bool = True


class Config(FrozenModel):
    crop: Crop = Crop()
    notes: dict[str, int] = Field(default_factory=dict)
    name: str | None = None


def test_a_configuration_is_frozen_and_refuses_unknown_keys() -> None:
    with pytest.raises(ValidationError):
        Config().name = "b"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="szie"):
        Crop(szie=3)  # type: ignore[call-arg]


def test_differences_are_named_by_dotted_keys_in_their_order() -> None:
    before, now = Config(notes={"a": 1}), Config(crop=Crop(size=224), notes={"b": 2}, name="x")
    assert list(differing(before, now)) == [
        ("crop.size", 321, 224),
        ("name", None, "x"),
        ("notes.a", 1, ABSENT),
        ("notes.b", ABSENT, 2),
    ]
    assert str(ABSENT) == "not there"


def test_equal_configurations_do_not_differ() -> None:
    assert list(differing(Config(), Config())) == []
