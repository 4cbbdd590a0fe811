"""`mask_report`: the best and the worst masks of a folder beside their images, maps, captions and truth."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from segmentation.data.folders import ImageFolders
from segmentation.data.legend import ID2LABEL, value_names
from segmentation.data.truth.contract import BACKGROUND_NAME, Truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.mask_classes import given_classes, mask_classes, transfer_to
from segmentation.evaluation.records import EvaluationProtocol, MaskEvaluation, Missing
from segmentation.report.captions import records_of
from segmentation.report.judged import MaskSet, compared_masks, masks_alone
from segmentation.report.maps import MaskOrigin, mask_origin
from segmentation.report.page import PageContent, render
from segmentation.report.places import Places, check_page, noted_places
from segmentation.report.rows import ImageRow, RowSources, image_row
from segmentation.report.survey import Survey, survey
from shared_runtime.errors import CapparseError, InputError
from shared_runtime.files import writing
from shared_runtime.wording import counted, numbered
from shared_schemas import ImageLabels, LabelSpace
from shared_schemas.files import replace_file

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MaskReportOptions:
    """What a report shows, and where it may stand."""

    images: Sequence[Path] = ()
    """Folders of the images; none: those that the run of the masks names."""
    labels: Path | None = None
    """The label file of the images, for their captions; none: that which the run names."""
    masks_label_space: str | Path | LabelSpace | None = None
    """That of the masks. With a truth, if it is another: they are shown in the truth's classes."""
    missing: Missing = Missing.BACKGROUND
    """How images without a mask are scored, as in `evaluate`; they are not shown."""
    count: int = 40
    """How many of all images are shown: half of them the worst, half the best."""
    per_class: int = 1
    """How many of the best, and of the worst, images of each class are shown."""
    maps: bool = True
    """Whether maps are made anew where they can be: the network looks at every image that is shown."""
    overwrite: bool = False
    """Whether the page may take the place of another file, which is never an input."""


def mask_report(masks: Path, truth: Truth | None, output: Path, options: MaskReportOptions | None = None) -> int:
    """Write an HTML page about a folder of masks, with the best and worst images; returns how many it shows.

    With a truth, the figures are those of `evaluate`; images without a mask are not shown. Without one, masks are
    ordered by what they cover. Images, captions and maps are shown where the folder says how it was made, and
    these are still where they were, or are given; otherwise the page says what is missing.

    Raises InputError as `evaluate` does or where there is no mask, UsageError where the page would take the place
    of an input, or of a file without `options.overwrite`, OutputError where it cannot be written.
    """
    options = options or MaskReportOptions()
    noted = noted_places(masks)
    places = Places(noted.run, tuple(options.images) or noted.images, options.labels or noted.labels)
    _check_output(output, masks, truth, options, noted)
    folders = [path for path in places.images if path.is_dir() or path in options.images]
    notes: list[str] = [
        f"No images are shown of {path}, which is gone: give their folder as --images"
        for path in places.images
        if path not in folders
    ]
    evaluation: MaskEvaluation | None = None
    if truth is None:
        mask_set = masks_alone(masks, _class_names(masks, options.masks_label_space))
    else:
        evaluation = evaluate(masks, truth, masks_label_space=options.masks_label_space, missing=options.missing)
        notes += _warnings(evaluation.protocol)
        mask_set = compared_masks(masks, truth, transfer_to(truth.label_space, masks, options.masks_label_space))
    problems: list[str] = []
    found = survey(mask_set, options.count, options.per_class, problems)
    if not found.images:
        raise InputError(f"{masks}: not one mask can be shown; the first reason is: {problems[0]}")
    if problems and evaluation is None:
        notes.append(f"{counted(len(problems), 'mask')} cannot be read; the first: {problems[0]}")
    if unusable := len(evaluation.protocol.bad_masks) if evaluation else len(problems):
        _log.warning("%s: %s cannot be used; the page names the first", masks, counted(unusable, "mask"))
    origin = _origin(masks, places, notes) if options.maps else None
    known = mask_classes(masks)
    sources = RowSources(
        mask_set,
        ImageFolders(folders),
        _records(places, found, mask_set, notes),
        known.label_space if known else None,
        origin,
    )
    rows = list(_rows(found, sources, notes))
    content = PageContent(masks.resolve().name, mask_set.names, found, rows, notes, evaluation)
    with writing(output):
        replace_file(output, render(content).encode("utf-8", "replace"))
    return len(rows)


def _check_output(
    output: Path, masks: Path, truth: Truth | None, options: MaskReportOptions, noted: Places
) -> None:
    """Raises UsageError for an output that is an input: a file that was given, or one inside a folder that was."""
    labels = {"the label file of the masks": noted.labels, "the label file": options.labels}
    files = {role: path for role, path in labels.items() if path}
    folders = {"the masks": masks}
    folders |= {f"the images {folder}": folder for folder in (*options.images, *noted.images)}
    if isinstance(options.masks_label_space, str | Path):
        files["the label space"] = Path(options.masks_label_space)
    if truth is not None:
        files["the ground truth"] = folders["the ground truth"] = truth.path
    if noted.run:
        folders["the run that made the masks"] = noted.run
    check_page(output, files, folders, overwrite=options.overwrite)


def _class_names(masks: Path, given: str | Path | LabelSpace | None) -> Sequence[str]:
    """By mask value: of the label space that is given or that the folder has, or of its `id2label.json`."""
    known = mask_classes(masks)
    if given is not None:
        return value_names(given if isinstance(given, LabelSpace) else given_classes(masks, given))
    if known:
        return value_names(known.label_space)
    with suppress(OSError, ValueError, AttributeError):
        names = json.loads((masks / ID2LABEL).read_bytes())
        return [str(names.get(str(value), f"class {value}")) for value in range(1 + max(map(int, names)))][:255]
    return [BACKGROUND_NAME]


def _warnings(protocol: EvaluationProtocol) -> Iterator[str]:
    yield from protocol.warnings()
    if bad := protocol.bad_masks:
        scored = numbered(len(bad), "mask is", "masks are")
        yield f"{scored} scored like images without one; the first: {bad[0].key}: {bad[0].reason}"


def _origin(masks: Path, places: Places, notes: list[str]) -> MaskOrigin | None:
    try:
        origin = mask_origin(masks, places)
    except (CapparseError, KeyError, ValueError) as error:
        notes.append(f"No maps are shown: {error}")
        return None
    if origin.options.consensus:
        notes.append("The masks also follow what all images together say (--consensus); the maps shown do not.")
    return origin


def _records(places: Places, found: Survey, masks: MaskSet, notes: list[str]) -> dict[str, ImageLabels]:
    if places.labels is None:
        notes.append("No captions are shown: give the label file as --labels")
        return {}
    keys = found.keys()
    try:
        records = records_of(places.labels, masks.files.keys())
    except InputError as error:
        notes.append(f"No captions are shown: {error}")
        return {}
    return {key: record for key, record in records.items() if key in keys}


def _rows(found: Survey, sources: RowSources, notes: list[str]) -> Iterator[ImageRow]:
    """The lowest score first, but without a truth those last in which nothing was found; what is wrong with an
    image is noted."""
    judged = sorted(
        (sources.masks.truth is None and not one.scores, one.score, one.key)
        for one in map(sources.masks.judged, sorted(found.keys()))
    )
    for number, (*_, key) in enumerate(judged, 1):
        try:
            yield image_row(f"image-{number}", sources.masks.judged(key), sources)
        except InputError as error:
            notes.append(f"Not shown: {error}")
