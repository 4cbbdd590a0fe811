"""Votes of hand-made ballots, and the forms in which a caption is put to the teachers."""

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.building.committee import (
    Form,
    cut_out,
    existential_form,
    is_fragment,
    label,
    lower_first,
    plain_forms,
    vote,
)
from caption_parser.models.building.trees import CaptionTree
from tests.caption_parser.models.building.written import tree

WORDS = ("White", "cat", "sleeping")
PHRASE = CaptionTree(WORDS, ("JJ", "NN", "VBG"), (1, 1, 1), ("amod", "ROOT", "acl"))
CLAUSE = CaptionTree(WORDS, ("NNP", "NN", "VBG"), (1, 2, 2), ("compound", "nsubj", "ROOT"))


def test_the_majority_wins_arc_by_arc() -> None:
    verdict = vote([CLAUSE, PHRASE, PHRASE], 0.5)
    assert verdict.tree == PHRASE
    assert verdict.agreement == pytest.approx((3 + 2 + 2) / 9)


def test_a_tie_goes_to_the_earlier_ballot_and_leaves_the_tag_open() -> None:
    verdict = vote([CLAUSE, PHRASE], 0.5)
    assert verdict.tree.heads == CLAUSE.heads
    assert verdict.tree.tags == ("", "NN", "VBG")


def test_where_the_arcs_make_a_cycle_the_most_typical_ballot_is_taken_whole() -> None:
    words = ("a", "b", "c")
    ballots = [
        CaptionTree(words, ("NN",) * 3, heads, ("dep",) * 3)
        for heads in [(1, 1, 1), (1, 2, 2), (0, 0, 1), (2, 2, 2)]
    ]
    # By word: 0 → 1 (two of four), 1 → 2 (two of four), 2 → 1 (two of four, first): 1 and 2 head each other.
    assert vote(ballots, 0.5).tree.heads == (1, 2, 2)


def test_labels_are_those_of_the_ballots_for_the_head_that_won() -> None:
    ballots = [
        CaptionTree(("red", "car"), ("JJ", "NN"), (1, 1), ("amod", "ROOT")),
        CaptionTree(("red", "car"), ("NN", "NN"), (1, 1), ("compound", "ROOT")),
        CaptionTree(("red", "car"), ("JJ", "NN"), (1, 1), ("amod", "ROOT")),
        CaptionTree(("red", "car"), ("NN", "NN"), (0, 0), ("ROOT", "appos")),
        CaptionTree(("red", "car"), ("NN", "NN"), (0, 0), ("ROOT", "appos")),
    ]
    assert vote(ballots, 0.5).tree.deps == ("amod", "ROOT")


