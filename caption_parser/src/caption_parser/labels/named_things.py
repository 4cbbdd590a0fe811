"""Things of which a caption has a famous name alone: "HMS Victory at Portsmouth", "Lufthansa 747 lands"."""

from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.reading import CaptionReading, CaptionStep, EntailingWords, ImpliedObject
from caption_parser.lexicon import Lexicon
from caption_parser.syntax.flags.made_things import MadeThings
from caption_parser.syntax.names.famous_names import FamousNames, FoundName, famous_names
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import Tree
from shared_schemas import Flag, Rule

_OF_LIKENESSES = frozenset(
    """
    airfix commemorative cutaway die diecast drawing etching illustration lego lithograph papercraft playmobil
    poster print replica stamp stamps toy toys watercolor watercolour
    """.split()
)
"""One of these anywhere says that a likeness of what has the name is there: "HMS Victory, watercolour"."""
_PAINTED = frozenset({"acrylic", "gouache", "oil", "painting", "pastel", "pencil", "sketch", "tempera"})
"""Right behind a name and a comma: "Great tit, oil painting"."""
_BEHIND_NAMES = 4
_VIEWS = frozenset("dawn dusk looking seen sunrise sunset taken view views".split())
"""What one has from inside of a thing: "View from an Emirates A380"."""
_IMAGES = frozenset("image images photo photos picture pictures shot shots video".split())
_FROM = frozenset({"from", "through"})
_BEFORE_NAMES = 3
_UNSEEN = (Flag.NEGATED, Flag.DEPICTED, Flag.MODIFIER)
"""What the words of a name are flagged as that is not there; as names they all are."""


class NamedThings(CaptionStep):
    """Adds the things with such names, and asserts nothing else of their words."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._find = FamousNames(lexicon)
        self._made = MadeThings(lexicon)
        self._shown: dict[str, ImpliedObject] = {}
        for name in {told.show for told in famous_names()}:
            synset = lexicon.synset(name)
            lemmas = (lemma.lower() for lemma in lexicon.lemmas(synset))
            by_text = next((decisions.by_phrase[lemma] for lemma in lemmas if lemma in decisions.by_phrase), None)
            if (decision := decisions.by_synset.get(synset, by_text)) is not None:
                self._shown[name] = ImpliedObject(synset, decision._replace(rule=Rule.IMPLIED, depth=0))

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with these things."""
        tree = caption.tree
        found = [name for name in self._find(tree, caption.caption) if name.shows in self._shown]
        unseen = [caption.flagged[flag] for flag in _UNSEEN if flag in caption.flagged]
        for name in found:
            is_there = all(tokens.isdisjoint(name.tokens) for tokens in unseen)
            is_there = is_there and not _is_seen_from(tree, name) and not self._is_likeness(tree, name)
            caption = self._with_name(caption, tree, name, is_there=is_there)
        return caption

    def _is_likeness(self, tree: Tree, name: FoundName) -> bool:
        """Whether the words say that it is a toy, a model or a picture of what has the name."""
        shown = self._shown[name.shows]
        end = name.tokens[-1] + 1
        if tree.word(end) == "," and not _PAINTED.isdisjoint(tree.words[end + 1 : end + _BEHIND_NAMES]):
            return True
        head = ExtendedHead(name.tokens[0], end, (tree.words[end - 1],), (shown.synset,))
        return not _OF_LIKENESSES.isdisjoint(tree.words) or self._made.is_likeness(tree, head)

    def _with_name(
        self, caption: CaptionReading, tree: Tree, name: FoundName, *, is_there: bool
    ) -> CaptionReading:
        shown = self._shown[name.shows]
        inside = [found for found in caption.objects if found.candidate.token in name.tokens]
        named = [found for found in inside if found.decision and found.decision.label == shown.decision.label]
        caption = caption.with_flag(Flag.NAMED_ENTITY, {one.candidate.token for one in inside if one not in named})
        if not is_there or any(not found.candidate.flags for found in named):
            return caption
        doubted = not caption.flagged.get(Flag.UNCERTAIN, frozenset()).isdisjoint(name.tokens)
        flags = (Flag.UNCERTAIN,) if doubted else ()
        reading = EntailingWords(tree.starts[name.tokens[0]], tree.ends[name.tokens[-1]], (shown,), flags)
        return caption.with_entailing([reading])


def _is_seen_from(tree: Tree, name: FoundName) -> bool:
    """Whether a name says from where a picture was taken."""
    first = name.tokens[0]
    return any(
        tree.words[token] in _FROM
        and (tree.words[token - 1] in _IMAGES or not _VIEWS.isdisjoint(tree.words[:token]))
        for token in range(max(1, first - _BEFORE_NAMES), first)
    )
