"""Why one caption gets the labels it gets: every token, every noun, every sense, every drop."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from spacy.tokens import Doc

from caption_parser.config import ParserConfig
from caption_parser.labels.labeller import ImageCaptions
from caption_parser.labels.objects import ObjectCandidate, object_candidates
from caption_parser.lexicon import default_lexicon
from caption_parser.pipeline import CaptionParser
from caption_parser.senses import SenseQuery
from caption_parser.syntax.noun_phrases import phrase_heads, why_not_object
from caption_parser.syntax.phrases import ExtendedHead, NounPhrase
from caption_parser.syntax.tree import Tree
from shared_runtime.errors import UsageError
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
    score: float | None = None
    """Its probability by the sense model with the caption prior; none: nothing scores senses."""


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
    found = _Found(
        {(mention.start, mention.end): mention for mention in labels.mentions},
        _sense_scores(parser, caption, object_candidates(caption, tree, phrases)),
    )
    return Explanation(
        caption=caption,
        tokens=tuple(TokenLine(t.text, t.tag_, t.dep_, t.head.text) for t in doc),
        nouns=tuple(_explain_nouns(parser, doc, tree, phrases, found)),
        labels=labels,
    )


_Span = tuple[int, int]
"""Of an extended head, in characters."""


_NO_SCORES: Mapping[int, float] = {}


class _Found(NamedTuple):
    """What the corridor made of the caption."""

    mentions: Mapping[_Span, Mention]
    scores: Mapping[_Span, Mapping[int, float]]
    """The probability of each synset."""


def _sense_scores(
    parser: CaptionParser, caption: str, candidates: Iterable[ObjectCandidate]
) -> dict[_Span, dict[int, float]]:
    """What the model says of every ambiguous word, whether the labels depend on it or not."""
    ambiguous = [candidate for candidate in candidates if len(candidate.synsets) > 1]
    queries = [SenseQuery(caption, c.start, c.first_token_end, c.lemmas[0], c.synsets) for c in ambiguous]
    choices = parser.disambiguator(ask_all=True).disambiguate(queries)
    return {
        (candidate.start, candidate.end): dict(zip(candidate.synsets, choice.distribution, strict=True))
        for candidate, choice in zip(ambiguous, choices, strict=True)
        if choice.distribution
    }


def _explain_nouns(
    parser: CaptionParser, doc: Doc, tree: Tree, phrases: tuple[NounPhrase, ...], found: _Found
) -> Iterator[NounLine]:
    rules = parser.parse_phrases.rules
    by_head = {phrase.head: phrase for phrase in phrases}
    for noun in sorted({*by_head, *phrase_heads(tree, rules)}):
        if noun in by_head:
            yield _explain_phrase(parser, doc, by_head[noun], found)
        else:
            yield NounLine(doc[noun].text, None, (), None, (), f"dropped: {why_not_object(tree, noun, rules)}")


def _explain_phrase(parser: CaptionParser, doc: Doc, phrase: NounPhrase, found: _Found) -> NounLine:
    head = phrase.extended_head
    mention, scores = None, _NO_SCORES
    if head is not None:
        span = doc[head.start : head.end]
        place = (span.start_char, span.end_char)
        mention, scores = found.mentions.get(place), found.scores.get(place, {})
    return NounLine(
        phrase=phrase.span(doc).text,
        extended_head=head.lemmas[0].replace("_", " ") if head else None,
        modifiers=tuple(doc[modifier.token].text for modifier in phrase.modifiers),
        count=phrase.instances,
        senses=tuple(_sense_lines(parser, head.synsets, mention, scores)) if head else (),
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


def _sense_lines(
    parser: CaptionParser, synsets: tuple[int, ...], mention: Mention | None, scores: Mapping[int, float]
) -> Iterator[SenseLine]:
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
            score=scores.get(synset),
        )
