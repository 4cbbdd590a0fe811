"""Captions in segments: where they are cut, what is not read, and where it stands in the caption as given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.lexicon import default_lexicon
from caption_parser.syntax.text.boilerplate import Dropped
from caption_parser.syntax.text.segments import Segmenter

SEGMENTER = Segmenter(default_lexicon())

CUT = {
    "A dog on a couch": ["A dog on a couch"],
    "Dog | Cat|Bird": ["Dog", "Cat", "Bird"],
    "oak table – two chairs": ["oak table", "two chairs"],
    "Sofa » Chairs :: Lamps": ["Sofa", "Chairs", "Lamps"],
    "A man - in a suit - stands": ["A man - in a suit", "stands"],
    "a t - shirt and a half - eaten pie": ["a t - shirt and a half - eaten pie"],
    "a wheelchair - accessible bathroom , white": ["a wheelchair - accessible bathroom , white"],
    "open 9 - 5, score 3 - 2": ["open 9 - 5, score 3 - 2"],
    "bread and/or butter w/ tea 24/7": ["bread and/or butter with tea 24/7"],
    "A dog. The cat sleeps.": ["A dog.", "The cat sleeps."],
    "Near St. Louis at 5 p.m. today": ["Near St. Louis at 5 p.m. today"],
    "dog, cat, fire hydrant": ["dog", "cat", "fire hydrant"],
    "Cups, plates and forks": ["Cups", "plates", "forks"],
    "Large, brown dog": ["Large, brown dog"],
    "A dog, cat and bird": ["A dog, cat and bird"],
    "#dog #BlackCats": ["dog", "Black Cats"],
    "My #dog runs": ["My dog runs"],
    "<p>A <b>red</b> bus<br/>on a street</p>": ["A red bus", "on a street"],
    "a <person> walks": ["a <person> walks"],
    "Tom &amp; Jerry&#39;s&nbsp;house": ["Tom & Jerry's house"],
    "Tom &amp;amp; Jerry": ["Tom & Jerry"],
    "AT&T; a &nonsense; word": ["AT&T", "a &nonsense", "word"],
    "Sea 🌊 Sand": ["Sea", "Sand"],
    "A man is riding a bicycle along\nthe street": ["A man is riding a bicycle along the street"],
    "sink\ntoilet": ["sink", "toilet"],
    " ": [" "],
    "": [""],
    "...": ["..."],
}

DROPPED = {
    "A dog | Getty Images": ("Getty Images", Dropped.AGENCY),
    "A dog on a couch stock photo": (" stock photo", Dropped.NOTICE),
    "A dog - Royalty Free Image": ("Royalty Free Image", Dropped.NOTICE),
    "A dog. Photo by Jane Shepherd": ("Photo by Jane Shepherd", Dropped.CREDIT),
    "A dog (Image 3 of 10)": ("(Image 3 of 10)", Dropped.FILE),
    "A dog IMG_2034.jpg": ("IMG_2034.jpg", Dropped.FILE),
    "A dog at www.example.com": ("www.example.com", Dropped.FILE),
    "A dog | $12.99": ("$12.99", Dropped.FILE),
    "A dog | 20 x 30 cm": ("20 x 30 cm", Dropped.FILE),
    "A dog - Click to enlarge": ("Click to enlarge", Dropped.NOTICE),
    "A dog - Vector": ("Vector", Dropped.LIKENESS),
    "A dog stock vector": (" stock vector", Dropped.LIKENESS),
    "A dog | Horse & Hound Magazine": ("Horse & Hound Magazine", Dropped.SITE),
}

NOTICES_BEFORE = {
    "Photo: a dog": "a dog",
    "Stock photo - a dog": "a dog",
    "Download free image of a dog": "free image of a dog",
}

READ_WHOLE = (
    "A stock photo of a dog",
    "The Bed Store",
    "A woman with a free magazine",
    "A painting by Vincent van Gogh",
    "Photo by the lake",
    "A home",
)


@pytest.mark.parametrize("caption", CUT)
def test_where_a_caption_is_cut(caption: str) -> None:
    segments = SEGMENTER(caption)
    assert [segment.text for segment in segments] == CUT[caption]


@pytest.mark.parametrize("caption", DROPPED)
def test_boilerplate_is_dropped(caption: str) -> None:
    segments = SEGMENTER(caption)
    assert [(one.text, one.dropped) for one in segments if one.dropped] == [DROPPED[caption]]
    assert any(one.text.startswith("A dog") for one in segments if one.dropped is None)


@pytest.mark.parametrize("caption", NOTICES_BEFORE)
def test_notices_before_a_caption_are_dropped(caption: str) -> None:
    assert [one.text for one in SEGMENTER(caption) if one.dropped is None] == [NOTICES_BEFORE[caption]]


@pytest.mark.parametrize("caption", READ_WHOLE)
def test_what_looks_like_boilerplate_and_is_none(caption: str) -> None:
    assert [(one.text, one.dropped) for one in SEGMENTER(caption)] == [(caption, None)]


def test_places_refer_to_the_caption_as_given() -> None:
    caption = "<p>Jane&#39;s  cat</p> | dog"
    cat, dog = SEGMENTER(caption)
    assert caption[cat.start : cat.end] == "Jane&#39;s  cat"
    assert caption[dog.start : dog.end] == "dog"
    assert [caption[place] for place in cat.places] == list("Jane&s cat")


@given(st.text(st.sampled_from("ab AB.,;-|&#<>/;@\n\t(…)9🐶'") | st.characters(), max_size=60))
def test_segments_of_any_text_stand_in_order(text: str) -> None:
    segments = SEGMENTER(text)
    assert segments
    last = 0
    for segment in segments:
        assert len(segment.text) == len(segment.places)
        if segment.text:
            assert last <= segment.start < segment.end <= len(text)
            assert list(segment.places) == sorted(segment.places)
            last = segment.start
