"""Parses that no grammar allows, read again: a noun is not lost because the word after it was misread.

A parser that knows a word from few captions goes by what is frequent, and takes "a cow grazing" for a compound
like "a dining table", the sink of "a bathroom sink" or the tie of "a suit and tie" for a verb. Each repair knows
such a misreading by what it breaks: acts have no articles, finite verbs have subjects like them and join no nouns.
"""

from collections.abc import Callable
from dataclasses import replace

from spacy.tokens import Doc

from caption_parser.lexicon import Lexicon
from caption_parser.modes import ModeRules
from caption_parser.syntax.pieces import LONGEST_PIECE, pieces
from caption_parser.syntax.repairs.described_goods import DescribedGoods
from caption_parser.syntax.repairs.misread_words import MisreadWords
from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.repairs.verb_subjects import VerbSubjects
from caption_parser.syntax.tree import ADJECTIVE_TAGS, MODIFIERS, NOUN_TAGS, PARTICIPLE_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.acts_and_beings import SHOWS_WHAT_IT_TAKES_IN, ActsAndBeings
from caption_parser.syntax.words.verb_words import VerbWords
from caption_parser.syntax.words.word_lists import ONE_OR_EACH

_BASE_FORMS = frozenset({"VB", "VBP"})
_PRESENT_FORMS = _BASE_FORMS | {"VBZ"}
_AUXILIARIES = frozenset({"am", "are", "be", "do", "does", "has", "have", "is", "was", "were"})
_OF_CLAUSES = frozenset(
    {"nsubj", "nsubjpass", "dobj", "dative", "aux", "auxpass", "prt", "advmod", "neg", "ccomp"}
)
"""Relations to a verb that a noun has to nothing."""

_GOING_BY = frozenset({"approaching", "crossing", "entering", "leaving", "passing"})
_VEHICLES = frozenset(
    "boat bus car ferry freighter helicopter jet locomotive plane ship steamer train tram truck yacht".split()
)
"""What goes by a place with a name: "steam train crossing Lake Champlain"."""
_ON_THEIR_WAY = frozenset("circling cruising gliding hovering passing sailing soaring taxiing".split())
"""What they do, before a comma and a place with a name: "red kite soaring, Rhayader"."""
_FLYING = frozenset({"airship", "balloon", "drone", "kite"})
_GOING = frozenset({"enjoy", "enjoying", "enjoys", "go", "goes", "going", "gone", "went"})

_PASSED = frozenset(
    "airport bridge city harbor harbour highway house lake port river road station street town tunnel".split()
)
"""What one enters, leaves, crosses or passes."""

_WHERE_TO = frozenset({"around", "away", "back", "left", "off", "right"})
"""Behind a word in -ing they say that it moves, whatever else it may name: "a bus turning left"."""


