"""Any caption gives a record that holds together, or is rejected with its reason; none stops a run."""

from functools import cache

from hypothesis import example, given
from hypothesis import strategies as st

from caption_parser import CaptionParser
from caption_parser.captions import ImageCaptions
from caption_parser.given import ColumnChoice, images_of
from caption_parser.readers import RejectedRow
from shared_schemas import ImageLabels
from shared_schemas.checks import check
from shared_schemas.jsonl import dump, parse
from tests.fuzz.examples import fuzz

WORDS = (
    "a an the two dozen no not without 2 3rd -1 1/2 1,000 cat dogs hot dog man men people surfer "
    "surfing snowboarding riding wave statue picture of with on in front behind next to and or "
    "but that who is are his her its bike teddy bear sign stop sign chest drawers bird's eye "
    "view kite red wooden striped black-and-white T-shirt girafe mouse lot pair couple herd "
    "group glass glasses ski , . ; : - -- ... ( ) [ ] ' '' \" `` 's n't & / \\ # @ $ % ! ? * _ "
    "Chicago Cubs New York <b> &amp; {} \N{DOG FACE} \N{CAT FACE}\N{ZERO WIDTH JOINER}\N{FIRE} "
    "cafe\u0301 ｃａｔ ﬁre 猫 قطة \u202ecat \ufeff \u200b \u00ad \u00a0 \u3000 \t \n \r \x0b \x85 "
    "\u2028"
).split(" ")
TEXT = st.text(max_size=300)
SENTENCE = st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join)
GLUED = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), max_size=40).map("".join)
REPEATED = st.builds(
    lambda piece, times: (piece * times)[:4000],
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join) | st.text(min_size=1, max_size=4),
    st.integers(1, 2000),
)
CAPTION = SENTENCE | GLUED | REPEATED | TEXT


@cache
def parser(mode: str) -> CaptionParser:
    return CaptionParser(mode=mode, keep_unlabelled=True, attributes="all")


@fuzz
@given(st.lists(CAPTION, min_size=1, max_size=4), st.sampled_from(["visual", "paper"]))
@example([""], "visual")
@example(["\ud800", "a\x00b", " \t\u2028"], "visual")
@example(["cat" * 2000], "visual")
@example(["\u0301 dog's 's n't --"], "visual")
def test_any_captions_give_a_record_or_a_reason(captions: list[str], mode: str) -> None:
    rejected: list[RejectedRow] = []
    labels = parser(mode).label({7: captions}, on_rejected=rejected.append)
    records = list(labels)
    assert len(records) == (len(rejected) < len(captions))
    assert all(row.reason and row.message for row in rejected)
    for record in records:
        assert len(record.captions) == len(captions) - len(rejected)
        assert list(check(record, parser(mode).label_space)) == []
        assert parse(dump(record), ImageLabels) == record
        assert record._repr_html_().startswith("<div>")


@fuzz
@given(st.lists(CAPTION, min_size=2, max_size=5))
def test_the_labels_of_an_image_do_not_depend_on_its_batch(captions: list[str]) -> None:
    rejected: list[RejectedRow] = []
    images: list[ImageCaptions] = list(images_of(captions, ColumnChoice(), on_rejected=rejected.append))
    together = parser("visual").label_images(images)
    assert together == [record for image in images for record in parser("visual").label_images([image])]
