"""Objects that a caption entails without naming them: "a man surfing" shows a surfboard.

The entries stand in `implied_objects.toml`, each with its reason; `building.implied_sources` derives candidates
for it from WordNet and verifies what the entries claim.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Literal, NamedTuple

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.labels.reading import CaptionReading, EntailingWords, ImpliedObject, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.morphology import base_forms
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below, with_hyponyms
from caption_parser.syntax.tree import VERB_TAGS, Tree
from shared_runtime.configuration import FrozenModel
from shared_runtime.packaged import packaged_toml
from shared_schemas import Rule

_PRONOUNS = frozenset({"he", "she", "someone", "somebody", "i", "we", "me", "us", "you"})
_SHELVES = frozenset({"shelf", "shelves", "aisle", "aisles", "display", "store", "supermarket"})


class ImpliedEntry(FrozenModel):
    """Triggers and the objects that they entail."""

    nouns: tuple[str, ...] = ()
    """Synsets; what lies below them triggers too."""
    lemmas: frozenset[str] = frozenset()
    """Words as which alone the nouns trigger ("riding" may be that of a bus); none: all."""
    verbs: tuple[str, ...] = ()
    complements: frozenset[str] = frozenset()
    """Nouns of which one must complete the verb; none: the verb alone triggers."""
    unless: frozenset[str] = frozenset()
    """Nouns that give the word another sense: those that complete a verb ("surf the web"), those before a noun or
    behind its "of", and what it belongs to ("web surfer", "hands of a clock", "a clock with hands")."""
    beside: frozenset[str] = frozenset()
    """Words, or two in a row, of which one must stand in the caption: a board beside a wetsuit is one to surf
    on; none: no need."""
    apart: frozenset[str] = frozenset()
    """Words, or two in a row, of which none may stand in the caption: shears beside a sheep are no scissors."""
    despite: frozenset[str] = frozenset()
    """Words, or two in a row, that say what is done: with one of them, `apart` and `peopled` do not count."""
    doing: frozenset[str] = frozenset()
    """Verbs of which one must have the noun for its subject: a star that poses is none of the sky."""
    opening: bool = False
    """Only where the trigger opens the caption and says what goes on in it: "Skiing in the Alps"."""
    peopled: bool = False
    """Only where the captions speak of a person: a place without any shows nothing of what is done there."""
    held: bool = False
    """The object holds what the trigger names, so that another container in the caption takes its place."""
    alone: bool = False
    """Where one caption is all that is said of an image: others would have named the object if it were there."""
    phrases: tuple[str, ...] = ()
    objects: tuple[str, ...]
    source: Literal["gloss", "derivation", "reviewed"]
    reason: str

    def speaks_for(self, words: Sequence[str]) -> bool:
        """Whether the words of a caption allow what is entailed."""
        if _is_said(self.apart, words) and not _is_said(self.despite, words):
            return False
        return not self.beside or _is_said(self.beside, words)


def _is_said(listed: frozenset[str], words: Sequence[str]) -> bool:
    """Whether one of the listed words, or two of them in a row, stand in a caption."""
    if not listed.isdisjoint(words):
        return True
    return any(" " in one for one in listed) and not listed.isdisjoint(map(" ".join, pairwise(words)))


class _Entailment(NamedTuple):
    """An entry with the objects that the label space has a class for."""

    entry: ImpliedEntry
    objects: tuple[ImpliedObject, ...]


class ImpliedObjects:
    """Adds what nouns, phrases and verbs entail, as far as the label space has a class for it; a `LabelStep`."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._by_synset: dict[int, list[_Entailment]] = defaultdict(list)
        self._by_phrase: dict[str, list[_Entailment]] = defaultdict(list)
        self._by_verb: dict[str, list[_Entailment]] = defaultdict(list)
        self._person = decisions.label_of(lexicon.synset("person.n.01"))
        self._containers = Below(lexicon, "container.n.01")
        for entry in shipped_entries():
            objects = _labelled(entry.objects, decisions, lexicon)
            if not objects:
                continue
            entailment = _Entailment(entry, objects)
            for synset in with_hyponyms(lexicon, map(lexicon.synset, entry.nouns)):
                self._by_synset[synset].append(entailment)
            for phrase in entry.phrases:
                self._by_phrase[phrase.replace(" ", "_")].append(entailment)
            for verb in entry.verbs:
                self._by_verb[verb].append(entailment)
        self._before_verbs = frozenset(verb.partition("-")[0] for verb in self._by_verb if "-" in verb)

    @property
    def phrases(self) -> frozenset[str]:
        """The phrases to look for beside WordNet's lemmas, with underscores."""
        return frozenset(self._by_phrase)

    def __call__(self, captions: Sequence[CaptionReading]) -> list[CaptionReading]:
        """The captions with what their nouns and verbs entail."""
        alone = len(captions) == 1
        peopled = any(map(self._speaks_of_people, captions))
        return [self._of_caption(caption, alone=alone, peopled=peopled) for caption in captions]

    def labels_of(self, synset: int) -> frozenset[int]:
        """The labels of what a noun in a sense may entail: senses that differ in them are not alike."""
        return frozenset(one.decision.label for found in self._by_synset.get(synset, ()) for one in found.objects)

    def _speaks_of_people(self, caption: CaptionReading) -> bool:
        tree = caption.tree
        return not _PRONOUNS.isdisjoint(tree.words) or any(
            found.decision is not None and found.decision.label == self._person and not found.candidate.flags
            for found in caption.objects
        )

    def _of_caption(self, caption: CaptionReading, *, alone: bool, peopled: bool) -> CaptionReading:
        objects, entailing = caption.objects, tuple(self.of_verbs(caption.tree))
        said = frozenset(found.decision.label for found in objects if found.decision) if alone else None
        of_nouns = [self.of_noun(caption.tree, found, said=said, peopled=peopled) for found in objects]
        if any(of_nouns):
            pairs = zip(objects, of_nouns, strict=True)
            objects = tuple(found._replace(implied=implied) for found, implied in pairs)
        if objects is caption.objects and entailing == caption.entailing:
            return caption
        return caption._replace(objects=objects, entailing=entailing)

    def of_noun(
        self, tree: Tree, found: ObjectReading, *, said: frozenset[int] | None = None, peopled: bool = True
    ) -> tuple[ImpliedObject, ...]:
        """What a noun in its sense entails; without a sense, what the phrase does.

        `said`: in the only caption of an image, the labels that it speaks of itself, be it to deny them.
        `peopled`: whether the captions of the image speak of a person.
        """
        if found.synset is None:
            entailed = self._by_phrase.get(found.lemma, ())
        else:
            entailed = self._by_synset.get(found.synset, ())
        if not entailed:
            return ()
        token = found.candidate.token
        told = _told(tree, token)
        return tuple(
            dict.fromkeys(
                implied
                for entry, objects in entailed
                if (not entry.lemmas or found.lemma.replace("_", " ") in entry.lemmas)
                and entry.unless.isdisjoint(told)
                and entry.speaks_for(tree.words)
                and (peopled or not entry.peopled or _is_said(entry.despite, tree.words))
                and (not entry.doing or _does(tree, token, entry.doing))
                and (said is not None or not entry.alone)
                and (not entry.opening or _opens(tree, token))
                and not (entry.held and self._is_held(tree, token))
                for implied in objects
                if not (entry.alone and said and implied.decision.label in said)
            )
        )

    def _is_held(self, tree: Tree, noun: int) -> bool:
        """Whether the caption names a container of the noun: "a can of soup", "cereal in a bag"."""
        over = tree.heads[noun]
        held_by = [tree.heads[over]] if tree.deps[noun] == "pobj" and tree.words[over] == "of" else []
        held_by += tree.complements(noun, "in", "inside", "from", "on")
        return any(self._holds(tree.words[holder]) for holder in held_by)

    @remembered
    def _holds(self, word: str) -> bool:
        """By one of its first senses; a shelf holds goods as they are sold."""
        senses = (
            synset for lemma in self._lexicon.base_forms(word) for synset in self._lexicon.synsets(lemma)[:3]
        )
        return word in _SHELVES or any(synset in self._containers for synset in senses)

    def of_verbs(self, tree: Tree) -> Iterator[EntailingWords]:
        """What the verbs of a caption entail, in text order; negated verbs entail nothing."""
        for token, tag in enumerate(tree.tags):
            if tag not in VERB_TAGS:
                continue
            before = _word_before(tree, token)
            entailed = self._by_form(before if before in self._before_verbs else "", tree.words[token])
            if not entailed or tree.deps[token] in ("amod", "compound") or tree.has_child(token, "neg"):
                continue
            complements = frozenset(self._complements(tree, token))
            objects = [
                implied
                for entry, of_verb in entailed
                if entry.unless.isdisjoint(complements)
                and entry.speaks_for(tree.words)
                and (not entry.opening or _opens(tree, token))
                and tree.word(token - 1) not in entry.unless
                and not (entry.complements and entry.complements.isdisjoint(complements))
                for implied in of_verb
            ]
            if objects:
                yield EntailingWords(tree.starts[token], tree.ends[token], tuple(dict.fromkeys(objects)))

    @remembered
    def _by_form(self, before: str, word: str) -> tuple[_Entailment, ...]:
        """The entries of the verbs that a word may be a form of, those too that WordNet lacks ("snowboard").

        And of those that it may be with the word before it: "blow drying".
        """
        known = frozenset(self._lexicon.base_forms(word, "v"))
        verbs = known.union(base_forms(word, "v", None, self._by_verb.__contains__))
        if before:
            verbs |= {f"{before}-{verb}" for verb in known}
        return tuple(entailment for verb in sorted(verbs) for entailment in self._by_verb.get(verb, ()))

    def _complements(self, tree: Tree, verb: int) -> Iterator[str]:
        """The lemmas of the nouns that complete a verb: its objects and those of its prepositions."""
        nouns = list(tree.children_by(verb, "dobj"))
        for preposition in tree.children_by(verb, "prep"):
            nouns.extend(tree.children_by(preposition, "pobj"))
        for noun in nouns:
            for member in tree.conjuncts(noun):
                yield from self._lexicon.base_forms(tree.words[member])


