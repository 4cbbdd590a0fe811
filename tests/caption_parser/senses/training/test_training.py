"""The loop, the export and the command on a random BERT."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import torch

from caption_parser.lexicon import Lexicon
from caption_parser.senses import SenseQuery
from caption_parser.senses.corpora import read_corpus
from caption_parser.senses.onnx_encoder import OnnxEncoder
from caption_parser.senses.sense_vectors import EncoderDisambiguator
from caption_parser.senses.training.export import export_encoder, principal_components, quantize_directions
from caption_parser.senses.training.job import load_encoder
from caption_parser.senses.training.loop import TrainingTexts, run_training
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.quantization import quantize_encoder
from caption_parser.senses.training.sense_model import SenseModel, build_sense_rows
from caption_parser.senses.training.texts import gloss_sentences, training_texts
from caption_parser.senses.training.train import train_senses
from caption_parser.senses.word_encoder import SubtokenLocator
from shared_runtime.errors import MissingResourceError, UsageError

SEQUENCES = [[2, 7, 9, 3], [2, 5, 3], [2, 11, 12, 13, 3]]


def options(corpus: Path, bert: Path, wordnet: Path, **changes: Any) -> TrainingOptions:
    fields: dict[str, Any] = {
        "corpora": (corpus,),
        "encoder": str(bert),
        "wordnet": wordnet,
        "epochs": 60.0,
        "encoder_lr": 3e-3,
        "vector_lr": 1e-2,
        "warmup_steps": 2,
        "batch_subtokens": 24,
        "gloss_share": 0.5,
    }
    return TrainingOptions(**fields | changes)


@pytest.fixture(scope="module")
def trained(
    corpus: Path, bert: Path, wordnet: Path, mice: Lexicon, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    train_senses(options(corpus, bert, wordnet), folder / "mice", folder / "work", lexicon=mice)
    return folder


def test_trained_model_tells_the_senses_of_its_corpus(trained: Path, mice: Lexicon) -> None:
    model = EncoderDisambiguator(trained / "mice", mice)
    candidates = mice.synsets("mouse")
    captions = ["the cat chased a mouse", "a computer with a mouse", "click the mouse of the computer"]
    queries = [SenseQuery(c, c.index("mouse"), c.index("mouse") + 5, "mouse", candidates) for c in captions]
    choices = model.disambiguate(queries)
    assert [candidates.index(choice.synset) for choice in choices] == [0, 1, 1]
    assert model.name == "mice 1.0.0"


def test_metrics_end_with_the_last_step(trained: Path) -> None:
    lines = [json.loads(line) for line in (trained / "work" / "metrics.jsonl").read_text().splitlines()]
    first_loss = 0.7
    assert lines[-1]["loss"] < first_loss
    assert lines[-1].keys() == {"step", "loss", "scale", "count_weight", "seconds_per_step"}


def test_provenance_names_files_without_their_folders(trained: Path, corpus: Path) -> None:
    meta = json.loads((trained / "mice" / "meta.json").read_text())
    assert meta["training"]["corpora"].keys() == {"mice.jsonl"}
    assert str(corpus.parent) not in json.dumps(meta)


def test_resumed_training_equals_an_uninterrupted_one(
    corpus: Path, bert: Path, wordnet: Path, mice: Lexicon, tmp_path: Path
) -> None:
    asked = options(corpus, bert, wordnet, epochs=8.0)
    whole, stopped, resumed = (training_model(asked, mice) for _ in range(3))
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    assert run_training(*whole, asked, tmp_path / "whole")
    assert not run_training(*stopped, asked, tmp_path / "parts", stop_after=9)
    assert run_training(*resumed, asked, tmp_path / "parts")
    for name, expected in whole[0].state_dict().items():
        assert torch.equal(resumed[0].state_dict()[name], expected), name
    assert not torch.equal(stopped[0].vectors.weight, whole[0].vectors.weight)


def training_model(asked: TrainingOptions, mice: Lexicon) -> tuple[SenseModel, TrainingTexts, dict[int, int]]:
    """A model at its beginning, and what it is trained with."""
    pretrained = load_encoder(asked.encoder)
    locator = SubtokenLocator(pretrained.tokenizer, asked.pooling, pretrained.max_subtokens)
    occurrences = list(training_texts(read_corpus(asked.corpora[0], lexicon=mice), locator, mice, natural=True))
    glosses = list(training_texts(gloss_sentences(mice), locator, mice, natural=False))
    rows = build_sense_rows(mice.synsets("mouse"), mice)
    model = SenseModel(pretrained.encoder, torch.eye(2, 16), rows)
    return model, TrainingTexts(occurrences, glosses), {synset: i for i, synset in enumerate(rows.synsets)}


def test_checkpoint_of_other_options_is_refused(
    trained: Path, corpus: Path, bert: Path, wordnet: Path, mice: Lexicon, tmp_path: Path
) -> None:
    shutil.copytree(trained / "work", tmp_path / "work")
    with pytest.raises(UsageError, match=r"different options: encoder_lr, seed\."):
        train_senses(
            options(corpus, bert, wordnet, seed=1, encoder_lr=2e-3),
            tmp_path / "mice",
            tmp_path / "work",
            lexicon=mice,
        )


def test_reduced_dimension_is_exported_from_the_same_checkpoint(
    trained: Path, corpus: Path, bert: Path, wordnet: Path, mice: Lexicon, tmp_path: Path
) -> None:
    shutil.copytree(trained / "work", tmp_path / "work")
    reduced = options(corpus, bert, wordnet, dimension=2)
    train_senses(reduced, tmp_path / "mice", tmp_path / "work", lexicon=mice)
    assert np.load(tmp_path / "mice" / "sense_vectors.npy").shape == (2, 2)
    caption = "a computer with a mouse"
    asked = SenseQuery(caption, 18, 23, "mouse", mice.synsets("mouse"))
    (whole,) = EncoderDisambiguator(trained / "mice", mice).disambiguate([asked])
    (small,) = EncoderDisambiguator(tmp_path / "mice", mice).disambiguate([asked])
    assert small.synset == whole.synset


def test_a_model_in_float32_is_exported_from_the_same_checkpoint(
    trained: Path, corpus: Path, bert: Path, wordnet: Path, mice: Lexicon, tmp_path: Path
) -> None:
    shutil.copytree(trained / "work", tmp_path / "work")
    (tmp_path / "mice").mkdir()
    (tmp_path / "mice" / "old").touch()
    asked = options(corpus, bert, wordnet, precision="float32")
    train_senses(asked, tmp_path / "mice", tmp_path / "work", lexicon=mice)
    assert {path.name for path in (tmp_path / "mice").iterdir()} == {
        path.name for path in (trained / "mice").iterdir()
    }
    sizes = [(folder / "mice" / "encoder.onnx").stat().st_size for folder in (tmp_path, trained)]
    assert sizes[0] > sizes[1]
    assert [path.name for path in tmp_path.glob("*.unfinished")] == []
    query = SenseQuery("a computer with a mouse", 18, 23, "mouse", mice.synsets("mouse"))
    answers = [
        EncoderDisambiguator(folder / "mice", mice).disambiguate([query])[0] for folder in (tmp_path, trained)
    ]
    assert answers[0].distribution == pytest.approx(answers[1].distribution, abs=0.1)


def test_initial_vectors_of_other_options_are_refused(
    trained: Path, corpus: Path, bert: Path, wordnet: Path, mice: Lexicon, tmp_path: Path
) -> None:
    (tmp_path / "work").mkdir()
    shutil.copy(trained / "work" / "initial_vectors.pt", tmp_path / "work")
    with pytest.raises(UsageError, match=r"initial_vectors.pt .* different options: gloss_weight\."):
        train_senses(
            options(corpus, bert, wordnet, gloss_weight=1.0),
            tmp_path / "mice",
            tmp_path / "work",
            lexicon=mice,
        )


@pytest.fixture(scope="module")
def exact(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "exact.onnx"
    export_encoder(load_encoder(str(bert)).encoder.eval(), path, torch.empty(0))
    return path


def test_encoder_is_the_same_in_onnx(exact: Path, bert: Path) -> None:
    encoder = load_encoder(str(bert)).encoder.eval()
    for sequence, found in zip(SEQUENCES, OnnxEncoder(exact).encode(SEQUENCES), strict=True):
        with torch.no_grad():
            expected = encoder(input_ids=torch.tensor([sequence])).last_hidden_state[0]
        np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_quantized_encoder_is_near_and_the_same_in_any_batch(exact: Path, tmp_path: Path) -> None:
    quantize_encoder(exact, tmp_path / "int8.onnx", SEQUENCES)
    quantized = OnnxEncoder(tmp_path / "int8.onnx")
    batched = quantized.encode([*SEQUENCES, *SEQUENCES[::-1]])
    for sequence, expected, found in zip(SEQUENCES, OnnxEncoder(exact).encode(SEQUENCES), batched, strict=False):
        lengths = np.linalg.norm(expected, axis=-1) * np.linalg.norm(found, axis=-1)
        assert ((expected * found).sum(-1) / lengths).min() > 0.99
        assert not np.array_equal(expected, found)
        np.testing.assert_array_equal(quantized.encode([sequence])[0], found)
    assert (tmp_path / "int8.onnx").stat().st_size < exact.stat().st_size


def test_principal_components_keep_what_extends_most() -> None:
    vectors = torch.tensor([[3.0, 0.0, 0.0], [0.0, 0.0, 2.0], [0.0, 1.0, 0.0]])
    kept = vectors @ principal_components(vectors, 2)
    assert kept.norm(dim=1).tolist() == pytest.approx([3.0, 2.0, 0.0], abs=1e-6)


def test_directions_fill_the_range_of_int8() -> None:
    rows = quantize_directions(torch.tensor([[0.5, -1.0], [0.0, 0.0]]))
    assert rows.tolist() == [[64, -127], [0, 0]]


def test_encoder_that_is_not_there() -> None:
    with pytest.raises(MissingResourceError, match="--encoder /nowhere: no such folder"):
        load_encoder("/nowhere")
