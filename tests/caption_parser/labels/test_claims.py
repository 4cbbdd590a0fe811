"""What a class claims by its name, its words and its synsets, and what it leaves to the caption."""

import pytest

from caption_parser.labels.claims import ClaimedPrior
from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.lexicon import default_lexicon
from shared_schemas import LabelClass, LabelSpace, Rule

LEXICON = default_lexicon()


def table(*classes: LabelClass) -> DecisionTable:
    numbered = tuple(label.model_copy(update={"id": number}) for number, label in enumerate(classes, 1))
    return DecisionTable(LabelSpace(name="test", classes=numbered), LEXICON, reviewed=True, claims=True)


def label(name: str, synsets: str = "", **fields: object) -> LabelClass:
    return LabelClass.model_validate({"id": 1, "name": name, "synsets": tuple(synsets.split()), **fields})


def weight(decisions: DecisionTable, lemma: str, synset: str, prior: dict[str, float]) -> float:
    """The probability of a sense before the caption is read."""
    assert decisions.claims
    known = {lemma: {LEXICON.synset(name): probability for name, probability in prior.items()}} if prior else {}
    return ClaimedPrior(known, decisions.claims)[lemma][LEXICON.synset(synset)]


LAMP_PRIOR = {"lamp.n.01": 0.98, "lamp.n.02": 0.02}


def test_a_class_takes_its_name_from_a_prior_that_means_something_near() -> None:
    assert weight(table(label("lamp", "lamp.n.02")), "lamp", "lamp.n.02", LAMP_PRIOR) >= 0.95
    assert weight(table(label("light", "lamp.n.02")), "lamp", "lamp.n.02", LAMP_PRIOR) > 0.9, "by its first lemma"


def test_senses_of_another_kind_and_of_other_classes_do_not_vanish() -> None:
    prior = {"mouse.n.01": 0.99, "mouse.n.04": 0.01}
    device = label("mouse", "mouse.n.04")
    assert 0.9 < weight(table(device), "mouse", "mouse.n.04", prior) < 0.96
    assert weight(table(device, label("animal", "animal.n.01")), "mouse", "mouse.n.01", prior) > 0.04


def test_two_classes_of_one_name_leave_it_to_the_caption() -> None:
    decisions = table(label("mouse", "mouse.n.04"), label("mouse (animal)", "mouse.n.01"))
    prior = {"mouse.n.01": 0.6, "mouse.n.04": 0.4}
    assert weight(decisions, "mouse", "mouse.n.01", prior) == pytest.approx(0.6)


def test_a_prior_that_agrees_is_left_alone() -> None:
    prior = {"lamp.n.01": 0.001, "lamp.n.02": 0.999}
    assert weight(table(label("lamp", "lamp.n.02")), "lamp", "lamp.n.02", prior) == pytest.approx(0.999)


def test_a_plural_that_is_another_lemma_is_claimed_through_its_singular_too() -> None:
    assert weight(table(label("eyewear", "sunglasses.n.01")), "sunglass", "sunglasses.n.01", {}) >= 0.9
    assert weight(table(label("ax", "ax.n.01")), "axis", "ax.n.01", {}) >= 0.9, "'axes' may be several of both"


def test_a_name_that_no_class_has_a_sense_for_means_its_class_by_its_text() -> None:
    decisions = table(label("rain jacket", "raincoat.n.01"), label("jacket", "jacket.n.01"))
    assert decisions.decide("rain_jacket", None) == Decision(1, Rule.PHRASE)
    assert "rain_jacket" in decisions.phrases


def test_a_listed_word_that_is_another_class_s_is_left_to_the_caption() -> None:
    car, insect = label("car", "car.n.01", words=["beetle", "Hatchback"]), label("insect", "insect.n.01")
    decisions = table(car, insect)
    meant = decisions.meant(("beetle",), LEXICON.synsets("beetle"))
    assert {decisions.label_of(synset) for synset in meant} == {1, 2}
    assert decisions.decide("beetle", None) is None
    final = table(label("car", "car.n.01", words={"beetle": "we sell cars"}), insect)
    assert final.decide("beetle", None) == Decision(1, Rule.PHRASE), "a word with a reason is decided"


def test_a_word_that_two_classes_list_and_wordnet_lacks_has_the_senses_of_both() -> None:
    decisions = table(label("car", "car.n.01", words=["zorb"]), label("ball", "ball.n.01", words=["zorb"]))
    assert "zorb" in decisions.phrases
    assert {decisions.label_of(synset) for synset in decisions.meant(("zorb",), ())} == {1, 2}


def test_denied_words_are_not_claimed() -> None:
    decisions = table(label("bicycle", "bicycle.n.01", denied=["wheel", "cycle"]))
    assert decisions.claims
    assert "wheel" not in decisions.claims.of_lemma
    assert "bicycle" in decisions.claims.of_lemma


def test_without_claims_names_say_nothing() -> None:
    space = LabelSpace(name="test", classes=(label("rain jacket", "raincoat.n.01", words=["mac"]),))
    paper = DecisionTable(space, LEXICON)
    assert paper.claims is None
    assert paper.phrases == frozenset()


def test_a_prior_that_a_claim_moves_is_not_trusted_alone() -> None:
    decisions = table(label("lamp", "lamp.n.02"), label("person", "person.n.01"))
    assert decisions.claims
    named = {
        lemma: {LEXICON.synset(name): probability for name, probability in of_lemma.items()}
        for lemma, of_lemma in {
            "lamp": LAMP_PRIOR,
            "people": {"people.n.01": 0.99, "citizenry.n.01": 0.01},
        }.items()
    }
    prior = ClaimedPrior(named, decisions.claims)
    assert "lamp" not in prior.unmoved
    assert prior.unmoved["people"] is named["people"], "what leads to the class is no rival of it"
