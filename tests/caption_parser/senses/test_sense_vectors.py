import math
import multiprocessing
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.senses import SenseChoice, SenseQuery, load_disambiguator
from caption_parser.senses.sense_vectors import EncoderDisambiguator, open_model
from shared_runtime.errors import MissingResourceError, UsageError
from shared_schemas import Route

RODENT, DEVICE = "mouse%1:05:00::", "mouse%1:06:00::"
WORDS = {"mouse": (0.0, 0.0), "cheese": (2.0, 0.0), "computer": (0.0, 2.0), "and": (0.0, 0.0), "rat": (0.0, 0.0)}
SENSES = {RODENT: (127, 0), DEVICE: (0, 127)}

Make = Callable[..., Path]


def query(caption: str, lexicon: Lexicon, *keys: str) -> SenseQuery:
    start = caption.index("mouse")
    return SenseQuery(caption, start, start + 5, "mouse", tuple(lexicon.synset(key) for key in keys))


@pytest.fixture(scope="module")
def model(averaging_model: Make, tmp_path_factory: pytest.TempPathFactory) -> EncoderDisambiguator:
    return EncoderDisambiguator(averaging_model(tmp_path_factory.mktemp("models") / "mice", WORDS, SENSES))


@pytest.mark.parametrize(("context", "right"), [("cheese", RODENT), ("computer", DEVICE)])
def test_context_decides(model: EncoderDisambiguator, lexicon: Lexicon, context: str, right: str) -> None:
    (choice,) = model.disambiguate([query(f"mouse and {context}", lexicon, RODENT, DEVICE)])
    assert choice.synset == lexicon.synset(right)
    assert choice.route is Route.MODEL
    # The cosines are 1 and 0, the scale is 10.
    assert choice.score == pytest.approx(1 / (1 + math.exp(-10)), abs=1e-6)
    assert max(choice.distribution) == choice.score
    assert sum(choice.distribution) == pytest.approx(1)


def test_prior_is_added_to_the_scaled_cosine(averaging_model: Make, tmp_path: Path, lexicon: Lexicon) -> None:
    folder = averaging_model(tmp_path / "m", WORDS, SENSES, scale=1.0, count_weight=0.5)
    counts = [lexicon.tag_count(lexicon.synset(key), "mouse") for key in (RODENT, DEVICE)]
    logits = [0 + 0.5 * math.log(counts[0] + 0.5), 1 + 0.5 * math.log(counts[1] + 0.5)]
    (choice,) = EncoderDisambiguator(folder).disambiguate([query("computer mouse", lexicon, RODENT, DEVICE)])
    best = logits.index(max(logits))
    assert choice.synset == lexicon.synset((RODENT, DEVICE)[best])
    assert choice.score == pytest.approx(1 / sum(math.exp(logit - max(logits)) for logit in logits), abs=1e-6)


def test_single_candidate_needs_no_model(model: EncoderDisambiguator, lexicon: Lexicon) -> None:
    (choice,) = model.disambiguate([query("mouse", lexicon, DEVICE)])
    assert choice == SenseChoice(lexicon.synset(DEVICE), Route.MONOSEMOUS)


def test_candidate_without_a_vector_competes_with_the_lowest_cosine(
    model: EncoderDisambiguator, lexicon: Lexicon
) -> None:
    black_eye = "mouse%1:26:00::"
    (choice,) = model.disambiguate([query("computer mouse", lexicon, black_eye, RODENT, DEVICE)])
    assert choice.synset == lexicon.synset(DEVICE)
    assert choice.score == pytest.approx(1 / (1 + 2 * math.exp(-10)), abs=1e-6)


def test_first_sense_where_the_model_knows_fewer_than_two(model: EncoderDisambiguator, lexicon: Lexicon) -> None:
    others = ("mouse%1:26:00::", RODENT)
    (choice,) = model.disambiguate([query("computer mouse", lexicon, *others)])
    assert choice == SenseChoice(lexicon.synset(others[0]), Route.FALLBACK)


def test_first_sense_where_the_tokenizer_leaves_nothing(model: EncoderDisambiguator, lexicon: Lexicon) -> None:
    asked = SenseQuery("\u200b mouse", 0, 1, "mouse", (lexicon.synset(RODENT), lexicon.synset(DEVICE)))
    (choice,) = model.disambiguate([asked])
    assert choice == SenseChoice(lexicon.synset(RODENT), Route.FALLBACK)


