"""Pronouns that are all that a caption says of a person: "someone on a bench", "she reads", "me at the beach".

Or a part of the body: "her feet". "Nobody" and "anyone" name none, and "he" none beside an animal, which he may
be.
"""

from collections.abc import Iterator

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.owners_of_parts import OwnersOfParts
from caption_parser.labels.reading import CaptionReading, CaptionStep, EntailingWords, ImpliedObject, person_object
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.flags.traces import leaves_traces
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import NOT, SENTENCE_ENDS
from shared_schemas import Flag

_ASSERTING = frozenset({"someone", "somebody", "everyone", "everybody"})
_PERSONAL = frozenset({"he", "she"})
_NOT_SEEN_AFTER = NOT | {"for", "like", "if", "no", "without", "whether", "unless", "from", "to"}
_OF_ME = frozenset({",", "CC", "IN", "VBG"})
"""Tags of what goes on behind the "me" that opens a sentence."""
_MANY = frozenset({"dozens", "hundreds", "scores", "thousands"})
_COMING = frozenset(
    """
    arrive arrived attend attended celebrate celebrated cheer cheered crowd crowded dance danced demonstrate
    demonstrated gather gathered greet greeted march marched mourn mourned parade paraded protest protested queue
    queued rally rallied stroll strolled throng thronged wait waited watch watched
    """.split()
)
"""What is done by many persons, of whom a headline has the number alone: "Thousands march in Paris"."""
_FILLING = frozenset("line lined pack packed turn turned".split())
_FILLED = frozenset(
    """
    arena beach beaches church out pavement pavements plaza road roads route sidewalk sidewalks square stadium
    stands street streets
    """.split()
)
"""What persons line, pack or turn out in; things line shelves and are packed into boxes."""
_DRAWING = frozenset("attract attracted attracting attracts draw drawing draws drew".split())
"""What an event does with those who come: "the parade draws thousands"."""
_HINTING = frozenset({"hint", "hinting", "hints"})
_TELLING = _ASSERTING | _PERSONAL | _MANY | {"me"}
"""One of these is in every caption that tells so of somebody."""


class IndefinitePeople(CaptionStep):
    """Adds the persons of indefinite pronouns and of parts of bodies, which are no noun phrases."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._person = person_object(decisions, lexicon)
        self._parts = OwnersOfParts(decisions, lexicon)
        self._beings = Below(lexicon, "person.n.01", "animal.n.01")

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with what its indefinite pronouns and its parts of bodies entail."""
        found = tuple(self._found(caption, self._person)) if self._person else ()
        return caption.with_entailing(found) if found else caption

    def _found(self, caption: CaptionReading, person: ImpliedObject) -> Iterator[EntailingWords]:
        tree = caption.tree
        for part in self._parts(caption):
            yield EntailingWords(tree.starts[part], tree.ends[part], (person,))
        if _TELLING.isdisjoint(tree.words):
            return
        for token, word in enumerate(tree.words):
            if word not in _TELLING:
                continue
            if word in _PERSONAL:
                is_somebody = tree.deps[token] in ("nsubj", "nsubjpass") and not any(
                    found.candidate.token < token and found.synset in self._beings for found in caption.objects
                )
            else:
                owns = tree.tag(token + 1) == "POS"
                is_somebody = word in _ASSERTING and not owns and tree.deps[token] != "poss"
            before = tree.words[max(0, token - 2) : token]
            if (word == "me" and _opens(tree, token)) or (word in _MANY and _are_drawn(tree, token)):
                yield EntailingWords(tree.starts[token], tree.ends[token], (person,))
                continue
            if word in _ASSERTING and (
                leaves_traces(tree, token)
                or not _HINTING.isdisjoint(before)
                or token in caption.flagged.get(Flag.NEGATED, ())
            ):
                continue
            if is_somebody and _NOT_SEEN_AFTER.isdisjoint(before[-1:]) and before != ["as", "though"]:
                yield EntailingWords(tree.starts[token], tree.ends[token], (person,))
                if word in _PERSONAL:
                    return


def _opens(tree: Tree, me: int) -> bool:
    """Whether a sentence begins so and goes on with where or how: "me eating ice cream", "me and my sister"."""
    begins = me == 0 or tree.words[me - 1] in SENTENCE_ENDS
    return begins and tree.tag(me + 1) in _OF_ME


def _are_drawn(tree: Tree, many: int) -> bool:
    """Whether so many come to an event: a number that opens the caption, or whom the event draws.

    One that opens a later sentence counts what the one before speaks of, and an "of" says itself who they are.
    """
    following = tree.words[many + 1 : many + 2]
    if many == 0:
        fills = not _FILLING.isdisjoint(following) and not _FILLED.isdisjoint(tree.words)
        return fills or not _COMING.isdisjoint(following)
    return tree.words[many - 1] in _DRAWING and following != ["of"]