class TreeRepairs:
    """Reads a parse again where it cannot be right; each repair behind its switch in `ModeRules`."""

    def __init__(self, lexicon: Lexicon, rules: ModeRules) -> None:
        self._words = ActsAndBeings(lexicon)
        self._verbs = verbs = VerbWords(lexicon)
        repairs: list[tuple[bool, Callable[[TreeDraft], None]]] = [
            (rules.nouns_by_dictionary, MisreadWords(verbs)),
            (rules.nouns_by_dictionary, DescribedGoods(lexicon, verbs)),
            (rules.nouns_by_agreement, self._nouns_by_agreement),
            (rules.subjects_of_verbs, VerbSubjects(verbs, self._words)),
            (rules.subjects_of_participles, self._subjects_of_participles),
            (rules.subjects_of_participles, self._objects_of_acts),
        ]
        self._repairs = [repair for wanted, repair in repairs if wanted]

    def read(self, doc: Doc) -> Tree:
        """The parse of `doc`, repaired."""
        return self(Tree.of(doc))

    def __call__(self, tree: Tree) -> Tree:
        """The parse with what cannot be right read again; the same object where all can be."""
        if not self._repairs:
            return tree
        if len(tree) <= LONGEST_PIECE:
            return self._repaired(tree)
        tags, deps, heads = list(tree.tags), list(tree.deps), list(tree.heads)
        for start, part in pieces(tree):
            repaired = self._repaired(part)
            for token in range(len(part)) if repaired is not part else ():
                # What was not changed may have its head in another piece.
                if (repaired.heads[token], repaired.deps[token]) != (part.heads[token], part.deps[token]):
                    heads[start + token] = start + repaired.heads[token]
                    deps[start + token] = repaired.deps[token]
                tags[start + token] = repaired.tags[token]
        return replace(tree, tags=tags, deps=deps, heads=heads)

    def _repaired(self, tree: Tree) -> Tree:
        draft = TreeDraft(tree)
        for repair in self._repairs:
            repair(draft)
        return draft.tree

    def _nouns_by_agreement(self, draft: TreeDraft) -> None:
        """ "A bathroom sink", "a suit and tie": a finite verb agrees with its subject, and joins no noun."""
        words = draft.tree.words
        for token, tag in enumerate(draft.tree.tags):
            if tag in _PRESENT_FORMS and words[token] not in _AUXILIARIES and self._words.is_noun(words[token]):
                tree = draft.tree
                if (noun := self._noun_joined(tree, token)) is not None:
                    draft.make_noun(token)
                    draft.join(token, noun)
                elif tag in _BASE_FORMS and (subject := self._disagreeing_subject(tree, token)) is not None:
                    draft.make_noun(token)
                    draft.deps[subject] = "compound"
                elif tag in _BASE_FORMS and (kind := self._kind_before(tree, token)) is not None:
                    draft.make_noun(token)
                    draft.make_kind(kind, token)

    def _noun_joined(self, tree: Tree, token: int) -> int | None:
        """The noun that a present form is joined with, or a participle's last: "dressed in a suit and tie"."""
        head, last = tree.heads[token], tree.left_edges[token] - 2
        if (
            tree.deps[token] != "conj"
            or not (tree.tag(last + 1) == "CC" or (tree.tag(last + 1) == "," and tree.tags[head] == "NN"))
            or any(
                (_is_of_a_clause(tree, child) and not self._is_what_both_make(tree, token, child))
                or tree.words[child] == "to"
                for child in tree.children[token]
            )
        ):
            return None
        if tree.is_noun(head):
            return head
        joined_in_form = tree.tags[head] not in PARTICIPLE_TAGS or tree.deps[head] != "acl"
        return None if joined_in_form or not tree.is_noun(last) else last

    def _is_what_both_make(self, tree: Tree, token: int, thing: int) -> bool:
        """Whether a word after two is of what they are, not what is done to it: "a shirt and tie combination"."""
        head = tree.heads[token]
        return (
            thing == token + 1
            and tree.deps[thing] == "dobj"
            and tree.tags[thing] == tree.tags[head] == "NN"
            and not self._words.is_being(tree.words[head])
            and all(self._verbs.names_a_thing(tree.words[noun]) for noun in (head, token))
        )

    def _disagreeing_subject(self, tree: Tree, token: int) -> int | None:
        """The singular noun right before a verb in the plural, which then is no verb; beings are given slips."""
        subject = token - 1
        if (
            subject < 0
            or tree.heads[subject] != token
            or tree.deps[subject] != "nsubj"
            or tree.tags[subject] != "NN"
            or self._words.is_being(tree.words[subject])
        ):
            return None
        of_clause = any(_is_of_a_clause(tree, child) for child in tree.children[token] if child != subject)
        return None if of_clause else subject

    def _kind_before(self, tree: Tree, token: int) -> int | None:
        """The bathroom of "a cat sitting in a bathroom sink", where a cat does not sink."""
        kind = token - 1
        subject = next(tree.children_by(token, "nsubj"), None)
        if (
            subject is None
            or subject >= kind
            or tree.tags[subject] != "NN"
            or tree.has_child(subject, "conj")
            or (tree.tags[kind], tree.deps[kind]) != ("NN", "pobj")
            or self._words.is_being(tree.words[kind])
            or not self._verbs.names_a_thing(tree.words[token])
            or any(_is_of_a_clause(tree, child) for child in tree.children[token] if child != subject)
        ):
            return None
        return kind

    def _subjects_of_participles(self, draft: TreeDraft) -> None:
        """ "A cow grazing", "a man kite surfing": an act has no article, it is what the noun does."""
        words = draft.tree.words
        for token in range(1, len(words)):
            if not (words[token].endswith("ing") and self._words.is_participle(words[token])):
                continue
            if (thing := self._thing_for_an_act(draft.tree, token)) is not None:
                draft.make_compound(thing, token)
                continue
            subject = self._swallowed_subject(draft.tree, token)
            if subject is not None:
                draft.raise_subject(subject, token)

    def _objects_of_acts(self, draft: TreeDraft) -> None:
        """ "Friends horse riding", "they go horse riding": who does it is named, so what it takes in is there."""
        words = draft.tree.words
        for act in range(1, len(words)):
            if words[act] not in SHOWS_WHAT_IT_TAKES_IN:
                continue
            noun, tree = act - 1, draft.tree
            if (
                (tree.deps[noun], tree.heads[noun]) == ("compound", act)
                and self._words.takes_in(tree.words[noun], tree.words[act])
                and (
                    tree.deps[act] in ("acl", "xcomp")
                    or (tree.deps[act] in ("dobj", "pcomp") and tree.words[tree.heads[act]] in _GOING)
                    or (tree.deps[act] in ("ROOT", "attr") and self._is_doing(tree, act))
                )
            ):
                draft.deps[noun] = "dobj"

    def _is_doing(self, tree: Tree, act: int) -> bool:
        """Whether the act is what a being is at: "a woman is horse riding"."""
        clause = act if tree.deps[act] == "ROOT" else tree.heads[act]
        return any(self._words.is_being(tree.words[child]) for child in tree.children_by(clause, "nsubj"))

    def _thing_for_an_act(self, tree: Tree, act: int) -> int | None:
        """The helmet of "a horse riding helmet", read as what a horse rides."""
        noun, thing = act - 1, act + 1
        if (
            thing == len(tree)
            or (tree.deps[act], tree.heads[act]) != ("acl", noun)
            or (tree.deps[thing], tree.heads[thing]) != ("dobj", act)
            or tree.tags[thing] != "NN"
            or self._words.is_stuff(tree.words[thing])
            or not self._words.takes_in(tree.words[noun], tree.words[act])
        ):
            return None
        return thing

    def _swallowed_subject(self, tree: Tree, participle: int) -> int | None:
        head, noun = tree.heads[participle], participle - 1
        if (
            tree.words[participle] in _ON_THEIR_WAY
            and tree.words[noun] in _VEHICLES | _FLYING
            and tree.deps[noun] in MODIFIERS
            and tree.word(participle + 1) == ","
            and tree.has_capital(participle + 2)
        ):
            return noun
        if (
            tree.words[participle] in _GOING_BY
            and tree.deps[noun] in MODIFIERS
            and (
                (tree.words[noun] in _VEHICLES and tree.has_capital(participle + 1))
                or (tree.words[noun] == "express" and tree.has_capital(noun) and tree.has_capital(noun - 1))
            )
        ):
            return noun
        if tree.tags[participle] not in NOUN_TAGS | {"VBG"}:
            return None
        if tree.deps[participle] == "acl":
            if head == noun and tree.deps[noun] in MODIFIERS and tree.heads[noun] > participle:
                if "," in tree.words[participle : tree.heads[noun]] and self._words.is_being(tree.words[noun]):
                    return noun
                return self._subject_before_object(tree, noun, participle, tree.heads[noun])
            return self._subject_before_companion(tree, head, participle)
        if tree.deps[participle] in MODIFIERS and head > participle:
            return self._subject_before_object(tree, noun, participle, head)
        if tree.heads[noun] == participle and tree.deps[noun] in MODIFIERS and self._is_a_subject(tree, noun):
            return self._subject_before_act(tree, noun, participle)
        return None

    def _subject_before_act(self, tree: Tree, noun: int, act: int) -> int | None:
        """The subject of "a cow grazing" and "a man kite surfing", read as compounds; none if they may be some."""
        words = tree.words
        chain = [noun]
        while chain[-1] and self._is_compound_before(tree, chain[-1] - 1, act):
            chain.append(chain[-1] - 1)
        taken_in = self._words.takes_in(words[noun], words[act])
        if taken_in:
            return next((token for token in chain[1:] if self._may_act_on(words[token], words[noun])), None)
        moves = act + 1 < len(words) and words[act + 1] in _WHERE_TO
        if tree.tags[act] != "VBG" and not moves and not self._words.does(words[noun], words[act]):
            return None
        if len(chain) > 1 and self._words.is_being(words[chain[1]]) and not self._words.is_being(words[noun]):
            return None  # "a man hover gliding", "a bird cage swinging": which of them it is, nobody can tell
        first = tree.left_edges[act]
        counted = any(tree.deps[child] in ("det", "nummod", "poss") for child in (*tree.children[act], first))
        return noun if counted or tree.tags[noun] in PLURAL_TAGS or self._words.is_being(words[noun]) else None

    def _subject_before_companion(self, tree: Tree, noun: int, act: int) -> int | None:
        """The subject of "a lady bird watching", where the bird was taken for what watches."""
        subject = noun - 1
        if (
            noun != act - 1
            or subject < 0
            or not self._words.takes_in(tree.words[noun], tree.words[act])
            or not self._is_compound_before(tree, subject, noun)
            or not self._may_act_on(tree.words[subject], tree.words[noun])
        ):
            return None
        return subject

    def _may_act_on(self, subject: str, noun: str) -> bool:
        """A person does something with another being ("a lady bird watching"), any being with a thing."""
        if subject == "model" and self._verbs.is_vehicle(noun):
            return False  # "a model car racing"
        return self._words.is_person(subject) if self._words.is_being(noun) else self._words.is_being(subject)

    def _is_a_subject(self, tree: Tree, token: int) -> bool:
        """Whether a word before a participle is a noun, or a name for a being taken for an adjective."""
        if tree.tags[token] in NOUN_TAGS:
            return True
        word = tree.words[token]
        return (
            tree.tags[token] in ADJECTIVE_TAGS and self._words.is_noun(word) and not self._words.is_adjective(word)
        )

    def _is_compound_before(self, tree: Tree, token: int, act: int) -> bool:
        return tree.deps[token] in MODIFIERS and tree.is_noun(token) and token < tree.heads[token] <= act

    def _subject_before_object(self, tree: Tree, noun: int, participle: int, thing: int) -> int | None:
        """The subject of "a zebra drinking water", read as "a horse riding helmet" is; none if it may be such."""
        words, tags = tree.words, tree.tags
        if (
            tree.heads[noun] not in (participle, thing)
            or not (tree.deps[noun] in MODIFIERS or self._is_being_read_as_manner(tree, noun))
            or not self._is_a_subject(tree, noun)
            or tags[thing] not in NOUN_TAGS
            or not all(tree.heads[t] == thing for t in range(participle + 1, thing))
        ):
            return None
        first = tree.left_edges[thing]
        several = (
            tags[thing] in PLURAL_TAGS or self._words.is_stuff(words[thing]) or self._words.is_prey(words[thing])
        )
        if tree.words[first] in ONE_OR_EACH and several:
            return noun
        if words[thing] in _PASSED and self._moves(words[noun], words[participle]):
            return noun
        return None

    def _is_being_read_as_manner(self, tree: Tree, noun: int) -> bool:
        """The bear of "a polar bear catching fish", read like the eye of "an eye catching sign"."""
        word = tree.words[noun]
        return tree.deps[noun] == "npadvmod" and (self._words.is_being(word) or self._verbs.is_vehicle(word))

    def _moves(self, noun: str, participle: str) -> bool:
        """Whether a being or a vehicle moves so, and nobody moves with it: "container ship entering port"."""
        return (
            (self._words.is_being(noun) or self._verbs.is_vehicle(noun))
            and self._verbs.says_how_one_moves(participle)
            and not self._words.takes_in(noun, participle)
        )


def _is_of_a_clause(tree: Tree, token: int) -> bool:
    """Whether a word hangs on a verb as it hangs on no noun: not the "next" of "a sink next to a tub"."""
    if tree.deps[token] == "advmod" and tree.words[token] == "next":
        return False
    return tree.deps[token] in _OF_CLAUSES and (tree.deps[token], tree.tags[token]) != ("dobj", "VBG")
