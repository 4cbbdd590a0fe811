"""Labels that break exports: quotes and spaces, sub-folders, equal stems, gaps in ids, doubt, denial."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from shared_schemas import (
    Attribute,
    AttributeVotes,
    ClassLabel,
    Flag,
    ImageLabels,
    Kind,
    LabelClass,
    LabelSpace,
    Mention,
    VisualAttribute,
    write_labels,
)

QUOTED = 'tv: "big", 50" été'


class Labelled(NamedTuple):
    """A label file of a label space of one's own."""

    labels: Path
    space: Path
    records: list[ImageLabels]


@pytest.fixture(scope="session")
def space() -> LabelSpace:
    """Categories 90 and 1; the third class and the background have no number of their own."""
    return LabelSpace(
        name="odd",
        classes=(
            LabelClass(id=1, name="cat", category_id=90, phrases=("cat",)),
            LabelClass(id=2, name=QUOTED, category_id=1, phrases=("tv",)),
            LabelClass(id=3, name="hot dog, large", phrases=("hot dog",)),
            LabelClass(id=4, name="body of water", kind=Kind.BACKGROUND, phrases=("sea",)),
        ),
        attributes=(VisualAttribute(name="black"), VisualAttribute(name="gray", variants=("grey",))),
    )


@pytest.fixture(scope="session")
def labelled(space: LabelSpace, tmp_path_factory: pytest.TempPathFactory) -> Labelled:
    """Four images: two black cats by the sea, one doubtful tv and no cat, nothing at all, several hot dogs."""

    def mention(caption: int, words: str, text: str, label: int, **more: object) -> Mention:
        start = text.index(words)
        return Mention.model_validate(
            {"caption": caption, "start": start, "end": start + len(words), "head": words, "extended_head": words,
             "label": label, **more}
        )  # fmt: skip

    first, second = 'Two black, "shiny" cats by the sea 🌊', "A cat"
    black = Attribute(name="black", start=4, end=9)
    doubt, deny = "possibly a tv", "no cat here"
    records = [
        ImageLabels(
            image_id=7,
            file_name="a dir/0001.jpg",
            label_space=space.reference,
            captions=(first, second),
            foreground=(
                ClassLabel(id=1, name="cat", votes=2, confidence=0.9, category_id=90, count=2,
                           attributes=(AttributeVotes(name="black", votes=1),)),
            ),
            background=(
                ClassLabel(id=4, name="body of water", votes=1, count=1,
                           attributes=(AttributeVotes(name="gray", votes=1),)),
            ),
            mentions=(
                mention(0, "cats", first, 1, attributes=(black,), count=2),
                mention(0, "sea", first, 4),
                mention(1, "cat", second, 1, count=1),
            ),
        ),
        ImageLabels(
            image_id=3,
            file_name='b/0001.jpg',
            label_space=space.reference,
            captions=(doubt, deny),
            foreground=(ClassLabel(id=2, name=QUOTED, votes=1, confidence=0.25, category_id=1, count=1),),
            background=(),
            mentions=(
                mention(0, "tv", doubt, 2, flags=(Flag.UNCERTAIN,), count=1),
                mention(1, "cat", deny, 1, flags=(Flag.NEGATED,)),
            ),
        ),
        ImageLabels(image_id=90, file_name="it's é.png", label_space=space.reference, captions=("Nothing",),
                    foreground=(), background=()),
        ImageLabels(image_id=5, label_space=space.reference, captions=("hot dogs",), background=(),
                    foreground=(ClassLabel(id=3, name="hot dog, large", votes=1, at_least=2),)),
    ]  # fmt: skip
    root = tmp_path_factory.mktemp("labelled")
    content = space.model_dump(mode="json", exclude_defaults=True, include={"name", "classes"})
    attributes = {attribute.name: attribute.variants for attribute in space.attributes}
    (root / "odd.json").write_text(json.dumps({**content, "attributes": attributes}), "utf-8")
    write_labels(root / "labels.jsonl", records)
    return Labelled(root / "labels.jsonl", root / "odd.json", records)
