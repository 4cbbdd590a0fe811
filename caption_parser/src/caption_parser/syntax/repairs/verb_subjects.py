"""Nouns before a finite verb: they are its subject, whatever else the verb can be.

"A giraffe points its head", "cows lounge in a field": where the verb is also a noun, a parser takes the two for a
compound like "a giraffe head". A noun has no object and no number that disagrees with its article.
"""

from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.tree import PLURAL_TAGS, Tree
from caption_parser.syntax.words.acts_and_beings import ActsAndBeings
from caption_parser.syntax.words.verb_words import VerbWords
from caption_parser.syntax.words.word_lists import SEVERAL_OF

_FINITE = frozenset({"VBP", "VBZ"})
_CLAUSES = frozenset({"ROOT", "advcl", "ccomp", "conj", "parataxis", "relcl"})
"""Relations of a finite verb to what it depends on."""
_OWN = frozenset({"det", "poss", "nummod"})
_MODIFIES = frozenset({"amod", "compound", "nummod"})
"""What a subject is taken for; no noun is a number, and "a couple" is two that do something."""
_COUNTED = frozenset({"noun.animal", "noun.artifact", "noun.food", "noun.person", "noun.plant"})
_SEVERAL = frozenset(
    {"bison", "cattle", "deer", "elk", "fish", "livestock", "moose", "people", "poultry", "sheep"}
)
"""Plurals without an ending, whatever they are tagged."""
_LYING = frozenset({"graze", "hang", "lay", "lie", "rest", "wait"})
"""What several things or beings do, and what hardly is a thing."""
_RESTS = frozenset({"arm", "book", "chop", "foot", "head", "leg", "spoon"})
"""What a rest is for."""
_HOLDING = frozenset({"contains", "displays", "features", "holds", "reveals", "shows"})
_KINDS = frozenset({"ladies", "mens", "womens"})
"""Plurals that hardly are subjects without an article: "ladies run" is one for ladies."""


