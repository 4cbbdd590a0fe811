"""From captions as they were read to the `Mention`s of a record, with senses and attributes by name."""

from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from caption_parser.config import AttributeSet
from caption_parser.labels.findings import ImageFindings
from caption_parser.labels.own_attributes import OwnAttributes
from caption_parser.labels.reading import (
    CaptionReading,
    ImpliedObject,
    ModifierWord,
    ObjectCandidate,
    ObjectReading,
)
from caption_parser.labels.relation_writer import RelationWriter
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.phrases import ModifierKind
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import HYPHENS, QUANTIFYING_ADJECTIVES
from shared_schemas import Attribute, Flag, Mention, Relation

_SCORE_DIGITS = 4
"""Of more, the last ones depend on what was read together with a caption."""
_POS = {ModifierKind.ADJECTIVE: "a", ModifierKind.VERB: "v", ModifierKind.NOUN: "n"}


_KINDS: Mapping[AttributeSet, frozenset[ModifierKind]] = {
    AttributeSet.LOW_LEVEL: frozenset(),
    AttributeSet.ADJECTIVES: frozenset({ModifierKind.ADJECTIVE}),
    AttributeSet.VERBS: frozenset({ModifierKind.VERB}),
    AttributeSet.NOUNS: frozenset({ModifierKind.NOUN}),
    AttributeSet.ALL: frozenset(ModifierKind),
}


class _Sense(NamedTuple):
    name: str | None
    key: str | None
    is_group: bool
    """It names many ("a crowd"): "one" of it is no count of its members."""


_NO_SENSE = _Sense(None, None, is_group=False)


class AttributeNamer:
    """The name of the attribute that a modifier states."""

    def __init__(
        self,
        names: Mapping[str, str],
        lexicon: Lexicon,
        attribute_set: AttributeSet = AttributeSet.LOW_LEVEL,
        *,
        quantities: bool = False,
    ) -> None:
        """`names`: name of an attribute of the label space by each of its spellings.

        `quantities`: whether adjectives that only say how many or which are attributes of the wider sets.
        """
        self._left_out = frozenset[str]() if quantities else QUANTIFYING_ADJECTIVES
        self._names = {spelling.lower(): name for spelling, name in names.items()}
        self._lexicon = lexicon
        self._kinds = _KINDS[attribute_set]
        self._low_level = attribute_set in (AttributeSet.LOW_LEVEL, AttributeSet.ALL)

    def __call__(self, word: str, kind: ModifierKind) -> str | None:
        """The name of a lower-cased modifier: the label space's, or else its lemma; none: it is no attribute."""
        return self._named(word, kind)

    def of_two(self, first: str, second: str) -> str | None:
        """The name of the attribute that two words state, with a hyphen or without; none: no attribute."""
        return self._names.get(f"{first}-{second}") if self._low_level else None

    @remembered
    def _named(self, word: str, kind: ModifierKind) -> str | None:
        name = self._names.get(word)
        if kind in self._kinds and word not in self._left_out:
            return name or self._lemma(word, _POS[kind])
        return name if self._low_level else None

    def _lemma(self, word: str, pos: str) -> str:
        """The last base form is the most reduced: of "parked" it is "park"."""
        return (self._lexicon.base_forms(word, pos) or (word,))[-1].replace("_", " ")


