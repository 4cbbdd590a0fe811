"""Where a network computes, and in which precision; torch is imported when it is asked.

Nothing here starts processes or remembers what an earlier call chose: those that train together are found by
`training.devices`.
"""

import copy
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Literal, TypeVar

from shared_runtime.errors import UsageError

if TYPE_CHECKING:
    import torch

NetworkT = TypeVar("NetworkT", bound="torch.nn.Module")

Precision = Literal["float32", "bfloat16"]
"""Of matrix products and convolutions; weights and what is made of their results stay in 32 bits."""

PRECISION = (
    "Of the network's matrix products and convolutions; bfloat16: less time and memory on GPUs that have it, for "
    "masks that differ a little."
)
"""What an option of that type says of itself."""

AUTO = "auto"
"""The accelerator that torch finds, else the CPU."""
_NO_MEMORY = ("out of memory", "allocate memory", "not enough memory", "bad_alloc")


def resolve_device(name: "str | torch.device" = AUTO) -> "torch.device":
    """The device of that name, as torch names them. Raises UsageError for one that is not there."""
    import torch

    if name == AUTO:
        there = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
        return torch.device("cpu") if there is None else there
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        # Of a name that it does not know, torch lists twenty that it does.
        reason = "torch knows no device of that name" if reason.startswith("Expected one of") else reason
        raise UsageError(
            f"device {str(name)!r}: {reason}. Expected cpu, {AUTO}, or one that torch finds here"
        ) from error
    return device


def check_device(name: "str | torch.device") -> str:
    """The name of a device that is there, without torch where it must be. Raises as `resolve_device` does."""
    return str(name) if name in (AUTO, "cpu") else str(resolve_device(name))


def network_on(network: "NetworkT", device: "torch.device") -> "NetworkT":
    """`network` on `device`: where it is on another, a copy, so that whoever else holds it can go on with it."""
    import torch

    # With its number, as parameters have it: "cuda" is "cuda:0" there.
    place = torch.empty(0, device=device).device
    if all(parameter.device == place for parameter in network.parameters()):
        return network
    return copy.deepcopy(network).to(device)


def channels_last(network: "NetworkT") -> "NetworkT":
    """`network` with the channels of its kernels last in memory.

    On CPUs, depthwise and 1×1 convolutions are faster so, forwards and backwards.
    """
    import torch

    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]


def in_precision(precision: Precision, device: "torch.device") -> "AbstractContextManager[object]":
    """Within it, networks on `device` compute in that precision."""
    import torch

    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=precision == "bfloat16")


def is_memory_shortage(error: Exception) -> bool:
    """Whether `error` means that memory ran out, on the CPU or on a device.

    torch and NumPy have several such errors, none of a type of its own.
    """
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(phrase in text for phrase in _NO_MEMORY)
