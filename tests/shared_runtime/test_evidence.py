"""Captions cut into segments by the spans that lie on them."""

from hypothesis import given
from hypothesis import strategies as st

from shared_runtime.html_page.evidence import (
    ClassName,
    Segment,
    Span,
    caption_evidence,
    describe,
    segments,
    spans_of,
)
from shared_schemas import Attribute, Flag, ImageLabels, Kind, Mention, Route, Rule

NAMES = {1: ClassName("cat", Kind.FOREGROUND), 2: ClassName("grass", Kind.BACKGROUND)}


def mention(start: int, end: int, **fields: object) -> Mention:
    return Mention.model_validate(
        {"caption": 0, "start": start, "end": end, "head": "x", "extended_head": "x"} | fields
    )


def test_segments_of_overlapping_spans() -> None:
    text = "a black cat on grass"
    spans = [
        Span(2, 11, "foreground", "cat"),
        Span(2, 7, "attribute", "black"),
        Span(15, 20, "background", "grass"),
    ]
    assert segments(text, spans) == (
        Segment("a ", "", ""),
        Segment("black", "foreground attribute", "cat; black"),
        Segment(" cat", "foreground", "cat"),
        Segment(" on ", "", ""),
        Segment("grass", "background", "grass"),
    )


def test_spans_beyond_the_caption_are_cut() -> None:
    assert segments("cat", [Span(1, 9, "foreground", "a"), Span(3, 9, "foreground", "b")]) == (
        Segment("c", "", ""),
        Segment("at", "foreground", "a"),
    )
    assert segments("", [Span(0, 3, "foreground", "a")]) == ()


SPANS = st.builds(Span, st.integers(0, 30), st.integers(0, 30), st.sampled_from(["a", "b"]), st.text(max_size=2))


@given(st.text(max_size=25), st.lists(SPANS, max_size=6))
def test_segments_make_up_the_text_and_cover_each_span(text: str, spans: list[Span]) -> None:
    found = segments(text, spans)
    assert "".join(segment.text for segment in found) == text
    kinds = [segment.kinds.split() for segment in found for _ in segment.text]
    for position, of_character in enumerate(kinds):
        assert set(of_character) == {span.kind for span in spans if span.start <= position < span.end}


def test_the_kind_of_a_span_says_what_became_of_the_mention() -> None:
    mentions = (
        mention(0, 1, label=1),
        mention(1, 2, label=2),
        mention(2, 3),
        mention(3, 4, label=1, flags=(Flag.NEGATED,)),
        mention(4, 5, label=9),
        mention(5, 8, label=1, attributes=(Attribute(name="red", start=5, end=6),)),
    )
    record = ImageLabels(
        image_id=1, label_space="x@0", captions=("abcdefgh",), foreground=(), background=(), mentions=mentions
    )
    evidence = caption_evidence(record, 0)
    assert [span.kind for span in spans_of(evidence, NAMES)] == [
        *("foreground", "background", "unlabelled", "flagged", "foreground", "foreground"),
        "attribute",
    ]
    focused = caption_evidence(record, 0, mentions[1])
    assert [span[:3] for span in spans_of(focused, NAMES)] == [(1, 2, "background")]
    assert caption_evidence(record, 7).caption == "", "a mention of a caption that is not there"


def test_descriptions() -> None:
    found = mention(
        0,
        1,
        label=1,
        rule=Rule.HYPONYM,
        depth=2,
        synset="kitty.n.04",
        route=Route.FIRST_SENSE,
        flags=(Flag.NAMED_ENTITY,),
    )
    assert describe(found, NAMES) == (
        "cat · hyponym, 2 steps up · kitty.n.04 · first sense · not asserted: named entity"
    )
    assert describe(mention(0, 1), NAMES) == "no class"
    assert describe(mention(0, 1, label=9, rule=Rule.STRING), NAMES) == "class 9 · string"
