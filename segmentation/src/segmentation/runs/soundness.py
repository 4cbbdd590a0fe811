"""What makes a training vain, told before it begins."""

from collections import Counter
from collections.abc import Iterator, Sequence

from segmentation.data.masks import IGNORE_INDEX
from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.training.config import TrainingOptions
from segmentation.training.order import plan_steps
from shared_runtime.errors import UsageError
from shared_runtime.wording import counted, numbered
from shared_schemas.label_space_file import SHIPPED

MOST_CLASSES = IGNORE_INDEX - 1
"""Foreground classes that a mask of bytes can show beside 0, the background, and 255."""
FEW_IMAGES = 50
"""With fewer, next to nothing is learned, whatever they name."""
FEW_OF_A_CLASS = 5
"""With fewer images that name a class, next to nothing is learned of it."""
_NAMED = 3


def check_classes(vocabulary: Vocabulary) -> None:
    """Raises UsageError for more foreground classes than masks can show."""
    if vocabulary.n_foreground > MOST_CLASSES:
        raise UsageError(
            f"the label space {vocabulary.label_space.name} has {vocabulary.n_foreground} foreground classes, "
            f"expected {MOST_CLASSES} at most: masks hold a byte per pixel. Leave classes out of it, or make them "
            "background classes, and label the captions again"
        )


def few_images(targets: Sequence[ImageTargets], vocabulary: Vocabulary) -> Iterator[str]:
    """Whether there is next to nothing to learn from, in all or of some classes, a sentence or two each."""
    n_images = len(targets)
    if n_images < FEW_IMAGES:
        yield (
            f"{counted(n_images, 'labelled image')}, expected some hundreds: from so few a network learns next to "
            "nothing. Label the captions of more images; or use the model that ships, which knows COCO's classes: "
            "capseg predict IMAGES -o predicted --overlay"
        )
    counts = Counter(class_id for image in targets for class_id in image.foreground)
    space = vocabulary.label_space
    # Whoever made a label space wants all of its classes; of one that ships, images show what they show.
    named = [
        (counts[label.id], label.name)
        for label in space.foreground
        if counts[label.id] or space.name not in SHIPPED
    ]
    rare = sorted(one for one in named if one[0] < FEW_OF_A_CLASS)
    if rare:
        names = ", ".join(f"{name} {count}" for count, name in rare[:_NAMED])
        yield (
            f"classes that fewer than {FEW_OF_A_CLASS} images name: {len(rare):,} of {len(named):,} ({names}"
            f"{', …' if len(rare) > _NAMED else ''}). Masks will hardly show them: add images that name them, or "
            "leave them out of the label space; 'capparse report' counts the images of each class"
        )


def without_negatives(targets: Sequence[ImageTargets], vocabulary: Vocabulary) -> Iterator[str]:
    """Whether there are classes that every image shows, in a sentence or two."""
    counts = Counter(class_id for image in targets for class_id in image.classes)
    everywhere = [label.name for label in vocabulary.classes if counts[label.id] == len(targets) > 1]
    if everywhere:
        names = ", ".join(everywhere[:_NAMED]) + (", …" if len(everywhere) > _NAMED else "")
        yield (
            f"every image shows {names}: there are no negatives, images without it, from which a network learns "
            "what it is not. Add images of other things to the labels; a background class is enough for that"
        )


def step_doubts(n_images: int, options: TrainingOptions) -> Iterator[str]:
    """What is to be known of the steps in which so many images are seen, a sentence or two each."""
    steps = plan_steps(n_images, options.batch_size, options.epochs)
    unseen = n_images - steps * options.batch_size
    if unseen > 0:
        yield (
            f"steps take whole batches: of {n_images:,} images, {numbered(unseen, 'is', 'are')} not seen in "
            f"{options.epochs} epoch{'s' * (options.epochs > 1)} with batches of {options.batch_size}. Choose a "
            "--batch-size that divides the number of images, or more --epochs"
        )
    if options.batch_size > n_images:
        yield (
            f"a batch of {options.batch_size:,} is larger than the set of {n_images:,} images: every step sees "
            "some of them more than once. Choose a smaller --batch-size"
        )
    if options.warmup_steps >= steps:
        yield (
            f"the learning rate rises over {options.warmup_steps:,} steps, and there are {steps:,}: it never "
            f"reaches {options.learning_rate:g}. Set training.warmup_steps to a tenth of the steps, or more "
            "--epochs"
        )
