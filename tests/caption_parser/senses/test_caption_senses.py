"""Senses by the vectors of the caption pipeline: the numbers of a model, and what is learned from a teacher."""

import math
from pathlib import Path

import numpy as np
import pytest

from caption_parser.captions import ImageCaptions
from caption_parser.config import ParserConfig
from caption_parser.discovery.distillation import Observation, distil, distil_senses
from caption_parser.lexicon import default_lexicon
from caption_parser.readers import ReadingOptions
from caption_parser.senses import SenseQuery
from caption_parser.senses.caption_senses import CaptionSenses, SenseMap, in_context, write_caption_senses
from caption_parser.senses.frequency import FrequencyPrior
from caption_parser.synset_parts import SynsetParts
from shared_runtime.errors import MissingResourceError, UsageError
from shared_schemas import Route, load_label_space

PRIOR = FrequencyPrior(count_weight=0.5, rank_weight=0.3, smoothing=0.5)
LEXICON = default_lexicon()
MOUSE = LEXICON.synsets("mouse")
RODENT, DEVICE = MOUSE[0], LEXICON.synset("mouse.n.04")
VECTORS = np.array([[1.0, 0.0], [0.0, 2.0], [2.0, 1.0]], np.float32)
"""Of three words; their mean is (1, 1)."""


def write(folder: Path, maps: list[SenseMap]) -> CaptionSenses:
    described = {"pipeline": "another pipeline 0", "prior": PRIOR, "teacher": "somebody 1", "training": {}}
    write_caption_senses(folder, maps, version="0", **described)
    return CaptionSenses(folder)


def sense_map(synset: int, weights: list[float], offset: float) -> SenseMap:
    key = LEXICON.sense_key(synset, LEXICON.lemmas(synset)[0])
    return SenseMap("mouse", key, np.array(weights, np.float32), offset)


@pytest.fixture
def model(tmp_path: Path) -> CaptionSenses:
    return write(tmp_path, [sense_map(RODENT, [0, 127, 0, 0], 0.5), sense_map(DEVICE, [127, 0, 0, -127], 1.5)])


def query(token: int, candidates: tuple[int, ...], *, with_vectors: bool = True) -> SenseQuery:
    return SenseQuery("a b mouse", 4, 9, "mouse", candidates, 0, token, VECTORS if with_vectors else None)


def test_logits_are_those_of_the_maps_and_of_the_frequencies(model: CaptionSenses) -> None:
    (choice,) = model.disambiguate([query(2, (RODENT, DEVICE))])
    # 127 · 1 + 0.5 and 127 · 2 - 127 · 1 + 1.5, and what SemCor's counts of "mouse" give
    evidence = [math.exp(0.5 - 1.5), 1.0]
    given = PRIOR.scores([LEXICON.tag_count(synset, "mouse") for synset in (RODENT, DEVICE)])
    weights = [one * math.exp(of_prior) for one, of_prior in zip(evidence, given, strict=True)]
    assert choice.evidence == pytest.approx([one / sum(evidence) for one in evidence], rel=1e-4)
    assert choice.distribution == pytest.approx([weight / sum(weights) for weight in weights], rel=1e-4)
    assert choice.route is Route.MODEL


def test_what_is_not_known_is_left_to_its_prior(model: CaptionSenses) -> None:
    (with_all, unknown, without, single) = model.disambiguate(
        [
            query(0, MOUSE),
            query(1, MOUSE[1:3]),
            query(1, (RODENT, DEVICE), with_vectors=False),
            query(1, (DEVICE,)),
        ]
    )
    lowest = min(with_all.evidence)
    assert sorted(with_all.evidence)[: len(MOUSE) - 1] == pytest.approx([lowest] * (len(MOUSE) - 1))
    assert [choice.route for choice in (unknown, without, single)] == [
        Route.FALLBACK,
        Route.FALLBACK,
        Route.MONOSEMOUS,
    ]
    assert (without.synset, without.distribution) == (RODENT, ())


@pytest.mark.usefixtures("model")
def test_a_model_of_another_pipeline_or_for_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match="vectors of another pipeline 0"):
        _ = SynsetParts(ParserConfig(senses=str(tmp_path)), load_label_space("coco")).sense_model
    with pytest.raises(UsageError, match="--senses captions reads vectors"):
        SynsetParts(ParserConfig(senses="captions", spacy_model="some_model"), load_label_space("coco"))
    (tmp_path / "senses.tsv").write_text("mouse\n")
    with pytest.raises(MissingResourceError, match=r"senses\.tsv has 6 bytes"):
        CaptionSenses(tmp_path)


def test_a_linear_teacher_is_learned() -> None:
    rng = np.random.default_rng(0)
    teacher = rng.normal(size=(4, 2))
    observations = []
    for _ in range(2000):
        vectors = rng.normal(size=(3, 2)).astype(np.float32)
        odds = np.exp(in_context(vectors, 1) @ teacher)
        evidence = tuple((odds / odds.sum()).tolist())
        context = in_context(vectors, 1).astype(np.float16)
        observations.append(Observation((RODENT, DEVICE), evidence, evidence, 0, context))
    alike = [one._replace(evidence=(0.9, 0.1), posterior=(0.9, 0.1)) for one in observations]
    found = distil({"mouse": observations, "cat": alike}, LEXICON)
    assert {one.lemma for one in found.maps} == {"mouse"}
    assert found.agreement > 0.97 > found.agreement_of_prior
    learned = {one.key: one.weights for one in found.maps}
    difference = learned["mouse%1:06:00::"] - learned["mouse%1:05:00::"]
    assert difference == pytest.approx(teacher[:, 1] - teacher[:, 0], abs=0.15)


def test_captions_become_a_model_that_labels(tmp_path: Path) -> None:
    captions = tmp_path / "captions.csv"
    reading = ReadingOptions(caption_field="words")
    places = "on a desk,beside cheese,near a keyboard,in a cage,on a pad".split(",")
    lines = [
        f"a {colour} mouse {place}" for colour in ("black", "white", "small", "grey", "old") for place in places
    ]
    captions.write_text("text,words\na mouse,two giraffes\n")
    with pytest.raises(UsageError, match="got 0 occurrences of nouns that can mean several things"):
        distil_senses([captions], tmp_path / "model", version="1", reading=reading)
    captions.write_text("\n".join(["text,words", *(f"a cat,{line}" for line in (*lines, *lines)), ""]))
    found = distil_senses([captions], tmp_path / "model", version="1", reading=reading)
    assert {one.lemma for one in found.maps} == {"mouse"}
    assert found.held_out == len(lines) // 5  # equal captions count once
    parts = SynsetParts(ParserConfig(senses=str(tmp_path / "model")), load_label_space("coco"))
    assert parts.sense_model.name == "caption senses 1, taught by senses 1.0.0"
    (readings,) = parts.labeller.read([ImageCaptions(1, ("a red mouse beside a laptop",))])
    mouse = next(one for one in readings[0].objects if one.lemma == "mouse")
    assert mouse.choice is not None
    assert mouse.choice.distribution  # by the model, not by the prior alone
    assert mouse.choice.route is Route.MODEL
