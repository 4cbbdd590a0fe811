"""A folder of the synthetic world: images, captions, label space, true masks and true labels."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from segmentation.data.truth.image_labels import true_label
from segmentation.synthetic.drawing import Drawing, draw
from segmentation.synthetic.scenes import Scene, SceneObject, sample_scene, write_captions
from segmentation.synthetic.world import (
    COLOURS,
    OBJECT_KINDS,
    STRIPE_ATTRIBUTE,
    STRIPED,
    SURROUNDINGS,
    Difficulty,
    ObjectKind,
)
from shared_runtime.errors import OutputError, UsageError
from shared_runtime.files import writing
from shared_schemas import ClassLabel, ImageLabels, LabelSpace, load_label_space, write_labels

SIDE = 128
"""Width and height of the images in pixels."""


@dataclass(frozen=True, slots=True)
class WorldFiles:
    """What `write_world` wrote, all in one folder."""

    images: Path
    """PNG files."""
    captions: Path
    """JSONL: `image_id`, `file_name`, `caption`, one line per caption."""
    instances: Path
    """Masks, in COCO's format with run-length encodings, and the words for what objects look like."""
    labels: Path
    """The label file that perfect captions would give."""
    label_space: Path
    """The classes and attributes of the world, under ids of their own."""


@dataclass(frozen=True, slots=True)
class _Picture:
    image_id: int
    scene: Scene
    drawing: Drawing
    captions: tuple[str, ...]

    @property
    def file_name(self) -> str:
        return f"{self.image_id:06d}.png"


def write_world(
    folder: Path,
    *,
    images: int,
    seed: int = 0,
    difficulty: Difficulty | None = None,
    side: int = SIDE,
    classes: Sequence[str] | None = None,
) -> WorldFiles:
    """Write `images` pictures with everything known about them.

    Image i depends on the other arguments and i alone, so that a larger world continues a smaller one. `classes`:
    the only objects there are, by the names of their classes; None: all. Raises UsageError for less than one image
    and for other classes, OutputError where `folder` is not empty or cannot be written.
    """
    if images < 1:
        raise UsageError(f"got {images} images, expected at least 1")
    kinds = OBJECT_KINDS if classes is None else _kinds(classes)
    files = WorldFiles(
        folder / "images",
        folder / "captions.jsonl",
        folder / "instances.json",
        folder / "truth_labels.jsonl",
        folder / "label_space.json",
    )
    with writing(folder):
        if folder.exists() and any(folder.iterdir()):
            raise OutputError(f"{folder}: holds files already; give another folder, or remove it")
        files.images.mkdir(parents=True)
        _write(files, _pictures(images, seed, difficulty or Difficulty(), side, kinds), kinds)
    return files


def _kinds(classes: Sequence[str]) -> list[ObjectKind]:
    """The kinds of these classes, in the order of the world."""
    known = [kind.class_name for kind in OBJECT_KINDS]
    unknown = [name for name in classes if name not in known]
    if unknown or not classes:
        got = ", ".join(unknown) or "no class"
        raise UsageError(f"got {got}, expected some of {', '.join(known)}, the objects of the synthetic world")
    return [kind for kind in OBJECT_KINDS if kind.class_name in classes]


def _pictures(
    images: int, seed: int, difficulty: Difficulty, side: int, kinds: Sequence[ObjectKind]
) -> Iterator[_Picture]:
    for image_id in range(1, images + 1):
        rng = np.random.default_rng([seed, image_id])
        scene = sample_scene(rng, difficulty, kinds)
        yield _Picture(image_id, scene, draw(scene, rng, side), write_captions(scene, rng, difficulty))


