"""Indefinite pronouns of persons: "someone on a bench", "everybody is eating"; "nobody" and "anyone" name none."""

from collections.abc import Iterator, Sequence

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.reading import CaptionReading, ImpliedObject, VerbReading
from caption_parser.lexicon import Lexicon
from caption_parser.syntax.tree import Tree

_ASSERTING = frozenset({"someone", "somebody", "everyone", "everybody"})
_NOT_SEEN_AFTER = frozenset(
    {"for", "like", "if", "not", "n't", "no", "without", "whether", "unless", "from", "to"}
)


class IndefinitePeople:
    """Adds the persons of indefinite pronouns, which are no noun phrases; a `LabelStep`."""

    phrases: frozenset[str] = frozenset()

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        person = lexicon.synset("person.n.01")
        decision = decisions.by_synset.get(person)
        self._person = ImpliedObject(person, decision) if decision else None

    def __call__(self, captions: Sequence[CaptionReading]) -> list[CaptionReading]:
        """The captions with their indefinite persons beside what their verbs entail."""
        if self._person is None:
            return list(captions)
        return [
            caption._replace(verbs=(*caption.verbs, *found))
            if (found := tuple(self._of_caption(caption.tree, self._person)))
            else caption
            for caption in captions
        ]

    def _of_caption(self, tree: Tree, person: ImpliedObject) -> Iterator[VerbReading]:
        for token, word in enumerate(tree.words):
            if word not in _ASSERTING or (token and tree.words[token - 1] in _NOT_SEEN_AFTER):
                continue
            owns = token + 1 < len(tree) and tree.tags[token + 1] == "POS"
            if not owns and tree.deps[token] != "poss":
                yield VerbReading(tree.starts[token], tree.ends[token], (person,))