@pytest.mark.parametrize(
    ("tags", "elected"),
    [
        (["NN", "NNP", "JJ"], "NN"),  # a noun, whichever
        (["NN", "JJ", "VBG", "RB"], ""),
        (["VBD", "VBD", "VBD", "VBN"], "VBN"),  # a quarter is enough for a participle
        (["VBD", "VBD", "VBD", "VBD", "VBN"], "VBD"),
        (["NN", "NN", "NN", "VBN"], "NN"),
    ],
)
def test_tags_are_elected_by_family_first(tags: list[str], elected: str) -> None:
    ballots = [CaptionTree(("parked",), (tag,), (0,), ("ROOT",)) for tag in tags]
    assert vote(ballots, 0.5).tree.tags == (elected,)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Broccoli", "and", "meat"), ("broccoli", "and", "meat")),
        (("TWO", "DOGS", "!"), ("two", "dogs", "!")),
        (("TV", "on", "a", "shelf"), ("TV", "on", "a", "shelf")),
        (("I", "see", "Bob"), ("I", "see", "Bob")),
        (("A", "Honda"), ("a", "Honda")),
        (("4",), ("4",)),
    ],
)
def test_lower_first(words: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert lower_first(words) == expected


def test_forms_differ_in_the_final_period_or_the_capital() -> None:
    assert plain_forms(["Two", "dogs"]) == [Form(("two", "dogs"), 0, 2), Form(("two", "dogs", "."), 0, 2)]
    assert plain_forms(["two", "dogs", "."]) == [
        Form(("two", "dogs", "."), 0, 3),
        Form(("Two", "dogs", "."), 0, 3),
    ]


def test_the_existential_form_agrees_in_number() -> None:
    dogs = tree("Two dogs", "CD NNS", [1, 1], "nummod ROOT")
    assert existential_form(dogs.words, dogs) == Form(("There", "are", "two", "dogs", "."), 2, 2)
    assert existential_form(WORDS, PHRASE).words[:3] == ("There", "is", "white")


@pytest.mark.parametrize(
    ("candidate", "expected"),
    [
        (PHRASE, True),
        (CLAUSE, True),
        (tree("cat sleeps", "NN VBZ", [1, 1], "nsubj ROOT"), False),
        (tree("cat parked here", "NN VBD RB", [1, 1, 1], "nsubj ROOT advmod"), True),
        (tree("cat ate fish", "NN VBD NN", [1, 1, 1], "nsubj ROOT dobj"), False),
        (tree("cat was here", "NN VBD RB", [1, 1, 1], "nsubj ROOT advmod"), False),
        (tree("cat can sleep", "NN MD VB", [2, 2, 2], "nsubj aux ROOT"), False),
        (tree("there is a cat", "EX VBZ DT NN", [1, 1, 3, 1], "expl ROOT det attr"), False),
        (tree("stop sign", "VB NN", [0, 0], "ROOT dobj"), True),
        (tree("park bench", "VBP NN", [0, 0], "ROOT dobj"), True),
        (tree("hydrant sitting", "NN VBG", [0, 1], "ROOT ROOT"), True),
        (tree("cat . dog", "NN . NN", [0, 0, 2], "ROOT punct ROOT"), False),
    ],
)
def test_is_fragment(candidate: CaptionTree, expected: bool) -> None:
    assert is_fragment(candidate) is expected


def test_the_caption_is_cut_out_of_the_existential_form() -> None:
    form = existential_form(WORDS, PHRASE)
    parsed = CaptionTree(
        form.words,
        ("EX", "VBZ", "JJ", "NN", "VBG", "."),
        (1, 1, 3, 1, 1, 1),
        ("expl", "ROOT", "amod", "attr", "advcl", "punct"),
    )
    assert cut_out(parsed, form) == CaptionTree(
        form.words[2:5], ("JJ", "NN", "VBG"), (1, 1, 1), ("amod", "ROOT", "advcl")
    )


def test_a_ballot_that_hangs_the_caption_on_the_added_period_is_void() -> None:
    form = Form(("cat", "."), 0, 1)
    assert cut_out(CaptionTree(form.words, ("NN", "."), (1, 1), ("dep", "ROOT")), form) is None


def test_label_asks_every_teacher_and_gives_back_the_words_as_they_were() -> None:
    def always(first_tag: str) -> Language:
        nlp = spacy.blank("en")
        nlp.add_pipe("chain_parser", config={"first_tag": first_tag})
        return nlp

    (verdict,) = label([["Old", "dogs"]], [always("JJ"), always("NN"), always("JJ")])
    assert verdict.tree == CaptionTree(("Old", "dogs"), ("JJ", "NNS"), (1, 1), ("amod", "ROOT"))
    assert verdict.agreement == 1


@Language.factory("chain_parser")
def make_chain_parser(nlp: Language, name: str, first_tag: str) -> "ChainParser":
    assert nlp.lang == "en"
    assert name == "chain_parser"
    return ChainParser(first_tag)


class ChainParser:
    """Every word hangs on the next, the last noun is the root, a period hangs on it."""

    def __init__(self, first_tag: str) -> None:
        self.first_tag = first_tag

    def __call__(self, doc: Doc) -> Doc:
        words = [token.text for token in doc]
        nouns = [index for index, word in enumerate(words) if word != "."]
        first = words.index("are") + 1 if "are" in words else 0
        for token in doc:
            last = nouns[-1]
            if words[:2] == ["There", "are"] and token.i in (0, 1, last):
                token.head, token.dep_ = doc[1], ("expl", "ROOT", "attr")[(0, 1, last).index(token.i)]
                token.tag_ = ("EX", "VBP", "NNS")[(0, 1, last).index(token.i)]
            elif token.text == ".":
                token.head, token.dep_, token.tag_ = doc[1 if first else last], "punct", "."
            elif token.i == last:
                token.head, token.dep_, token.tag_ = token, "ROOT", "NNS"
            else:
                token.head, token.dep_, token.tag_ = doc[token.i + 1], "amod", self.first_tag
        return doc
