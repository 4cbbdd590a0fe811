"""From an object candidate with its sense and its label to the `Mention` of a record."""

from functools import lru_cache
from typing import NamedTuple

from caption_parser.labels.attributes import AttributeNamer
from caption_parser.labels.decisions import Decision
from caption_parser.labels.implied import ImpliedObject
from caption_parser.labels.objects import ObjectCandidate
from caption_parser.lexicon import Lexicon
from caption_parser.senses import SenseChoice
from shared_schemas import Attribute, Flag, Mention

_CACHED_SENSES = 1 << 16


class _Sense(NamedTuple):
    name: str | None
    key: str | None
    is_group: bool
    """It names many ("a crowd"): "one" of it is no count of its members."""


_NO_SENSE = _Sense(None, None, is_group=False)


class MentionWriter:
    """Describes senses by name and key, and attributes by the names of the label space."""

    def __init__(self, attribute_name: AttributeNamer, lexicon: Lexicon) -> None:
        self._attribute_name = attribute_name
        self._lexicon = lexicon
        self._sense_of = lru_cache(_CACHED_SENSES)(self._describe_sense)

    def named(
        self, caption: int, candidate: ObjectCandidate, choice: SenseChoice | None, decision: Decision | None
    ) -> Mention:
        """The mention of an object that the caption names."""
        sense = self._sense_of(choice.synset, candidate.lemmas) if choice else _NO_SENSE
        count, at_least = _instances(candidate, is_group=sense.is_group and decision is not None)
        return Mention(
            caption=caption,
            start=candidate.start,
            end=candidate.end,
            head=candidate.head,
            extended_head=candidate.lemmas[0].replace("_", " "),
            synset=sense.name,
            sense_key=sense.key,
            route=choice.route if choice else None,
            score=choice.score if choice else None,
            rule=decision.rule if decision else None,
            depth=decision.depth if decision else None,
            label=decision.label if decision else None,
            attributes=self._attributes(candidate),
            count=count,
            at_least=at_least,
            flags=candidate.flags,
            phrase_start=candidate.phrase_start,
            phrase_end=candidate.phrase_end,
        )

    def implied(
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

    def _attributes(self, candidate: ObjectCandidate) -> tuple[Attribute, ...]:
        return tuple(
            Attribute(name=name, start=modifier.start, end=modifier.end)
            for modifier in candidate.modifiers
            if (name := self._attribute_name(modifier.word, modifier.kind)) is not None
        )

    def _describe_sense(self, synset: int, lemmas: tuple[str, ...]) -> _Sense:
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
