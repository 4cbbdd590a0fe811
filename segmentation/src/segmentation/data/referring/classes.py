"""Expressions that annotated images give by themselves: the classes in them, and classes with their attributes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from segmentation.data.referring.annotated_objects import AnnotatedObject, AnnotatedObjects, Regions, union
from segmentation.data.referring.expressions import Expression, ExpressionSet
from shared_runtime.coco import ImageId
from shared_schemas import RecordError, iter_labels

CLASS, ATTRIBUTE = "class", "attribute and class"
"""Kinds of expressions."""


def read_class_expressions(
    instances: Sequence[Path], *, labels: Path | None = None, regions: Regions = "masks"
) -> ExpressionSet:
    """A pair of every image of COCO files and every category in it, crowds included: "bus"; its name is the text.

    With attributes, too, "red bus": where an annotation lists `attributes`, of the objects that have it; and where
    a record of `labels` gives the class an attribute and the image has one object of it, so that it is clear of
    which. Raises `InputError` for files that are none.
    """
    found = ExpressionSet(instances[0])
    objects = AnnotatedObjects(instances, regions)
    by_class: defaultdict[ImageId, defaultdict[str, list[AnnotatedObject]]]
    by_class = defaultdict(lambda: defaultdict(list))
    for number, one in objects.by_id.items():
        if one.flaw or not one.category:
            found.reject(f"annotation {number}", one.flaw or "category_id: got none that the file lists")
        else:
            by_class[one.image_id][one.category].append(one)
    said = _attributes_of_labels(labels) if labels is not None else {}
    for image_id, classes in by_class.items():
        image = objects.images[image_id]
        for name, all_of_class in sorted(classes.items()):
            said_of_it = said.get((image.file_name, name)) or said.get((image_id, name), ())
            for attribute, some in _with_attributes(all_of_class, said_of_it):
                try:
                    region = union(some, image_id)
                except ValueError as error:
                    found.reject(f"image {image_id!r}, {attribute} {name}", error)
                    continue
                if region is None:
                    found.without_region += 1
                    continue
                text, kind = (f"{attribute} {name}", ATTRIBUTE) if attribute else (name, CLASS)
                found.expressions.append(
                    Expression(image_id, image.file_name, text, region, kind=kind, group=name)
                )
    return found


def _with_attributes(
    objects: Sequence[AnnotatedObject], said: Sequence[str]
) -> Iterator[tuple[str, Sequence[AnnotatedObject]]]:
    """All objects of a class without an attribute, then those of each attribute."""
    yield "", objects
    with_attribute: defaultdict[str, list[AnnotatedObject]] = defaultdict(list)
    for one in objects:
        for name in one.attributes:
            with_attribute[name].append(one)
    if len(objects) == 1 and not objects[0].is_crowd:
        for name in said:
            with_attribute.setdefault(name, [objects[0]])
    yield from sorted(with_attribute.items())


def _attributes_of_labels(path: Path) -> Mapping[tuple[ImageId, str], tuple[str, ...]]:
    """Attributes by image and class, as a label file says them; lines that are no records are passed over.

    An image goes by its file's name, or by its id where it has none.
    """
    return {
        (record.file_name or record.image_id, label.name): tuple(votes.name for votes in label.attributes)
        for record in iter_labels(path)
        if not isinstance(record, RecordError)
        for label in record.foreground
        if label.attributes
    }
