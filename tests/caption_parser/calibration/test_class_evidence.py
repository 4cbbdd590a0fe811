"""The evidence for a class, by hand."""

import math
from typing import Any

import pytest

from caption_parser.calibration.evidence import FEATURES, class_evidence, record_evidence
from shared_schemas import ClassLabel, Flag, ImageLabels, Mention, Route, Rule

CAT = 1


def mention(caption: int, rule: Rule, label: int = CAT, **fields: Any) -> Mention:
    return Mention(caption=caption, start=0, end=1, head="x", extended_head="x", rule=rule, label=label, **fields)


def cat(votes: int, confidence: float | None = None) -> ClassLabel:
    return ClassLabel(id=CAT, name="cat", votes=votes, confidence=confidence)


def named(values: tuple[float, ...]) -> dict[str, float]:
    """The features that are not 0."""
    features = {feature.name: value for feature, value in zip(FEATURES, values, strict=True)}
    return {name: value for name, value in features.items() if value}


def test_by_hand() -> None:
    mentions = [
        mention(0, Rule.SYNONYM, route=Route.MODEL, score=0.9),
        mention(0, Rule.AGREEMENT, route=Route.MONOSEMOUS),
        mention(1, Rule.HYPONYM, route=Route.UNDISPUTED, depth=1),
        mention(2, Rule.SYNONYM, route=Route.FIRST_SENSE, flags=(Flag.DEPICTED, Flag.NAMED_ENTITY)),
        mention(3, Rule.IMPLIED),
        mention(3, Rule.SYNONYM, flags=(Flag.MODIFIER,)),
    ]
    assert named(class_evidence(cat(3), mentions, captions=6)) == pytest.approx(
        {
            "votes": math.log(3),
            "silent_captions": math.log(3),
            "rule_hyponym": 1 / 3,
            "rule_implied": 1 / 3,
            "hyponym_depth": math.log(2) / 3,
            "chosen_sense": 1 / 3,
            "sense_doubt": 0.1,
            "flag_depicted": math.log(2),
            "flag_named_entity": math.log(2),
        }
    )


def test_without_mentions_votes_speak_alone() -> None:
    assert named(class_evidence(cat(2), [], captions=5)) == pytest.approx(
        {"votes": math.log(2), "silent_captions": math.log(4)}
    )
    assert named(class_evidence(cat(1), [], captions=1)) == {}


def test_of_a_record_each_class_by_its_own_mentions_and_confidence_plays_no_part() -> None:
    def record(confidence: float | None) -> ImageLabels:
        dog = ClassLabel(id=2, name="dog", votes=2, confidence=confidence)
        return ImageLabels(
            image_id=7,
            label_space="mini@00000000",
            captions=("A caption.",) * 3,
            foreground=(cat(1, confidence), dog),
            background=(ClassLabel(id=3, name="grass", votes=1),),
            mentions=(
                mention(0, Rule.IMPLIED),
                mention(0, Rule.SYNONYM, label=2),
                mention(2, Rule.SYNONYM, label=2),
                mention(1, Rule.SYNONYM, label=3),
            ),
        )

    found = record_evidence(record(0.5))
    assert found == record_evidence(record(None))
    assert found.keys() == {1, 2}
    assert named(found[1]) == pytest.approx({"silent_captions": math.log(3), "rule_implied": 1.0})
    assert named(found[2]) == pytest.approx({"votes": math.log(2), "silent_captions": math.log(2)})
