"""`write_report`: a label file as one HTML page. What `capparse report` does."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from pydantic import Field

from caption_parser.evaluation.truth import read_ground_truth
from caption_parser.report.co_occurrence import CoOccurrence
from caption_parser.report.confidence import ConfidenceTally
from caption_parser.report.gallery import Gallery, GalleryChoice
from caption_parser.report.page import PageContent, render
from caption_parser.report.pictures import open_pictures
from caption_parser.report.rejected_rows import RejectedReason, read_rejected
from caption_parser.report.run_settings import read_settings
from caption_parser.report.tally import Disagreements, Tally
from caption_parser.report.truth import TruthTally, truth_content
from caption_parser.runs.files_read import files_of_labels_space
from caption_parser.runs.output_paths import OutputPaths
from shared_runtime.compatibility import check_label_space
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError, UsageError
from shared_runtime.file_kinds import made_into_labels
from shared_runtime.files import check_output, reading
from shared_runtime.html_page.evidence import ClassName, Names
from shared_runtime.made_with import label_space_of
from shared_schemas import ImageLabels, Kind, LabelSpace, RecordError, iter_labels
from shared_schemas.files import replace_file

_PAGES = frozenset({".html", ".htm"})


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What a report was made of."""

    images: int
    captions: int
    damaged_lines: int
    bytes: int
    """Size of the page."""


class ReportOptions(FrozenModel):
    """What a report shows beside the label file."""

    label_space: str | None = None
    """Names the classes; none: the shipped one that the records name, or the file that their summary does."""
    truth: Path | None = None
    """Ground truth in COCO's format, to show the worst classes and images."""
    against: Path | None = None
    """Another label file, to show the difference of each class on the truth."""
    rejected: Path | None = None
    """The rejected-rows file; none: `LABELS.rejected.jsonl` if it exists."""
    title: str | None = None
    """The heading; none: it names the label file."""
    seed: int = 0
    """Which examples are drawn; the same seed gives the same page."""
    images: str | None = None
    """A folder, of whose images the page has thumbnails, or the URL before their names, whence it loads them."""
    count: int = Field(default=200, ge=0)
    """How many images are shown, drawn from all; beside them, some of each class."""


def write_report(labels: str | Path, output: str | Path, options: ReportOptions | None = None) -> ReportSummary:
    """Write one page about the label file `labels`, which needs nothing else to be shown.

    Raises:
        UsageError: an argument does not fit.
        InputError: a file cannot be read or does not belong to the others. Lines of `labels` that are not records
            are left out and named on the page.
    """
    labels, output, options = Path(labels), Path(output), options or ReportOptions()
    _check(labels, output, options)
    damage: list[RecordError] = []
    records = _records(labels, damage)
    first = next(records, None)
    if first is None:
        problem = f" ({damage[0]})" if damage else ""
        problem = f"got no record, expected a label file as 'capparse label' writes it{problem}"
        raise InputError(f"{labels}: {made_into_labels(labels) or problem}")
    space = _label_space(options.label_space, first, labels)
    pictures = open_pictures(options.images)
    tally, disagreements = Tally(options.seed), Disagreements(options.seed)
    gallery, together, confidence = (
        Gallery(GalleryChoice(options.count), options.seed),
        CoOccurrence(),
        ConfidenceTally(),
    )
    gather: list[Callable[[ImageLabels], None]] = [
        one.add for one in (tally, disagreements, gallery, together, confidence)
    ]
    if options.label_space is not None and space is not None:
        gather.insert(0, _label_space_check(space, labels, tuple(Kind)))
    compared = None
    if options.truth is not None:
        if space is None:
            raise UsageError(f"the labels were made with {first.label_space}: give that file as --label-space")
        compared = TruthTally(read_ground_truth(options.truth, space), space, options.seed)
        gather += [_label_space_check(space, labels, (Kind.FOREGROUND,)), compared.add]
    for record in chain([first], records):
        for add in gather:
            add(record)
    names = _names(space) | tally.names()
    content = PageContent(
        title=options.title or f"Labels in {labels.name}",
        tally=tally,
        disagreements=disagreements,
        gallery=gallery,
        together=together,
        confidence=confidence,
        pictures=pictures,
        names=names,
        damaged=damage,
        rejected=_rejected(labels, options),
        settings=read_settings(labels),
        truth=truth_content(compared, compared.findings(labels, options.against), names, pictures)
        if compared
        else None,
    )
    # A lone surrogate may stand in a JSON string, but not in UTF-8.
    page = render(content).encode("utf-8", "replace")
    replace_file(output, page)
    return ReportSummary(tally.images, tally.captions, len(damage), len(page))


def _check(labels: Path, output: Path, options: ReportOptions) -> None:
    others = {
        "the ground truth": options.truth,
        "the other label file": options.against,
        "the rejected-rows file": options.rejected,
    }
    paths = OutputPaths(labels)
    files = {"the label file": labels, "its summary": paths.summary, "its rejected-rows file": paths.rejected}
    files |= {role: path for role, path in others.items() if path} | files_of_labels_space(
        options.label_space, labels
    )
    if options.images is not None and output.suffix.lower() not in _PAGES and output.exists():
        # A page may lie beside the images, and be written anew there.
        files |= {"among the images": output} if Path(options.images).resolve() in output.resolve().parents else {}
    check_output(output, files)
    if options.against is not None and options.truth is None:
        raise UsageError("--against needs ground truth: give --truth as well")


def _records(path: Path, damage: list[RecordError]) -> Iterator[ImageLabels]:
    with reading(path):
        for record in iter_labels(path):
            if isinstance(record, RecordError):
                damage.append(record)
            else:
                yield record


def _label_space(name: str | None, record: ImageLabels, labels: Path) -> LabelSpace | None:
    try:
        return label_space_of(record.label_space, name, labels)
    except UsageError:
        return None  # the page names those classes that records assert


def _label_space_check(space: LabelSpace, path: Path, kinds: Collection[Kind]) -> Callable[[ImageLabels], None]:
    return lambda record: check_label_space(record, space, f"{path}: image {record.image_id!r}", kinds=kinds)


def _names(space: LabelSpace | None) -> Names:
    return {label.id: ClassName(label.name, label.kind) for label in space.classes} if space else {}


def _rejected(labels: Path, options: ReportOptions) -> tuple[RejectedReason, ...] | None:
    path = options.rejected or OutputPaths(labels).rejected
    return read_rejected(path, options.seed) if options.rejected or path.is_file() else None
