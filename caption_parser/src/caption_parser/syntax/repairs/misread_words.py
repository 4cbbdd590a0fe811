"""Words that cannot be what they are tagged as, by WordNet or by the words around them."""

from collections.abc import Iterator

from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.roles import PLAYERS
from caption_parser.syntax.words.vehicles import vehicle_makes
from caption_parser.syntax.words.verb_words import VerbWords

_ADVERB_TAGS = frozenset({"RB", "RBR", "RBS"})
_MODIFYING_TAGS = ADJECTIVE_TAGS | _ADVERB_TAGS
_NOT_NOUNS = _MODIFYING_TAGS | {"IN", "VB", "VBP"}
_BEFORE_NOUNS = frozenset({"amod", "advmod", "nmod"})
_OF_NOUNS = frozenset({"ROOT", "appos", "attr", "conj", "dobj", "nsubj", "nsubjpass", "pobj"})

_OF_OBJECTS = frozenset({"dobj", "pobj"})
_OF_PRODUCTS = frozenset({"original", "professional"})
"""Adjectives that stand behind the names of products, and are nouns of their own."""
_OF_FURNITURE = frozenset({"bistro", "dinette", "dining"})
"""Before "set", which then is one of a table and chairs, also at the end of a title: "bistro set, black"."""
_SET_OUT = frozenset({"place", "table"})
"""Before "setting", which then is what one eats with: "an elegant place setting"."""
_SET = frozenset({"set", "setting"})
_FURTHEST_PURPOSE = 2
"""Words from what a room or a table is for back to "for"."""
_YOURS = frozenset({"my", "our", "your", "yours"})
_ARTICLES = frozenset({"a", "an", "the"})
_OF_MANNER = frozenset({"color", "colour", "l'", "la", "shape", "size"})
"""Behind an article they say of what kind the noun before it is: "duck a l'orange"."""
_SOON = frozenset({"here", "now", "online", "today", "tonight"})
_AT_ONCE = frozenset({"", "!", ".", "&", "and", "at", "for", "to"})
_OURSELVES = frozenset({"me", "us"})

_OF_VERBS = frozenset({"aux", "auxpass", "neg", "nsubj", "nsubjpass"})
"""What only verbs have: "a swimmer has dove in"."""


