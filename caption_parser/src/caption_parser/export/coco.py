"""COCO JSON of image-level labels, with what LVIS has a place for: classes that are not there, and doubt.

Each image lists its captions and, as in LVIS (Gupta et al. 2019), `neg_category_ids` (captions say that it is not
there) and `not_exhaustive_category_ids` (there, but not how many, or not for sure). Each class of an image is an
annotation without box or mask.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from caption_parser.captions import file_name_of
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import LabelSource, json_bytes
from shared_runtime.coco import category_ids
from shared_schemas import ClassLabel, Flag, ImageLabels, Kind
from shared_schemas.denials import denied_classes

_RARE, _COMMON = 10, 100
"""LVIS's bounds of how many images a rare and a common category has."""


def write_coco(source: LabelSource, output: BinaryIO, _options: ExportOptions) -> None:
    """Two passes over the labels, one for each list."""
    categories = category_ids(source.label_space)
    output.write(b'{"info": ')
    output.write(json_bytes({"description": f"image-level labels of {source.label_space.reference}"}))
    for name, entries in (
        ("images", _images(source, categories)),
        ("annotations", _annotations(source, categories)),
        ("categories", _categories(source, categories)),
    ):
        output.write(f',\n"{name}": ['.encode())
        for number, entry in enumerate(entries):
            output.write((b",\n" if number else b"\n") + json_bytes(entry))
        output.write(b"\n]")
    output.write(b"}\n")


def image_numbers(source: LabelSource) -> Iterator[tuple[int, ImageLabels]]:
    """Records with the ids of their images; where some are texts, images are numbered from 1 instead."""
    for number, record in enumerate(source, 1):
        yield (int(record.image_id) if source.numeric_ids else number), record


def _images(source: LabelSource, categories: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    for number, record in image_numbers(source):
        labels = (*record.foreground, *record.background)
        unsure = doubtful_classes(record)
        yield {
            "id": number,
            "file_name": file_name_of(record),
            **({} if source.numeric_ids else {"image_id": record.image_id}),
            "captions": record.captions,
            "pos_category_ids": _ids(categories, (label.id for label in labels)),
            "neg_category_ids": _ids(categories, denied_classes(record)),
            "not_exhaustive_category_ids": _ids(categories, unsure),
        }


def _annotations(source: LabelSource, categories: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    annotation = 0
    for number, record in image_numbers(source):
        for label in (*record.foreground, *record.background):
            annotation += 1
            yield {
                "id": annotation,
                "image_id": number,
                "category_id": categories[label.id],
                "votes": label.votes,
                **_stated(label),
                "attributes": {attribute.name: attribute.votes for attribute in label.attributes},
            }


def _stated(label: ClassLabel) -> dict[str, Any]:
    stated = {"score": label.confidence, "count": label.count, "at_least": label.at_least}
    return {name: value for name, value in stated.items() if value is not None}


def _categories(source: LabelSource, categories: Mapping[int, int]) -> Iterator[dict[str, Any]]:
    for label in source.label_space.classes:
        n_images = source.images_of[label.id]
        yield {
            "id": categories[label.id],
            "name": label.official_name,
            "supercategory": str(label.kind),
            "isthing": int(label.kind is Kind.FOREGROUND and not label.stuff),
            "image_count": n_images,
            "frequency": "r" if n_images <= _RARE else "c" if n_images <= _COMMON else "f",
        }


def doubtful_classes(record: ImageLabels) -> set[int]:
    """Ids of asserted classes of which captions leave open how many there are, or whether there is one at all.

    How many: one speaks of several and none gives a number. Whether: every mention of it is uncertain.
    """
    flags = defaultdict(list)
    for mention in record.mentions:
        if mention.label is not None:
            flags[mention.label].append(Flag.UNCERTAIN in mention.flags)
    return {
        label.id
        for label in (*record.foreground, *record.background)
        if ((label.at_least or 1) > 1 and label.count is None) or (flags[label.id] and all(flags[label.id]))
    }


def _ids(categories: Mapping[int, int], classes: Iterable[int]) -> list[int]:
    return sorted(categories[class_id] for class_id in classes)
