"""Why one caption gets the labels it gets: every token, every noun, every sense, every drop."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import lru_cache
from html import escape

from caption_parser.captions import ImageCaptions
from caption_parser.config import ParserConfig
from caption_parser.labels.decisions import Decision
from caption_parser.labels.reading import CaptionReading, ObjectReading
from caption_parser.labels.synset_labeller import sense_query
from caption_parser.labels.usual_senses import senses_of_name
from caption_parser.modes import Mode
from caption_parser.pipeline import CaptionParser
from caption_parser.readers.checks import one_caption
from caption_parser.syntax.noun_phrases import phrase_heads, why_not_object
from caption_parser.syntax.phrases import NounPhrase
from shared_runtime.errors import UsageError
from shared_runtime.wording import counted
from shared_schemas import ImageLabels, LabelSpace, Route, Rule
from shared_schemas.errors import shown
from shared_schemas.label_space_file import load_label_space
from shared_schemas.notebook_view import class_words, record_html

_WHY = {
    Route.UNDISPUTED: "all senses mean this class, and the first stands for them",
    Route.PRIOR: "captions mean this so often that no model was asked",
}
"""Why a sense decided that is not the likeliest by the model."""


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
    """It decided the label; of a noun without one, it is the likeliest."""
    score: float | None = None
    """Its probability by the sense model with the caption prior; none: nothing scores senses."""
    why: str | None = None
    """Of the chosen one, where another is likelier: what decided."""


@dataclass(frozen=True, slots=True)
class NounLine:
    """What became of one head noun, or of words that entail an object ("surfing": a surfboard)."""

    phrase: str
    extended_head: str | None
    modifiers: tuple[str, ...]
    count: int | None
    senses: tuple[SenseLine, ...]
    outcome: str
    """The class and the rule that led to it, or why the noun was dropped."""
    no_attributes: str = ""
    """Which of the modifiers of a labelled noun are no attributes of it, and why."""

    @property
    def chosen(self) -> str:
        """The sense that was chosen, "cat.n.01: feline mammal …"; empty: none."""
        return next((f"{sense.synset}: {sense.definition}" for sense in self.senses if sense.chosen), "")


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """A part of the caption that was parsed apart."""

    text: str
    dropped: str | None
    """Why it was not read; none: it was."""


@dataclass(frozen=True, slots=True)
class RelationLine:
    """What the caption says of two of its nouns."""

    subject: str
    predicate: str
    object: str
    text: str
    """The words that say so."""
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Explanation:
    """The whole way from one caption to its labels; `print` shows it in short, a notebook as a table."""

    caption: str
    tokens: tuple[TokenLine, ...]
    nouns: tuple[NounLine, ...]
    labels: ImageLabels
    segments: tuple[SegmentLine, ...] = ()
    """None: the caption was read as one."""
    relations: tuple[RelationLine, ...] = ()

    def __repr__(self) -> str:
        return f"<Explanation of {shown(self.caption)}: {'; '.join(self._by_kind())}>"

    def __str__(self) -> str:
        lines = [self.caption, *(f"  {line}" for line in self._by_kind())]
        lines += [f"not read: {one.text} ({one.dropped})" for one in self.segments if one.dropped]
        return "\n".join([*lines, *(f"{noun.phrase} → {noun.outcome}" for noun in self.nouns)])

    def _by_kind(self) -> Iterator[str]:
        for kind, classes in (("foreground", self.labels.foreground), ("background", self.labels.background)):
            yield f"{kind}: {', '.join(map(class_words, classes)) or 'none'}"

    def _repr_html_(self) -> str:
        """The record, then what became of each noun."""
        heads = "".join(f"<th>{name}</th>" for name in ("noun", "sense", "outcome"))
        rows = "".join(
            "<tr>"
            + "".join(f"<td>{escape(cell)}</td>" for cell in (noun.phrase, noun.chosen, noun.outcome))
            + "</tr>"
            for noun in self.nouns
        )
        return f"<div>{record_html(self.labels)}<table><tr>{heads}</tr>{rows}</table></div>"


def explain(caption: str, config: ParserConfig | None = None) -> Explanation:
    """Follow one caption through the corridor; the models of the last configuration stay loaded.

    Raises `UsageError` for what is no caption, and for a labeller that matches strings: it has no parse to show.
    """
    (explanation,) = explain_each([one_caption(caption, "explain")], config)
    return explanation


def explain_each(captions: Iterable[str], config: ParserConfig | None = None) -> Iterator[Explanation]:
    """`explain` of several captions, each on its own, with models that are loaded once."""
    config = config or ParserConfig()
    wanted = {"keep_unlabelled": True, "relations": config.relations or config.mode is Mode.VISUAL}
    config = config.model_copy(update=wanted)
    if config.labeller != "synsets":
        raise UsageError(f"explain shows a parse, and --labeller {config.labeller} makes none. Leave it out.")
    parser = _parser_of(config, load_label_space(config.uses_label_space))
    for caption in captions:
        yield explain_with(parser, caption)


@lru_cache(maxsize=1)
def _parser_of(config: ParserConfig, _label_space: LabelSpace) -> CaptionParser:
    """The parser of the last call, unless the file of its label space says something else now."""
    return CaptionParser(config)


def explain_with(parser: CaptionParser, caption: str) -> Explanation:
    """`explain` with a parser that is already loaded and keeps unlabelled mentions."""
    image = ImageCaptions(1, (caption,))
    labeller = parser.synsets.labeller
    ((reading,),) = labeller.read([image])
    labels = parser.record(image, labeller.write([reading]))
    return Explanation(
        caption=caption,
        tokens=tuple(_token_lines(reading)),
        nouns=(*_noun_lines(parser, reading, labels), *_entailing_lines(parser, reading)),
        labels=labels,
        segments=tuple(_segment_lines(reading)),
        relations=tuple(_relation_lines(labels)),
    )


def _segment_lines(reading: CaptionReading) -> Iterator[SegmentLine]:
    segments = reading.segments
    if len(segments) > 1 or any(segment.dropped for segment in segments):
        for segment in segments:
            yield SegmentLine(reading.caption[segment.start : segment.end].strip(), segment.dropped)


def _relation_lines(labels: ImageLabels) -> Iterator[RelationLine]:
    (caption,) = labels.captions
    for relation in labels.relations:
        subject, target = labels.mentions[relation.subject], labels.mentions[relation.object]
        yield RelationLine(
            caption[subject.start : subject.end],
            relation.predicate,
            caption[target.start : target.end],
            caption[relation.start : relation.end],
            relation.flags,
        )


def _token_lines(reading: CaptionReading) -> Iterator[TokenLine]:
    tree = reading.tree
    words = [reading.caption[start:end] for start, end in zip(tree.starts, tree.ends, strict=True)]
    for word, tag, dep, head in zip(words, tree.tags, tree.deps, tree.heads, strict=True):
        yield TokenLine(word, tag, dep, words[head])


def _noun_lines(parser: CaptionParser, reading: CaptionReading, labels: ImageLabels) -> Iterator[NounLine]:
    tree, rules = reading.tree, parser.config.rules
    given = {(m.start, attribute.start) for m in labels.mentions for attribute in m.attributes}
    phrases = {phrase.head: phrase for phrase in reading.phrases}
    objects = {found.candidate.token: found for found in reading.objects}
    scores = _sense_scores(parser, reading)
    for noun in sorted({*phrases, *phrase_heads(tree, rules)}):
        if noun in phrases:
            lines = tuple(_sense_lines(parser, phrases[noun], objects.get(noun), scores.get(noun, {})))
            found = objects.get(noun)
            line = _phrase_line(reading, phrases[noun], lines, _outcome(parser, phrases[noun], found))
            yield replace(line, no_attributes=_no_attributes(parser, found, given))
        else:
            reason = f"dropped: {why_not_object(tree, noun, rules)}"
            yield NounLine(_text(reading, noun, noun + 1), None, (), None, (), reason)


def _no_attributes(parser: CaptionParser, found: ObjectReading | None, given: Set[tuple[int, int]]) -> str:
    """Why modifiers of a labelled noun are none of its attributes, in one line; empty: all are."""
    if found is None or found.decision is None:
        return ""
    reasons: dict[str, list[str]] = {}
    for word, _, start, _ in found.candidate.modifiers:
        if (found.candidate.start, start) not in given:
            listed = word in parser.label_space.attribute_names
            reason = "said of something else" if listed else f"no attributes of {parser.label_space.name}"
            reasons.setdefault(reason, []).append(word)
    return "; ".join(f"{', '.join(words)}: {reason}" for reason, words in reasons.items())


def _entailing_lines(parser: CaptionParser, reading: CaptionReading) -> Iterator[NounLine]:
    for words in reading.entailing:
        outcome = "; ".join(_decided(parser, entailed.decision) for entailed in words.implied)
        yield NounLine(reading.caption[words.start : words.end], None, (), None, (), outcome)


def _sense_scores(parser: CaptionParser, reading: CaptionReading) -> dict[int, Mapping[int, float]]:
    """Head noun → synset → its probability by the model, whether the labels depend on it or not.

    Of every ambiguous word all senses that WordNet lists, those too that the label space denies.
    """
    listed = {phrase.head: phrase.extended_head.synsets for phrase in reading.phrases if phrase.extended_head}
    asked = [
        found.candidate._replace(synsets=listed[found.candidate.token])
        for found in reading.objects
        if len(listed[found.candidate.token]) > 1
    ]
    choices = parser.synsets.disambiguator(ask_all=True).disambiguate([sense_query(reading, one) for one in asked])
    return {
        one.token: dict(zip(one.synsets, choice.distribution, strict=True))
        for one, choice in zip(asked, choices, strict=True)
        if choice.distribution
    }


def _phrase_line(
    reading: CaptionReading, phrase: NounPhrase, senses: tuple[SenseLine, ...], outcome: str
) -> NounLine:
    head = phrase.extended_head
    return NounLine(
        phrase=_text(reading, phrase.start, phrase.end),
        extended_head=head.lemmas[0].replace("_", " ") if head else None,
        modifiers=tuple(_text(reading, token, token + 1) for token, _ in phrase.modifiers),
        count=phrase.instances,
        senses=senses,
        outcome=outcome,
    )


def _outcome(parser: CaptionParser, phrase: NounPhrase, found: ObjectReading | None) -> str:
    if phrase.extended_head is None:
        return "dropped: not in WordNet"
    if found is None:
        return "dropped: part of another name"
    decisions = [found.decision] if found.decision else []
    name = "; ".join(
        _decided(parser, one) for one in (*decisions, *(entailed.decision for entailed in found.implied))
    )
    if not name:
        return "dropped: no class of the label space"
    blocked = [flag for flag in phrase.flags if flag in parser.config.blocking_flags]
    return f"not asserted, {', '.join(blocked)}: {name}" if blocked else name


def _decided(parser: CaptionParser, decision: Decision) -> str:
    steps = f", {counted(decision.depth, 'step')} up" if decision.depth else ""
    return f"{parser.label_space.by_id[decision.label].name} ({decision.rule}{steps})"


def _sense_lines(
    parser: CaptionParser, phrase: NounPhrase, found: ObjectReading | None, scores: Mapping[int, float]
) -> Iterator[SenseLine]:
    lexicon = parser.synsets.lexicon
    chosen, why = _chosen(parser, found, scores) if found else (None, None)
    for synset in (phrase.extended_head.synsets or _of_name(parser, found)) if phrase.extended_head else ():
        decision = parser.synsets.decisions.by_synset.get(synset)
        yield SenseLine(
            synset=lexicon.name(synset),
            definition=lexicon.definition(synset),
            label=parser.label_space.by_id[decision.label].name if decision else None,
            rule=decision.rule if decision else None,
            chosen=synset == chosen,
            score=scores.get(synset),
            why=why if synset == chosen else None,
        )


def _of_name(parser: CaptionParser, found: ObjectReading | None) -> tuple[int, ...]:
    """Of a word that names a class which has nothing else, what it may mean: some of it is the class's."""
    decision = found.decision if found else None
    if decision is None or decision.rule is not Rule.PHRASE:
        return ()
    label = parser.label_space.by_id[decision.label]
    return senses_of_name(label, parser.synsets.lexicon) if label.is_named_alone else ()


def _chosen(
    parser: CaptionParser, found: ObjectReading, scores: Mapping[int, float]
) -> tuple[int | None, str | None]:
    """The sense that decided the label, or else the likeliest; and why it is another than the likeliest."""
    if found.choice is None or not scores:
        return found.synset, None
    decisions = parser.synsets.decisions.by_synset
    likeliest = max(scores, key=lambda synset: scores[synset])
    decided = decisions.get(found.choice.synset)
    asked_for = found.choice.route is not Route.UNDISPUTED or decided is not None
    if not asked_for or (found.decision is not None and found.decision != decided):
        # No class depends on the sense, or the class was found by something else.
        return likeliest, None
    if scores.get(found.choice.synset, 0.0) >= scores[likeliest]:
        return found.choice.synset, None
    return found.choice.synset, _WHY.get(found.choice.route, "several senses of its class together are likelier")


def _text(reading: CaptionReading, start: int, end: int) -> str:
    """The tokens from `start` to `end` as written."""
    return reading.caption[reading.tree.starts[start] : reading.tree.ends[end - 1]]
