"""The folder of a synthetic world, read back by independent readers."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.synthetic import Difficulty, WorldFiles, draw, sample_scene, write_captions, write_world
from segmentation.synthetic.world import COLOURS, OBJECT_KINDS, SURROUNDINGS
from shared_runtime.errors import OutputError, UsageError
from shared_schemas import load_label_space, read_labels

_IMAGES = 12
_SIDE = 64


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WorldFiles:
    return write_world(tmp_path_factory.mktemp("world"), images=_IMAGES, seed=3, side=_SIDE)


@pytest.mark.filterwarnings("ignore:__array__ implementation")  # of pycocotools
def test_masks_are_those_of_the_drawing(world: WorldFiles) -> None:
    """pycocotools decodes what was written to what was drawn."""
    masks = pytest.importorskip("pycocotools.mask")
    truth = json.loads(world.instances.read_text())
    space = load_label_space("coco")
    assert [image["id"] for image in truth["images"]] == list(range(1, _IMAGES + 1))
    assert [annotation["id"] for annotation in truth["annotations"]] == list(
        range(1, len(truth["annotations"]) + 1)
    )
    for image in truth["images"]:
        rng = np.random.default_rng([3, image["id"]])
        scene = sample_scene(rng, Difficulty())
        drawing = draw(scene, rng, _SIDE)
        picture = np.asarray(Image.open(world.images / image["file_name"]))
        assert np.array_equal(picture, drawing.image)
        annotations = [entry for entry in truth["annotations"] if entry["image_id"] == image["id"]]
        for annotation, thing, mask in zip(annotations, scene.objects, drawing.masks, strict=True):
            run_lengths = masks.frPyObjects(annotation["segmentation"], _SIDE, _SIDE)
            assert np.array_equal(masks.decode(run_lengths), mask)
            assert annotation["area"] == mask.sum()
            assert annotation["bbox"] == masks.toBbox(run_lengths).tolist()
            assert space.by_category_id[annotation["category_id"]].name == thing.kind.class_name


def test_captions_are_those_of_the_scene(world: WorldFiles) -> None:
    lines = [json.loads(line) for line in world.captions.read_text().splitlines()]
    expected = []
    for image_id in range(1, _IMAGES + 1):
        rng = np.random.default_rng([3, image_id])
        scene = sample_scene(rng, Difficulty())
        draw(scene, rng, _SIDE)
        name = f"{image_id:06d}.png"
        expected += [
            {"image_id": image_id, "file_name": name, "caption": caption}
            for caption in write_captions(scene, rng, Difficulty())
        ]
    assert lines == expected


def test_true_labels_say_what_was_drawn(world: WorldFiles) -> None:
    records = list(read_labels(world.labels))
    assert [record.image_id for record in records] == list(range(1, _IMAGES + 1))
    space = load_label_space(world.label_space)
    assert {record.label_space for record in records} == {space.reference}
    for record in records:
        scene = sample_scene(np.random.default_rng([3, int(record.image_id)]), Difficulty())
        assert {label.name for label in record.foreground} == {thing.kind.class_name for thing in scene.objects}
        grounds = {scene.surroundings.class_name, scene.backdrop.class_name}
        assert {label.name for label in record.background} == grounds
        assert sum(label.count or 0 for label in record.foreground) == len(scene.objects)
        attributes = {(label.name, a.name) for label in record.foreground for a in label.attributes}
        colours = {(thing.kind.class_name, thing.colour) for thing in scene.objects}
        stripes = {(thing.kind.class_name, "stripe") for thing in scene.objects if thing.striped}
        assert attributes == colours | stripes


def test_the_label_space_is_what_the_world_has_of_coco(world: WorldFiles) -> None:
    space, coco = load_label_space(world.label_space), load_label_space("coco")
    assert [label.name for label in space.foreground] == [kind.class_name for kind in OBJECT_KINDS]
    assert {label.name for label in space.background} == {ground.class_name for ground in SURROUNDINGS}
    assert {attribute.name for attribute in space.attributes} == {*COLOURS, "stripe"}
    for label in space.classes:
        assert label.model_dump(exclude={"id"}) == coco.by_name[label.name].model_dump(exclude={"id"})


def test_a_larger_world_continues_a_smaller_one(world: WorldFiles, tmp_path: Path) -> None:
    smaller = write_world(tmp_path / "smaller", images=3, seed=3, side=_SIDE)
    for image in smaller.images.iterdir():
        assert image.read_bytes() == (world.images / image.name).read_bytes()
    assert world.captions.read_text().startswith(smaller.captions.read_text())


def test_another_seed_is_another_world(world: WorldFiles, tmp_path: Path) -> None:
    other = write_world(tmp_path / "other", images=1, seed=4, side=_SIDE)
    assert (other.images / "000001.png").read_bytes() != (world.images / "000001.png").read_bytes()


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(OutputError, match="holds files already"):
        write_world(tmp_path, images=1)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="taken: cannot be written"):
        write_world(tmp_path / "taken", images=1)


def test_no_images_are_no_world(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected at least 1"):
        write_world(tmp_path / "world", images=0)


def test_a_world_of_some_classes(tmp_path: Path) -> None:
    """Another data set: its objects, its label space, and nothing else changed."""
    files = write_world(tmp_path / "some", images=12, seed=3, side=_SIDE, classes=("dog", "boat"))
    space = load_label_space(files.label_space)
    assert [label.name for label in space.foreground] == ["boat", "dog"]
    truth = json.loads(files.instances.read_text())
    assert [category["name"] for category in truth["categories"]] == ["boat", "dog"]
    found = {space.by_category_id[of["category_id"]].name for of in truth["annotations"]}
    assert found == {"boat", "dog"}
    with pytest.raises(UsageError, match="got cow, expected some of boat, sheep, car, airplane, dog"):
        write_world(tmp_path / "none", images=1, classes=("dog", "cow"))
