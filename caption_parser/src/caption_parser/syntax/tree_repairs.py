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
from caption_parser.syntax.gerunds import GerundWords
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PARTICIPLE_TAGS, PLURAL_TAGS, Tree

_BASE_FORMS = frozenset({"VB", "VBP"})
_PRESENT_FORMS = _BASE_FORMS | {"VBZ"}
_AUXILIARIES = frozenset({"am", "are", "be", "do", "does", "has", "have", "is", "was", "were"})
_OF_CLAUSES = frozenset(
    {"nsubj", "nsubjpass", "dobj", "dative", "aux", "auxpass", "prt", "advmod", "neg", "ccomp"}
)
"""Relations to a verb that a noun has to nothing."""
_SINGULAR = frozenset({"a", "an", "another", "each", "every", "one"})
_PLURALS_OF_KIND = frozenset({"boys", "children", "girls", "kids", "ladies", "men", "mens", "women", "womens"})
"""Plurals that often say of what kind the noun after them is: "ladies walking shoes"."""
_MODIFIES = frozenset({"compound", "amod", "nmod", "nummod"})
_SHOWS_WHAT_IT_TAKES_IN = frozenset(
    """
    climbing decorating eating feeding herding playing pulling riding roping shearing stacking throwing walking
    washing wrestling
    """.split()
)
"""Participles whose noun is there: "a woman horse riding"; but not "a man bird watching"."""
_OF_THE_WHOLE = frozenset({"appos", "punct", "relcl"})
"""Relations of what follows a noun phrase to its head, whatever that is."""


class TreeRepairs:
    """Reads a parse again where it cannot be right; each repair behind its switch in `ModeRules`."""

    def __init__(self, lexicon: Lexicon, rules: ModeRules) -> None:
        self._words = GerundWords(lexicon)
        repairs: list[tuple[bool, Callable[[_Draft], None]]] = [
            (rules.nouns_by_agreement, self._nouns_by_agreement),
            (rules.subjects_of_participles, self._subjects_of_participles),
        ]
        self._repairs = [repair for wanted, repair in repairs if wanted]

    def read(self, doc: Doc) -> Tree:
        """The parse of `doc`, repaired."""
        return self(Tree.of(doc))

    def __call__(self, tree: Tree) -> Tree:
        """The parse with what cannot be right read again; the same object where all can be."""
        if not self._repairs or not any(
            tag in _PRESENT_FORMS or word.endswith("ing") for tag, word in zip(tree.tags, tree.words, strict=True)
        ):
            return tree
        draft = _Draft(tree)
        for repair in self._repairs:
            repair(draft)
        return draft.tree

    def _nouns_by_agreement(self, draft: "_Draft") -> None:
        """ "A bathroom sink", "a suit and tie": a finite verb agrees with its subject, and joins no noun."""
        for token, tag in enumerate(draft.tree.tags):
            word = draft.tree.words[token]
            if tag in _PRESENT_FORMS and word not in _AUXILIARIES and self._words.is_noun(word):
                tree = draft.tree
                if (noun := self._noun_joined(tree, token)) is not None:
                    draft.make_noun(token)
                    draft.join(token, noun)
                elif tag in _BASE_FORMS and (subject := self._disagreeing_subject(tree, token)) is not None:
                    draft.make_noun(token)
                    draft.deps[subject] = "compound"

    def _noun_joined(self, tree: Tree, token: int) -> int | None:
        """The noun that a present form is joined with, or a participle's last: "dressed in a suit and tie"."""
        head, last = tree.heads[token], tree.left_edge(token) - 2
        if (
            tree.deps[token] != "conj"
            or head >= token
            or last < 0
            or not (tree.tags[last + 1] == "CC" or (tree.tags[last + 1] == "," and tree.tags[head] == "NN"))
            or any(tree.deps[child] in _OF_CLAUSES or tree.words[child] == "to" for child in tree.children[token])
        ):
            return None
        if tree.is_noun(head):
            return head
        joined_in_form = tree.tags[head] not in PARTICIPLE_TAGS or tree.deps[head] != "acl"
        return None if joined_in_form or not tree.is_noun(last) else last

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
        others = (child for child in tree.children[token] if child != subject)
        return None if any(tree.deps[child] in _OF_CLAUSES | {"xcomp", "conj"} for child in others) else subject

    def _subjects_of_participles(self, draft: "_Draft") -> None:
        """ "A cow grazing", "a man kite surfing": an act has no article, it is what the noun does."""
        for token in range(1, len(draft.tree.words)):
            if not self._words.is_participle(draft.tree.words[token]):
                continue
            subject = self._swallowed_subject(draft.tree, token)
            if subject is not None:
                draft.raise_subject(subject, token)

    def _swallowed_subject(self, tree: Tree, participle: int) -> int | None:
        head, noun = tree.heads[participle], participle - 1
        if tree.tags[participle] not in NOUN_TAGS | {"VBG"}:
            return None
        if tree.deps[participle] == "acl":
            if head == noun and tree.deps[noun] in _MODIFIES and tree.heads[noun] > participle:
                return self._subject_before_object(tree, noun, participle, tree.heads[noun])
            return self._subject_before_companion(tree, head, participle)
        if tree.deps[participle] in _MODIFIES and head > participle:
            return self._subject_before_object(tree, noun, participle, head)
        if tree.heads[noun] == participle and tree.deps[noun] in _MODIFIES and self._is_a_subject(tree, noun):
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
        if tree.tags[act] != "VBG" and not self._words.does(words[noun], words[act]):
            return None
        if len(chain) > 1 and self._words.is_being(words[chain[1]]) and not self._words.is_being(words[noun]):
            return None  # "a man hover gliding", "a bird cage swinging": which of them it is, nobody can tell
        first = tree.left_edge(act)
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
        return tree.deps[token] in _MODIFIES and tree.is_noun(token) and token < tree.heads[token] <= act

    def _subject_before_object(self, tree: Tree, noun: int, participle: int, thing: int) -> int | None:
        """The subject of "a zebra drinking water", read as "a horse riding helmet" is; none if it may be such."""
        words, tags = tree.words, tree.tags
        if (
            tree.heads[noun] not in (participle, thing)
            or tree.deps[noun] not in _MODIFIES
            or not self._is_a_subject(tree, noun)
            or tags[thing] not in NOUN_TAGS
            or not all(tree.heads[t] == thing for t in range(participle + 1, thing))
        ):
            return None
        first = tree.left_edge(thing)
        several = tags[thing] in PLURAL_TAGS or self._words.is_stuff(words[thing])
        if tree.words[first] in _SINGULAR and several:
            return noun
        many = tags[noun] in PLURAL_TAGS and words[noun] not in _PLURALS_OF_KIND
        return noun if many and self._words.is_being(words[noun]) else None


