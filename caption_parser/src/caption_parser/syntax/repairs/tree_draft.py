"""A parse that is being read again."""

from dataclasses import replace

from caption_parser.syntax.tree import MODIFIERS, NOUN_TAGS, Tree
from caption_parser.syntax.words.acts_and_beings import SHOWS_WHAT_IT_TAKES_IN

_OF_THE_WHOLE = frozenset({"appos", "punct", "relcl"})
"""Relations of what follows a noun phrase to its head, whatever that is."""


class TreeDraft:
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

    def make_name(self, token: int) -> None:
        """Tag a name as the noun that it is; what was its object is what it names: "Boeing factory tour"."""
        tree = self.tree
        self.tags[token] = "NN"
        if self.deps[token] == "amod":
            self.deps[token] = "compound" if self.heads[token] > token else "dep"
        thing = next(tree.children_by(token, "dobj"), token)
        if (
            thing <= token
            or tree.left_edges[thing] != token + 1
            or tree.has_child(thing, "det")
            or tree.has_child(thing, "nummod")
        ):
            return
        self.heads[thing], self.deps[thing] = (
            thing if self.heads[token] == token else self.heads[token],
            self.deps[token],
        )
        for child in tree.children[token]:
            if child != thing:
                self.heads[child] = thing
            if child < token:
                self.deps[child] = "compound"
        self.heads[token], self.deps[token] = thing, "compound"

    def make_finite(self, token: int) -> None:
        """Tag a word as the present form that it is."""
        self.tags[token] = "VBZ" if self.tags[token] in ("NNS", "VBZ") else "VBP"

    def raise_subject(self, subject: int, participle: int) -> None:
        """Let a noun before a participle be the head of the phrase, and the participle say what it does."""
        tree = self.tree
        top = participle
        if tree.heads[participle] == subject and tree.heads[subject] > participle:
            top = tree.heads[subject]
        while tree.heads[top] != top and (
            subject < tree.heads[top] < participle or (top == participle and tree.deps[top] in MODIFIERS)
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
            shown = tree.words[participle] in SHOWS_WHAT_IT_TAKES_IN
            self.deps[participle - 1] = "dobj" if shown else "compound"
        if thing is not None:
            self.heads[thing], self.deps[thing] = participle, "dobj"
        self.heads[participle], self.deps[participle], self.tags[participle] = subject, "acl", "VBG"

    def make_compound(self, thing: int, act: int) -> None:
        """Let the noun after an act be the head of the phrase, and the act and what it takes in modify it."""
        noun = act - 1
        for token, head in enumerate(self.heads):
            if head in (noun, act) and token not in (noun, act, thing):
                self.heads[token] = thing
        self.heads[thing] = thing if self.heads[noun] == noun else self.heads[noun]
        self.deps[thing] = self.deps[noun]
        self.heads[noun] = self.heads[act] = thing
        self.deps[noun] = self.deps[act] = "compound"
        self.tags[act] = "NN"

    def make_subject(self, subject: int, verb: int, *, clause: bool) -> None:
        """Let a noun be the subject of the verb after it, or where no clause can stand, be what the verb is of."""
        for child in self.tree.children[verb]:
            if child < subject and self.deps[child] not in ("cc", "punct", "mark", "advmod", "prep"):
                self.heads[child] = subject
        self.make_finite(verb)
        head, dep = self.heads[verb], self.deps[verb]
        if clause and not (dep == "conj" and self.tags[head] in NOUN_TAGS):
            self.deps[subject] = "nsubj"
            return
        self.heads[subject] = subject if head == verb else head
        self.deps[subject] = dep
        self.heads[verb], self.deps[verb] = subject, "acl"

    def end_list(self, last: int, verb: int, partner: int, subject: int) -> None:
        """Let a noun end a list, and the word behind it be what somebody does: "in suit and tie poses"."""
        tree = self.tree
        for child in (*tree.children[verb], *tree.children[last]):
            self.heads[child] = last if child < last else verb
        if self.tags[last] not in NOUN_TAGS:
            self.make_noun(last)
            self.join(last, partner)
        self.heads[last], self.deps[last] = partner, "conj"
        self.make_finite(verb)
        self.heads[subject], self.deps[subject] = verb, "nsubj"
        self.heads[verb], self.deps[verb] = verb, "ROOT"

    def lift(self, noun: int, kind: int) -> None:
        """Let the noun right behind one that it hangs on be the head of both, and of what follows."""
        head, dep = self.heads[kind], self.deps[kind]
        for child in self.tree.children[kind]:
            if child > noun:
                self.heads[child] = noun
        self.heads[noun], self.deps[noun] = noun if head == kind else head, dep
        self.heads[kind], self.deps[kind] = noun, "compound"

    def part(self, subject: int, verb: int, thing: int) -> None:
        """Let the verb between two nouns be the head of the second, as it is in "workers unload boxes"."""
        for child in self.tree.children[thing]:
            if child < subject:
                self.heads[child] = verb
        head, dep = self.heads[thing], self.deps[thing]
        self.heads[verb], self.deps[verb] = verb if head == thing else head, dep
        self.make_finite(verb)
        self.heads[thing], self.deps[thing] = verb, "dobj"
        self.heads[subject], self.deps[subject] = verb, "compound"

    def make_kind(self, kind: int, noun: int) -> None:
        """Let a noun read as the verb after another be the head of it: the sink of "in a bathroom sink"."""
        subject = next(self.tree.children_by(noun, "nsubj"))
        head, dep = self.heads[noun], self.deps[noun]
        self.heads[subject], self.deps[subject] = subject if head == noun else head, dep
        self.heads[noun], self.deps[noun] = self.heads[kind], "pobj"
        for child in self.tree.children[kind]:
            self.heads[child] = noun
        self.heads[kind], self.deps[kind] = noun, "compound"

    def swap(self, noun: int, adjective: int) -> None:
        """Let a noun be the head of the adjective after it."""
        head, dep = self.heads[adjective], self.deps[adjective]
        for child in self.tree.children[adjective]:
            self.heads[child] = noun
        self.heads[noun], self.deps[noun] = noun if head == adjective else head, dep
        self.heads[adjective], self.deps[adjective], self.tags[adjective] = noun, "amod", "JJ"

    def free(self, noun: int, pronoun: int) -> None:
        """Let a noun be the head of the pronoun behind it, and of all that hangs on that."""
        head, dep = self.heads[pronoun], self.deps[pronoun]
        for child in self.tree.children[pronoun]:
            self.heads[child] = noun
        self.heads[noun], self.deps[noun] = noun if head == pronoun else head, dep
        self.heads[pronoun], self.deps[pronoun] = noun, "appos"

    def describe(self, noun: int, last: int) -> None:
        """Let a noun be the head of the words behind it, up to the last, that say what it is like."""
        described = range(noun + 1, last + 1)
        head, dep = self.heads[last], self.deps[last]
        for token, over in enumerate(self.heads):
            if over in described and token not in described:
                self.heads[token] = noun
        self.heads[noun], self.deps[noun] = noun if head == last else head, dep
        for token in described:
            self.heads[token], self.deps[token] = noun, "amod"
            if self.tags[token] in NOUN_TAGS | {"VBP", "VBZ"}:
                self.tags[token] = "JJ"

    def _is_of_the_whole(self, token: int, head: int) -> bool:
        """Whether what follows the head of a phrase hangs on it whatever it is; participles are joined to one."""
        tree = self.tree
        if tree.deps[token] in ("cc", "conj"):
            return all(tree.is_noun(other) for other in tree.children_by(head, "conj"))
        return tree.deps[token] in _OF_THE_WHOLE
