"""A device is what was asked for, whatever was asked before in the same process."""

import pytest
import torch

from segmentation.backbones.devices import check_device, resolve_device
from segmentation.training.devices import DeviceGroup
from shared_runtime.errors import UsageError


@pytest.fixture
def accelerator(monkeypatch: pytest.MonkeyPatch) -> torch.device:
    """One that any machine can pretend to have."""
    device = torch.device("meta")
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: device)
    return device


def test_no_choice_outlives_its_call(accelerator: torch.device) -> None:
    cpu = torch.device("cpu")
    for chosen in (resolve_device, lambda name: DeviceGroup(name).device):
        asked = [chosen(name) for name in ("auto", "cpu", "auto", "meta", "cpu")]
        assert asked == [accelerator, cpu, accelerator, accelerator, cpu]
    assert resolve_device(cpu) == cpu


def test_without_an_accelerator_it_is_the_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    assert resolve_device() == torch.device("cpu")


def test_what_is_not_there_is_told_by_its_name() -> None:
    for name in ("cuda:7", "tree"):
        with pytest.raises(
            UsageError, match=rf"^device '{name}': .+\. Expected cpu, auto, or one that torch finds"
        ):
            check_device(name)
    with pytest.raises(UsageError, match=r"^device 'tree': torch knows no device of that name\. Expected"):
        check_device("tree")
    assert [check_device(name) for name in ("auto", "cpu", torch.device("meta"))] == ["auto", "cpu", "meta"]
