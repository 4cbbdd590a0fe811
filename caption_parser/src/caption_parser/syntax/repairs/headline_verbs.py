"""Headlines without articles, read as the clauses that they are: "Kitten naps in sunbeam", "Mayor cuts ribbon".

Where the verb is also a plural, a parse takes its subject for the kind of a noun, as in "train tracks". What
WordNet counts of the two, what the noun would name and what follows tell which it is.
"""

from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PLURAL_TAGS, Tree
from caption_parser.syntax.words.acts_and_beings import ActsAndBeings
from caption_parser.syntax.words.roles import ACTS_OF_OFFICE, OFFICES
from caption_parser.syntax.words.verb_words import VerbWords
from caption_parser.syntax.words.word_lists import SINGULAR

_LONGEST = 5
"""Words up to the verb: "K-9 Officer Rex retires"."""
_BEGIN = frozenset({":", ".", "!", "?", "-", "\u2013", "\u2014", "|"})
"""What a headline may stand behind."""
_BEFORE = NOUN_TAGS | ADJECTIVE_TAGS
_PLURAL_OR_PRESENT = frozenset({"NN", "NNS", "VBZ"})
_OF_NOUNS = frozenset({"amod", "compound", "nmod", "nsubj"})
_THINGS = frozenset({"animal", "artifact", "body", "food", "group", "object", "person", "substance"})
_SAID = frozenset({"cognition", "communication"})
_OF_BEINGS = frozenset({"body", "communication", "consumption", "perception"})
"""What animals do without being carried anywhere, by WordNet's kinds of verbs."""
_WITHOUT_OBJECTS = _OF_BEINGS | {"competition", "motion", "social", "stative"}
"""What is done as often to nothing as to something."""
_RATHER, _FAR_RATHER = 2, 5
"""Times as often a verb as a noun, where the words around say little; like the 12 below, set by hand."""
_WHERE_TO = frozenset(
    "across away into off onto out over past through toward towards up down back along around".split()
)
"""Behind a verb of motion, and hardly behind what belongs to somebody."""
_OUT_OF = frozenset({"away", "into", "off", "onto", "out", "past", "toward", "towards"})
"""Of these, what stands behind nothing that lies or stands there."""
_OF_THINGS = frozenset({"and", "by", "for", "from", "of", "or", "with"})
"""What says of things more often than of acts whose they are, and for whom."""
_WHEN = frozenset("after again ahead as before during while".split())
"""What happens happens at a time, and things have none."""
_ONE = SINGULAR | {"the"}
_A = frozenset({"a", "an"})
_WHOSE = frozenset({"DT", "PRP", "PRP$"})
_OF_PLACES = frozenset({"CC", "IN", "RB", "RP", "TO"})
_LATER_VERBS = frozenset({"MD", "VB", "VBD", "VBP", "VBZ"})
_GOODS = frozenset({"chews", "fries", "pants", "rolls", "supplies", "treats", "wipes"})
"""Goods that captions name more often than the verbs, which the texts that WordNet counts do not tell."""
_ACTS = frozenset({"rescues", "saves", "sounds"})
"""The same of what is done, told or heard; behind them, an object tells that somebody does so."""
_NEVER_A_THING = 12
"""Times as often a verb as a noun, where the noun would name a thing."""
_BASE = frozenset({"VB", "VBP"})
_FINITE = frozenset({"MD", "VBD", "VBZ"})
_AUXILIARIES = frozenset({"are", "do", "have"})
_ENDS = frozenset({",", ".", "!", ";", "-", "|"})


