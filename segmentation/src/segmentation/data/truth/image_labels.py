"""What an annotated image holds, as a label file says it: the ground-truth arm of Table 6 in Vilar & Perez."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from shared_runtime.coco import CocoImage, CocoLabel, ImageId, category_classes, images_by_id, stream_list
from shared_schemas import AttributeVotes, ClassLabel, ImageLabels, LabelClass, LabelSpace, load_label_space


class _NamedImage(CocoImage):
    file_name: str


def coco_image_labels(
    path: Path, *, label_space: str | Path | LabelSpace = "coco", crowd: bool = True
) -> Iterator[ImageLabels]:
    """The foreground classes of every image of a COCO file of masks or boxes, in the order of its images.

    Images without an object have a record without a class. `crowd`: whether a region of many objects drawn as one
    counts; the number of objects is then left open.

    Raises `InputError`, which names the entry, for a file that is none; `LabelSpaceError` for the label space.
    """
    space = label_space if isinstance(label_space, LabelSpace) else load_label_space(label_space)
    images = images_by_id(path, _NamedImage)
    objects = _objects(path, images.keys(), space, crowd)
    for image in images.values():
        single, in_crowds = objects[image.id]
        labels = [
            true_label(space.by_id[class_id], None if class_id in in_crowds else single[class_id])
            for class_id in sorted(single.keys() | in_crowds)
        ]
        yield ImageLabels(
            image_id=image.id,
            file_name=image.file_name,
            label_space=space.reference,
            captions=(),
            foreground=tuple(labels),
            background=(),
        )


def true_label(label: LabelClass, count: int | None = None, attributes: Iterable[str] = ()) -> ClassLabel:
    """A class that is known to be there, with one vote, like each of its attributes."""
    return ClassLabel(
        id=label.id,
        name=label.name,
        votes=1,
        category_id=label.category_id,
        count=count,
        attributes=tuple(AttributeVotes(name=name, votes=1) for name in sorted(set(attributes))),
    )


def _objects(
    path: Path, images: Iterable[ImageId], space: LabelSpace, crowd: bool
) -> defaultdict[ImageId, tuple[Counter[int], set[int]]]:
    """By image: how many single objects there are of each class, and of which classes there are crowds."""
    classes, known = category_classes(path, space), set(images)
    found: defaultdict[ImageId, tuple[Counter[int], set[int]]] = defaultdict(lambda: (Counter(), set()))
    for place, annotation in stream_list(path, "annotations", CocoLabel, may_be_empty=True):
        class_id = classes.of(annotation, known, place)
        single, in_crowds = found[annotation.image_id]
        if not annotation.iscrowd:
            single[class_id] += 1
        elif crowd:
            in_crowds.add(class_id)
    return found