class _Draft:
    """A tree that is being changed."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.tags = list(tree.tags)
        self.deps = list(tree.deps)
        self.heads = list(tree.heads)

    @property
    def tree(self) -> Tree:
        """The tree as changed so far."""
        tree = self._tree
        if (tree.tags, tree.deps, tree.heads) != (self.tags, self.deps, self.heads):
            tree = replace(tree, tags=list(self.tags), deps=list(self.deps), heads=list(self.heads))
            self._tree = tree
        return tree

    def join(self, token: int, noun: int) -> None:
        """Let a noun be joined with another, and the word that joins them hang there too."""
        former = self.heads[token]
        for link in range(noun + 1, token):
            if self.heads[link] == former and self.deps[link] in ("cc", "punct"):
                self.heads[link] = noun
        self.heads[token] = noun

    def make_noun(self, token: int) -> None:
        """Tag a word as the noun that it is."""
        self.tags[token] = "NNS" if self.tags[token] == "VBZ" else "NN"

    def raise_subject(self, subject: int, participle: int) -> None:
        """Let a noun before a participle be the head of the phrase, and the participle say what it does."""
        tree = self.tree
        top = participle
        if tree.heads[participle] == subject and tree.heads[subject] > participle:
            top = tree.heads[subject]
        while tree.heads[top] != top and (
            subject < tree.heads[top] < participle or (top == participle and tree.deps[top] in _MODIFIES)
        ):
            top = tree.heads[top]
        thing = top if top > participle else None
        for token, head in enumerate(tree.heads):
            if token == head or head not in range(subject + 1, (thing or participle) + 1):
                continue
            if token < subject or (token > head >= top and self._is_of_the_whole(token, head)):
                self.heads[token] = subject
            elif subject < token < participle or head < participle < token:
                self.heads[token] = participle
        self.heads[subject] = subject if tree.heads[top] == top else tree.heads[top]
        self.deps[subject] = tree.deps[top]
        if self.tags[subject] not in NOUN_TAGS:
            self.tags[subject] = "NN"
        if subject < top < participle:
            self.heads[top] = participle
        if subject < participle - 1:
            shown = tree.words[participle] in _SHOWS_WHAT_IT_TAKES_IN
            self.deps[participle - 1] = "dobj" if shown else "compound"
        if thing is not None:
            self.heads[thing], self.deps[thing] = participle, "dobj"
        self.heads[participle], self.deps[participle], self.tags[participle] = subject, "acl", "VBG"

    def _is_of_the_whole(self, token: int, head: int) -> bool:
        """Whether what follows the head of a phrase hangs on it whatever it is; participles are joined to one."""
        tree = self.tree
        if tree.deps[token] in ("cc", "conj"):
            return all(tree.is_noun(other) for other in tree.children_by(head, "conj"))
        return tree.deps[token] in _OF_THE_WHOLE
