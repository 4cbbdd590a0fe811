"""Things of which a caption has a famous name alone: "HMS Victory at Portsmouth", "Lufthansa 747 lands"."""

from collections.abc import Sequence

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.reading import CaptionReading, ImpliedObject, ObjectReading, VerbReading
from caption_parser.lexicon import Lexicon
from caption_parser.syntax.flags.absence import absent_nouns
from caption_parser.syntax.flags.depiction import DepictionFinder
from caption_parser.syntax.flags.depiction_words import DepictionWords
from caption_parser.syntax.flags.negation import negated_nouns
from caption_parser.syntax.names.famous_names import FamousNames, FoundName, famous_names
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag, Rule


class NamedThings:
    """Adds the things with such names, and asserts nothing else of their words; a `LabelStep`."""

    phrases: frozenset[str] = frozenset()

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._find = FamousNames(lexicon)
        self._depicted = DepictionFinder(DepictionWords.of(lexicon))
        self._shown: dict[str, ImpliedObject] = {}
        for name in {told.show for told in famous_names()}:
            synset = lexicon.synset(name)
            lemmas = (lemma.lower() for lemma in lexicon.lemmas(synset))
            by_text = next((decisions.by_phrase[lemma] for lemma in lemmas if lemma in decisions.by_phrase), None)
            if (decision := decisions.by_synset.get(synset, by_text)) is not None:
                self._shown[name] = ImpliedObject(synset, decision._replace(rule=Rule.IMPLIED, depth=0))

    def __call__(self, captions: Sequence[CaptionReading]) -> list[CaptionReading]:
        """The captions with these things beside what their verbs entail."""
        return [self._of_caption(caption) for caption in captions]

    def _of_caption(self, caption: CaptionReading) -> CaptionReading:
        tree = caption.tree
        found = [name for name in self._find(tree, caption.caption) if name.shows in self._shown]
        if not found:
            return caption
        unseen = self._depicted(tree) | absent_nouns(tree) | negated_nouns(tree)
        for name in found:
            caption = self._with_name(caption, tree, name, is_there=unseen.isdisjoint(name.tokens))
        return caption

    def _with_name(
        self, caption: CaptionReading, tree: Tree, name: FoundName, *, is_there: bool
    ) -> CaptionReading:
        shown = self._shown[name.shows]
        inside = [found for found in caption.objects if found.candidate.token in name.tokens]
        named = [found for found in inside if found.decision and found.decision.label == shown.decision.label]
        objects = tuple(
            _as_a_name(found) if found in inside and found not in named else found for found in caption.objects
        )
        caption = caption._replace(objects=objects)
        if not is_there or any(not found.candidate.flags for found in named):
            return caption
        reading = VerbReading(tree.starts[name.tokens[0]], tree.ends[name.tokens[-1]], (shown,))
        return caption._replace(verbs=(*caption.verbs, reading))


def _as_a_name(found: ObjectReading) -> ObjectReading:
    """A word of a name, which names nothing by itself: the queen of the "MS Queen Elizabeth"."""
    flags = {*found.candidate.flags, Flag.NAMED_ENTITY}
    return found._replace(candidate=found.candidate._replace(flags=tuple(flag for flag in Flag if flag in flags)))
