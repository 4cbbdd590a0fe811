"""The card of a model: what it is, what it learned from, under which licence, and how good it is."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from pydantic import Field

from shared_runtime.configuration import FrozenModel

_NOT_STATED = "not stated"
_SHOWN_CLASSES = 100


class Usage(StrEnum):
    """What a model is asked for."""

    CLASSES = "classes"
    GIVEN_CLASSES = "given classes"
    """It has to be told the classes of an image."""
    TEXTS = "texts"


class ModelCard(FrozenModel):
    """What a model itself cannot know; it stands in its README.md."""

    title: str = "A segmentation model from captioned images"
    data: str = Field(_NOT_STATED, description="Images and captions that it learned from, and their licence.")
    labels: str = Field(_NOT_STATED, description="How labels were made of captions, and masks of labels.")
    licence: str = Field(
        "other", description="Of the weights, as the hub names licences: apache-2.0, cc-by-4.0, …"
    )
    scores: Mapping[str, str | float] = Field({}, description="What was measured, on which images → the figure.")
    limits: str = Field(_NOT_STATED, description="What it cannot do.")


def card_text(card: ModelCard, facts: Mapping[str, str], class_names: Sequence[str], usage: Usage) -> str:
    """The README.md in the layout of the hub; `facts` are what the model says of itself."""
    return "\n".join(_lines(card, facts, class_names, usage)) + "\n"


def _lines(card: ModelCard, facts: Mapping[str, str], class_names: Sequence[str], usage: Usage) -> Iterator[str]:
    yield "---"
    yield f"license: {card.licence}"
    yield "library_name: capparse-segmentation"
    yield "pipeline_tag: image-segmentation"
    yield "tags: [semantic-segmentation, weakly-supervised, image-captions]"
    yield "---"
    yield f"\n# {card.title}\n"
    yield "```python"
    if usage is Usage.TEXTS:
        yield "from segmentation import Referrer\n"
        yield 'referrer = Referrer.from_pretrained("FOLDER").set_image("photo.jpg")'
        yield f'referrer.predict("a small {class_names[0]}").overlay()'
    else:
        yield "from segmentation import Segmenter\n"
        yield 'segmenter = Segmenter.from_pretrained("FOLDER")'
        classes = f', classes=["{class_names[0]}"]' if usage is Usage.GIVEN_CLASSES else ""
        yield f'segmenter.predict("photo.jpg"{classes}).overlay()'
    yield "```\n"
    yield "No mask was drawn for it: it learned from captions of images."
    if usage is Usage.TEXTS:
        yield "It takes any text; the classes are those of the records that it learned from."
    if usage is Usage.GIVEN_CLASSES:
        yield "It finds the classes that it is told of, and has to be told them."
    yield "\n## Classes\n"
    shown = ", ".join(class_names[:_SHOWN_CLASSES])
    more = f" and {len(class_names) - _SHOWN_CLASSES} more" if len(class_names) > _SHOWN_CLASSES else ""
    yield f"{len(class_names)}, beside the background (0), in the order of their ids: {shown}{more}."
    yield "\n## What it learned from\n"
    yield f"- Data: {card.data}"
    yield f"- Labels: {card.labels}"
    yield f"- Licence of the weights: {card.licence}"
    yield "\n## Scores\n"
    if card.scores:
        yield "| measured | score |"
        yield "| --- | ---: |"
        for name, score in card.scores.items():
            yield f"| {name} | {score:.3f} |" if isinstance(score, float) else f"| {name} | {score} |"
    else:
        yield "None were measured."
    yield "\n## Limits\n"
    yield card.limits
    yield "\n## The network\n"
    yield "| what | value |"
    yield "| --- | --- |"
    for name, value in facts.items():
        yield f"| {name} | {value} |"
