"""`write_report`: a label file as one HTML page. What `capparse report` does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from caption_parser.evaluation.predictions import check_label_space
from caption_parser.evaluation.truth import read_ground_truth
from caption_parser.report.evidence import ClassName, Names
from caption_parser.report.page import PageContent, page_content, render
from caption_parser.report.rejected_rows import RejectedReason, read_rejected
from caption_parser.report.tally import Disagreements, Tally
from caption_parser.report.truth import TruthTally, truth_content
from caption_parser.runs.options import check_output
from caption_parser.runs.output import OutputPaths, replace_file
from shared_runtime.errors import InputError, UsageError
from shared_schemas import ImageLabels, LabelSpace, RecordError, iter_labels
from shared_schemas.label_space_file import SHIPPED

_SHOWN_DAMAGE = 5


@dataclass(frozen=True, slots=True)
class ReportSummary:
    """What a report was made of."""

    images: int
    captions: int
    damaged_lines: int
    bytes: int
    """Size of the page."""


def write_report(
    labels: str | Path,
    output: str | Path,
    *,
    label_space: str | None = None,
    truth: str | Path | None = None,
    against: str | Path | None = None,
    rejected: str | Path | None = None,
    title: str | None = None,
    seed: int = 0,
) -> ReportSummary:
    """Write one page about the label file `labels`, which needs nothing else to be shown.

    Args:
        label_space: names the classes; default: the shipped one that the records name, if any.
        truth: ground truth in COCO's format, to show the worst classes and images.
        against: another label file, to show the difference of each class on the truth.
        rejected: the rejected-rows file; default: `LABELS.rejected.jsonl` where it is there.
        seed: which examples are drawn; the same seed gives the same page.

    Raises:
        UsageError: an argument does not fit.
        InputError: a file cannot be read or does not belong to the others. Lines of `labels` that are no records
            are left out and named on the page.
    """
    labels, output = Path(labels), Path(output)
    others = {"the ground truth": truth, "the other label file": against, "the rejected-rows file": rejected}
    check_output(output, {"the label file": labels} | {role: Path(path) for role, path in others.items() if path})
    if against is not None and truth is None:
        raise UsageError("--against compares on ground truth: give --truth as well")
    damage: list[RecordError] = []
    records = _records(labels, damage)
    first = next(records, None)
    if first is None:
        problem = f" ({damage[0]})" if damage else ""
        raise InputError(f"{labels}: got no record, expected a label file as 'capparse label' writes it{problem}")
    space = _label_space(label_space, first)
    tally, disagreements = Tally(seed), Disagreements(seed)
    checks: list[Callable[[ImageLabels], None]] = [tally.add, disagreements.add]
    compared = None
    if truth is not None:
        if space is None:
            raise UsageError(f"the labels were made with {first.label_space}: give that file as --label-space")
        compared = TruthTally(read_ground_truth(Path(truth), space), space, seed)
        checks += [_label_space_check(space, labels), compared.add]
    _feed(first, records, checks)
    names = _names(space) | tally.names()
    content = page_content(
        title or labels.name,
        tally,
        disagreements,
        names,
        damage=tuple(map(str, islice(damage, _SHOWN_DAMAGE))),
        damaged_lines=len(damage),
        rejected=_rejected(labels, rejected, seed),
        truth=truth_content(compared, compared.findings(labels, Path(against) if against else None), names)
        if compared
        else None,
    )
    return _write(output, content)


def _feed(first: ImageLabels, rest: Iterator[ImageLabels], checks: list[Callable[[ImageLabels], None]]) -> None:
    for add in checks:
        add(first)
    for record in rest:
        for add in checks:
            add(record)


def _write(output: Path, content: PageContent) -> ReportSummary:
    # A lone surrogate may stand in a JSON string, but not in UTF-8.
    page = render(content).encode("utf-8", "replace")
    replace_file(output, page)
    tally = content.tally
    return ReportSummary(tally.images, tally.captions, content.damaged_lines, len(page))


def _records(path: Path, damage: list[RecordError]) -> Iterator[ImageLabels]:
    try:
        for record in iter_labels(path):
            if isinstance(record, RecordError):
                damage.append(record)
            else:
                yield record
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _label_space(name: str | None, record: ImageLabels) -> LabelSpace | None:
    named = record.label_space.rpartition("@")[0]
    if name is None and named not in SHIPPED:
        return None
    return LabelSpace.load(name or named)


def _label_space_check(space: LabelSpace, path: Path) -> Callable[[ImageLabels], None]:
    return lambda record: check_label_space(record, space, f"{path}: image {record.image_id!r}")


def _names(space: LabelSpace | None) -> Names:
    return {label.id: ClassName(label.name, label.kind) for label in space.classes} if space else {}


def _rejected(labels: Path, rejected: str | Path | None, seed: int) -> tuple[RejectedReason, ...] | None:
    beside = OutputPaths(labels).rejected
    if rejected is None and not beside.is_file():
        return None
    return read_rejected(Path(rejected) if rejected is not None else beside, seed)
