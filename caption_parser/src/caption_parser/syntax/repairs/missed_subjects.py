"""Subjects before verbs that the parse takes for nouns of their own: "a plane taxis", "a kitten batting at a toy".

Listed verbs, each of which a being, a vehicle or a player does far oftener than a caption names such a thing.
"""

from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, Tree
from caption_parser.syntax.words.acts_and_beings import ActsAndBeings
from caption_parser.syntax.words.roles import ACTS_OF_PLAYERS, PLAYERS
from caption_parser.syntax.words.vehicles import vehicle_makes
from caption_parser.syntax.words.verb_words import VerbWords
from caption_parser.syntax.words.word_lists import SEVERAL_OF, SINGULAR, THEMSELVES

_OF_A_VEHICLE = frozenset("approaches charges docks idles lands refuels taxis".split())
_OF_VEHICLES = frozenset("circle crawl cruise line park queue race stream wait".split())
_AIMED = frozenset({"batting", "pawing", "swatting"})
"""What beings do to what stands behind "at"."""
_HOLDING = frozenset({"bearing", "containing", "holding"})
_KNOWN = _OF_A_VEHICLE | _OF_VEHICLES | ACTS_OF_PLAYERS | _AIMED | _HOLDING
_MODIFIES = frozenset({"amod", "compound", "nmod"})
_ATHLETES = PLAYERS | {"rookie", "slugger"}
_NOUN_OR_NOT = NOUN_TAGS | ADJECTIVE_TAGS
_ENDS = frozenset({",", ".", "!", ";", "-", "|"})


class MissedSubjects:
    """Makes subjects of nouns that were taken for modifiers of what they do."""

    def __init__(self, words: VerbWords, beings: ActsAndBeings) -> None:
        self._words = words
        self._beings = beings

    def __call__(self, draft: TreeDraft) -> None:
        """Read each listed verb again that has its subject right before it."""
        words = draft.tree.words
        if not THEMSELVES.isdisjoint(words):
            # They stand behind a noun that is the subject, and never of its kind: "the kite itself is pink".
            for own in range(1, len(words)):
                if words[own] in THEMSELVES and draft.deps[own - 1] == "compound" and draft.heads[own - 1] == own:
                    draft.free(own - 1, own)
        if _KNOWN.isdisjoint(words):
            return
        for verb in range(1, len(words)):
            if words[verb] not in _KNOWN:
                continue
            tree, noun = draft.tree, verb - 1
            if self._holds(tree, noun, verb) or self._aims(tree, noun, verb):
                draft.raise_subject(noun, verb)
            elif self._taxis(tree, noun, verb):
                draft.make_finite(verb)
                draft.deps[verb] = "acl"
            elif self._is_done(tree, noun, verb):
                draft.tags[noun] = tree.tags[noun] if tree.is_noun(noun) else "NN"
                if tree.deps[noun] == "nsubj":
                    draft.make_finite(verb)
                    continue
                draft.make_subject(noun, verb, clause=tree.deps[verb] in ("ROOT", "advcl", "ccomp", "conj"))

    def _taxis(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether aircraft do so, whatever else the parse makes of it: "Airbus A320 taxis to the stand"."""
        return (
            tree.words[verb] == "taxis"
            and tree.heads[verb] == noun
            and tree.tags[verb] == "NNS"
            and self._is_vehicle(tree, noun)
            and _goes_on(tree, verb)
        )

    def _holds(self, tree: Tree, noun: int, act: int) -> bool:
        """The cup of "sticky notes, a cup holding pens", read as the measure of what the notes do."""
        return (
            tree.words[act] in _HOLDING
            and (tree.deps[noun], tree.heads[noun]) == ("npadvmod", act)
            and (
                (
                    (tree.has_child(noun, "det") or self._beings.is_being(tree.words[noun]))
                    and tree.has_child(act, "dobj")
                )
                or (
                    tree.deps[act] == "amod"
                    and tree.tags[tree.heads[act]] == "NNS"
                    and tree.words[noun - 1] in SINGULAR
                )
            )
        )

    def _aims(self, tree: Tree, noun: int, act: int) -> bool:
        return (
            tree.words[act] in _AIMED
            and tree.word(act + 1) == "at"
            and tree.heads[noun] == act
            and tree.deps[noun] in _MODIFIES
            and self._beings.is_being(tree.words[noun])
        )

    def _is_done(self, tree: Tree, noun: int, verb: int) -> bool:
        word = tree.words[verb]
        if (
            tree.heads[noun] != verb
            or tree.deps[noun] not in _MODIFIES | {"nsubj"}
            or not (tree.tags[noun] in _NOUN_OR_NOT or any(map(str.isdigit, tree.words[noun])))
            or tree.tags[verb] not in NOUN_TAGS
        ):
            return False
        if word in ACTS_OF_PLAYERS:
            return tree.words[noun] in _ATHLETES and _goes_on(tree, verb)
        several = tree.tags[noun] == "NNS"
        own = [child for child in (*tree.children[noun], *tree.children[verb]) if child < noun]
        said = {tree.words[child] for child in own}
        if word in _OF_VEHICLES:
            counted = any(tree.tags[child] == "CD" and tree.words[child] not in SINGULAR for child in own)
            return several and self._is_vehicle(tree, noun) and (counted or tree.has_child(verb, "prep"))
        alone = not SINGULAR.isdisjoint(said) and SEVERAL_OF.isdisjoint(said)
        return word in _OF_A_VEHICLE and alone and self._is_vehicle(tree, noun)

    def _is_vehicle(self, tree: Tree, noun: int) -> bool:
        """Whether a word names a vehicle, or its make or model does."""
        word = tree.words[noun]
        if any(map(str.isdigit, word)):
            return noun > 0 and tree.has_capital(noun - 1)
        return self._words.is_vehicle(word) or not vehicle_makes().isdisjoint(
            tree.words[max(0, noun - 1) : noun + 1]
        )


def _goes_on(tree: Tree, verb: int) -> bool:
    """Whether where or how follows a verb, or nothing."""
    return verb + 1 == len(tree) or tree.tags[verb + 1] in ("IN", "TO", "RB") or tree.words[verb + 1] in _ENDS