class MentionWriter:
    """Writes what was read of the captions of an image."""

    def __init__(
        self,
        attribute_name: AttributeNamer,
        lexicon: Lexicon,
        *,
        own_attributes: OwnAttributes | None = None,
        keep_unlabelled: bool = False,
        write_relations: RelationWriter | None = None,
    ) -> None:
        """`own_attributes` tells which modifiers describe the object itself; none: all do.

        `keep_unlabelled`: also write the objects that got no label.

        `write_relations`: also write what mentions are to each other.
        """
        self._attribute_name = attribute_name
        self._lexicon = lexicon
        self._own_attributes = own_attributes
        self._keep_unlabelled = keep_unlabelled
        self._write_relations = write_relations

    def __call__(self, captions: Sequence[CaptionReading]) -> ImageFindings:
        """The mentions of all captions of one image, in the order of their text, and their relations."""
        mentions: list[Mention] = []
        relations: list[Relation] = []
        for index, caption in enumerate(captions):
            found = sorted(self._mentions(index, caption), key=attrgetter("start"))
            if self._write_relations is not None and found:
                relations += self._write_relations(caption, found, len(mentions))
            mentions += found
        return ImageFindings(tuple(mentions), tuple(relations))

    def _mentions(self, index: int, caption: CaptionReading) -> Iterator[Mention]:
        text = caption.caption
        for found in caption.objects:
            candidate = found.candidate
            if found.decision is not None or self._keep_unlabelled:
                yield self._named(index, caption.tree, found)
            for entailed in found.implied:
                words = text[candidate.start : candidate.end]
                yield self._implied(index, words, candidate.start, entailed, candidate.flags)
        for words_at in caption.entailing:
            words = text[words_at.start : words_at.end]
            for entailed in words_at.implied:
                yield self._implied(index, words, words_at.start, entailed, words_at.flags)

    def _named(self, caption: int, tree: Tree, found: ObjectReading) -> Mention:
        """The mention of an object that the caption names."""
        candidate, choice, decision = found.candidate, found.choice, found.decision
        sense = self._sense_of(choice.synset, candidate.lemmas) if choice else _NO_SENSE
        count, at_least = _instances(candidate, is_group=sense.is_group and decision is not None)
        return Mention(
            caption=caption,
            start=candidate.start,
            end=candidate.end,
            head=candidate.head,
            extended_head=found.lemma.replace("_", " "),
            synset=sense.name,
            sense_key=sense.key,
            route=choice.route if choice else None,
            score=None if choice is None or choice.score is None else round(choice.score, _SCORE_DIGITS),
            rule=decision.rule if decision else None,
            depth=decision.depth if decision else None,
            label=decision.label if decision else None,
            attributes=self._attributes(tree, found) if candidate.modifiers else (),
            count=count,
            at_least=at_least,
            flags=candidate.flags,
            phrase_start=candidate.phrase_start,
            phrase_end=candidate.phrase_end,
        )

    def _implied(
        self, caption: int, evidence: str, start: int, entailed: ImpliedObject, flags: tuple[Flag, ...] = ()
    ) -> Mention:
        """The mention of an object that the words `evidence` at `start` entail, flagged as they are."""
        lemma = self._lexicon.lemmas(entailed.synset)[0]
        return Mention(
            caption=caption,
            start=start,
            end=start + len(evidence),
            head=evidence,
            extended_head=lemma.replace("_", " "),
            synset=self._lexicon.name(entailed.synset),
            sense_key=self._lexicon.sense_key(entailed.synset, lemma),
            rule=entailed.decision.rule,
            label=entailed.decision.label,
            flags=flags,
        )

    def _attributes(self, tree: Tree, found: ObjectReading) -> tuple[Attribute, ...]:
        named = [
            (modifier, name)
            for modifier in found.candidate.modifiers
            if (name := self._name_of(tree, modifier)) is not None
        ]
        if named and self._own_attributes is not None:
            own = set(self._own_attributes(tree, found))
            named = [one for one in named if one[0] in own]
        return tuple([Attribute(name=name, start=one.start, end=one.end) for one, name in named])

    def _name_of(self, tree: Tree, modifier: ModifierWord) -> str | None:
        """The attribute of a modifier, by itself or with the word before it: "multi-colored"."""
        name = self._attribute_name(modifier.word, modifier.kind)
        if name is None and (token := tree.starts.index(modifier.start)) > 1:
            before = tree.words[token - 2 if tree.words[token - 1] in HYPHENS else token - 1]
            name = self._attribute_name.of_two(before, modifier.word)
        return name

    @remembered
    def _sense_of(self, synset: int, lemmas: tuple[str, ...]) -> _Sense:
        lexicon = self._lexicon
        lemma = next((lemma for lemma in lemmas if synset in lexicon.synsets(lemma)), None)
        return _Sense(
            name=lexicon.name(synset),
            key=lexicon.sense_key(synset, lemma) if lemma else None,
            is_group=lexicon.lexname(synset) == "noun.group",
        )


def _instances(candidate: ObjectCandidate, *, is_group: bool) -> tuple[int | None, int | None]:
    """The stated number of instances, or else the least; of a group's members, not of groups.

    "A crowd" and "two families" are two persons at least; "two people" are two, for that has no singular.
    """
    instances = candidate.instances or 0
    if not is_group or Flag.MODIFIER in candidate.flags:
        return candidate.instances, candidate.at_least
    is_plural_only = candidate.head.lower() == candidate.lemmas[0]
    return (instances, None) if is_plural_only and instances > 1 else (None, max(2, instances))
