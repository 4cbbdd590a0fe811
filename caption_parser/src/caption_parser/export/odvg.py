"""ODVG lines: captions with the words that name objects, grounded where boxes are given.

The lines are those of Open-GroundingDINO and MM-Grounding-DINO, one caption each: `grounding.regions` with
`phrase`, `tokens_positive` (half-open character offsets into the caption, from the spans of our mentions) and
`bbox` (x1, y1, x2, y2 in pixels). Captions say nothing of places: without boxes, regions have none, and the lines
are prompts to ground with such a model rather than samples to train one.
"""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple

from pydantic import Field

from caption_parser.captions import file_name_of
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import LabelSource, json_bytes
from shared_runtime.coco import CocoImage, CocoLabel, ImageId, category_classes, images_by_id, stream_list
from shared_schemas import DOUBTS, LabelSpace, Mention

Box = Annotated[list[float], Field(min_length=4, max_length=4)]


class _SizedImage(CocoImage):
    file_name: str | None = None
    height: int | None = None
    width: int | None = None


class _Boxed(CocoLabel):
    bbox: Box


class ImageBoxes(NamedTuple):
    """What a COCO file says of one image."""

    height: int | None
    width: int | None
    boxes: defaultdict[int, list[Box]]
    """Class id → boxes x, y, width, height in pixels; crowd regions are none."""


def write_odvg(source: LabelSource, output: BinaryIO, options: ExportOptions) -> None:
    """A line for each caption in which something is named; with boxes, in which something is grounded."""
    boxes = read_boxes(options.boxes, source.label_space) if options.boxes else None
    for record in source:
        name = file_name_of(record)
        place = boxes.get(name, boxes.get(record.image_id)) if boxes else None
        for number, caption in enumerate(record.captions):
            mentions = [mention for mention in record.mentions if mention.caption == number]
            regions = list(_regions(caption, mentions, source.label_space, place, options.boxes is not None))
            if regions:
                size = {} if place is None else {"height": place.height, "width": place.width}
                line = {"filename": name, **size, "grounding": {"caption": caption, "regions": regions}}
                output.write(json_bytes(line) + b"\n")


def read_boxes(path: Path, space: LabelSpace) -> dict[ImageId, ImageBoxes]:
    """The boxes of a COCO instances file by the names of its images, or the ids of those without. Raises
    `InputError`."""
    images = images_by_id(path, _SizedImage)
    classes = category_classes(path, space)
    by_id = {image.id: ImageBoxes(image.height, image.width, defaultdict(list)) for image in images.values()}
    for place, entry in stream_list(path, "annotations", _Boxed, may_be_empty=True):
        if not entry.iscrowd:
            class_id = classes.of(entry, images, place)
            by_id[entry.image_id].boxes[class_id].append(entry.bbox)
    return {image.id if image.file_name is None else image.file_name: by_id[image.id] for image in images.values()}


def _regions(
    caption: str, mentions: list[Mention], space: LabelSpace, place: ImageBoxes | None, grounded: bool
) -> Iterator[dict[str, Any]]:
    """Regions of the mentions that assert a class; of one that may be any of several objects, none."""
    for mention in mentions:
        if mention.label is None or not DOUBTS.isdisjoint(mention.flags):
            continue
        spans = named_spans(caption, mention)
        region = {
            "phrase": " ".join(caption[start:end] for start, end in spans),
            "tokens_positive": [list(span) for span in spans],
            "category": space.by_id[mention.label].name,
        }
        if not grounded:
            yield region
            continue
        boxes = place.boxes[mention.label] if place else []
        several = max(mention.count or 1, mention.at_least or 1) > 1
        if len(boxes) == 1 or several:
            for x, y, width, height in boxes:
                yield {"bbox": [x, y, x + width, y + height], **region}


def named_spans(caption: str, mention: Mention) -> list[tuple[int, int]]:
    """The words of a mention and of its attributes, those with nothing but spaces between them as one span."""
    parts = sorted([(mention.start, mention.end), *((part.start, part.end) for part in mention.attributes)])
    spans = parts[:1]
    for start, end in parts[1:]:
        first, last = spans[-1]
        if start <= last or not caption[last:start].strip():
            spans[-1] = (first, max(last, end))
        else:
            spans.append((start, end))
    return spans
