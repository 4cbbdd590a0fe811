"""Arithmetic that autocast leaves alone.

Autocast makes bfloat16 of what matrix products take, float32 or not: 8 bits, with which similarities of 10 are
known to within .03. Networks learn all the same, but what they are compared with must not be rounded.
"""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor


def unrounded(tensor: Tensor) -> AbstractContextManager[object]:
    """A block in which products on the device of `tensor` keep the type of what they are of."""
    device = tensor.device.type
    rounding = torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
    return torch.autocast(device, enabled=False) if rounding else nullcontext()