class VerbSubjects:
    """Makes subjects of nouns that were taken for modifiers of the verb after them."""

    def __init__(self, words: VerbWords, beings: ActsAndBeings) -> None:
        self._words = words
        self._beings = beings

    def __call__(self, draft: TreeDraft) -> None:
        """Read each noun and what follows it again that are subject and verb."""
        for verb in range(1, len(draft.heads)):
            noun = verb - 1
            is_kind = draft.deps[verb] == "compound"
            if is_kind and (thing := self._disagreeing(draft.tree, noun, verb)) is not None:
                draft.part(noun, verb, thing)
                draft.make_subject(noun, verb, clause=draft.deps[verb] in _CLAUSES)
                continue
            if draft.deps[noun] not in _MODIFIES and draft.deps[verb] != "conj":
                continue
            tree = draft.tree
            if self._is_joined_verb(tree, verb):
                draft.make_finite(verb)
                continue
            if tree.deps[noun] not in _MODIFIES or not tree.is_noun(noun) or self._names_things(tree, noun, verb):
                continue
            if (thing := self._object_after_no_noun(tree, noun, verb)) is not None:
                draft.part(noun, verb, thing)
            if draft.heads[noun] == verb and self._is_verb_of(draft.tree, noun, verb):
                draft.make_subject(noun, verb, clause=draft.deps[verb] in _CLAUSES)

    def _names_things(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether they are counted or small: "a couple trains", "model planes", but not "a couple embraces"."""
        if tree.words[noun] == "model":
            return self._words.is_vehicle(tree.words[verb])
        if tree.deps[noun] != "nummod" or tree.word(verb + 1) == "for":
            return False
        as_verb, as_noun = self._words.counts(tree.words[verb])
        return (as_noun > 0 or not as_verb) and self._words.category(tree.words[verb]) in _COUNTED

    def _disagreeing(self, tree: Tree, noun: int, verb: int) -> int | None:
        """The lines of "an open laptop displays lines of code", which have the article of the laptop."""
        thing = tree.heads[verb]
        if (
            tree.tags[thing] != "NNS"
            or not tree.is_noun(noun)
            or not (
                tree.tags[verb] == "VBZ"
                or tree.words[verb] in _HOLDING
                or (self._is_a_being(tree, noun) and self._words.is_third_person(tree.words[verb]))
            )
        ):
            return None
        articles = [child for child in tree.children[thing] if child < noun and tree.words[child] in ("a", "an")]
        return thing if articles and SEVERAL_OF.isdisjoint(tree.words[articles[0] : noun]) else None

    def _is_joined_verb(self, tree: Tree, token: int) -> bool:
        """Whether a bare noun joined with a finite verb is one too: "the kids laugh and duck"."""
        head, word = tree.heads[token], tree.words[token]
        if tree.deps[token] != "conj" or tree.tags[token - 1] != "CC":
            return False
        match tree.tags[head], tree.tags[token]:
            case "VBZ", "NNS":
                return self._words.is_third_person(word)
            case "VBP", "NN":
                return self._words.is_base(word)
        return False

    def _is_verb_of(self, tree: Tree, noun: int, verb: int) -> bool:
        if tree.tags[verb] in _FINITE:
            return self._is_read_as_finite(tree, noun, verb)
        if tree.tags[verb] not in ("NN", "NNS") or not self._agree(tree, noun, verb):
            return False
        return (
            self._has_an_object(tree, verb)
            or self._is_nothing_but_a_verb(tree.words[verb])
            or (tree.has_child(verb, "dobj") and _is_plural(tree, noun) and self._is_a_being(tree, noun))
            or self._is_what_beings_do(tree, noun, verb)
            or self._is_what_vehicles_do(tree, noun, verb)
            or self._is_how_several_lie(tree, noun, verb)
        )

    def _is_read_as_finite(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a verb by its tag is none all the same: "two computer monitors", "garden plants"."""
        own = [tree.deps[child] for child in (*tree.children[verb], *tree.children[noun]) if child < noun]
        several = _is_plural(tree, noun)
        return (
            not (tree.tags[verb] == "VBZ" and (several or "nummod" in own))
            and not self._words.is_listed(tree.words[noun], tree.words[verb])
            and (
                "det" in own
                or self._beings.is_being(tree.words[noun])
                or self._has_an_object(tree, verb)
                or (self._words.is_vehicle(tree.words[noun]) and tree.has_child(verb, "dobj"))
                or (
                    tree.has_capital(noun)
                    and not tree.has_capital(verb)
                    and self._words.is_uncommon(tree.words[noun])
                )
            )
        )

    def _is_a_being(self, tree: Tree, noun: int) -> bool:
        return self._beings.is_being(tree.words[noun]) and tree.words[noun] not in _KINDS

    def _agree(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether they can be a subject and its verb; two that are coordinated have a plural verb."""
        word = tree.words[verb]
        several = _is_plural(tree, noun)
        if tree.tags[verb] == "NNS":
            return not several and self._words.is_third_person(word)
        return self._words.is_base(word) and (
            several or self._beings.is_being(tree.words[noun]) or tree.deps[verb] == "conj"
        )

    def _has_an_object(self, tree: Tree, verb: int) -> bool:
        """Whether a thing with an article follows; one that seems to be in apposition follows at once."""
        things = [*tree.children_by(verb, "dobj"), *tree.children_by(verb, "appos")]
        return any(
            tree.deps[own] in _OWN and (tree.deps[thing] == "dobj" or own == verb + 1)
            for thing in things
            if verb < thing
            for own in tree.children[thing]
        )

    def _is_what_beings_do(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether beings do it, in a place where a noun is not likely: "cows lounge", "a dog and a cat sleep"."""
        words, name = self._words, tree.words[verb]
        if (
            not self._is_a_being(tree, noun)
            or not (
                tree.deps[verb] in ("ROOT", "conj")
                or (tree.deps[verb] == "advcl" and tree.has_child(verb, "mark"))
            )
            or (tree.deps[verb] == "ROOT" and words.is_listed(tree.words[noun], name))
            or any(tree.deps[child] == "amod" and child > noun for child in tree.children[verb])
        ):
            return False
        if name == "waves" and tree.word(verb + 1) in ("at", "from", "to"):
            return True
        if tree.tags[verb] == "NNS":
            own = any(tree.deps[child] in _OWN for child in (*tree.children[noun], *tree.children[verb]))
            return words.is_rather_a_verb(name) if own else words.says_how_one_is(name)
        if _is_plural(tree, noun):
            return words.is_rather_a_verb(name)
        return words.says_how_one_is(name) and self._goes_on(tree, verb)

    def _is_what_vehicles_do(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether a vehicle moves so: "truck overturns on motorway"; but not "bus stops on a street"."""
        return (
            tree.tags[verb] == "NNS"
            and tree.deps[verb] == "ROOT"
            and self._words.is_vehicle(tree.words[noun])
            and self._words.says_how_one_moves(tree.words[verb])
            and not self._words.is_listed(tree.words[noun], tree.words[verb])
            and self._goes_on(tree, verb)
        )

    def _is_how_several_lie(self, tree: Tree, noun: int, verb: int) -> bool:
        """Whether two that are joined do what they do together: "a knife and a fork lie on a plate"."""
        return (
            tree.deps[verb] == "conj"
            and tree.words[verb] in _LYING
            and tree.is_noun(tree.heads[verb])
            and not (tree.words[verb] == "rest" and tree.words[noun] in _RESTS)
            and self._goes_on(tree, verb)
        )

    def _goes_on(self, tree: Tree, verb: int) -> bool:
        """Whether a place or a manner follows at once: "a cat sleep on two chairs"."""
        after = verb + 1
        return after < len(tree) and tree.heads[after] == verb and tree.deps[after] in ("advmod", "prep", "prt")

    def _object_after_no_noun(self, tree: Tree, noun: int, verb: int) -> int | None:
        """The boxes of "workers unload boxes", where "unload" can be no noun; the boy of "dog rescues boy"."""
        thing = tree.heads[verb]
        word = tree.words[verb]
        several = _is_plural(tree, noun)
        if (
            thing <= verb
            or tree.deps[verb] != "compound"
            or tree.heads[noun] not in (verb, thing)
            or not tree.is_noun(verb)
            or not tree.is_noun(thing)
            or not (self._is_nothing_but_a_verb(word) or self._is_done_to_a_being(tree, noun, verb, thing))
            or not (self._words.is_base(word) if several else self._words.is_third_person(word))
        ):
            return None
        return thing

    def _is_nothing_but_a_verb(self, word: str) -> bool:
        return not self._words.is_noun(word) and not self._words.is_a(word, "a")

    def _is_done_to_a_being(self, tree: Tree, noun: int, verb: int, thing: int) -> bool:
        """Whether a being does something to the one right after the verb, which stands between singulars."""
        first, word, last = (tree.words[token] for token in (noun, verb, thing))
        return (
            thing == verb + 1
            and tree.tags[verb] == "NNS"
            and self._beings.is_being(first)
            and self._beings.is_being(last)
            and self._words.is_rather_a_verb(word)
            and not self._words.is_listed(first, word)
            and not self._words.is_listed(word, last)
        )


def _is_plural(tree: Tree, noun: int) -> bool:
    return tree.tags[noun] in PLURAL_TAGS or (
        tree.words[noun] in _SEVERAL and not any(tree.words[c] in ("a", "an") for c in tree.children[noun + 1])
    )
