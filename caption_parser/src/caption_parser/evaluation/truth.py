"""Ground truth in COCO's format: which classes are in each image, and with how many pixels."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from caption_parser.evaluation.masks import (
    AnnotatedImage,
    AnnotatedObject,
    PixelCounter,
    PixelCounts,
    PixelSource,
    pixel_counter,
)
from caption_parser.readers.checks import is_image_file
from shared_runtime.coco import ImageId, category_classes, images_by_id, stream_list
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace


@dataclass(frozen=True)
class GroundTruth:
    """What annotators saw. Class ids are the label space's contiguous ones, never COCO's 1-90."""

    class_ids: tuple[int, ...]
    """The classes that annotators looked for, ascending."""
    classes: Mapping[ImageId, frozenset[int]]
    """The classes of every image of the file, empty where nothing is annotated."""
    pixels: PixelCounts | None
    """Pixels per image and class; None where the file has no masks."""
    pixel_source: PixelSource | None
    flaws: Sequence[str] = ()
    """Annotations without a usable mask in a file that has masks, with their places.

    They show their class, but none of its pixels.
    """
    names: Mapping[str, ImageId] = field(default_factory=dict)
    """Name of an image's file, without folders, to its id; two images of the same name have none."""

    def id_of(self, image: ImageId) -> ImageId:
        """The id of an image by the id that a label file has for it: tables and text know no numbers.

        If all ids here are numbers, "139", the stem "000000000139" and the file "000000000139.jpg" are image 139;
        otherwise the file's name tells, whatever its folder.
        """
        if image in self.classes or not isinstance(image, str):
            return image
        path = PurePosixPath(image)
        if path.name in self.names:
            return self.names[path.name]
        number = path.stem if is_image_file(path.name) else image
        return int(number) if self._are_numbers and number.isdecimal() else image

    @cached_property
    def _are_numbers(self) -> bool:
        return all(isinstance(image, int) for image in self.classes)


def read_ground_truth(
    path: Path, label_space: LabelSpace, *, include_crowd: bool = True, strict: bool = False
) -> GroundTruth:
    """Reads a COCO instances file as a stream, in three passes.

    `include_crowd`: objects that are annotated as one crowd region (`iscrowd` 1) count as well.
    `strict`: a mask that is none refuses the file.

    Raises `InputError` for a file that is not in COCO's format or whose categories do not fit `label_space`.
    """
    images = images_by_id(path, AnnotatedImage)
    classes = category_classes(path, label_space)
    found: dict[ImageId, set[int]] = {image_id: set() for image_id in images}
    counter: PixelCounter | None = None
    flaws: list[str] = []
    bad_masks: list[str] = []
    for place, annotation in stream_list(path, "annotations", AnnotatedObject):
        label = classes.of(annotation, images, place)
        if annotation.iscrowd and not include_crowd:
            continue
        image = images[annotation.image_id]
        found[image.id].add(label)
        if not annotation.segmentation:
            flaws.append(f"{place}: got no mask")
            continue
        counter = counter or pixel_counter()
        try:
            counter.add(image, label, annotation)
        except ValueError as error:
            bad_masks.append(f"{place}: {error}")
            flaws.append(bad_masks[-1])
            if strict:
                raise InputError(bad_masks[0]) from error
    pixels = counter.pixels() if counter else None
    if bad_masks and not pixels:
        raise InputError(f"{bad_masks[0]}; not one annotation has a usable mask")
    return GroundTruth(
        class_ids=tuple(sorted({*classes.ids.values()})),
        classes={image_id: frozenset(labels) for image_id, labels in found.items()},
        pixels=pixels,
        pixel_source=counter.source if counter else None,
        flaws=tuple(flaws) if counter else (),
        names=_by_name(images.values()),
    )


def _by_name(images: Iterable[AnnotatedImage]) -> dict[str, ImageId]:
    named = [
        (PurePosixPath(image.file_name).name, image.id) for image in images if isinstance(image.file_name, str)
    ]
    shared = Counter(name for name, _ in named)
    return {name: image_id for name, image_id in named if shared[name] == 1}
