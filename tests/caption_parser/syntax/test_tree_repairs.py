"""Parses that no grammar allows are read again, and those that one allows stay, on hand-built parses."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.lexicon import default_lexicon
from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.pieces import LONGEST_PIECE
from caption_parser.syntax.repairs import tree_repairs
from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.repairs.tree_repairs import TreeRepairs
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.acts_and_beings import ActsAndBeings, incorporated_nouns

Parse = Callable[[str], Doc]
VISUAL = ModeRules.of(Mode.VISUAL)


def arcs(tree: Tree) -> dict[str, str]:
    """Word → its tag, relation and head."""
    words = tree.words
    return {w: f"{tree.tags[i]} {tree.deps[i]} {words[tree.heads[i]]}" for i, w in enumerate(words)}


def repaired(doc: Doc, rules: ModeRules = VISUAL) -> Tree:
    return TreeRepairs(default_lexicon(), rules).read(doc)


def test_a_noun_before_a_lone_act_does_it(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed("A/DT/det/2 goat/NN/compound/2 climbing/NN/ROOT/2 on/IN/prep/2 rocks/NNS/pobj/3 ././punct/2")
        )
    )
    assert found["goat"] == "NN ROOT goat"
    assert found["climbing"] == "VBG acl goat"
    assert found["a"] == "DT det goat"
    assert found["on"] == "IN prep climbing"
    assert found["."] == ". punct goat"


def test_a_noun_that_the_act_takes_in_is_not_who_does_it(parsed: Parse) -> None:
    found = arcs(repaired(parsed("A/DT/det/3 boy/NN/compound/2 kite/NN/compound/3 surfing/NN/ROOT/3")))
    assert found["boy"] == "NN ROOT boy"
    assert found["kite"] == "NN compound surfing"
    assert found["surfing"] == "VBG acl boy"


def test_a_horse_that_is_ridden_is_an_object(parsed: Parse) -> None:
    found = arcs(repaired(parsed("Two/CD/nummod/3 girls/NNS/compound/3 horse/NN/compound/3 riding/NN/ROOT/3")))
    assert found["horse"] == "NN dobj riding"
    assert found["two"] == "CD nummod girls"


def test_who_watches_birds_is_no_bird(parsed: Parse) -> None:
    found = arcs(
        repaired(parsed("A/DT/det/2 lady/NN/compound/2 bird/NN/ROOT/2 watching/VBG/acl/2 outside/RB/advmod/3"))
    )
    assert found["lady"] == "NN ROOT lady"
    assert found["bird"] == "NN compound watching"
    assert found["outside"] == "RB advmod watching"


def test_an_act_has_an_object(parsed: Parse) -> None:
    found = arcs(repaired(parsed("A/DT/det/3 goat/NN/compound/3 licking/VBG/amod/3 salt/NN/ROOT/3")))
    assert found["goat"] == "NN ROOT goat"
    assert found["licking"] == "VBG acl goat"
    assert found["salt"] == "NN dobj licking"


def test_a_thing_for_an_act_is_not_its_object(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed(
                "A/DT/det/1 bird/NN/ROOT/1 watching/VBG/acl/1 tower/NN/dobj/2 by/IN/prep/2 a/DT/det/6"
                " lake/NN/pobj/4"
            )
        )
    )
    assert found["tower"] == "NN ROOT tower"
    assert found["bird"] == "NN compound tower"
    assert found["watching"] == "NN compound tower"
    assert found["a"] == "DT det lake"
    assert found["by"] == "IN prep tower"


@pytest.mark.parametrize(
    "compound",
    [
        "a/DT/det/2 brick/NN/compound/2 building/NN/ROOT/2",
        "a/DT/det/2 beach/NN/compound/2 wedding/NN/ROOT/2",
        "a/DT/det/3 parking/NN/compound/3 space/NN/compound/3 meter/NN/ROOT/3",
        "a/DT/det/3 horse/NN/compound/2 riding/NN/compound/3 helmet/NN/ROOT/3",
        "horse/NN/compound/1 riding/NN/ROOT/1",
        "bird/NN/compound/1 watching/NN/ROOT/1",
        "boat/NN/compound/1 racing/NN/ROOT/1",
        "white/JJ/amod/1 frosting/NN/ROOT/1",
        "cross/NN/compound/2 country/NN/compound/2 skiing/NN/ROOT/2",
    ],
)
def test_real_compounds_stay(parsed: Parse, compound: str) -> None:
    doc = parsed(compound)
    assert arcs(repaired(doc)) == arcs(Tree.of(doc))


def test_what_is_joined_with_a_noun_is_one(parsed: Parse) -> None:
    found = arcs(repaired(parsed("A/DT/det/1 coat/NN/ROOT/1 and/CC/cc/1 tie/VB/conj/1")))
    assert found["tie"] == "NN conj coat"


def test_no_present_form_is_joined_with_a_participle(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed(
                "A/DT/det/1 man/NN/ROOT/1 dressed/VBN/acl/1 in/IN/prep/2 a/DT/det/5 coat/NN/pobj/3 and/CC/cc/2"
                " tie/VB/conj/2"
            )
        )
    )
    assert found["tie"] == "NN conj coat"
    assert found["and"] == "CC cc coat"


@pytest.mark.parametrize(
    "clauses",
    [
        "A/DT/det/1 man/NN/nsubj/2 stands/VBZ/ROOT/2 and/CC/cc/2 skis/VBZ/conj/2",
        "Coats/NNS/ROOT/0 and/CC/cc/0 tie/VB/conj/0 them/PRP/dobj/2",
        "A/DT/det/1 man/NN/nsubj/2 walk/VBP/ROOT/2 on/IN/prep/2 grass/NN/pobj/3",
        "five/CD/nummod/1 orange/NN/nsubj/2 are/VBP/ROOT/2 here/RB/advmod/2",
    ],
)
def test_real_verbs_stay(parsed: Parse, clauses: str) -> None:
    doc = parsed(clauses)
    assert arcs(repaired(doc)) == arcs(Tree.of(doc))


def test_a_verb_that_disagrees_with_its_subject_is_a_noun(parsed: Parse) -> None:
    found = arcs(
        repaired(parsed("A/DT/det/1 garden/NN/nsubj/2 plant/VBP/ROOT/2 under/IN/prep/2 a/DT/det/5 tree/NN/pobj/3"))
    )
    assert found["plant"] == "NN ROOT plant"
    assert found["garden"] == "NN compound plant"


def test_a_noun_that_is_no_adjective_is_one(parsed: Parse) -> None:
    found = arcs(repaired(parsed("A/DT/det/2 freezer/JJ/amod/2 door/NN/ROOT/2")))
    assert found["freezer"] == "NN compound door"


def test_a_drier_of_a_kind_is_a_noun(parsed: Parse) -> None:
    found = arcs(repaired(parsed("A/DT/det/2 hand/NN/compound/2 drier/RBR/ROOT/2")))
    assert found["drier"] == "NN ROOT drier"


@pytest.mark.parametrize(
    "phrase",
    [
        "A/DT/det/2 turquoise/JJ/amod/2 scarf/NN/ROOT/2",
        "A/DT/det/2 denim/JJ/amod/2 jacket/NN/ROOT/2",
        "A/DT/det/2 plant/NN/compound/2 stand/NN/ROOT/2",
        "Two/CD/nummod/2 garden/NN/compound/2 plants/VBZ/ROOT/2",
        "Baby/NN/compound/1 wraps/NNS/ROOT/1",
        "Lamb/NN/compound/1 chops/NNS/ROOT/1",
        "A/DT/det/2 dog/NN/compound/2 bed/NN/ROOT/2 in/IN/prep/2 a/DT/det/5 shed/NN/pobj/3",
    ],
)
def test_real_adjectives_and_compounds_stay(parsed: Parse, phrase: str) -> None:
    doc = parsed(phrase)
    assert arcs(repaired(doc)) == arcs(Tree.of(doc))


def test_a_noun_with_an_object_is_a_verb(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed("Young/JJ/amod/1 farmer/NN/compound/2 boards/NNS/ROOT/2 a/DT/det/4 ferry/NN/dobj/2"),
        )
    )
    assert found["farmer"] == "NN nsubj boards"
    assert found["boards"] == "VBZ ROOT boards"
    assert found["young"] == "JJ amod farmer"


def test_what_can_only_be_a_verb_has_a_subject_and_an_object(parsed: Parse) -> None:
    found = arcs(repaired(parsed("Sailors/NNS/compound/2 unload/NN/compound/2 crates/NNS/ROOT/2")))
    assert found["sailors"] == "NNS nsubj unload"
    assert found["unload"] == "VBP ROOT unload"
    assert found["crates"] == "NNS dobj unload"


def test_two_that_are_joined_lie(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed(
                "Dogs/NNS/ROOT/0 and/CC/cc/0 a/DT/det/4 goat/NN/compound/4 lie/NN/conj/0 on/IN/prep/4"
                " straw/NN/pobj/5"
            )
        )
    )
    assert found["goat"] == "NN conj dogs"
    assert found["a"] == "DT det goat"
    assert found["lie"] == "VBP acl goat"


def test_no_clause_stands_after_a_preposition(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed(
                "A/DT/det/1 boy/NN/ROOT/1 on/IN/prep/1 a/DT/det/5 snowboard/JJ/amod/5 jumps/VBZ/pobj/2"
                " down/RB/advmod/5"
            )
        )
    )
    assert found["snowboard"] == "NN pobj on"
    assert found["jumps"] == "VBZ acl snowboard"


def test_a_cat_in_a_sink_does_not_sink(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed(
                "A/DT/det/1 cat/NN/nsubj/5 in/IN/prep/1 a/DT/det/4 bathroom/NN/pobj/2 sink/VBP/ROOT/5"
                " under/IN/prep/5 lights/NNS/pobj/6"
            )
        )
    )
    assert found["sink"] == "NN pobj in"
    assert found["bathroom"] == "NN compound sink"
    assert found["cat"] == "NN ROOT cat"


def test_what_is_joined_with_a_finite_verb_is_one(parsed: Parse) -> None:
    found = arcs(repaired(parsed("She/PRP/nsubj/1 stops/VBZ/ROOT/1 and/CC/cc/1 plates/NNS/conj/1 food/NN/dobj/3")))
    assert found["plates"] == "VBZ conj stops"


def test_an_adjective_after_its_noun_is_no_head(parsed: Parse) -> None:
    found = arcs(
        repaired(
            parsed(
                "Men/NNS/ROOT/0 in/IN/prep/0 a/DT/det/4 chair/NN/compound/4 shirtless/NN/pobj/1",
            )
        )
    )
    assert found["chair"] == "NN pobj in"
    assert found["shirtless"] == "JJ amod chair"


@pytest.mark.parametrize(
    "phrase",
    [
        "They/PRP/nsubj/1 go/VBP/ROOT/1 horse/NN/compound/3 riding/NN/dobj/1",
        "friends/NNS/ROOT/0 horse/NN/compound/2 riding/VBG/acl/0",
    ],
)
def test_who_rides_is_named_so_the_horse_is_there(parsed: Parse, phrase: str) -> None:
    assert arcs(repaired(parsed(phrase)))["horse"] == "NN dobj riding"


def test_each_repair_has_a_switch(parsed: Parse) -> None:
    doc = parsed("A/DT/det/2 cow/NN/compound/2 mooing/NN/ROOT/2")
    without = ModeRules.of(Mode.VISUAL, ["subjects_of_participles"])
    assert arcs(repaired(doc, without)) == arcs(Tree.of(doc))
    assert arcs(repaired(doc, ModeRules.of(Mode.PAPER))) == arcs(Tree.of(doc))


def test_the_nouns_that_acts_take_in_are_lists_of_single_words() -> None:
    for participle, nouns in incorporated_nouns().items():
        assert participle.endswith("ing")
        assert nouns
        assert all(noun.isalpha() and noun.islower() for noun in nouns)


def test_words_are_told_by_what_they_name() -> None:
    words = ActsAndBeings(default_lexicon())
    assert words.names_an_act("grazing")
    assert words.names_an_act("mooing")
    assert not words.names_an_act("building")
    assert not words.names_an_act("evening")
    assert words.is_being("person")
    assert words.is_being("herd")
    assert not words.is_being("sink")


def test_long_parses_are_repaired_piece_by_piece(parsed: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    class Draft(TreeDraft):
        def __init__(self, tree: Tree) -> None:
            lengths.append(len(tree))
            super().__init__(tree)

    monkeypatch.setattr(tree_repairs, "TreeDraft", Draft)
    number = LONGEST_PIECE
    chain = " ".join(f"red/JJ/amod/{number}" for _ in range(number)) + f" dog/NN/ROOT/{number}"
    goats = " ".join(
        f"a/DT/det/{at + 2} goat/NN/compound/{at + 2} climbing/NN/ROOT/{at + 2}"
        for at in range(number + 1, 4 * number, 3)
    )
    tree = repaired(parsed(f"{chain} {goats}"))
    assert tree.heads[:number] == [number] * number, "across two pieces"
    assert {(tree.tags[i], tree.deps[i]) for i, word in enumerate(tree.words) if word == "climbing"} == {
        ("VBG", "acl")
    }
    assert all(tree.heads[i] == i for i, word in enumerate(tree.words) if word == "goat")
    assert max(lengths) <= LONGEST_PIECE