def _write(files: WorldFiles, pictures: Iterator[_Picture], kinds: Sequence[ObjectKind]) -> None:
    files.label_space.write_text(_label_space(kinds), encoding="utf-8")
    space = load_label_space(files.label_space)
    image_entries: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    records: list[ImageLabels] = []
    with files.captions.open("w", encoding="utf-8") as captions:
        for picture in pictures:
            Image.fromarray(picture.drawing.image).save(files.images / picture.file_name)
            height, width = picture.drawing.image.shape[:2]
            name = {"file_name": picture.file_name}
            image_entries.append({"id": picture.image_id, **name, "height": height, "width": width})
            annotations += _annotations(picture, space, first_id=len(annotations) + 1)
            records.append(_true_labels(picture, space))
            for caption in picture.captions:
                captions.write(json.dumps({"image_id": picture.image_id, **name, "caption": caption}) + "\n")
    categories = [{"id": space.by_name[kind.class_name].category_id, "name": kind.class_name} for kind in kinds]
    truth = {"images": image_entries, "annotations": annotations, "categories": categories}
    files.instances.write_text(json.dumps(truth), encoding="utf-8")
    write_labels(files.labels, records)


def _label_space(kinds: Sequence[ObjectKind]) -> str:
    """A label space file: what a world with objects of `kinds` has of the label space `coco`.

    Losses are means over classes and attributes: those that never occur would only make them smaller.
    """
    coco = load_label_space("coco")
    names = {*COLOURS, STRIPE_ATTRIBUTE}
    classes = [kind.class_name for kind in kinds] + [ground.class_name for ground in SURROUNDINGS]
    content = {
        "name": "synthetic",
        "classes": [
            coco.by_name[name].model_dump(mode="json", exclude={"id"}, exclude_defaults=True) for name in classes
        ],
        "attributes": {entry.name: entry.variants for entry in coco.attributes if entry.name in names},
    }
    return json.dumps(content, indent=1) + "\n"


def _annotations(picture: _Picture, space: LabelSpace, first_id: int) -> list[dict[str, Any]]:
    """COCO's annotations of the objects of one picture."""
    return [
        {
            "id": first_id + index,
            "image_id": picture.image_id,
            "category_id": space.by_name[thing.kind.class_name].category_id,
            "segmentation": _run_lengths(mask),
            "area": int(mask.sum()),
            "bbox": _box(mask),
            "iscrowd": 0,
            "attributes": [thing.colour, *([STRIPED] if thing.striped else [])],
        }
        for index, (thing, mask) in enumerate(zip(picture.scene.objects, picture.drawing.masks, strict=True))
    ]


def _run_lengths(mask: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """COCO's uncompressed run lengths: down the columns, beginning with the pixels outside."""
    pixels = np.concatenate([[False], mask.T.ravel(), [not mask[-1, -1]]])
    ends = np.flatnonzero(pixels[1:] != pixels[:-1])
    return {"size": list(mask.shape), "counts": np.diff(ends, prepend=0).tolist()}


def _box(mask: npt.NDArray[np.bool_]) -> list[int]:
    """Left, top, width, height in pixels."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return [int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1]


def _true_labels(picture: _Picture, space: LabelSpace) -> ImageLabels:
    """What is in the picture, each class and attribute with one vote."""
    scene = picture.scene
    objects = {thing.kind.class_name for thing in scene.objects}
    grounds = (scene.surroundings.class_name, scene.backdrop.class_name)
    return ImageLabels(
        image_id=picture.image_id,
        file_name=picture.file_name,
        label_space=space.reference,
        captions=picture.captions,
        foreground=_by_id([_object_label(name, scene, space) for name in objects]),
        background=_by_id([true_label(space.by_name[ground]) for ground in grounds]),
    )


def _object_label(name: str, scene: Scene, space: LabelSpace) -> ClassLabel:
    things = [thing for thing in scene.objects if thing.kind.class_name == name]
    attributes = {attribute for thing in things for attribute in _attributes(thing)}
    return true_label(space.by_name[name], len(things), attributes)


def _attributes(thing: SceneObject) -> tuple[str, ...]:
    return (thing.colour, STRIPE_ATTRIBUTE) if thing.striped else (thing.colour,)


def _by_id(labels: list[ClassLabel]) -> tuple[ClassLabel, ...]:
    return tuple(sorted(labels, key=lambda label: label.id))
