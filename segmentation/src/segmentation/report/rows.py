"""One image of a report: image, mask and truth, the maps behind the mask, and its captions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from segmentation.data.folders import ImageFolders
from segmentation.data.images import RgbImage, read_image
from segmentation.data.masks import IGNORE_INDEX
from segmentation.report.captions import names_of
from segmentation.report.judged import JudgedMask, MaskSet
from segmentation.report.maps import MaskOrigin
from segmentation.report.pictures import heat, jpeg, mask_png, thumbnail
from shared_runtime.html_page.evidence import Example, image_view
from shared_schemas import ImageLabels, LabelSpace


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with what it is."""

    caption: str
    data_uri: str


@dataclass(frozen=True, slots=True)
class ShownClass:
    """A class in the mask or the truth of an image."""

    id: int
    name: str
    score: float
    """As `JudgedMask.scores`."""


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image with all that is shown of it."""

    id: str
    """Its place on the page."""
    key: str
    score: float
    classes: Sequence[ShownClass]
    image: str
    """A data URI; empty: the image was not found."""
    layers: Sequence[Picture]
    """The mask, and the truth if there is one; their background is transparent."""
    maps: Sequence[Picture] = ()
    captions: Sequence[Example] = ()
    labels: str = ""
    """What the captions assert."""
    missed: Sequence[str] = ()
    """Classes that the captions assert and the mask does not show."""
    extra: Sequence[str] = ()
    """Classes that the mask shows and no caption asserts."""


@dataclass(frozen=True, slots=True)
class RowSources:
    """Where what a row shows comes from."""

    masks: MaskSet
    folders: ImageFolders
    records: Mapping[str, ImageLabels]
    """By key; images without captions are not in it."""
    label_space: LabelSpace | None
    """Of the masks."""
    origin: MaskOrigin | None
    """None: no maps are shown."""


def image_row(row_id: str, judged: JudgedMask, sources: RowSources) -> ImageRow:
    """One image. Raises `InputError` where it is found and cannot be read."""
    origin, key, names = sources.origin, judged.key, sources.masks.names
    file = sources.masks.files[key]
    targets = origin.targets.get(file) if origin else None
    path = targets.path if targets else _image(sources.folders, key, file.stem)
    small: RgbImage | None = None
    maps: list[Picture] = []
    if path is not None:
        image = read_image(path)
        small = thumbnail(image)
        if origin and targets:
            maps = [
                Picture(caption, jpeg(heat(small, scores, shown.margin)))
                for shown in [origin.maps(image, targets)]
                for caption, scores in shown.maps.items()
            ]
    layers = [Picture("mask", mask_png(judged.predicted))]
    if judged.true is not None:
        layers.append(Picture("truth", mask_png(judged.true)))
    classes = [ShownClass(class_id, names[class_id], score) for class_id, score in sorted(judged.scores.items())]
    plain = ImageRow(row_id, key, judged.score, classes, "" if small is None else jpeg(small), layers, maps)
    record = sources.records.get(key)
    return plain if record is None else _with_captions(plain, record, sources, judged)


def _with_captions(row: ImageRow, record: ImageLabels, sources: RowSources, judged: JudgedMask) -> ImageRow:
    names = sources.masks.names
    asserted = [label.name for label in record.foreground]
    masked = [names[class_id] for class_id in np.unique(judged.predicted).tolist() if 0 < class_id < IGNORE_INDEX]
    labels = [", ".join(asserted) or "no object", *(label.name for label in record.background)]
    return replace(
        row,
        captions=image_view(record, names_of(record, sources.label_space)).captions,
        labels=" · ".join(labels),
        missed=[name for name in asserted if name in names and name not in masked],
        extra=[name for name in masked if name not in asserted],
    )


def _image(folders: ImageFolders, *names: str) -> Path | None:
    """The image of one of these names without a suffix; names in a truth may lead anywhere."""
    for name in names:
        path = folders.look_up(None, name)
        if isinstance(path, Path):
            return path
    return None
