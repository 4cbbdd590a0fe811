"""`export_masks`: a folder of masks in the layout of another program. What `capseg export` does."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from segmentation.data.folders import ImageFolders
from segmentation.data.images import image_size
from segmentation.data.masks import check_size, mask_files, read_index_mask
from segmentation.evaluation.mask_classes import given_classes, mask_classes
from segmentation.exchange.contract import (
    Converted,
    ExportClasses,
    MaskExportOptions,
    MaskItem,
    MaskLayout,
    json_line,
)
from segmentation.exchange.formats import mask_layout
from segmentation.exchange.sinks import Sink, SpooledLists, open_archive, open_file, open_folder
from segmentation.runs.folder import RunFolder
from shared_runtime.errors import CapparseError, InputError, UsageError
from shared_runtime.files import check_output
from shared_runtime.files import writing as writing_to
from shared_runtime.workers import map_ordered
from shared_schemas import LabelSpace

_ARCHIVE = ".zip"
_OTHER_ARCHIVES = (".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar")


@dataclass(frozen=True, slots=True)
class MaskSource:
    """Masks and where their images are."""

    masks: Path
    images: Sequence[Path] = ()
    """Folders; none: those that the masks' folder says they were made from."""
    label_space: str | Path | None = None
    """What the values of masks mean; None: what their folder says."""


@dataclass(frozen=True, slots=True)
class ExportWriting:
    """How an export is written."""

    overwrite: bool = False
    """Replace a file or an archive; a folder is never replaced."""
    copy: bool = False
    """Copy images in place of hard links."""
    processes: int = 1


@dataclass(frozen=True, slots=True)
class LeftOutMask:
    """A mask that is not exported, and why."""

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExportedMasks:
    """What an export wrote."""

    n_masks: int
    left_out: Sequence[LeftOutMask]


