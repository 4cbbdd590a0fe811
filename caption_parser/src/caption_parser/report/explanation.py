"""Why one caption gets the labels it gets: every token, every noun, every sense, every drop."""

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from caption_parser.config import ParserConfig
from caption_parser.errors import UsageError
from caption_parser.labels.labeller import ImageCaptions
from caption_parser.lexicon import default_lexicon
from caption_parser.pipeline import CaptionParser
from caption_parser.syntax.noun_phrases import phrase_heads, why_not_object
from caption_parser.syntax.phrases import ExtendedHead, NounPhrase
from caption_parser.syntax.tree import Tree
from shared_schemas import ImageLabels, Mention


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One token of the parse."""

    text: str
    tag: str
    dep: str
    head: str


@dataclass(frozen=True, slots=True)
class SenseLine:
    """A sense that was considered, with the label it would lead to."""

    synset: str
    definition: str
    label: str | None
    rule: str | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class NounLine:
    """What became of one head noun."""

    phrase: str
    extended_head: str | None
    modifiers: tuple[str, ...]
    count: int | None
    senses: tuple[SenseLine, ...]
    outcome: str
    """The class and the rule that led to it, or why the noun was dropped."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole way from one caption to its labels."""

    caption: str
    tokens: tuple[TokenLine, ...]
    nouns: tuple[NounLine, ...]
    labels: ImageLabels


def explain(caption: str, config: ParserConfig | None = None) -> Explanation:
    """Follow one caption through the corridor.

    Raises `UsageError` for a labeller that matches strings: it has no parse to show.
    """
    config = (config or ParserConfig()).model_copy(update={"keep_unlabelled": True})
    if config.labeller != "synsets":
        raise UsageError(f"explain shows a parse, and --labeller {config.labeller} makes none. Leave it out.")
    return explain_with(CaptionParser(config), caption)


def explain_with(parser: CaptionParser, caption: str) -> Explanation:
    """`explain` with a parser that is already loaded and keeps unlabelled mentions."""
    (labels,) = parser.label_images([ImageCaptions(1, (caption,))])
    doc = parser.nlp(caption)
    tree, phrases = parser.parse_phrases(doc)
    mentions = {(mention.start, mention.end): mention for mention in labels.mentions}
    return Explanation(
        caption=caption,
        tokens=tuple(TokenLine(t.text, t.tag_, t.dep_, t.head.text) for t in doc),
        nouns=tuple(_explain_nouns(parser, doc, tree, phrases, mentions)),
        labels=labels,
    )


_MentionsBySpan = dict[tuple[int, int], Mention]


def _explain_nouns(
    parser: CaptionParser, doc: Doc, tree: Tree, phrases: tuple[NounPhrase, ...], mentions: _MentionsBySpan
) -> Iterator[NounLine]:
    rules = parser.parse_phrases.rules
    by_head = {phrase.head: phrase for phrase in phrases}
    for noun in sorted({*by_head, *phrase_heads(tree, rules)}):
        if noun in by_head:
            yield _explain_phrase(parser, doc, by_head[noun], mentions)
        else:
            yield NounLine(doc[noun].text, None, (), None, (), f"dropped: {why_not_object(tree, noun, rules)}")


def _explain_phrase(parser: CaptionParser, doc: Doc, phrase: NounPhrase, mentions: _MentionsBySpan) -> NounLine:
    head = phrase.extended_head
    mention = None
    if head is not None:
        span = doc[head.start : head.end]
        mention = mentions.get((span.start_char, span.end_char))
    return NounLine(
        phrase=phrase.span(doc).text,
        extended_head=head.lemmas[0].replace("_", " ") if head else None,
        modifiers=tuple(doc[modifier.token].text for modifier in phrase.modifiers),
        count=phrase.instances,
        senses=tuple(_sense_lines(parser, head.synsets, mention)) if head else (),
        outcome=_outcome(parser, head, mention),
    )


def _outcome(parser: CaptionParser, head: ExtendedHead | None, mention: Mention | None) -> str:
    if head is None:
        return "dropped: not in WordNet"
    if mention is None:
        return "dropped: part of another name"
    if mention.label is None:
        return "dropped: no class of the label space"
    steps = f", {mention.depth} steps up" if mention.depth else ""
    name = f"{parser.label_space.by_id[mention.label].name} ({mention.rule}{steps})"
    blocked = [flag for flag in mention.flags if flag in parser.config.blocking_flags]
    return f"not asserted, {', '.join(blocked)}: {name}" if blocked else name


def _sense_lines(parser: CaptionParser, synsets: tuple[int, ...], mention: Mention | None) -> Iterator[SenseLine]:
    lexicon = default_lexicon()
    for synset in synsets:
        name = lexicon.name(synset)
        decision = parser.decisions.by_synset.get(synset)
        yield SenseLine(
            synset=name,
            definition=lexicon.definition(synset),
            label=parser.label_space.by_id[decision.label].name if decision else None,
            rule=decision.rule if decision else None,
            chosen=mention is not None and mention.synset == name,
        )
