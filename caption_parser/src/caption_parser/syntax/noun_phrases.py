"""Which noun phrases of a parse are object candidates."""

from enum import StrEnum

from caption_parser.modes import ModeRules
from caption_parser.syntax.modifiers import find_modifiers
from caption_parser.syntax.modifying_nouns import is_present_all_the_same, modifies_noun
from caption_parser.syntax.phrases import NounPhrase
from caption_parser.syntax.pieces import in_pieces
from caption_parser.syntax.quantities import counts, least_count, quantified_nouns
from caption_parser.syntax.referring import referring_span
from caption_parser.syntax.tree import NOUN_TAGS, Tree
from caption_parser.syntax.words.word_lists import PHRASAL_PREPOSITIONS, RELATIONAL_NOUNS

_CHUNK_DEPS = frozenset({"nsubj", "nsubjpass", "dobj", "dative", "pobj", "pcomp", "attr", "appos", "oprd", "ROOT"})
_LONGEST_PREPOSITION = max(len(preposition.split()) for preposition in PHRASAL_PREPOSITIONS)
_PRONOUN_LIKE = frozenset({"one", "ones", "someone", "something", "other", "others", "it", "thing", "things"})
_PRONOUN_TAGS = frozenset({"PRP", "WP", "EX", "WDT"})


class NotAnObject(StrEnum):
    """Why the head noun of a phrase is no object candidate."""

    PHRASAL_PREPOSITION = "part of a preposition"
    PLACE = "says where, not what"
    QUANTITY = "counts or gathers another noun"


def find_noun_phrases(tree: Tree, rules: ModeRules) -> tuple[NounPhrase, ...]:
    """The object candidates of a parse, in text order, with modifiers and counts; extended heads are unset.

    Follows SceneGraphParser (Schuster et al. 2015 in Python) as Vilar & Perez do (Section III-A1): every noun
    phrase is a candidate, pronouns and the nouns of phrasal prepositions are not. `rules` adds what visual mode
    knows beyond that.
    """
    return in_pieces(tree, (), lambda piece, _: _phrases_of(piece, rules))


def _phrases_of(tree: Tree, rules: ModeRules) -> list[NounPhrase]:
    modifiers = find_modifiers(tree, rules)
    count_of = counts(tree)
    phrases = []
    for head in phrase_heads(tree, rules):
        if why_not_object(tree, head, rules) is not None:
            continue
        start, count = _start_of_name(tree, head), count_of.get(head)
        at_least = least_count(tree, head) if rules.least_counts and count is None else None
        referring = referring_span(tree, start, head) if rules.referring_phrases else None
        phrases.append(NounPhrase(start, head + 1, head, modifiers.get(head, ()), count, at_least, referring))
    return phrases


def _start_of_name(tree: Tree, head: int) -> int:
    """Where a phrase begins: of "teddy bear collection", the teddy is taken for a modifier of the collection."""
    start = tree.left_edges[head]
    while (
        start
        and tree.deps[head] == tree.deps[start - 1] == "compound"
        and tree.tags[head] == tree.tags[start - 1] == "NN"
        and tree.heads[head] == tree.heads[start - 1] > head
    ):
        start = tree.left_edges[start - 1]
    return start


def phrase_heads(tree: Tree, rules: ModeRules) -> list[int]:
    """The head nouns of all noun phrases, objects or not, in text order."""
    return _heads_of_all_phrases(tree) if rules.nouns_outside_chunks else _heads_of_chunks(tree)


def why_not_object(tree: Tree, noun: int, rules: ModeRules) -> NotAnObject | None:
    """Why a head noun names no object; none: it does."""
    if _is_in_phrasal_preposition(tree, noun):
        return NotAnObject.PHRASAL_PREPOSITION
    if rules.drop_relational_nouns and _is_relational(tree, noun):
        return NotAnObject.PLACE
    if rules.look_through_quantities and quantified_nouns(tree, noun):
        return NotAnObject.QUANTITY
    return None


def _heads_of_chunks(tree: Tree) -> list[int]:
    """Heads of base noun phrases as spaCy's `Doc.noun_chunks` defines them, pronouns left out."""
    heads: list[int] = []
    last_end = -1
    for token, tag in enumerate(tree.tags):
        if not (tree.is_noun(token) or tag in _PRONOUN_TAGS) or tree.left_edges[token] <= last_end:
            continue
        if tree.deps[tree.first_conjuncts[token]] in _CHUNK_DEPS:
            last_end = token
            if tree.is_noun(token):
                heads.append(token)
    return heads


def _heads_of_all_phrases(tree: Tree) -> list[int]:
    """Every noun that does not merely modify another noun."""
    return [
        token
        for token, tag in enumerate(tree.tags)
        if tag in NOUN_TAGS
        and (not modifies_noun(tree, token) or is_present_all_the_same(tree, token))
        and tree.words[token] not in _PRONOUN_LIKE
    ]


def _is_in_phrasal_preposition(tree: Tree, noun: int) -> bool:
    """Whether the noun is the "front" of "in front of a couch"."""
    if tree.deps[noun] != "pobj" or not tree.children[noun]:
        return False
    first = tree.heads[noun]
    return any(
        tree.deps[last] == "prep"
        and noun < last <= first + _LONGEST_PREPOSITION
        and " ".join(tree.words[first : last + 1]) in PHRASAL_PREPOSITIONS
        for last in tree.children[noun]
    )


def _is_relational(tree: Tree, noun: int) -> bool:
    return tree.words[noun] in RELATIONAL_NOUNS and not tree.has_child(noun, "compound")
