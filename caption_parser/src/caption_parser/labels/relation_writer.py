"""From the relations of a parse to those of a record: between mentions, in characters, with flags."""

from collections.abc import Iterator, Sequence

from caption_parser.labels.reading import CaptionReading
from caption_parser.syntax.relations.finder import RelationFinder
from caption_parser.syntax.relations.pronouns import RECIPROCAL
from shared_schemas import Flag, Mention, Relation, Rule

_INHERITED = tuple(flag for flag in Flag if flag is not Flag.PART)


class RelationWriter:
    """Writes what a caption says of its mentions towards each other."""

    def __init__(self, find_relations: RelationFinder) -> None:
        self._find_relations = find_relations

    def __call__(self, caption: CaptionReading, mentions: Sequence[Mention], before: int) -> Iterator[Relation]:
        """The relations between the `mentions` of a caption, before which the record has so many others."""
        if len(mentions) < 2 and RECIPROCAL.isdisjoint(caption.tree.words):
            return
        named = {
            mention.start: index for index, mention in enumerate(mentions) if mention.rule is not Rule.IMPLIED
        }
        index_of = {
            found.candidate.token: named[found.candidate.start]
            for found in caption.objects
            if found.candidate.start in named
        }
        phrases = [phrase for phrase in caption.phrases if phrase.head in index_of]
        starts, ends = caption.tree.starts, caption.tree.ends
        for found in self._find_relations(caption.tree, phrases):
            subject, target = index_of[found.subject], index_of[found.object]
            if subject == target and found.subject != found.object:
                continue  # two nouns of one name: "computer screens" have no computer
            start, end = starts[found.start], ends[found.end - 1]
            both = mentions[subject], mentions[target]
            flags = {*both[0].flags, *both[1].flags}
            if found.negated:
                flags.add(Flag.NEGATED)
            yield Relation(
                subject=before + subject,
                predicate=found.predicate,
                object=before + target,
                start=start,
                end=end,
                phrase_start=min(start, *(_first(mention) for mention in both)),
                phrase_end=max(end, *(mention.end for mention in both)),
                flags=tuple(flag for flag in _INHERITED if flag in flags) if flags else (),
            )


def _first(mention: Mention) -> int:
    return mention.start if mention.phrase_start is None else mention.phrase_start
