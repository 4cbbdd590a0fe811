"""How much memory the refinement of an image takes, at which size it is done, and how much memory there is.

The size is a function of the image and the options, not of the machine: masks are the same everywhere. Where a
machine has less memory than that takes, the image is rejected, and no other.
"""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from segmentation.masks.refinement import Refinement

MOST_BYTES = 3_000_000_000
"""That the refinement of one image may take: dense CRF at 7 megapixels with two classes, mean field at 2.7.

Chosen for several processes on one machine; masks of ordinary photographs do not depend on it.
"""
_BYTES_PER_PIXEL: Mapping[Refinement, tuple[int, int]] = MappingProxyType(
    {
        Refinement.DENSE_CRF: (310, 48),
        Refinement.MEAN_FIELD: (1060, 28),
        Refinement.PAMR: (210, 20),
        Refinement.PIXEL_WALK: (70, 20),
        Refinement.NONE: (12, 8),
    }
)
"""Once, and per label; measured on noise, which takes the most."""
_ORDINARY_BYTES = 500_000_000
"""What every process is taken to have: estimates are no reason to refuse images of ordinary size."""
_FULL_SIZE_BYTES = 24
"""Per pixel of the image itself: its copies, and its mask."""
TILE = 512
"""Side in pixels of the tiles in which maps are enlarged that are not refined."""


def refinement_size(height: int, width: int, n_labels: int, how: Refinement) -> tuple[int, int]:
    """Height and width at which maps are refined: those of the image, or the largest that `MOST_BYTES` allow."""
    if is_unrefined(n_labels, how):
        return height, width
    most = MOST_BYTES // _per_pixel(n_labels, how)
    if height * width <= most:
        return height, width
    scale = math.sqrt(most / (height * width))
    return max(1, int(height * scale)), max(1, int(width * scale))


def needed_bytes(height: int, width: int, n_labels: int, how: Refinement) -> int:
    """Memory that a mask of `height` × `width` pixels takes at its peak, by estimate."""
    rows, columns = refinement_size(height, width, n_labels, how)
    if is_unrefined(n_labels, how):
        rows, columns = min(rows, TILE), min(columns, TILE)
    return rows * columns * _per_pixel(n_labels, how) + height * width * _FULL_SIZE_BYTES


def is_unrefined(n_labels: int, how: Refinement) -> bool:
    """Whether maps are only enlarged, tile by tile: a lone label is not refined."""
    return how is Refinement.NONE or n_labels == 1


def bytes_per_process(processes: int) -> int | None:
    """Memory that each of so many worker processes may take; None where the system does not say."""
    shares = [there // processes for there in (_system(), *_control_groups()) if there is not None]
    return max(_ORDINARY_BYTES, min(shares)) if shares else None


def _per_pixel(n_labels: int, how: Refinement) -> int:
    once, each = _BYTES_PER_PIXEL[Refinement.NONE if is_unrefined(n_labels, how) else how]
    return once + each * n_labels


def _system() -> int | None:
    for line in _text(Path("/proc/meminfo")).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _control_groups() -> Iterator[int]:
    """What is left of the limits of the groups that this process is in: of containers, of services."""
    root = Path("/sys/fs/cgroup")
    for line in _text(Path("/proc/self/cgroup")).splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            own = root / path.lstrip("/")
            for group in (own, *own.parents):
                if group.is_relative_to(root):
                    yield from _left(group, "memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            for group in (root / "memory" / path.lstrip("/"), root / "memory"):
                yield from _left(group, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _left(group: Path, limit: str, used: str, reclaimable: str) -> Iterator[int]:
    most, now = _text(group / limit).strip(), _text(group / used).strip()
    if most.isdecimal() and now.isdecimal():
        counts = dict(line.split(maxsplit=1) for line in _text(group / "memory.stat").splitlines() if " " in line)
        yield int(most) - int(now) + int(counts.get(reclaimable, 0))


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
