"""A label space and a record small enough to know by heart."""

import pytest

from shared_schemas import (
    Attribute,
    AttributeVotes,
    ClassLabel,
    ImageLabels,
    Kind,
    LabelClass,
    LabelSpace,
    Mention,
    Rule,
    VisualAttribute,
)


@pytest.fixture
def kitchen() -> LabelSpace:
    return LabelSpace(
        name="kitchen",
        classes=(
            LabelClass(id=1, name="cup", category_id=47, synsets=("cup.n.01", "mug.n.04")),
            LabelClass(id=2, name="stop sign", phrases=("stop sign",)),
            LabelClass(id=3, name="shelf", kind=Kind.BACKGROUND, synsets=("shelf.n.01",)),
        ),
        attributes=(VisualAttribute(name="wood", variants=("wooden",)), VisualAttribute(name="white")),
        neologisms={"mugg": "mug.n.04"},
    )


@pytest.fixture
def record(kitchen: LabelSpace) -> ImageLabels:
    """One image, two captions: "A white mug on a shelf" and "Two cups"."""
    white = Attribute(name="white", start=2, end=7)
    return ImageLabels(
        image_id=9,
        label_space=kitchen.reference,
        captions=("A white mug on a shelf", "Two cups"),
        foreground=(
            ClassLabel(
                id=1,
                name="cup",
                votes=2,
                category_id=47,
                count=2,
                attributes=(AttributeVotes(name="white", votes=1),),
            ),
        ),
        background=(ClassLabel(id=3, name="shelf", votes=1),),
        mentions=(
            Mention(
                caption=0,
                start=8,
                end=11,
                head="mug",
                extended_head="mug",
                rule=Rule.SYNONYM,
                label=1,
                attributes=(white,),
                phrase_start=0,
                phrase_end=11,
            ),
            Mention(caption=0, start=17, end=22, head="shelf", extended_head="shelf", rule=Rule.SYNONYM, label=3),
            Mention(
                caption=1, start=4, end=8, head="cups", extended_head="cup", rule=Rule.SYNONYM, label=1, count=2
            ),
        ),
    )
