"""What else may be seen: by hand, and against a softmax cell by cell."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
import torch

from segmentation.data.targets import Vocabulary
from segmentation.masks.refinement import Refinement
from segmentation.referring.config import ExpressionOptions, ReferringConfig
from segmentation.referring.names import class_texts, rival_names, shipped_as
from segmentation.referring.options import IMAGE, NOTHING, ReferringPrediction
from segmentation.referring.rivals import competing, contested_shares
from segmentation.referring.run import TrainedReferring
from segmentation.scores.contract import NetworkTraits
from shared_runtime.errors import UsageError
from shared_schemas import load_label_space
from shared_schemas.errors import LabelSpaceError


def test_a_text_has_no_rival_in_what_it_says_itself() -> None:
    found = competing(["dog", "the brown dog", "a cat"], ["dog", "cat", "small brown dog"])
    assert found.tolist() == [[False, True, False], [False, True, False], [True, False, True]]
    assert competing(["dog"], []).shape == (1, 0)
    assert rival_names("voc")[:2] == ["aeroplane", "bicycle"]
    with pytest.raises(LabelSpaceError, match="cocoo"):
        rival_names("cocoo")


def test_only_beside_names_a_pretrained_network_sees_more_than_its_crops() -> None:
    pretrained = NetworkTraits("efficientnet-lite0-head", True, 321, False, False)
    scratch = NetworkTraits("tiny", False, 97, False, False)
    for options, expected in (({}, (321, 97)), ({"rivals": IMAGE}, (321, 97)), ({"rivals": "coco"}, (401, 97))):
        asked = ReferringPrediction(refine=Refinement.NONE, **options)
        assert tuple(asked.resolved(network).input_size for network in (pretrained, scratch)) == expected
    assert ReferringPrediction(input_size=65, rivals="coco").resolved(pretrained).input_size == 65


def test_a_network_that_learned_beside_names_is_read_beside_them() -> None:
    named = NetworkTraits("efficientnet-lite0-head", True, 321, False, False, own_background=True, names="coco")
    read = ReferringPrediction().resolved(named)
    assert (read.rivals, read.names, read.propagation, read.relative) == ("coco", "coco", 2, True)
    as_in_the_paper = ReferringPrediction(rivals=NOTHING).resolved(named)
    assert (as_in_the_paper.rivals, as_in_the_paper.names) == (NOTHING, None)
    assert (as_in_the_paper.propagation, as_in_the_paper.relative) == (0, False)
    assert ReferringPrediction(propagation=0).resolved(named).propagation == 0
    alone = ReferringPrediction().resolved(replace(named, names=None))
    assert (alone.rivals, alone.input_size) == (NOTHING, 321)


@pytest.mark.parametrize(
    ("names", "edited", "expected"), [("all", False, "coco"), ("none", False, None), ("all", True, None)]
)
def test_names_are_those_of_a_label_space_that_ships(
    names: Literal["all", "none"], edited: bool, expected: str | None
) -> None:
    space = load_label_space("coco")
    if edited:
        # A copy that is still called "coco".
        first, *others = space.classes
        space = space.model_copy(update={"classes": (first.model_copy(update={"name": "human"}), *others)})
    # In a saved model, the path of the user's file is gone: what counts are the names.
    for label_space in ("coco", "own.toml"):
        config = ReferringConfig(label_space=label_space, expressions=ExpressionOptions(class_names=names))
        assert TrainedReferring(Path("weights"), Vocabulary(space), config).traits.names == expected


def test_names_that_two_label_spaces_share_are_those_of_the_one_that_was_asked_for() -> None:
    paper = load_label_space("coco-paper")
    assert (paper.name, class_texts(paper)) == ("coco", rival_names("coco"))
    called = {name: shipped_as(paper, name) for name in ("coco-paper", "coco", "own.toml", "voc")}
    assert called == {"coco-paper": "coco-paper", "coco": "coco", "own.toml": "coco", "voc": "coco"}


def test_rivals_of_no_label_space_are_told_at_once() -> None:
    with pytest.raises(
        UsageError, match=r"^rivals: label space: got 'cocoo', expected one of coco, .*did you mean 'coco'"
    ):
        ReferringPrediction(rivals="cocoo")
    assert ReferringPrediction(rivals="own.toml").rivals == "own.toml"


def test_shares_beside_rivals() -> None:
    logits, rivals = torch.randn(2, 3, 4), torch.randn(3, 3, 4)
    beside = torch.tensor([[True, False, True], [False, False, False]])
    found = contested_shares(logits, rivals, beside, 0.3)
    for row in range(3):
        for column in range(4):
            own, first, _, last = (math.exp(of[row, column]) for of in (logits[0], *rivals))
            assert found[0, row, column].item() == pytest.approx(own / (own + first + last), abs=1e-6)
    # Without a rival, it competes with the background alone.
    torch.testing.assert_close(found[1], (logits[1] - 0.3).sigmoid())
    nobody = contested_shares(logits, rivals[:0], beside[:, :0], 0.3)
    torch.testing.assert_close(nobody, (logits - 0.3).sigmoid())
