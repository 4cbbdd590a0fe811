"""The report of masks as one HTML page: sections, classes with the best and the worst pictures, images."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from segmentation.data.masks import display_colours
from segmentation.evaluation.records import MaskEvaluation, ratio
from segmentation.report.rows import ImageRow
from segmentation.report.survey import ClassSurvey, Scored, Survey
from shared_runtime.html_page import Heading, Section, render_page
from shared_runtime.wording import counted


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture of a class that stands among the images."""

    row: ImageRow
    score: float
    """Of the class in it."""
    end: str
    """ "best" or "worst"; without a truth, "most" or "least"."""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class over all images; ratios are None where they are undefined, or where there is no truth."""

    id: int
    name: str
    images: int
    """Whose masks show it."""
    coverage: float
    """Its mean share of these."""
    iou: float | None
    precision: float | None
    recall: float | None
    pictures: Sequence[Shown]


@dataclass(frozen=True)
class PageContent:
    """The whole page."""

    title: str
    """What the folder of the masks is called."""
    names: Sequence[str]
    """Of the classes, by mask value."""
    survey: Survey
    rows: Sequence[ImageRow]
    """The lowest score first."""
    notes: Sequence[str]
    evaluation: MaskEvaluation | None
    """None: there is no truth."""

    @property
    def score(self) -> str:
        """What the scores of images are called."""
        return "Mean IoU" if self.evaluation else "Share with a class"

    @cached_property
    def classes(self) -> tuple[ClassRow, ...]:
        """With a truth the lowest IoU first, without one the most frequent."""
        rows = [self._class(class_id, found) for class_id, found in self.survey.classes.items()]
        if self.evaluation:
            return tuple(sorted((row for row in rows if row.iou is not None), key=lambda row: (row.iou, row.id)))
        return tuple(sorted(rows, key=lambda row: (-row.images, row.id)))

    @property
    def shown_classes(self) -> tuple[ClassRow, ...]:
        """The classes by which images are chosen, by name."""
        shown = {one.id for row in self.rows for one in row.classes}
        return tuple(sorted((row for row in self.classes if row.id in shown), key=lambda row: row.name))

    def _class(self, class_id: int, found: ClassSurvey) -> ClassRow:
        known = self.evaluation.classes[class_id] if self.evaluation else None
        best, worst = ("best", "worst") if self.evaluation else ("most", "least")
        return ClassRow(
            id=class_id,
            name=self.names[class_id],
            images=found.images,
            coverage=found.coverage / max(found.images, 1),
            iou=known.iou if known else None,
            precision=known.precision if known else None,
            recall=known.recall if known else None,
            pictures=(
                *self._shown(found.extremes.best(), best),
                *self._shown(found.extremes.worst(), worst),
            ),
        )

    def _shown(self, scored: Sequence[Scored], end: str) -> list[Shown]:
        rows = self._by_key
        return [Shown(rows[one.key], one.score, end) for one in scored if one.key in rows]

    @cached_property
    def _by_key(self) -> dict[str, ImageRow]:
        return {row.key: row for row in self.rows}


def render(content: PageContent) -> str:
    """The page as HTML. All text is escaped."""
    evaluation, survey = content.evaluation, content.survey
    lead = f"{counted(survey.images, 'mask')}" + (f" against {evaluation.protocol.truth}" if evaluation else "")
    # The name of the folder alone, so that the page of a folder that was moved is the same.
    title = content.title if "mask" in content.title.casefold() else f"Masks in {content.title}"
    colours = display_colours()
    used = sorted({*survey.classes, *(one.id for row in content.rows for one in row.classes)})
    rules = "".join(
        f".class-{class_id} {{ background: #{colours[class_id].tobytes().hex()}; }}\n" for class_id in used
    )
    return render_page(
        "segmentation.report",
        Heading(title, "mask report", lead),
        SECTIONS,
        {"page": content},
        {"ratio": ratio},
        rules,
    )


SECTIONS = (
    Section("classes", "Classes", "Classes"),
    Section("images", "Images", "Images"),
    Section("about", "About the figures", "About the figures"),
)
"""The parts of the page: a template `ID.html` each."""
