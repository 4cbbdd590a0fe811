"""What words entail: the entries that ship, the triggers, and what keeps them from triggering."""

from collections.abc import Callable

import pytest

from caption_parser.labels.building.implied_sources import candidates, gloss_names
from caption_parser.labels.implied import shipped_entries
from caption_parser.lexicon import default_lexicon
from caption_parser.pipeline import CaptionParser
from shared_schemas import Flag, ImageLabels, LabelClass, LabelSpace, Mention, Rule
from tests.parsers import parser_of

LEXICON = default_lexicon()


@pytest.fixture(scope="module")
def parser() -> CaptionParser:
    return parser_of(mode="visual", senses="first")


@pytest.fixture(scope="module")
def label(parser: CaptionParser) -> Callable[[str], ImageLabels]:
    return lambda caption: next(iter(parser.label([caption])))


def implied(labels: ImageLabels) -> dict[str, str]:
    """The word that gives the evidence, by the object that it entails."""
    return {
        mention.extended_head: labels.captions[mention.caption][mention.start : mention.end]
        for mention in labels.mentions
        if mention.rule is Rule.IMPLIED
    }


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A man surfing at dusk", {"surfboard": "surfing"}),
        ("A boy is snowboarding", {"snowboard": "snowboarding"}),
        ("He rides a huge wave", {"surfboard": "rides"}),
        ("Two skiers race", {"ski": "skiers"}),
        ("A tennis player serves", {"tennis racket": "tennis player"}),
        ("A girl brushes her teeth", {"toothbrush": "brushes"}),
        ("A tall clock tower", {"clock": "clock tower"}),
        ("He does not ski here", {}),
        ("She surfs the web", {}),
        ("He rides a horse", {}),
        ("She brushes her hair", {}),
    ],
)
def test_evidence(label: Callable[[str], ImageLabels], caption: str, expected: dict[str, str]) -> None:
    assert implied(label(caption)) == expected


def test_what_a_likeness_entails_is_flagged_like_it(label: Callable[[str], ImageLabels]) -> None:
    labels = label("A statue of a surfer")
    (board,) = (mention for mention in labels.mentions if mention.rule is Rule.IMPLIED)
    assert board.flags == (Flag.DEPICTED,)
    assert "surfboard" not in {entry.name for entry in labels.foreground}


def test_an_implied_mention_states_no_number_and_no_attribute(label: Callable[[str], ImageLabels]) -> None:
    (board,) = (mention for mention in label("Two tall black surfers").mentions if mention.rule is Rule.IMPLIED)
    assert (board.count, board.at_least, board.attributes) == (None, None, ())
    assert isinstance(board, Mention)


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("A living room with a fireplace", {"couch"}),
        ("A hand with painted nails", {"person"}),
        ("The hands of a big clock", set()),
        ("A clock's hands", set()),
        ("A robot hand", set()),
        ("Garden furniture in the rain", set()),
        ("A hall full of antique furniture", {"couch", "chair"}),
        ("No furniture in the hall", set()),
        ("The couch was removed from the living room", set()),
        ("Things got out of hand", set()),
        ("Hand made crafts", set()),
        ("On the other hand it is cheap", set()),
        ("A dining area in a restaurant", set()),
    ],
)
def test_a_place_entails_in_its_only_caption_what_others_would_have_named(
    label: Callable[[str], ImageLabels], caption: str, expected: set[str]
) -> None:
    assert {one.name for one in label(caption).foreground} - {"clock"} == expected


def test_of_a_place_with_several_captions_nothing_is_entailed(parser: CaptionParser) -> None:
    captions = {1: ["A living room with a fireplace", "A room with a fireplace"], 2: ["A living room"]}
    first, second = parser.label(captions)
    assert ([one.name for one in first.foreground], [one.name for one in second.foreground]) == ([], ["couch"])


def test_paper_mode_implies_nothing() -> None:
    (labels,) = parser_of(mode="paper", senses="first").label(["A man surfing on a wave"])
    assert implied(labels) == {}


def test_entries_name_synsets_and_have_triggers_and_reasons() -> None:
    for entry in shipped_entries():
        assert entry.nouns or entry.verbs or entry.phrases
        assert entry.objects
        assert len(entry.reason) > 10
        for name in (*entry.nouns, *entry.objects):
            assert LEXICON.name(LEXICON.synset(name)) == name
        assert [verb for verb in entry.verbs if not LEXICON.synsets(verb, "v") and verb not in NEW_VERBS] == []
        assert DENIED.issuperset(phrase for phrase in entry.phrases if phrase.replace(" ", "_") in LEXICON)


def is_derived(trigger: int, entailed: int) -> bool:
    """Whether a definition names the object of a sense that a lemma of `trigger` is derivationally related to."""
    return any(
        gloss_names(LEXICON, related, entailed)
        for lemma in LEXICON.lemmas(trigger)
        for related, _ in LEXICON.related_forms(trigger, lemma)
    )


def test_entries_claim_what_wordnet_says() -> None:
    for entry in shipped_entries():
        nouns = [LEXICON.synset(noun) for noun in entry.nouns]
        triggers = [*nouns, *(synset for verb in entry.verbs for synset in LEXICON.synsets(verb, "v"))]
        pairs = [(trigger, LEXICON.synset(name)) for trigger in triggers for name in entry.objects]
        if any(gloss_names(LEXICON, *pair) for pair in pairs):
            source = "gloss"
        else:
            derived = any(is_derived(*pair) for pair in pairs)
            source = "derivation" if derived else "reviewed"
        assert entry.source == source, entry


def test_candidates_are_persons_acts_and_verbs_that_name_a_class() -> None:
    boards = LabelClass(id=1, name="surfboard", synsets=("surfboard.n.01",))
    found = {c.synset for c in candidates(LabelSpace(name="boards", classes=(boards,)), LEXICON)}
    assert {"surfing.n.01", "windsurf.v.01"} <= found
    assert "surfboard.n.01" not in found


DENIED = frozenset({"basin", "boxer", "mustang", "star", "traffic jam"})
"""Words that the label space denies their sense, and which then stand for none, as those that WordNet lacks."""
NEW_VERBS = {"kite-board", "kite-surf", "kiteboard", "kitesurf", "snowboard", "text", "wind-surf"}
"""Verbs that WordNet 3.0 lacks."""