def _does(tree: Tree, noun: int, verbs: frozenset[str]) -> bool:
    """Whether a noun is the subject of one of the verbs, which parses may take for what is done to it."""
    if tree.words[noun + 1 : noun + 2] and tree.words[noun + 1] in verbs and tree.tags[noun + 1] in VERB_TAGS:
        return True
    return tree.deps[noun] == "nsubj" and tree.words[tree.heads[noun]] in verbs


def _opens(tree: Tree, token: int) -> bool:
    """Whether a caption begins with a word and goes on with where or how: "Skiing down a mountain"."""
    return token == 0 and tree.deps[token] == "ROOT" and tree.tags[1:2] in (["IN"], ["RP"])


def _told(tree: Tree, noun: int) -> set[str]:
    """The words that say of what kind a noun is, or what it is a part of, and its own."""
    told = {tree.words[noun]}
    told |= {tree.words[child] for child in tree.children_by(noun, "compound", "nmod", "amod", "poss")}
    for whole in tree.complements(noun, "of"):
        told.update(tree.words[part] for part in (whole, *tree.children_by(whole, "compound")))
    if "whose" in tree.words[:noun]:
        told.add(_word_before(tree, tree.words.index("whose")))
    first = tree.first_conjuncts[noun]
    preposition = tree.heads[first]
    if tree.deps[first] == "pobj" and tree.words[preposition] == "with":
        told.add(tree.words[tree.heads[preposition]])
    return told


