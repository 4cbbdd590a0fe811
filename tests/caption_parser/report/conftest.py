"""Label files for reports, written by hand."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from shared_schemas import (
    Attribute,
    AttributeVotes,
    ClassLabel,
    Flag,
    ImageLabels,
    Mention,
    Route,
    Rule,
    write_labels,
)

HOSTILE = (
    "</p><script>document.title='pwned';document.documentElement.dataset.pwned=1</script>"
    "<img src=x onerror=\"document.title='pwned'\"> {{ 7*7 }} <svg onload=alert(1)> & \u202e \x00 \"' cat"
)


def found(caption: int, text: str, word: str, label: int | None, rule: Rule | None, **fields: object) -> Mention:
    start = text.index(word)
    return Mention.model_validate(
        {
            "caption": caption,
            "start": start,
            "end": start + len(word),
            "head": word,
            "extended_head": word,
            "label": label,
            "rule": rule,
            "route": Route.MONOSEMOUS,
        }
        | fields
    )


def record(
    image_id: int | str, captions: tuple[str, ...], mentions: tuple[Mention, ...], **labels: object
) -> ImageLabels:
    fields = {"foreground": (), "background": ()} | labels
    return ImageLabels.model_validate(
        {"image_id": image_id, "label_space": "coco@00000000", "captions": captions, "mentions": mentions} | fields
    )


def labelled_records() -> list[ImageLabels]:
    """Three images: a cat with an attribute, a bat of two readings, and a hostile caption."""
    cat, other = "A black kitty on the grass.", "No dog here."
    bats = ("A boy swings a bat.", "A bat in the air.")
    return [
        record(
            1,
            (cat, other),
            (
                found(
                    0,
                    cat,
                    "kitty",
                    16,
                    Rule.HYPONYM,
                    depth=1,
                    attributes=(Attribute(name="black", start=2, end=7),),
                ),
                found(0, cat, "grass", 84, Rule.SYNONYM),
                found(1, other, "dog", 17, Rule.SYNONYM, flags=(Flag.NEGATED,)),
            ),
            foreground=(
                ClassLabel(id=16, name="cat", votes=1, attributes=(AttributeVotes(name="black", votes=1),)),
            ),
            background=(ClassLabel(id=84, name="grass", votes=1),),
        ),
        record(
            2,
            bats,
            (found(0, bats[0], "bat", 35, Rule.SYNONYM), found(1, bats[1], "bat", None, None)),
            foreground=(ClassLabel(id=35, name="baseball bat", votes=1),),
        ),
        record(
            "<3>",
            (HOSTILE,),
            (found(0, HOSTILE, "cat", 16, Rule.SYNONYM, synset="<b>.n.01"),),
            foreground=(ClassLabel(id=16, name="cat", votes=1),),
        ),
    ]


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    path = tmp_path / "labels.jsonl"
    write_labels(path, labelled_records())
    return path


@pytest.fixture
def write_truth(tmp_path: Path) -> Callable[[dict[int, list[int]]], Path]:
    """Writes ground truth in COCO's format: image → COCO's category ids."""
    names = {17: "cat", 18: "dog", 39: "baseball bat"}

    def write(classes: dict[int, list[int]]) -> Path:
        annotations = [(image, category) for image, categories in classes.items() for category in categories]
        content = {
            "images": [{"id": image, "width": 4, "height": 4} for image in classes],
            "categories": [{"id": category, "name": name} for category, name in names.items()],
            "annotations": [
                {
                    "id": number,
                    "image_id": image,
                    "category_id": category,
                    "iscrowd": 0,
                    "bbox": [0, 0, 2, 2],
                    "area": 4,
                }
                for number, (image, category) in enumerate(annotations, 1)
            ],
        }
        path = tmp_path / "instances.json"
        path.write_text(json.dumps(content))
        return path

    return write
