"""What is refused, or told, before hours are spent on it."""

from pathlib import Path

import pytest

from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.runs.soundness import (
    FEW_IMAGES,
    FEW_OF_A_CLASS,
    check_classes,
    few_images,
    step_doubts,
    without_negatives,
)
from segmentation.training.config import TrainingOptions
from shared_runtime.errors import UsageError
from shared_schemas import LabelClass, LabelSpace, load_label_space


def images(*classes: tuple[int, ...]) -> list[ImageTargets]:
    return [ImageTargets(n, None, Path(f"{n}.png"), found, ()) for n, found in enumerate(classes)]


def options(epochs: int, batch_size: int) -> TrainingOptions:
    return TrainingOptions(epochs=epochs, batch_size=batch_size)


@pytest.mark.parametrize("count", [254, 255])
def test_masks_of_bytes_have_room_for_254_classes(count: int) -> None:
    classes = [LabelClass(id=n, name=f"thing {n}", phrases=(f"thing {n}",)) for n in range(1, count + 1)]
    vocabulary = Vocabulary(LabelSpace(name="many", classes=tuple(classes)))
    if count == 254:
        check_classes(vocabulary)
    else:
        with pytest.raises(UsageError, match="many has 255 foreground classes, expected 254 at most"):
            check_classes(vocabulary)


def test_a_class_that_every_image_shows_has_no_negatives(space: LabelSpace) -> None:
    said = [*without_negatives(images((1,), (1, 2), (1,)), Vocabulary(space))]
    assert len(said) == 1
    assert said[0].startswith("every image shows cat: there are no negatives")
    assert not [*without_negatives(images((1,), (2,)), Vocabulary(space))]


def test_too_few_images_are_told_with_the_next_command(space: LabelSpace) -> None:
    vocabulary = Vocabulary(space)
    few, rare = few_images(images(*[(1,)] * 10, (1, 2), (2,)), vocabulary)
    assert few.startswith("12 labelled images, expected some hundreds")
    assert "capseg predict IMAGES -o predicted" in few
    assert rare.startswith("classes that fewer than 5 images name: 2 of 3 (cup 0, dog 2). ")
    (rare,) = few_images(images(*[(1,)] * FEW_IMAGES, *[(2,)] * (FEW_OF_A_CLASS - 1)), vocabulary)
    assert "(cup 0, dog 4)" in rare
    # Nobody asked for all classes of a label space that ships.
    coco = Vocabulary(load_label_space("coco"))
    assert not [*few_images(images(*[(1,)] * FEW_IMAGES, *[(2,)] * FEW_OF_A_CLASS), coco)]


def test_an_epoch_that_does_not_see_every_image_says_so() -> None:
    said = [*step_doubts(40, options(1, 18))]
    assert len(said) == 1
    assert "of 40 images, 4 are not seen in 1 epoch with batches of 18" in said[0]
    for epochs, batch_size in ((2, 18), (1, 20), (1, 40)):
        assert not [*step_doubts(40, options(epochs, batch_size))]


def test_a_batch_that_is_larger_than_the_set_is_told() -> None:
    (said,) = step_doubts(2, options(3, 5))
    assert said.startswith("a batch of 5 is larger than the set of 2 images")