def _word_before(tree: Tree, token: int) -> str:
    """The word before another, also where a hyphen joins them."""
    before = token - 2 if token > 1 and tree.words[token - 1] == "-" else token - 1
    return tree.words[before] if before >= 0 else ""


@cache
def shipped_entries() -> tuple[ImpliedEntry, ...]:
    """The entries that come with the package."""
    packaged = packaged_toml(__package__, "implied_objects.toml")
    return tuple(
        ImpliedEntry.model_validate({key: _with_shared(value, packaged["words"]) for key, value in entry.items()})
        for entry in packaged["implied"]
    )


def _with_shared(value: object, shared: Mapping[str, Sequence[str]]) -> object:
    """A list with the words of the shared lists that it names: "*away_from_play"."""
    if not isinstance(value, list):
        return value
    return [word for one in value for word in (shared[one[1:]] if one.startswith("*") else (one,))]


def _labelled(names: Sequence[str], decisions: DecisionTable, lexicon: Lexicon) -> tuple[ImpliedObject, ...]:
    found: Mapping[int, Decision | None] = {
        synset: decisions.by_synset.get(synset) for synset in map(lexicon.synset, names)
    }
    return tuple(
        ImpliedObject(synset, decision._replace(rule=Rule.IMPLIED, depth=0))
        for synset, decision in found.items()
        if decision is not None
    )