def test_word_beyond_the_encoders_limit_is_read_in_a_window(model: EncoderDisambiguator, lexicon: Lexicon) -> None:
    # The window of 14 words around the mouse holds the computer, not the cheese far before it.
    caption = " ".join([*["cheese"] * 30, *["and"] * 14, "computer", "mouse", *["and"] * 20])
    (choice,) = model.disambiguate([query(caption, lexicon, RODENT, DEVICE)])
    assert choice.synset == lexicon.synset(DEVICE)
    assert choice.route is Route.MODEL


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from(["cheese", "computer", "and", "rat"]), max_size=20).map(
            lambda words: " ".join([*words, "mouse"])
        ),
        min_size=1,
        max_size=8,
    )
)
def test_answers_do_not_depend_on_the_batch(model: EncoderDisambiguator, captions: list[str]) -> None:
    lexicon = default_lexicon()
    queries = [query(caption, lexicon, RODENT, DEVICE) for caption in captions]
    assert model.disambiguate(queries) == [model.disambiguate([one])[0] for one in queries]


def test_words_of_one_caption_each_get_their_own_answer(model: EncoderDisambiguator, lexicon: Lexicon) -> None:
    caption = "rat mouse"
    candidates = (lexicon.synset(RODENT), lexicon.synset(DEVICE))
    queries = [
        SenseQuery(caption, 0, 3, "rat", candidates),
        query("computer mouse", lexicon, RODENT, DEVICE),
        SenseQuery(caption, 4, 9, "mouse", candidates[::-1]),
    ]
    choices = model.disambiguate(queries)
    # Nothing in "rat mouse" points anywhere: both cosines are 0, and the first of equals is taken.
    assert [choice.synset for choice in choices] == [candidates[0], candidates[1], candidates[1]]


def _choose_in_child(
    model: EncoderDisambiguator, asked: SenseQuery, answers: "multiprocessing.Queue[int]"
) -> None:
    answers.put(model.disambiguate([asked])[0].synset)


@pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="needs fork")
def test_works_in_a_forked_process_after_use(model: EncoderDisambiguator, lexicon: Lexicon) -> None:
    asked = query("computer mouse", lexicon, RODENT, DEVICE)
    (here,) = model.disambiguate([asked])
    context = multiprocessing.get_context("fork")
    answers: multiprocessing.Queue[int] = context.Queue()
    child = context.Process(target=_choose_in_child, args=(model, asked, answers))
    child.start()
    assert answers.get(timeout=30) == here.synset
    child.join()


def test_encoder_survives_pickling(model: EncoderDisambiguator) -> None:
    encoder = pickle.loads(pickle.dumps(model._words._encoder))
    assert encoder.encode([[1, 4, 2]])[0].tolist() == model._words._encoder.encode([[1, 4, 2]])[0].tolist()


@pytest.mark.parametrize("name", ["encoder.onnx", "tokenizer.json", "sense_vectors.npy", "sense_keys.txt"])
@pytest.mark.parametrize("damage", ["missing", "truncated", "changed"])
def test_damaged_model_is_refused(averaging_model: Make, tmp_path: Path, name: str, damage: str) -> None:
    folder = averaging_model(tmp_path / "m", WORDS, SENSES)
    content = (folder / name).read_bytes()
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content[:-1] if damage == "truncated" else content[:-1] + b"\xff")
    with pytest.raises(MissingResourceError, match=name):
        open_model(folder)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"format_version":1', '"format_version":2', "format_version"),
        ('"dimension":2', '"dimension":3', r"int8 \(2, 2\), expected int8 \(2, 3\)"),
        ('"sense_keys.txt":', '"sense_keys.old":', "says nothing of sense_keys.txt"),
        ("{", "", "meta.json"),
    ],
)
def test_meta_that_does_not_fit_is_refused(
    averaging_model: Make, tmp_path: Path, old: str, new: str, message: str
) -> None:
    folder = averaging_model(tmp_path / "m", WORDS, SENSES)
    meta = folder / "meta.json"
    assert old in meta.read_text()
    meta.write_text(meta.read_text().replace(old, new, 1))
    with pytest.raises(MissingResourceError, match=message):
        open_model(folder)


def test_loaded_by_folder(averaging_model: Make, tmp_path: Path) -> None:
    folder = averaging_model(tmp_path / "m", WORDS, SENSES)
    assert load_disambiguator(str(folder)).name == "averaging 0.1"
    with pytest.raises(UsageError, match="nowhere"):
        load_disambiguator(str(tmp_path / "nowhere"))
