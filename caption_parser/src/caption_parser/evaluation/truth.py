"""Ground truth in COCO's format: which classes are in each image, and with how many pixels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from caption_parser.evaluation.coco_file import Annotation, Category, Image, ImageId, read_entries
from caption_parser.evaluation.masks import PixelCounter, PixelCounts, PixelSource, pixel_counter
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """What annotators saw. Class ids are the label space's contiguous ones, never COCO's 1-90."""

    class_ids: tuple[int, ...]
    """The classes that annotators looked for, ascending."""
    classes: Mapping[ImageId, frozenset[int]]
    """The classes of every image of the file, empty where nothing is annotated."""
    pixels: PixelCounts | None
    """Pixels per image and class; None where the file has no masks."""
    pixel_source: PixelSource | None


def read_ground_truth(path: Path, label_space: LabelSpace, *, include_crowd: bool = True) -> GroundTruth:
    """Reads a COCO instances file as a stream, in three passes.

    `include_crowd`: objects that are annotated as one crowd region (`iscrowd` 1) count as well.

    Raises `InputError` for a file that is not in COCO's format or whose categories do not fit `label_space`.
    """
    images = {image.id: image for image in read_entries(path, "images", Image)}
    classes = _link_categories(path, read_entries(path, "categories", Category), label_space)
    found: dict[ImageId, set[int]] = {image_id: set() for image_id in images}
    counter: PixelCounter | None = None
    for number, annotation in enumerate(read_entries(path, "annotations", Annotation)):
        image = images.get(annotation.image_id)
        label = classes.get(annotation.category_id)
        where = f"{path}: annotations[{number}]"
        if image is None:
            raise InputError(f"{where}: got image_id {annotation.image_id!r}, expected an id that 'images' lists")
        if label is None:
            got = f"category_id {annotation.category_id}"
            raise InputError(f"{where}: got {got}, expected an id that 'categories' lists")
        if annotation.iscrowd and not include_crowd:
            continue
        found[image.id].add(label)
        if annotation.segmentation:
            counter = counter or pixel_counter()
            try:
                counter.add(image, label, annotation)
            except ValueError as error:
                raise InputError(f"{where}: {error}") from error
    return GroundTruth(
        class_ids=tuple(sorted(classes.values())),
        classes={image_id: frozenset(labels) for image_id, labels in found.items()},
        pixels=counter.pixels() if counter else None,
        pixel_source=counter.source if counter else None,
    )


def _link_categories(path: Path, categories: Iterable[Category], label_space: LabelSpace) -> dict[int, int]:
    """The file's category ids → contiguous class ids.

    A category belongs to the class of its name, or else of its id: names are the surer sign, since files
    with ids 1-80 and with COCO's own 1-90 both go round.
    """
    by_name = {label.name.casefold(): label for label in label_space.foreground}
    by_category_id = {label.category_id: label for label in label_space.foreground}
    linked: dict[int, int] = {}
    names: dict[int, str] = {}
    unknown: list[str] = []
    for category in categories:
        label = by_name.get(category.name.casefold()) or by_category_id.get(category.id)
        if label is None:
            unknown.append(category.name)
            continue
        if label.id in names:
            raise InputError(
                f"{path}: got categories {names[label.id]!r} and {category.name!r} for the one class "
                f"{label.name!r} of label space {label_space.name!r}, expected one category per class"
            )
        names[label.id] = category.name
        linked[category.id] = label.id
    if unknown:
        raise InputError(f"{path}: {_unknown_categories(unknown, list(by_name), label_space.name)}")
    return linked


def _unknown_categories(unknown: list[str], known: list[str], space: str) -> str:
    shown = ", ".join(repr(name) for name in unknown[:5])
    more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
    close = get_close_matches(unknown[0].casefold(), known, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return (
        f"got categories that are no foreground classes of label space {space!r}: {shown}{more}.{hint} "
        "Try --label-space with the one that the labels were made with"
    )