class MisreadWords:
    """Turns nouns that were tagged as something else into nouns, and what is no noun into none."""

    def __init__(self, words: VerbWords) -> None:
        self._words = words
        self._makes = vehicle_makes()

    def __call__(self, draft: TreeDraft) -> None:
        """Read every word again whose tag WordNet does not know of it."""
        words = draft.tree.words
        for token in self._orders(draft.tree):
            draft.tags[token] = "VB"
        for token, tag in enumerate(draft.tree.tags):
            if tag in VERB_TAGS and self._is_name(draft.tree, token):
                draft.make_name(token)
            elif tag in _MODIFYING_TAGS and words[token] in self._makes:
                head = draft.heads[token]
                modifies = head > token and draft.tags[head] in NOUN_TAGS | {"CD"}
                draft.tags[token] = "NN"
                draft.deps[token] = "compound" if modifies else "ROOT" if head == token else "dep"
            elif tag in VERB_TAGS and words[token] in _SET and _is_of_furniture(draft.tree, token):
                draft.make_noun(token)
                if (draft.deps[token], draft.heads[token]) == ("acl", token - 1):
                    draft.swap(token, token - 1)
            elif (
                tag in _NOT_NOUNS
                and (self._words.is_noun(words[token]) or words[token] == "wc")
                and self._is_noun_after_all(draft.tree, token)
            ):
                draft.make_noun(token)
                if draft.deps[token] in _BEFORE_NOUNS:
                    behind = "appos" if self._is_a_position(draft.tree, token) else "dep"
                    draft.deps[token] = "compound" if draft.heads[token] > token else behind
                    if draft.heads[token] == token - 1 and self._words.is_listed(words[token - 1], words[token]):
                        draft.lift(token, token - 1)  # "a red fire hydrant"
            elif (
                tag == "NN"
                and (
                    not self._words.is_noun(words[token])
                    or (words[token] in _OF_PRODUCTS and self._is_said_of_products(draft.tree, token))
                )
                and self._is_said_of_the_noun_before(draft.tree, token)
            ):
                draft.swap(token - 1, token)

    def _is_name(self, tree: Tree, token: int) -> bool:
        """Whether a word read as a verb is none: a make of vehicles, an object or with a capital and no word."""
        word = tree.words[token]
        if tree.word(token - 1) in self._makes and not self._words.is_a(word, "v"):
            return True
        if tree.deps[token] in _OF_OBJECTS and word.isalpha() and self._words.is_uncommon(word):
            return True  # a slip of the fingers: "holding umbrela"
        if not tree.has_capital(token):
            return False
        return word in self._makes or (
            not self._words.is_a(word, "v")
            and not word.endswith(("ing", "ed"))
            and (self._words.is_uncommon(word) or self._words.is_noun(word))
        )

    def _orders(self, tree: Tree) -> Iterator[int]:
        """Verbs that are read as nouns: "book now and save", "please bear with us"."""
        words = tree.words
        for token in [0] if words[:1] != ["please"] else [1]:
            following, then = (*words[token + 1 : token + 3], "", "")[:2]
            if (
                following
                and tree.tags[token] == "NN"
                and self._words.is_base(words[token])
                and (
                    following in _YOURS
                    or (following in _ARTICLES and then not in _OF_MANNER)
                    or (following in _SOON and then in _AT_ONCE)
                )
            ):
                yield token
        if "bear" in words:
            for token in range(len(words) - 2):
                is_asked = words[token : token + 2] == ["bear", "with"] and words[token + 2] in _OURSELVES
                if is_asked and not tree.has_child(token, "det"):
                    yield token

    def _is_noun_after_all(self, tree: Tree, token: int) -> bool:
        word, tag, dep = tree.words[token], tree.tags[token], tree.deps[token]
        if self._is_one_of_a_kind(tree, token) or self._is_a_position(tree, token):
            return True
        if word == "wc" or (word == "remote" and tree.word(token + 1) == "replacement"):
            return True
        if tag == "IN":
            return False
        pos = "v" if tag in ("VB", "VBP") else "a"
        if self._words.is_a(word, pos) or (tag in _ADVERB_TAGS and self._words.is_a(word, "r")):
            return False
        if pos == "v" and any(tree.deps[child] in _OF_VERBS for child in tree.children[token]):
            return False
        if pos != "v" and word.endswith(("ing", "ed")):
            return False
        alone = dep == "ROOT" and tag in ADJECTIVE_TAGS
        return dep not in ("aux", "acomp") and (alone or self._words.names_a_thing(word))

    def _is_one_of_a_kind(self, tree: Tree, token: int) -> bool:
        """The drier of "a hair drier": it has an article, and a noun before it says of what kind it is."""
        before = token - 1
        return (
            before > 0
            and tree.tags[token] in _MODIFYING_TAGS
            and tree.deps[token] in _OF_NOUNS
            and tree.words[token].endswith("er")
            and (tree.deps[before], tree.heads[before]) == ("compound", token)
            and tree.is_noun(before)
            and tree.has_child(token, "det")
        )

    def _is_a_position(self, tree: Tree, token: int) -> bool:
        """Whether a word between names is what a player is: "Steelers quarterback Ben Roethlisberger"."""
        return (
            tree.words[token] in PLAYERS
            and not tree.has_capital(token)
            and tree.has_capital(token - 1)
            and tree.has_capital(token + 1)
        )

    def _is_said_of_products(self, tree: Tree, token: int) -> bool:
        """The last word of "Hair dryer professional", where no article speaks of somebody."""
        return (
            not tree.has_child(token, "det")
            and self._words.names_a_thing(tree.words[token - 1])
            and tree.tags[token - 1] != "NNP"
        )

    def _is_said_of_the_noun_before(self, tree: Tree, token: int) -> bool:
        """The shirtless of "sits in a chair shirtless", read as the head of the noun before it."""
        noun = token - 1
        word = tree.words[token]
        return (
            noun >= 0
            and (tree.deps[noun], tree.heads[noun]) == ("compound", token)
            and tree.tags[noun] in NOUN_TAGS
            and (self._words.is_a(word, "a") or word.endswith("less"))
            and not self._words.is_a(word, "v")
        )


def _is_of_furniture(tree: Tree, token: int) -> bool:
    """Whether it is a set to dine at; "a room for formal dining set with plates" is set itself."""
    if tree.words[token] == "setting":
        return tree.word(token - 1) in _SET_OUT and not tree.has_child(token, "dobj")
    before = tree.words[max(0, token - 1 - _FURTHEST_PURPOSE) : token]
    is_set_itself = "for" in before and _ARTICLES.isdisjoint(before)
    return bool(before) and before[-1] in _OF_FURNITURE and not is_set_itself
