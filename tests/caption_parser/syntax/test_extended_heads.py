"""The longest part of a noun phrase that WordNet knows, on hand-built parses and the real lexicon."""

from collections.abc import Callable

import pytest
from spacy.tokens import Doc

from caption_parser.lexicon import default_lexicon
from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.extended_heads import ExtendedHeadFinder
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.named_words import NamedWords

Parse = Callable[[str], Doc]
LEXICON = default_lexicon()


def first_head(doc: Doc, mode: Mode, phrases: tuple[str, ...] = ()) -> ExtendedHead | None:
    tree, rules = Tree.of(doc), ModeRules.of(mode)
    phrase = find_noun_phrases(tree, rules)[0]
    return ExtendedHeadFinder(LEXICON, rules, NamedWords(phrases))(tree, phrase.start, phrase.head)


def names(head: ExtendedHead | None) -> list[str]:
    assert head is not None
    return [LEXICON.name(synset) for synset in head.synsets]


@pytest.mark.parametrize(
    ("notation", "paper", "visual"),
    [
        ("a/DT/det/2 hot/JJ/amod/2 dog/NN/ROOT/2", "hot_dog", "hot_dog"),
        ("a/DT/det/2 black/JJ/amod/2 cat/NN/ROOT/2", "black_cat", "cat"),
        ("a/DT/det/2 white/JJ/amod/2 horse/NN/ROOT/2", "white_horse", "horse"),
        ("a/DT/det/2 polar/JJ/amod/2 bear/NN/ROOT/2", "polar_bear", "polar_bear"),
        ("two/CD/nummod/2 teddy/NN/compound/2 bears/NNS/ROOT/2", "teddy_bear", "teddy_bear"),
        ("a/DT/det/2 microwave/NN/compound/2 oven/NN/ROOT/2", "microwave_oven", "microwave_oven"),
        ("chests/NNS/ROOT/0 of/IN/prep/0 drawers/NNS/pobj/1", "chest_of_drawers", "chest_of_drawers"),
        ("a/DT/det/1 bowl/NN/ROOT/1 of/IN/prep/1 oranges/NNS/pobj/2", "bowl", "bowl"),
        ("a/DT/det/3 t/NN/compound/3 -/HYPH/punct/3 shirt/NN/ROOT/3", "t-shirt", "t-shirt"),
        ("a/DT/det/2 skate/NN/compound/2 board/NN/ROOT/2", "board", "skateboard"),
        ("the/DT/det/2 big/JJ/amod/2 geese/NNS/ROOT/2", "goose", "goose"),
        ("some/DT/det/1 bowls/NNS/ROOT/1", "bowl", "bowl"),
    ],
)
def test_extended_heads(parsed: Parse, notation: str, paper: str, visual: str) -> None:
    doc = parsed(notation)
    for mode, expected in ((Mode.PAPER, paper), (Mode.VISUAL, visual)):
        head = first_head(doc, mode)
        assert head is not None
        assert head.lemmas[0] == expected
        assert doc[head.end - 1].i >= doc[head.start].i


def test_a_guarded_head_keeps_only_senses_that_are_a_kind_of_it(parsed: Parse) -> None:
    doc = parsed("a/DT/det/2 hot/JJ/amod/2 dog/NN/ROOT/2")
    assert "hotdog.n.01" in names(first_head(doc, Mode.PAPER)), "a person who performs stunts"
    assert names(first_head(doc, Mode.VISUAL)) == ["frank.n.02"], "dog.n.06 is the sausage too"


def test_exact_phrases_come_before_wordnet_and_in_the_plural_too(parsed: Parse) -> None:
    doc = parsed("two/CD/nummod/2 stop/NN/compound/2 signs/NNS/ROOT/2")
    head = first_head(doc, Mode.PAPER, ("stop sign",))
    assert head == ExtendedHead(1, 3, ("stop_sign",), ())
    without = first_head(doc, Mode.PAPER)
    assert without is not None
    assert without.lemmas == ("sign",)


def test_a_determiner_is_no_part_of_a_name(parsed: Parse) -> None:
    # WordNet lists "a battery" among its nouns.
    head = first_head(parsed("a/DT/det/1 battery/NN/ROOT/1"), Mode.PAPER)
    assert head is not None
    assert (head.start, head.lemmas) == (1, ("battery",))


def test_a_noun_that_wordnet_lacks_has_no_extended_head(parsed: Parse) -> None:
    assert first_head(parsed("a/DT/det/1 blorptron/NN/ROOT/1"), Mode.VISUAL) is None


def test_an_unknown_head_in_a_known_compound_is_found_by_the_compound(parsed: Parse) -> None:
    head = first_head(parsed("french/JJ/amod/1 fries/NNS/ROOT/1"), Mode.VISUAL)
    assert head is not None
    assert head.lemmas[0] in ("french_fries", "french_fry")


@pytest.mark.parametrize(
    ("notation", "expected"),
    [
        ("some/DT/det/1 pliers/NNS/ROOT/1", "pliers"),
        ("some/DT/det/1 bleachers/NNS/ROOT/1", "bleachers"),
        ("some/DT/det/1 slacks/NNS/ROOT/1", "slacks"),
        ("some/DT/det/1 sunglasses/NNS/ROOT/1", "sunglasses"),
        ("some/DT/det/1 waders/NNS/ROOT/1", "waders"),
        ("some/DT/det/1 tongs/NNS/ROOT/1", "tongs"),
        ("some/DT/det/1 bowls/NNS/ROOT/1", "bowl"),
        ("some/DT/det/1 shoes/NNS/ROOT/1", "shoe"),
        ("some/DT/det/1 clocks/NNS/ROOT/1", "clock"),
        ("some/DT/det/1 boards/NNS/ROOT/1", "board"),
        ("two/CD/nummod/2 steak/NN/compound/2 knives/NNS/ROOT/2", "steak_knife"),
        ("two/CD/nummod/2 book/NN/compound/2 shelves/NNS/ROOT/2", "bookshelf"),
    ],
)
def test_plurals_that_are_nouns_of_their_own(parsed: Parse, notation: str, expected: str) -> None:
    head = first_head(parsed(notation), Mode.VISUAL)
    assert head is not None
    assert head.lemmas[0] == expected


def test_a_name_of_the_label_space_is_kept_whole_though_it_is_no_kind_of_its_head(parsed: Parse) -> None:
    doc = parsed("a/DT/det/2 rolling/VBG/amod/2 pin/NN/ROOT/2")
    tree, rules = Tree.of(doc), ModeRules.of(Mode.VISUAL)
    phrase = find_noun_phrases(tree, rules)[0]
    meant = frozenset(LEXICON.synsets("rolling_pin"))
    found = {
        named: ExtendedHeadFinder(LEXICON, rules, words)(tree, phrase.start, phrase.head)
        for named, words in ((True, NamedWords((), {"rolling_pin": meant})), (False, NamedWords()))
    }
    assert found[True] == ExtendedHead(1, 3, ("rolling_pin",), tuple(meant))
    assert found[False] is not None
    assert found[False].lemmas == ("pin",)
