"""Nouns of who is spoken of and need not be there: kin of readers, the dead, the honoured, who is said to say so.

"A gift for your mom", "the tomb of a poet", "a statue dedicated to the nurses", "all is well, a spokesman said".
And Conceptual Captions' "person" where a place or a thing had a name: "a lake in person", "person, a village".
"""

from collections.abc import Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.flags.triggers import nouns_told_by
from caption_parser.syntax.tree import VERB_TAGS, Tree
from caption_parser.syntax.words.word_kinds import WordKinds
from caption_parser.syntax.words.word_lists import RELATIONAL_NOUNS, in_both_numbers

_SUBJECTS = ("nsubj", "nsubjpass")
_TOLD_APART = frozenset({"amod", "appos", "conj", "det", "nummod", "poss"})
_DWELLINGS = ("dwelling.n.01", "grave.n.02", "burial_chamber.n.01")
_LEFT = frozenset("ashes birthplace bones coffin home homes memory reign relics remains skull skulls".split())
"""What is somebody's who has died or is not spoken of as there."""
_STYLES = frozenset({"manner", "style", "tradition"})
_PLACES = ("structure.n.01", "region.n.03", "district.n.01", "land.n.04", "body_of_water.n.01", "way.n.06")
_MADE_OF = frozenset("aftermath collection death legacy music spirit style support work works writings".split())
"""What may be spoken of after whoever it is of by a name alone: "in the style of person"."""
_HONOURING = frozenset(
    """
    attributed belonged belonging belongs credited dedicated homage memorial memorials monument monuments ode
    tribute tributes
    """.split()
)
"""Before a "to" they say whom a thing honours, or whose it was."""
_SAYING = frozenset("claimed claims confirmed reported said say says told warned".split())
_MODALS = frozenset({"can", "could", "may", "might", "would"})
_SEEN = frozenset({"be", "see", "seen"})
_CONCERNED = frozenset(
    "aim gaze glance glare grin laugh look peer point scream shout smile stare swing throw wave yell".split()
)
"""What one does at somebody: "smiles at person"."""
_THINGS = frozenset({"noun.animal", "noun.artifact", "noun.location", "noun.object", "noun.plant"})
_DOINGS = frozenset({"noun.act", "noun.body", "noun.communication", "noun.event", "noun.feeling", "noun.person"})
_ARTICLES = frozenset({"a", "an", "the"})
_SENSES = 3
"""Among which a word for a person has one: "person is the star of the show"."""
_PHOTOGRAPHS = in_both_numbers("image photo photograph pic picture portrait selfie snapshot video")
_BESIDE = frozenset({"beside", "near", "next"})
_IN_THE_PICTURE = frozenset(
    "background center centre foreground front image left middle photo picture right".split()
)
_TRIGGERS = _HONOURING | _SAYING | _MODALS | {"according", "of", "your"}