def export_masks(
    source: MaskSource,
    to: str,
    output: Path,
    options: MaskExportOptions | None = None,
    writing: ExportWriting | None = None,
    *,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ExportedMasks:
    """Write masks in the layout `to` (`formats.LAYOUTS`): a file or a folder, or that folder as `OUTPUT.zip`.

    Masks are converted one by one in several processes; the same masks give the same bytes. What is written has
    its name once it is complete.

    Raises:
        UsageError: the layout, the output or an option does not fit. InputError: there are no masks, or no images
            where they are needed. OutputError: the output cannot be written.
    """
    options, writing = options or MaskExportOptions(), writing or ExportWriting()
    kind = mask_layout(to)
    for name in options.model_fields_set - kind.options:
        raise UsageError(f"--{name.replace('_', '-')} means nothing for --to {kind.name}")
    opened = _opened(kind, output, source, writing)
    layout = kind(ExportClasses(_label_space(source)), options)
    items, left_out = mask_items(source, layout)
    if not kind.suffix and _is_archive(output):
        items, unnamed = _in_archives(items)
        left_out += unnamed
    n_masks = 0
    convert = partial(_converted, layout)
    with writing_to(output), opened as sink, SpooledLists() as lists:
        results = map_ordered(convert, items, processes=writing.processes)
        for item, found in zip(items, results, strict=True):
            if isinstance(found, LeftOutMask):
                left_out.append(found)
            else:
                n_masks += 1
                _write(layout, item, found, sink, lists)
            progress(n_masks + len(left_out), len(items))
        if not n_masks:
            raise InputError(f"{source.masks}: got no usable mask; the first: {left_out[0].reason}")
        for name, pieces in layout.files(lists).items():
            sink.write(name, pieces)
    return ExportedMasks(n_masks, sorted(left_out, key=lambda mask: mask.key))


def _write(layout: MaskLayout, item: MaskItem, found: Converted, sink: Sink, lists: SpooledLists) -> None:
    layout.number(found.entries)
    for name, entries in found.entries.items():
        for entry in entries:
            lists.append(name, json_line(entry))
    for name, content in found.files.items():
        sink.write(name, [content])
    place = layout.image_place(item)
    if place is not None and item.image is not None:
        sink.place(place, item.image)


def _converted(layout: MaskLayout, item: MaskItem) -> Converted | LeftOutMask:
    try:
        mask = read_index_mask(item.mask, len(layout.classes.names))
        if item.image is not None:
            check_size(mask, str(item.mask), image_size(item.image), item.image)
    except InputError as error:
        return LeftOutMask(item.key, str(error))
    return layout.convert(item, mask)


def mask_items(source: MaskSource, layout: MaskLayout) -> tuple[list[MaskItem], list[LeftOutMask]]:
    """The masks of a folder in the order of their keys, with their images; and those without an image.

    Raises `InputError` for a folder without masks, and where images are needed and nobody says where they are.
    """
    if not source.masks.is_dir():
        raise InputError(f"{source.masks}: got no folder, expected one of masks <image stem>.png")
    masks = mask_files(source.masks)
    if not masks:
        raise InputError(f"{source.masks}: got no file *.png, expected masks")
    given = source.images or _noted_images(source.masks)
    if layout.needs_images and not given:
        raise UsageError(
            f"--to {layout.name} names the images, and {source.masks} does not say where they are: --images DIR"
        )
    folders = ImageFolders(given) if given else None
    items, left_out = [], []
    ids = image_ids(list(masks))
    for key, path in masks.items():
        image = folders.look_up(None, key) if folders else None
        if isinstance(image, str):
            left_out.append(LeftOutMask(key, image))
            continue
        suffix = image.suffix if image else ".jpg"
        items.append(MaskItem(key, path, image, ids[key], f"{key}{suffix}"))
    if not items:
        raise InputError(f"{source.masks}: got {len(masks):,} masks, and the image of none is in {_listed(given)}")
    return items, left_out


def _is_archive(output: Path) -> bool:
    return output.suffix.lower() == _ARCHIVE


def _in_archives(items: Sequence[MaskItem]) -> tuple[list[MaskItem], list[LeftOutMask]]:
    """Those whose files can have their names in a zip archive, and the others."""
    fitting, left_out = [], []
    for item in items:
        try:
            item.name.encode()
        except UnicodeEncodeError:
            reason = (
                "its name is no UTF-8, which an archive's names are. Name a folder as the output, or rename it"
            )
            left_out.append(LeftOutMask(item.key, reason))
        else:
            fitting.append(item)
    return fitting, left_out


def image_ids(keys: Sequence[str]) -> dict[str, int]:
    """The numbers that files are named by, where all are and no two are the same; else 1, 2, …"""
    stems = [key.rpartition("/")[2] for key in keys]
    if all(stem.isascii() and stem.isdigit() for stem in stems) and len(set(map(int, stems))) == len(stems):
        return {key: int(stem) for key, stem in zip(keys, stems, strict=True)}
    return {key: number for number, key in enumerate(keys, 1)}


def _noted_images(masks: Path) -> list[Path]:
    """The folders of images that made the masks, as far as their folder says so and they are there."""
    try:
        noted = RunFolder(masks).read_record().notes.get("images", [])
    except CapparseError:
        return []
    return [Path(folder) for folder in noted if Path(folder).is_dir()]


def _label_space(source: MaskSource) -> LabelSpace:
    if source.label_space is not None:
        return given_classes(source.masks, source.label_space)
    known = mask_classes(source.masks)
    if known is None:
        raise UsageError(f"{source.masks} does not say what the values of its masks mean: --label-space NAME|FILE")
    return known.label_space


def _opened(
    kind: type[MaskLayout], output: Path, source: MaskSource, writing: ExportWriting
) -> AbstractContextManager[Sink]:
    """Where it is written. Raises `UsageError` for an output that does not fit, or is there, or is an input."""
    given = {"the label space": Path(source.label_space)} if source.label_space is not None else {}
    if kind.suffix:
        if not output.name.endswith((kind.suffix, f"{kind.suffix}.gz", f"{kind.suffix}.zst")):
            raise UsageError(f"-o: got {output.name!r}, expected a name that ends in {kind.suffix}")
        _check_apart(output, source)
        check_output(output, given, overwrite=writing.overwrite)
        return open_file(output)
    _check_apart(output, source)
    if _is_archive(output):
        check_output(output, given, overwrite=writing.overwrite)
        return open_archive(output)
    if output.suffix.lower() in _OTHER_ARCHIVES:
        raise UsageError(f"-o: got {output.name!r}, expected a name in {_ARCHIVE}, or the name of a folder")
    if output.is_file() or (output.is_dir() and next(output.iterdir(), None) is not None):
        raise UsageError(
            f"{output} is there already, and folders are never replaced. Choose a new name, or NAME.zip"
        )
    if not output.parent.is_dir():
        raise UsageError(f"the folder {output.parent} does not exist. Try: mkdir -p {output.parent}")
    return open_folder(output, copy=writing.copy)


def _check_apart(output: Path, source: MaskSource) -> None:
    """Raises `UsageError` for an output among the masks or the images, where later commands would read it."""
    place = output.resolve()
    for folder in (source.masks, *source.images):
        if place.is_relative_to(folder.resolve()):
            raise UsageError(f"{output} lies in {folder}, which is read. Choose a place beside it")


def _listed(folders: Sequence[Path]) -> str:
    return ", ".join(map(str, folders))
