"""The caption prior: learned from captions, written by sense key, read back; and the strategies assembled."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from caption_parser import CaptionParser
from caption_parser.lexicon import default_lexicon
from caption_parser.senses import FirstSense, SenseChoice, SenseQuery
from caption_parser.senses.caption_prior import (
    FILE_NAME,
    caption_prior_digest,
    read_caption_prior,
    write_caption_prior,
)
from caption_parser.senses.strategies import SkipUndisputed, Strategies, with_strategies
from shared_runtime.errors import MissingResourceError
from shared_schemas import Route

LEXICON = default_lexicon()
BICYCLE, MOTORCYCLE = LEXICON.synset("bicycle.n.01"), LEXICON.synset("motorcycle.n.01")


class Undecided:
    """Holds every sense for equally likely."""

    name = "undecided"

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        return [self._answer(query.candidates) for query in queries]

    def _answer(self, candidates: tuple[int, ...]) -> SenseChoice:
        share = 1 / len(candidates)
        return SenseChoice(candidates[0], Route.MODEL, share, (share,) * len(candidates))


def test_a_prior_survives_its_file(tmp_path: Path) -> None:
    dog, cad = LEXICON.synset("dog.n.01"), LEXICON.synset("cad.n.01")
    prior = {"bike": {MOTORCYCLE: 0.1, BICYCLE: 0.9}, "dog": {cad: 0.00001, dog: 0.99996}}
    write_caption_prior(tmp_path / FILE_NAME, prior)
    content = json.loads((tmp_path / FILE_NAME).read_text())
    assert list(content["bike"].items()) == [("bike%1:06:00::", 0.9), ("bike%1:06:02::", 0.1)]
    read = read_caption_prior(tmp_path, LEXICON)
    assert read == {
        "bike": {BICYCLE: 0.9, MOTORCYCLE: 0.1},
        "dog": {dog: 1.0, cad: 0.0001},
    }
    assert read_caption_prior(tmp_path / "elsewhere", LEXICON) == {}


@pytest.mark.parametrize(
    "content", ["{", "[1]", '{"bike": 3}', '{"bike": {"bike%9:99:99::": 1}}', '{"a": {"b": "c"}}']
)
def test_a_damaged_prior_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(MissingResourceError, match="damaged caption prior"):
        dict(read_caption_prior(tmp_path, LEXICON))


def test_a_run_is_told_apart_by_its_prior(tmp_path: Path) -> None:
    shipped = CaptionParser().versions["caption_prior"]
    assert shipped == caption_prior_digest("default")
    assert "caption_prior" not in CaptionParser(caption_prior=False).versions
    assert caption_prior_digest(str(tmp_path)) is None
    write_caption_prior(tmp_path / FILE_NAME, {"bike": {BICYCLE: 1.0}})
    assert caption_prior_digest(str(tmp_path)) not in (None, shipped)


def test_the_first_sense_is_left_as_it_is() -> None:
    first = FirstSense()
    assert with_strategies(first, lambda _: None, Strategies(joint=True, margin=0.5)) is first


def test_a_label_behind_a_doubtful_sense_is_not_asserted() -> None:
    captions = ["A peeled orange"]
    fields = {"sense_model": Undecided(), "mode": "visual", "caption_prior": False}
    (sure,) = CaptionParser(**fields).label(captions)
    (doubtful,) = CaptionParser(**fields, margin=0.5).label(captions)
    assert [label.name for label in sure.foreground] == ["orange"]
    assert doubtful.foreground == ()


def test_the_prior_counts_once_for_all_captions_of_an_image() -> None:
    queries = [SenseQuery(text, 0, 4, "bike", (MOTORCYCLE, BICYCLE), image=7) for text in ("a", "b", "c")]
    prior = {"bike": {MOTORCYCLE: 0.25, BICYCLE: 0.75}}
    together = with_strategies(Undecided(), lambda _: None, Strategies(prior, joint=True, skip_undisputed=False))
    for answer in together.disambiguate(queries):
        assert (answer.synset, answer.distribution) == (BICYCLE, pytest.approx((0.25, 0.75)))


def test_labels_do_not_depend_on_asking_for_what_is_undisputed() -> None:
    captions = ["A man and two dogs on a bike", "A chair, a bat and a glove", "A monitor on a desk"]
    every, some = (
        list(CaptionParser(sense_model=Undecided(), mode="visual", skip_undisputed=skip).label(captions))
        for skip in (False, True)
    )
    assert [record.foreground for record in every] == [record.foreground for record in some]
    assert isinstance(with_strategies(Undecided(), lambda _: None, Strategies()), SkipUndisputed)
