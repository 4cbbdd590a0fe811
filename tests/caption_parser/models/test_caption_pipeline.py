"""What the shipped pipeline must get right, whatever the form of the caption."""

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models import load_nlp


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_nlp()


def analysis(doc: Doc) -> str:
    """`word/TAG<head` per word that is no punctuation; `0` marks the root."""
    return " ".join(
        f"{token.lower_}/{token.tag_}<{0 if token.head == token else token.head.lower_}"
        for token in doc
        if token.dep_ != "punct"
    )


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("TWO DOGS", "two/CD<dogs dogs/NNS<0"),
        ("Broccoli and meat", "broccoli/NNS<0 and/CC<broccoli meat/NN<broccoli"),
        ("man riding horse", "man/NN<0 riding/VBG<man horse/NN<riding"),
        ("A man surfing", "a/DT<man man/NN<0 surfing/VBG<man"),
        ("White cat sleeping.", "white/JJ<cat cat/NN<0 sleeping/VBG<cat"),
        ("A laptop sits on a desk.", "a/DT<laptop laptop/NN<sits sits/VBZ<0 on/IN<sits a/DT<desk desk/NN<on"),
        ("Zebras graze in a field", "zebras/NNS<graze graze/VBP<0 in/IN<graze a/DT<field field/NN<in"),
        ("dogs running on grass", "dogs/NNS<0 running/VBG<dogs on/IN<running grass/NN<on"),
        ("Bicycle parked near wall", "bicycle/NN<0 parked/VBN<bicycle near/IN<parked wall/NN<near"),
        ("the bus is red", "the/DT<bus bus/NN<is is/VBZ<0 red/JJ<is"),
        ("A red and white bus", "a/DT<bus red/JJ<bus and/CC<red white/JJ<red bus/NN<0"),
        ("kitchen dining table", "kitchen/NN<table dining/NN<table table/NN<0"),
        ("Two cats and a dog", "two/CD<cats cats/NNS<0 and/CC<cats a/DT<dog dog/NN<cats"),
        ("stop sign on a pole", "stop/NN<sign sign/NN<0 on/IN<sign a/DT<pole pole/NN<on"),
        ("teddy bears", "teddy/NN<bears bears/NNS<0"),
        ("knives, geese and a bowl", "knives/NNS<0 geese/NNS<knives and/CC<geese a/DT<bowl bowl/NN<geese"),
        (
            "The car, which is red, is parked. The cat is black.",
            "the/DT<car car/NN<parked which/WDT<is is/VBZ<car red/JJ<is is/VBZ<parked parked/VBN<0 "
            "the/DT<cat cat/NN<is is/VBZ<0 black/JJ<is",
        ),
        ("there is a boat", "there/EX<is is/VBZ<0 a/DT<boat boat/NN<is"),
        ("A cat  on a sofa", "a/DT<cat cat/NN<0  /_SP<cat on/IN<cat a/DT<sofa sofa/NN<on"),
    ],
)
def test_captions_of_many_kinds(nlp: Language, caption: str, expected: str) -> None:
    assert analysis(nlp(caption)) == expected


@pytest.mark.parametrize(
    "caption",
    [
        "Broccoli and meat on a plate",
        "a group of people standing around a table",
        "a woman in a red dress holding an umbrella",
        "two giraffes eat leaves from a tall tree",
        "black and white photo of a train at the station",
    ],
)
def test_case_and_the_final_period_do_not_change_the_nouns(nlp: Language, caption: str) -> None:
    forms = [caption, caption.upper(), caption.title(), caption.capitalize(), caption + ".", caption + " ."]
    nouns = [
        [(token.lower_, token.head.lower_) for token in nlp(form) if token.pos_ in {"NOUN", "PROPN"}]
        for form in forms
    ]
    assert nouns == [nouns[0]] * len(forms)
    assert len(nouns[0]) >= 3