class _Reading(NamedTuple):
    """A word that may be a verb, with what WordNet says of it and what stands behind it."""

    word: str
    kinds: tuple[str, ...]
    """What it would name as a noun."""
    as_verb: int
    """How often texts have it so."""
    as_noun: int
    behind: str
    """The next word; empty: it is the last."""
    tag: str

    def is_verb_by(self, times: int) -> bool:
        """Whether it is so many times as often a verb as a noun."""
        return self.as_verb > times * self.as_noun

    @property
    def names_a_thing(self) -> bool:
        """Whether it would, as a noun, name a thing, and is not a verb nearly always."""
        return self.word in _GOODS or not (_THINGS.isdisjoint(self.kinds) or self.is_verb_by(_NEVER_A_THING))

    @property
    def is_said(self) -> bool:
        """Whether it would, as a noun, name what is said or thought."""
        return not _SAID.isdisjoint(self.kinds[:1])

    @property
    def has_no_object(self) -> bool:
        """Whether it stands last, or before where, when and with whom."""
        return not self.behind or self.behind in _ENDS or self.tag in _OF_PLACES

    @property
    def says_where_to(self) -> bool:
        """Whether what follows stands behind a thing hardly ever."""
        is_manner = self.tag == "IN" and self.behind not in _OF_THINGS and self.word not in _GOODS
        return self.behind in _OUT_OF or (is_manner and self.is_verb_by(_FAR_RATHER))


