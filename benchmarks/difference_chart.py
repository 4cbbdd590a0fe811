"""Differences as horizontal bars, written as SVG without a plotting library."""

from collections.abc import Sequence
from html import escape

_ROW = 15
_LABELS = 130
_WIDTH = 700
_TOP = 34
_GAIN, _LOSS = "#2a7f62", "#b5483a"


def difference_chart(title: str, bars: Sequence[tuple[str, float]]) -> str:
    """An SVG picture of `bars` (name, difference), the largest gain on top, with one scale for all."""
    ordered = sorted(bars, key=lambda bar: (-bar[1], bar[0]))
    lowest = min(0.0, *(value for _, value in ordered)) if ordered else 0.0
    highest = max(0.0, *(value for _, value in ordered)) if ordered else 0.0
    scale = (_WIDTH - _LABELS - 60) / ((highest - lowest) or 1.0)
    zero = _LABELS - lowest * scale + 10
    rows = [_bar(name, value, zero, scale, _TOP + index * _ROW) for index, (name, value) in enumerate(ordered)]
    height = _TOP + len(ordered) * _ROW + 10
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}"'
            f' viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="11">',
            f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>',
            f'<text x="10" y="18" font-size="13" font-weight="bold">{escape(title)}</text>',
            *rows,
            f'<line x1="{zero:.1f}" x2="{zero:.1f}" y1="{_TOP - 4}" y2="{height - 8}" stroke="#444"/>',
            "</svg>",
            "",
        ]
    )


def _bar(name: str, value: float, zero: float, scale: float, top: float) -> str:
    length = abs(value) * scale
    left = zero if value >= 0 else zero - length
    colour = _GAIN if value >= 0 else _LOSS
    return (
        f'<text x="{_LABELS}" y="{top + 10}" text-anchor="end">{escape(name)}</text>'
        f'<rect x="{left:.1f}" y="{top + 2}" width="{length:.1f}" height="{_ROW - 4}" fill="{colour}"/>'
        f'<text x="{max(zero, left + length) + 4:.1f}" y="{top + 10}">{value:+.3f}</text>'
    )
