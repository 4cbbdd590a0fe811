"""The report of expressions as one HTML page: figures, classes, images with what was looked for in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmentation.evaluation.expressions import ComparedMeasures, ExpressionEvaluation
from segmentation.evaluation.records import ratio
from segmentation.report.expressions.rows import ExpressionRow
from shared_runtime.html_page import Heading, Section, render_page


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A class over all expressions of it."""

    id: int
    name: str
    expressions: int
    iou: float
    """The mean over them."""


@dataclass(frozen=True)
class PageContent:
    """The whole page."""

    title: str
    evaluation: ExpressionEvaluation
    ious: Mapping[str, Sequence[float]]
    """Of all expressions of each class, those that are not shown, too."""
    rows: Sequence[ExpressionRow]
    """The lowest score first."""
    notes: Sequence[str]

    @cached_property
    def groups(self) -> tuple[GroupRow, ...]:
        """The classes, the lowest IoU first."""
        named = enumerate(sorted(self.ious.items()), 1)
        rows = [GroupRow(number, name, len(ious), float(np.mean(ious))) for number, (name, ious) in named]
        return tuple(sorted(rows, key=lambda row: (row.iou, row.id)))

    @property
    def shown_groups(self) -> tuple[GroupRow, ...]:
        """The classes by which images are chosen, by name."""
        shown = {expression.group for row in self.rows for expression in row.expressions}
        return tuple(sorted((row for row in self.groups if row.name in shown), key=lambda row: row.name))

    @property
    def measures(self) -> Mapping[str, ComparedMeasures]:
        """Of all expressions and, where there are several kinds, of each."""
        kinds = self.evaluation.kinds if len(self.evaluation.kinds) > 1 else {}
        return {"all": self.evaluation, **kinds}

    def scores(self, row: ExpressionRow) -> Mapping[int, float]:
        """The mean IoU of each class of an image, by the id of the class."""
        ids = {group.name: group.id for group in self.groups}
        own = {ids[expression.group] for expression in row.expressions if expression.group}
        return {
            number: float(
                np.mean([expression.iou for expression in row.expressions if ids.get(expression.group) == number])
            )
            for number in sorted(own)
        }


def render(content: PageContent) -> str:
    """The page as HTML. All text is escaped."""
    evaluation = content.evaluation
    lead = (
        f"{evaluation.masks.expressions:,} expressions on {evaluation.protocol.images:,} images against "
        f"{evaluation.protocol.truth}"
    )
    return render_page(
        __package__,
        Heading(f"Expressions of {content.title}", "expression report", lead),
        SECTIONS if content.ious else tuple(section for section in SECTIONS if section.id != "classes"),
        {"page": content},
        {"ratio": ratio},
    )


SECTIONS = (
    Section("measures", "Beside masks that see nothing", "Figures"),
    Section("classes", "Classes", "Classes"),
    Section("images", "Images", "Images"),
    Section("about", "About the figures", "About the figures"),
)
"""The parts of the page: a template `ID.html` each."""