class MentionedFinder(WordKinds):
    """Finds the nouns of a parse that name somebody who is only spoken of."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self._dwellings = Below(lexicon, *_DWELLINGS)
        self._places = Below(lexicon, *_PLACES)
        self._somebody = Below(lexicon, "person.n.01")
        self._persons = Below(lexicon, "person.n.01", "social_group.n.01", "people.n.01")

    def __call__(self, tree: Tree) -> set[int]:
        return nouns_told_by(tree, _TRIGGERS, self._told_by, Tree.conjuncts) | self._things(tree)

    def _things(self, tree: Tree) -> set[int]:
        """Each "person" that stands for the name of a place or a thing, and not what is joined with it."""
        if "person" not in tree.words:
            return set()
        return {at for at, word in enumerate(tree.words) if word == "person" and self._is_a_thing(tree, at)}

    def _told_by(self, tree: Tree, token: int, word: str) -> Iterator[int]:
        if word == "your":
            yield from self._kin_of_readers(tree, token)
        elif word == "of":
            if (
                token
                and tree.is_noun(token - 1)
                and (
                    tree.words[token - 1] in _LEFT | _STYLES or self.means(tree.words[token - 1], self._dwellings)
                )
            ):
                yield from self._persons_of(tree, token)
        elif word in _HONOURING or word == "according":
            if tree.word(token + 1) == "to":
                yield from self._persons_of(tree, token + 1)
        elif word in _MODALS:
            yield from self._whoever_may(tree, token)
        else:
            yield from self._witnesses(tree, token)

    def _persons_of(self, tree: Tree, preposition: int) -> Iterator[int]:
        """Whom a preposition is about, if no more is said of what he does."""
        for noun in tree.children_by(preposition, "pobj"):
            if self.means(tree.words[noun], self._persons) and not _acts(tree, noun) and not _is_shown(tree, noun):
                yield noun

    def _kin_of_readers(self, tree: Tree, your: int) -> Iterator[int]:
        """ "A treat for your kids", but not "your kids play", "a photo of your kids" or "is this your baby"."""
        noun = tree.heads[your]
        if tree.deps[your] != "poss" or tree.deps[noun] in (*_SUBJECTS, "attr") or noun == tree.heads[noun]:
            return
        before = tree.heads[tree.first_conjuncts[noun]]
        if tree.words[before] == "of" and tree.words[tree.heads[before]] in _PHOTOGRAPHS:
            return
        with_them = tree.words[before] == "with" or (tree.deps[noun] == "dobj" and tree.tags[before] == "VBG")
        if not with_them and self.means(tree.words[noun], self._persons) and not _acts(tree, noun):
            yield noun

    def _whoever_may(self, tree: Tree, modal: int) -> Iterator[int]:
        """The subject of what can be done with or in a thing: "a kitchen where guests can cook"."""
        verb = tree.heads[modal]
        if tree.deps[verb] == "relcl" and _SEEN.isdisjoint(tree.words[modal + 1 : modal + 3]):
            yield from (
                noun for noun in tree.children_by(verb, "nsubj") if self.means(tree.words[noun], self._persons)
            )

    def _witnesses(self, tree: Tree, verb: int) -> Iterator[int]:
        """Who says what stands before a comma, or after it: "nobody was hurt, a spokesman said"."""
        for noun in tree.children_by(verb, "nsubj"):
            first = tree.left_edges[noun]
            ends = verb + 1 >= len(tree) or tree.words[verb + 1] in (".", ",")
            if (
                first
                and noun < verb
                and tree.words[first - 1] == ","
                and ends
                and self.means(tree.words[noun], self._persons)
            ):
                yield noun

    def _is_a_thing(self, tree: Tree, person: int) -> bool:
        """Whether "person" stands for the name of a place or a thing."""
        if tree.tags[person] != "NN" or tree.word(person + 1) == "'s":
            return False
        alone = not any(tree.deps[child] in _TOLD_APART - {"appos", "conj"} for child in tree.children[person])
        before = tree.heads[person]
        if not alone or "person" in tree.words[max(0, person - 1) : person]:  # "person person", a whole name
            return False
        if tree.deps[person] == "pobj":
            return self._is_where(tree, before)
        return tree.deps[person] in ("ROOT", "nsubj") and any(
            kind == "noun.animal"
            or (
                (kind in _THINGS or self.means(tree.words[noun], self._places, 2))
                and not self.means(tree.words[noun], self._somebody, _SENSES)
            )
            for noun in _called(tree, person)
            for kind in (self.category(tree.words[noun]),)
        )

    def _is_where(self, tree: Tree, preposition: int) -> bool:
        word, head = tree.words[preposition], tree.heads[preposition]
        of = tree.words[head]
        if word == "in":
            return True
        if word == "at":
            return tree.tags[head] not in VERB_TAGS or _CONCERNED.isdisjoint(self._lexicon.base_forms(of, "v"))
        if word == "from":
            return tree.is_noun(head) and self.category(of) not in _DOINGS
        if word != "of" or of in RELATIONAL_NOUNS or not tree.is_noun(head):
            return False
        return of in _MADE_OF or self.means(of, self._places, 2)


def _acts(tree: Tree, noun: int) -> bool:
    """Whether it is said what somebody does."""
    return any(tree.tags[child] == "VBG" for child in tree.children_by(noun, "acl", "relcl"))


def _is_shown(tree: Tree, noun: int) -> bool:
    """Whether it is said where in the picture somebody is: "the man next to it", "the woman on the left"."""
    after = tree.words[noun + 1 : noun + 4]
    return not _BESIDE.isdisjoint(after[:1]) or (
        after[:1] in (["in"], ["on"]) and not _IN_THE_PICTURE.isdisjoint(after[1:])
    )


def _called(tree: Tree, name: int) -> Iterator[int]:
    """What is said to be what a name means: "…, a village", "… is a village"."""
    found: list[int] = []
    if tree.word(name + 1) == "," and not tree.has_child(name, "cc"):
        found += [
            noun
            for noun in tree.children_by(name, "appos", "conj")
            if tree.words[tree.left_edges[noun]] in _ARTICLES
        ]
    if tree.word(name + 1) in ("is", "was") and tree.heads[name] == name + 1:
        found += tree.children_by(name + 1, "attr")
    return (noun for noun in found if "VBG" not in [tree.tags[child] for child in tree.children[noun]])
