"""Run lengths as Label Studio has them for brush strokes: not COCO's, but those of thi.ng's `rle-pack`.

A stream of bits: the number of values (32), bits per value less one (5), the four bit widths of lengths less one
(4 each); then runs: 1 for a run of one value, which of the widths (2), its length less one, the value. The values
are the bytes of an RGBA picture.
"""

import numpy as np
import numpy.typing as npt

_VALUE_BITS = 8
_LENGTH_BITS = (3, 4, 8, 16)
_CHANNELS = 4
_LONGEST = 1 << _LENGTH_BITS[-1]


def brush_runs(region: npt.NDArray[np.bool_]) -> list[int]:
    """The bytes of a region (H, W) as a brush stroke: 255 in all four channels where it is, 0 elsewhere."""
    flat = region.ravel()
    starts = (
        np.flatnonzero(np.concatenate([[True], flat[1:] != flat[:-1]])) if flat.size else np.empty(0, np.int64)
    )
    lengths = _CHANNELS * np.diff(starts, append=flat.size)
    values = np.where(flat[starts], 255, 0)
    parts = -(-lengths // _LONGEST)
    is_last = np.zeros(int(parts.sum()), dtype=bool)
    is_last[np.cumsum(parts) - 1] = True
    rest = np.repeat(lengths - (parts - 1) * _LONGEST, parts)
    return _packed(np.where(is_last, rest, _LONGEST), np.repeat(values, parts), _CHANNELS * flat.size)


def _packed(lengths: npt.NDArray[np.int64], values: npt.NDArray[np.int64], n_values: int) -> list[int]:
    widths = np.array(_LENGTH_BITS)
    choice = np.searchsorted(widths, np.frexp((lengths - 1).astype(np.float64))[1])
    width = widths[choice]
    # Every run as one number of at most 27 bits, the highest bit first.
    codes = (((4 + choice) << width | (lengths - 1)) << _VALUE_BITS) | values
    sizes = 3 + width + _VALUE_BITS
    header = [(n_values, 32), (_VALUE_BITS - 1, 5), *((bits - 1, 4) for bits in _LENGTH_BITS)]
    codes = np.concatenate([[number for number, _ in header], codes])
    sizes = np.concatenate([[size for _, size in header], sizes])
    ends = np.cumsum(sizes)
    bits = np.zeros(int(ends[-1]), dtype=np.uint8)
    for place in range(int(sizes.max())):
        present = sizes > place
        bits[ends[present] - 1 - place] = (codes[present] >> place) & 1
    return np.packbits(bits).tolist()
