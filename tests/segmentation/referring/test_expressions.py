"""What captions call things, and what each expression is to each image."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmentation.data.crops import CropOptions
from segmentation.data.phrases import Phrase, class_text, expression_text, referring_phrases
from segmentation.data.targets import ImageTargets, read_targets
from segmentation.referring.class_words import class_words
from segmentation.referring.config import ExpressionOptions
from segmentation.referring.expressions import ExpressionTable, content_words, expression_table
from segmentation.referring.names import class_texts
from segmentation.referring.samples import ReferringSamples
from segmentation.referring.tf_idf import TfIdf
from segmentation.training.kept_cells import FrozenViews, KeptCells
from shared_schemas import ImageLabels, LabelSpace, load_label_space
from tests.segmentation.referring.conftest import Captioned, mention

CAT, DOG, CUP = 1, 2, 3


def table(space: LabelSpace, said_of_dogs: str = "dog", **options: object) -> ExpressionTable:
    """Two images: a brown dog and a cup; a puppy, and a cat that is doubted."""
    images = [
        ImageTargets(
            1, None, Path("1.png"), (DOG, CUP), (), phrases=(Phrase("brown dog", DOG), Phrase("cup of tea", CUP))
        ),
        ImageTargets(
            2,
            None,
            Path("2.png"),
            (DOG,),
            (),
            phrases=(Phrase("puppy", DOG), Phrase(said_of_dogs, DOG)),
            doubtful=(CAT,),
        ),
    ]
    return expression_table(images, space, ExpressionOptions.model_validate(options))


def judged(found: ExpressionTable, image: int) -> dict[str, tuple[float, bool]]:
    judgement = found.judge(image, range(len(found.texts)))
    values = zip(found.texts, judgement.present.tolist(), judgement.known.tolist(), strict=True)
    return {text: (present, known) for text, present, known in values}


def test_a_class_is_called_the_same_wherever_it_is_asked_for() -> None:
    lvis = load_label_space("lvis")
    assert class_text(lvis.by_name["flip-flop (sandal)"]) == "flip-flop"
    texts = {text for (text,) in class_words(lvis).values()}
    assert (
        texts == {*class_texts(lvis)} == {*expression_table([], lvis, ExpressionOptions(source="classes")).texts}
    )
    assert len(texts) == len(lvis.foreground) - 5


def test_one_name_can_be_that_of_several_classes(space: LabelSpace) -> None:
    classes = [
        label.model_dump() | {"name": "cat (toy)" if label.id == DOG else label.name} for label in space.classes
    ]
    namesakes = LabelSpace.model_validate(space.model_dump() | {"classes": classes})
    images = [
        ImageTargets(1, None, Path("1.png"), (DOG,), ()),
        ImageTargets(2, None, Path("2.png"), (CUP,), (), doubtful=(CAT,)),
    ]
    found = expression_table(images, namesakes, ExpressionOptions(source="classes"))
    assert (list(found.texts), found.labels[0]) == (["cat", "cup"], frozenset({CAT, DOG}))
    assert judged(found, 0) == {"cat": (1, True), "cup": (0, True)}
    assert judged(found, 1) == {"cat": (0, False), "cup": (1, True)}


def test_phrases_are_what_is_seen_each_once() -> None:
    text = "The Red  apple. No dog, the red apple"
    record = ImageLabels.model_validate(
        {
            "schema_version": "1.0",
            "image_id": 1,
            "label_space": "x",
            "captions": [text],
            "foreground": [],
            "background": [],
            "mentions": [
                mention(text, "The Red  apple", 5),
                mention(text, "dog", 2, flags=["negated"]),
                mention(text, "the red apple", 5),
            ],
        }
    )
    assert referring_phrases(record) == (Phrase("red apple", 5),)
    assert [expression_text(text) for text in ("A dog.", "an", "The  the", "another dog", " ")] == [
        "dog", "an", "the", "another dog", "",
    ]  # fmt: skip


def test_records_with_phrases_are_not_unlabelled(captioned: Captioned, tmp_path: Path) -> None:
    records = [json.loads(line) for line in captioned.labels.read_text().splitlines()]
    labels = tmp_path / "labels.jsonl"
    bare = [{**records[0], "foreground": []}, {**records[1], "foreground": [], "mentions": []}]
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in bare))
    _, targets, skipped = read_targets(labels, [captioned.images], phrases=True)
    assert [(target.image_id, target.phrases) for target in targets] == [(0, (Phrase("small blue dog", 17),))]
    assert [image.line for image in skipped] == [2]


def test_the_paper_has_positives_and_negatives_alone(space: LabelSpace) -> None:
    found = table(space)
    assert (found.n_names, found.said) == (0, [(0, 1), (2, 3)])
    assert judged(found, 0) == {
        "brown dog": (1, True), "cup of tea": (1, True), "puppy": (0, True), "dog": (0, True),
    }  # fmt: skip


def test_entailed_phrases_and_synonyms_are_no_negatives(space: LabelSpace) -> None:
    found = judged(table(space, entailed="positive", synonyms="ignored"), 0)
    assert (found["dog"], found["puppy"]) == ((1, True), (0, False))
    found = judged(table(space, entailed="ignored", synonyms="ignored"), 1)
    # 'brown dog' is not said of the second image, and says more than 'dog'; its class is there.
    assert (found["brown dog"], found["cup of tea"]) == ((0, False), (0, True))
    assert judged(table(space, entailed="ignored"), 0)["dog"] == (0, False)


def test_class_names_go_by_labels(space: LabelSpace) -> None:
    found = table(space, class_names="all")
    assert found.texts[: found.n_names] == ["cat", "dog", "cup", "grass", "sky"]
    assert found.said == [(5, 6), (7, 1)]
    names = judged(found, 1)
    assert (names["cat"], names["dog"], names["cup"]) == ((0, False), (1, True), (0, True))
    # A caption may call a dog a cup: what is said is there, and the name is still that of cups.
    found = table(space, class_names="all", said_of_dogs="cup")
    assert found.labels[2] == {CUP}
    assert judged(found, 1)["cup"] == (1, True)
    classes = table(space, source="classes")
    assert (classes.texts, classes.said) == (["cat", "dog", "cup"], [(), ()])
    # 'puppy' and 'dog' are of one class, 'dog' and 'cup' of two.
    foreign = found.foreign([7, 1, 2])
    assert foreign.tolist() == [[False, False, True], [False, False, True], [True, True, False]]


@pytest.mark.parametrize("entailed", ["negative", "ignored", "positive"])
@pytest.mark.parametrize("synonyms", ["negative", "ignored"])
def test_all_expressions_are_judged_as_one_by_one(space: LabelSpace, entailed: str, synonyms: str) -> None:
    """Against the rules written as a loop, on tables of random phrases that share words and classes with names."""
    rng = np.random.default_rng(0)
    texts = ["dog", "brown dog", "a cup of tea", "cup", "grass", "puppy", "small brown dog", "sky"]
    ids = [label.id for label in space.classes]

    def some(of: list[Any], most: int) -> tuple[Any, ...]:
        return tuple(of[place] for place in rng.permutation(len(of))[: rng.integers(most + 1)])

    images = []
    for number in range(12):
        said = tuple(Phrase(expression_text(text), int(rng.choice(ids))) for text in some(texts, 4))
        images.append(
            ImageTargets(number, None, Path("1.png"), some(ids, 2), (), phrases=said, doubtful=some(ids, 2))
        )
    options = {"class_names": "all", "entailed": entailed, "synonyms": synonyms}
    found = expression_table(images, space, ExpressionOptions.model_validate(options))
    every = rng.permutation(len(found.texts)).tolist()
    for image, targets in enumerate(images):
        own, expected = [content_words(found.texts[number]) for number in found.said[image]], []
        for number in every:
            (*labels,) = found.labels[number]
            if number in found.said[image]:
                expected.append((1, True))
            elif number < found.n_names:
                expected.append((labels[0] in targets.classes, labels[0] not in targets.doubtful))
            elif entailed != "negative" and any(content_words(found.texts[number]) <= of for of in own):
                expected.append((entailed == "positive", entailed != "ignored"))
            else:
                shared = synonyms == "ignored" and any(label in targets.classes for label in labels)
                expected.append((0, not shared))
        judgement = found.judge(image, every)
        assert [*zip(judgement.present.tolist(), judgement.known.tolist(), strict=True)] == expected
    foreign = found.foreign(every)
    for row, one in enumerate(every):
        for column, other in enumerate(every):
            apart = bool(found.labels[one] and found.labels[other] and not found.labels[one] & found.labels[other])
            assert foreign[row, column] == apart


def test_batches_say_which_classes_differ_only_where_the_loss_asks(space: LabelSpace) -> None:
    found = table(space, class_names="foreground")
    cells = np.zeros((2, 2, 4), dtype=np.float16)
    for apart, expected in ((True, found.foreign(range(len(found.texts)))), (False, np.zeros((0, 0)))):
        samples = ReferringSamples(found, CropOptions(size=8), apart=apart)
        rng = np.random.default_rng(0)
        batch = samples.collate([samples.of_cells(index, rng, rng, cells) for index in range(2)])
        np.testing.assert_array_equal(batch.foreign.numpy(), expected)
        assert batch.present.tolist() == [[0, 1, 1, 1, 1, 0], [0, 1, 0, 0, 0, 1]]


def test_all_phrases_of_an_image_are_learned_from_one_view_of_a_frozen_backbone(space: LabelSpace) -> None:
    phrases = tuple(Phrase(f"dog {number}", DOG) for number in range(15))
    target = ImageTargets(1, None, Path("1.png"), (DOG,), (), phrases=phrases)
    samples = ReferringSamples(expression_table([target], space, ExpressionOptions()), CropOptions())
    cells, state = np.zeros((1, 1, 2, 2, 3), dtype=np.float16), np.ones((1, 1), dtype=np.uint8)
    kept = KeptCells(samples, FrozenViews(1, seed=0), cells, state)
    drawn = [kept.sample(0, np.random.default_rng(epoch)).expressions for epoch in range(60)]
    assert len({number for numbers in drawn for number in numbers}) == 15


def test_tf_idf_is_that_of_its_definition(space: LabelSpace) -> None:
    found = TfIdf(["brown dog", "dog", "cup of tea"])
    rare, common = math.log(4 / 2) + 1, math.log(4 / 3) + 1
    assert found.similarity(0, 1) == pytest.approx(common / math.hypot(rare, common))
    assert found.similarity(0, 2) == 0
    assert found.nearest([1, 2], [0, 1]).tolist() == pytest.approx([1, 0])
    soft = judged(table(space, targets="tf-idf"), 0)
    assert soft["brown dog"][0] == 1
    assert 0 < soft["dog"][0] < 1
    assert soft["puppy"][0] == 0


def test_the_label_space_of_coco_has_names_without_articles() -> None:
    coco = load_label_space("coco")
    found = expression_table([], coco, ExpressionOptions(class_names="foreground"))
    assert len(found.texts) == found.n_names == len(coco.foreground)
