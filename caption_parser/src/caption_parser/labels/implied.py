"""Objects that a caption entails without naming them: "a man surfing" shows a surfboard.

The entries stand in `implied_objects.toml`, each with its reason; `implied_sources` derives candidates for it
from WordNet and verifies what the entries claim.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.labels.reading import CaptionReading, ImpliedObject, VerbReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.morphology import base_forms
from caption_parser.lexicon.taxonomy import with_hyponyms
from caption_parser.syntax.tree import VERB_TAGS, Tree
from shared_runtime.configuration import FrozenModel
from shared_schemas import Rule


class ImpliedEntry(FrozenModel):
    """Triggers and the objects that they entail."""

    nouns: tuple[str, ...] = ()
    """Synsets; what lies below them triggers too."""
    verbs: tuple[str, ...] = ()
    complements: tuple[str, ...] = ()
    """Nouns of which one must complete the verb; none: the verb alone triggers."""
    unless: tuple[str, ...] = ()
    """Nouns that, completing the verb, give it another sense ("surf" the "web")."""
    phrases: tuple[str, ...] = ()
    objects: tuple[str, ...]
    source: Literal["gloss", "derivation", "reviewed"]
    reason: str


class ImpliedObjects:
    """Adds what nouns, phrases and verbs entail, as far as the label space has a class for it; a `LabelStep`."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._by_synset: dict[int, tuple[ImpliedObject, ...]] = {}
        self._by_phrase: dict[str, tuple[ImpliedObject, ...]] = {}
        self._by_verb: dict[str, list[tuple[ImpliedEntry, tuple[ImpliedObject, ...]]]] = defaultdict(list)
        for entry in shipped_entries():
            objects = _labelled(entry.objects, decisions, lexicon)
            if not objects:
                continue
            for noun in entry.nouns:
                for synset in with_hyponyms(lexicon, [lexicon.synset(noun)]):
                    known = self._by_synset.get(synset, ())
                    self._by_synset[synset] = tuple(dict.fromkeys(known + objects))
            for phrase in entry.phrases:
                self._by_phrase[phrase.replace(" ", "_")] = objects
            for verb in entry.verbs:
                self._by_verb[verb].append((entry, objects))

    @property
    def phrases(self) -> frozenset[str]:
        """The phrases to look for beside WordNet's lemmas, with underscores."""
        return frozenset(self._by_phrase)

    def __call__(self, captions: Sequence[CaptionReading]) -> list[CaptionReading]:
        """The captions with what their nouns and verbs entail."""
        return [self._of_caption(caption) for caption in captions]

    def _of_caption(self, caption: CaptionReading) -> CaptionReading:
        objects, verbs = caption.objects, tuple(self.of_verbs(caption.tree))
        of_nouns = [self.of_noun(found.lemma, found.synset) for found in objects]
        if any(of_nouns):
            pairs = zip(objects, of_nouns, strict=True)
            objects = tuple(found._replace(implied=implied) for found, implied in pairs)
        return caption._replace(objects=objects, verbs=verbs)

    def of_noun(self, lemma: str, synset: int | None) -> tuple[ImpliedObject, ...]:
        """What a noun in a sense entails; without a sense, what the phrase `lemma` does."""
        return self._by_phrase.get(lemma, ()) if synset is None else self._by_synset.get(synset, ())

    def of_verbs(self, tree: Tree) -> Iterator[VerbReading]:
        """What the verbs of a caption entail, in text order; negated verbs entail nothing."""
        for token, tag in enumerate(tree.tags):
            if tag not in VERB_TAGS or tree.deps[token] in ("amod", "compound") or tree.has_child(token, "neg"):
                continue
            complements = frozenset(self._complements(tree, token))
            objects = [
                implied
                for verb in sorted(self._verbs(tree.words[token]))
                for entry, of_verb in self._by_verb.get(verb, ())
                if complements.isdisjoint(entry.unless)
                and not (entry.complements and complements.isdisjoint(entry.complements))
                for implied in of_verb
            ]
            if objects:
                yield VerbReading(tree.starts[token], tree.ends[token], tuple(dict.fromkeys(objects)))

    def _verbs(self, word: str) -> frozenset[str]:
        """The verbs of the entries that a word may be a form of, those too that WordNet lacks ("snowboard")."""
        known = frozenset(self._lexicon.base_forms(word, "v"))
        return known.union(base_forms(word, "v", None, self._by_verb.__contains__))

    def _complements(self, tree: Tree, verb: int) -> Iterator[str]:
        """The lemmas of the nouns that complete a verb: its objects and those of its prepositions."""
        nouns = list(tree.children_by(verb, "dobj"))
        for preposition in tree.children_by(verb, "prep"):
            nouns.extend(tree.children_by(preposition, "pobj"))
        for noun in nouns:
            for member in tree.conjuncts(noun):
                yield from self._lexicon.base_forms(tree.words[member])


@cache
def shipped_entries() -> tuple[ImpliedEntry, ...]:
    """The entries that come with the package."""
    text = (files("caption_parser.labels") / "implied_objects.toml").read_text("utf-8")
    return tuple(ImpliedEntry.model_validate(entry) for entry in tomllib.loads(text)["implied"])


def _labelled(names: Sequence[str], decisions: DecisionTable, lexicon: Lexicon) -> tuple[ImpliedObject, ...]:
    found: Mapping[int, Decision | None] = {
        synset: decisions.by_synset.get(synset) for synset in map(lexicon.synset, names)
    }
    return tuple(
        ImpliedObject(synset, decision._replace(rule=Rule.IMPLIED, depth=0))
        for synset, decision in found.items()
        if decision is not None
    )