class HeadlineVerbs:
    """Makes clauses of what begins with a being, a vehicle or a name and a verb in -s."""

    def __init__(self, lexicon: Lexicon, words: VerbWords, beings: ActsAndBeings) -> None:
        self._lexicon = lexicon
        self._words = words
        self._beings = beings

    def __call__(self, draft: TreeDraft) -> None:
        """Read each headline again."""
        tree = draft.tree
        for verb in range(1, len(tree)):
            if self._is_a_being_with_an_article(tree, verb - 1):
                draft.tags[verb - 1] = "NN"
                if tree.tags[verb] == "VBZ" and tree.deps[verb] not in _OF_NOUNS:
                    draft.make_subject(verb - 1, verb, clause=True)
                tree = draft.tree
            if tree.deps[verb - 1] == "nsubj" and tree.tags[verb - 1] in ADJECTIVE_TAGS:
                if tree.heads[verb - 1] == verb and self._is_somebody(tree.words[verb - 1]):
                    draft.tags[verb - 1] = "NN"
                    tree = draft.tree
            elif (
                tree.tags[verb] in _PLURAL_OR_PRESENT
                and tree.words[verb].endswith("s")
                and not self._is_a_verb_already(tree, verb)
                and self._begins_with(tree, verb)
                and self._words.is_third_person(tree.words[verb])
                and self._is_done(tree, verb)
            ):
                draft.tags[verb] = "NNS"
                _make_clause(draft, verb)
                tree = draft.tree

    def _is_a_being_with_an_article(self, tree: Tree, token: int) -> bool:
        """Whether "a" or "the" stands before a being in place of its noun: "a resident clears snow"."""
        verb = token + 1
        if tree.tags[token] not in ADJECTIVE_TAGS or tree.heads[token] != verb or tree.deps[token] != "amod":
            return False
        article = tree.word(token - 1)
        return (
            ((tree.tags[verb] == "VBZ" and article in _ONE) or (tree.tags[verb] == "NNS" and article in _A))
            and self._beings.is_being(tree.words[token])
            and self._words.is_third_person(tree.words[verb])
            and self._words.names_a_thing(tree.words[token])
        )

    def _is_a_verb_already(self, tree: Tree, verb: int) -> bool:
        return tree.tags[verb] == "VBZ" and tree.deps[verb] not in _OF_NOUNS

    def _begins_with(self, tree: Tree, verb: int) -> bool:
        """Whether nothing but nouns and what they are like stand before it, back to where a sentence begins."""
        for token in range(verb - 1, max(-1, verb - 1 - _LONGEST), -1):
            if tree.words[token] in _BEGIN and token < verb - 1:
                return True
            if token < verb - 1 and tree.words[token] in _ONE:
                return self._is_no_verb(tree, verb + 1)
            if not (tree.tags[token] in _BEFORE or (token < verb - 1 and tree.tags[token] in ("CD", "VBN"))):
                return False
        return verb <= _LONGEST

    def _is_no_verb(self, tree: Tree, token: int) -> bool:
        """Whether a word is read as the verb that stands before it: the cyclists of "a cop waves cyclists on"."""
        return (
            token < len(tree)
            and tree.tags[token] == "VBZ"
            and self._words.is_noun(tree.words[token])
            and not self._words.is_a(tree.words[token], "v")
        )

    def _is_done(self, tree: Tree, verb: int) -> bool:
        noun, word = tree.words[verb - 1], tree.words[verb]
        several = tree.tags[verb - 1] in PLURAL_TAGS
        if several or self._words.is_listed(noun, word):
            return False
        return self._is_somebody(noun) and self._is_a_verb(tree, verb, is_vehicle=self._words.is_vehicle(noun))

    def _is_somebody(self, noun: str) -> bool:
        return self._words.is_vehicle(noun) or (
            self._beings.is_being(noun) and not self._beings.is_adjective(noun)
        )

    def _is_a_verb(self, tree: Tree, verb: int, *, is_vehicle: bool) -> bool:
        """Whether what follows, what WordNet counts and what the noun would name make it a verb."""
        read = self._read(tree, verb)
        if self._is_before_a_verb(read):
            return self._is_no_verb(tree, verb + 1)
        if read.word in ACTS_OF_OFFICE and tree.words[verb - 1] in OFFICES:
            return True
        if read.word in _ACTS and read.has_no_object:
            return False
        is_of_a_person = self._is_a_person(tree, verb - 1)
        if read.names_a_thing:
            if read.tag in _WHOSE:
                return _LATER_VERBS.isdisjoint(tree.tags[verb + 2 :])
            return is_of_a_person and read.says_where_to
        if read.tag in _WHOSE or read.behind in _WHEN:
            return True
        if read.behind in _WHERE_TO:
            return read.as_verb >= read.as_noun
        if read.has_no_object:
            return not is_vehicle and (not read.kinds or self._is_done_to_nothing(read, is_of_a_person))
        return read.behind.isalpha() and read.is_verb_by(_RATHER) and (not read.is_said or is_of_a_person)

    def _read(self, tree: Tree, verb: int) -> _Reading:
        word = tree.words[verb]
        counts = self._words.counts(word)
        return _Reading(word, self._kinds(word), *counts, tree.word(verb + 1), tree.tag(verb + 1))

    def _is_before_a_verb(self, read: _Reading) -> bool:
        """Whether a verb follows, whose subject the word would be: "dog treats are here"."""
        is_base = read.tag in _BASE and self._words.is_rather_a_verb(read.behind)
        return read.tag in _FINITE or read.behind in _AUXILIARIES or is_base

    def _is_done_to_nothing(self, read: _Reading, is_of_a_person: bool) -> bool:
        """Whether it is what somebody does without an object, rather than what he has or says."""
        if read.is_said or not self._words.is_for(read.word, _WITHOUT_OBJECTS):
            return False
        if read.is_verb_by(_FAR_RATHER if read.behind in _OF_THINGS else _RATHER):
            return True
        return self._words.is_for(read.word, _OF_BEINGS) and (read.as_verb >= read.as_noun or not is_of_a_person)

    def _is_a_person(self, tree: Tree, noun: int) -> bool:
        senses = self._lexicon.frequent_senses(tree.words[noun])
        return any(self._lexicon.lexname(sense) == "noun.person" for sense in senses)

    @remembered
    def _kinds(self, word: str) -> tuple[str, ...]:
        """The kinds of the first two senses that a plural has as a noun; of a second one only if texts know it."""
        return tuple(
            self._lexicon.lexname(sense).removeprefix("noun.")
            for lemma in self._lexicon.base_forms(word)
            for place, sense in enumerate(self._lexicon.synsets(lemma)[:2])
            if not place or self._lexicon.tag_count(sense, lemma)
        )


def _make_clause(draft: TreeDraft, verb: int) -> None:
    """Let the noun before a verb be its subject, and what stands behind it its object."""
    tree, subject = draft.tree, verb - 1
    if tree.heads[verb] > verb and tree.deps[verb] in _OF_NOUNS:
        thing = tree.heads[verb]
        draft.part(subject, verb, thing)
        if tree.tags[thing] in ADJECTIVE_TAGS:
            draft.deps[thing] = "acomp"  # "cat dies aged seven"
        elif tree.tags[thing] not in NOUN_TAGS:
            draft.make_noun(thing)
    else:
        draft.heads[subject], draft.deps[subject] = verb, "compound"
    draft.make_subject(subject, verb, clause=True)
