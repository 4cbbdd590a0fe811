"""The report of masks as one HTML page that needs nothing beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from segmentation.evaluation.records import MaskEvaluation
from segmentation.report.score_table import ratio

_STYLE = """
body { font: 14px/1.4 system-ui, sans-serif; margin: 2em auto; max-width: 1560px; padding: 0 1em; color: #222 }
table { border-collapse: collapse } th, td { padding: .15em .8em; text-align: right }
th:first-child, td:first-child { text-align: left } tr:nth-child(even) { background: #f4f4f4 }
figure { display: inline-block; margin: 0 .4em .4em 0; vertical-align: top }
figcaption { color: #666; font-size: 12px } img { display: block; max-width: 240px }
section { border-top: 1px solid #ccc; padding: .6em 0 } h3 { margin: 0 0 .4em; font-size: 15px }
.swatch { display: inline-block; width: .8em; height: .8em; margin-right: .3em; border: 1px solid #999 }
.note { color: #555 }
"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it is."""

    caption: str
    data_uri: str


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image with all that is shown of it."""

    key: str
    score: float
    """Mean IoU over the classes of its mask and its truth, background included."""
    classes: Sequence[tuple[str, str]]
    """Names in mask or truth with the colours that they have there, as CSS."""
    labels: str
    """What the network was told; empty where that is not known."""
    pictures: Sequence[Picture]


def page(evaluation: MaskEvaluation, rows: Sequence[ImageRow], notes: Sequence[str]) -> str:
    """The whole page: figures and protocol, the worst images, all classes."""
    return "\n".join(_page(evaluation, rows, notes))


def _page(evaluation: MaskEvaluation, rows: Sequence[ImageRow], notes: Sequence[str]) -> Iterator[str]:
    title = f"Masks of {escape(evaluation.protocol.masks)}"
    yield f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>'
    yield f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    yield (
        f"<p>mIoU <b>{ratio(evaluation.miou)}</b>, precision {ratio(evaluation.precision)}, "
        f"recall {ratio(evaluation.recall)} against {escape(evaluation.protocol.truth)}</p>"
    )
    yield f'<p class="note">{escape(evaluation.protocol.line())}</p>'
    yield from (f'<p class="note">{escape(note)}</p>' for note in notes)
    yield f"<h2>The {len(rows)} worst images</h2>"
    yield (
        '<p class="note">In the order of the mean IoU within an image, which says where to look and nothing '
        "else: it is no measure of the whole.</p>"
    )
    for row in rows:
        yield from _section(row)
    yield "<h2>Classes, worst first</h2>"
    yield from _class_table(evaluation)
    yield "</body>\n</html>"


def _section(row: ImageRow) -> Iterator[str]:
    yield f"<section>\n<h3>{escape(row.key)}: {ratio(row.score)}</h3>"
    legend = " ".join(
        f'<span class="swatch" style="background:{colour}"></span>{escape(name)}' for name, colour in row.classes
    )
    labels = f" · labels: {escape(row.labels)}" if row.labels else ""
    yield f'<p class="note">{legend}{labels}</p>'
    for picture in row.pictures:
        alt = escape(f"{picture.caption} of {row.key}")
        caption = f"<figcaption>{escape(picture.caption)}</figcaption>"
        yield f'<figure><img src="{picture.data_uri}" alt="{alt}">{caption}</figure>'
    yield "</section>"


def _class_table(evaluation: MaskEvaluation) -> Iterator[str]:
    yield (
        "<table>\n<tr><th>class</th><th>IoU</th><th>precision</th><th>recall</th>"
        "<th>pixels in truth</th><th>pixels in masks</th></tr>"
    )
    shown = [scores for scores in evaluation.classes if scores.iou is not None]
    for scores in sorted(shown, key=lambda scores: scores.iou or 0.0):
        cells = (ratio(scores.iou), ratio(scores.precision), ratio(scores.recall))
        pixels = (f"{scores.true_pixels:,}", f"{scores.predicted_pixels:,}")
        row = "".join(f"<td>{cell}</td>" for cell in (escape(scores.name), *cells, *pixels))
        yield f"<tr>{row}</tr>"
    yield "</table>"
