"""The paper's classifier, trained on a random BERT: its loss, its folder, its answers, and a resumed training."""

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

import torch

from caption_parser.lexicon import Lexicon
from caption_parser.senses import SenseQuery, load_disambiguator
from caption_parser.senses.classifier import ClassifierDisambiguator
from caption_parser.senses.sense_groups import Compression
from caption_parser.senses.training import frozen, loop
from caption_parser.senses.training.batches import collate
from caption_parser.senses.training.checkpoint import save_checkpoint
from caption_parser.senses.training.classifier import ClassifierModel
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.texts import TrainingText, TrainingWord
from caption_parser.senses.training.train import train_senses
from shared_runtime.errors import MissingResourceError, UsageError
from shared_schemas import Route


def options(corpus: Path, bert: Path, **changes: Any) -> TrainingOptions:
    fields: dict[str, Any] = {
        "system": "classifier",
        "corpora": (corpus,),
        "encoder": str(bert),
        "pooling": "first",
        "epochs": 20.0,
        "encoder_lr": 3e-3,
        "vector_lr": 3e-2,
        "warmup_steps": 2,
        "batch_subtokens": 24,
    }
    return TrainingOptions(**fields | changes)


@pytest.fixture(scope="module")
def trained(corpus: Path, bert: Path, mice: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classifier")
    train_senses(options(corpus, bert), folder / "mice", folder / "work", lexicon=mice)
    return folder


class _LastLayer(torch.nn.Module):
    """An encoder whose vector of a token is a row of a table."""

    def __init__(self, table: torch.Tensor) -> None:
        super().__init__()
        self.table = table

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> SimpleNamespace:
        del attention_mask
        return SimpleNamespace(last_hidden_state=self.table[input_ids])


def test_all_outputs_compete_in_the_loss_and_right_ones_share_it() -> None:
    """Vectors of length √2 along one axis each; the logits of a word are then √2 times a column, plus the bias."""
    model = ClassifierModel(_LastLayer(torch.tensor([[1.0, 0.0], [0.0, 2.0]])), 2, 3)
    with torch.no_grad():
        model.head.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]))
        model.head.bias.copy_(torch.tensor([0.0, 0.5, -1.0]))
    words = (
        TrainingWord(0, 1, candidates=(70, 80), gold=(0,), counts=(0, 0)),
        TrainingWord(1, 2, candidates=(70, 80, 90), gold=(0, 1), counts=(0, 0, 0)),
    )
    batch = collate([TrainingText((0, 1), words, natural=True)], {70: 2, 80: 1, 90: 0})
    root = math.sqrt(2)
    first = [root, 0.5, 2 * root - 1]
    second = [0.0, root + 0.5, -root - 1]
    np.testing.assert_allclose(model(batch).detach(), [first, second], rtol=1e-5)
    right = (first[2], math.log(math.exp(second[2]) + math.exp(second[1])))
    losses = [
        math.log(sum(map(math.exp, logits))) - log for logits, log in zip((first, second), right, strict=True)
    ]
    assert model.loss(batch).item() == pytest.approx(sum(losses) / 2, rel=1e-5)
    np.testing.assert_allclose(model.weights(), [[root, 0, 0], [0, root, 0.5], [2 * root, -root, -1]], rtol=1e-6)


def test_a_trained_classifier_tells_the_senses_of_its_corpus(trained: Path, mice: Lexicon) -> None:
    classifier = ClassifierDisambiguator.load(trained / "mice", mice)
    rodent, device = candidates = mice.synsets("mouse")
    captions = {
        "a mouse ran from the cat": rodent,
        "the cat chased a mouse": rodent,
        "click the mouse of the computer": device,
        "a computer with a mouse": device,
    }
    queries = [SenseQuery(c, c.index("mouse"), c.index("mouse") + 5, "mouse", candidates) for c in captions]
    choices = classifier.disambiguate(queries)
    assert [choice.synset for choice in choices] == list(captions.values())
    assert {choice.route for choice in choices} == {Route.MODEL}
    assert choices == [choice for query in queries for choice in classifier.disambiguate([query])]
    assert classifier.name == "mice 1.0.0"


def test_the_folder(trained: Path) -> None:
    folder = trained / "mice"
    assert (folder / "sense_groups.txt").read_text() == "mouse%1:05:00::\nmouse%1:06:00::\n"
    assert np.load(folder / "weights.npy").shape == (2, 17)
    meta = json.loads((folder / "meta.json").read_text())
    assert (meta["system"], meta["compression"], meta["pooling"]) == ("classifier", "hypernyms", "first")
    assert load_disambiguator(str(folder)).name == "mice 1.0.0"
    lines = [json.loads(line) for line in (trained / "work" / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1].keys() == {"step", "loss", "seconds_per_step"}
    assert lines[-1]["loss"] < math.log(2)


def test_a_damaged_folder_is_refused(trained: Path, mice: Lexicon, tmp_path: Path) -> None:
    for path in (trained / "mice").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    weights = (tmp_path / "weights.npy").read_bytes()
    (tmp_path / "weights.npy").write_bytes(weights[:-1] + b"\xff")
    with pytest.raises(MissingResourceError, match=r"weights\.npy is corrupt"):
        ClassifierDisambiguator.load(tmp_path, mice)
    (tmp_path / "weights.npy").unlink()
    with pytest.raises(MissingResourceError, match=r"weights\.npy: No such file"):
        ClassifierDisambiguator.load(tmp_path, mice)


def test_a_resumed_training_equals_an_uninterrupted_one(
    trained: Path, corpus: Path, bert: Path, mice: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class InterruptionError(Exception):
        pass

    def interrupt(folder: Path, options: Any, step: int, *state: Any) -> None:
        save_checkpoint(folder, options, step, *state)
        if step == 11:
            raise InterruptionError

    with monkeypatch.context() as patched:
        patched.setattr(loop, "STEPS_PER_CHECKPOINT", 11)
        patched.setattr(loop, "save_checkpoint", interrupt)
        with pytest.raises(InterruptionError):
            train_senses(options(corpus, bert), tmp_path / "mice", tmp_path / "work", lexicon=mice)
    train_senses(options(corpus, bert), tmp_path / "mice", tmp_path / "work", lexicon=mice)
    for name in ("weights.npy", "encoder.onnx"):
        assert (tmp_path / "mice" / name).read_bytes() == (trained / "mice" / name).read_bytes(), name


def test_a_frozen_encoder_stays_as_it_is(corpus: Path, bert: Path, mice: Lexicon, tmp_path: Path) -> None:
    asked = options(corpus, bert, freeze="all", epochs=2.0, compression=Compression.NONE)
    train_senses(asked, tmp_path / "mice", tmp_path / "work", lexicon=mice)
    state = torch.load(tmp_path / "work" / "checkpoint.pt", weights_only=True)["state"]["model"]
    import transformers

    for name, parameter in transformers.BertModel.from_pretrained(bert).named_parameters():
        assert torch.equal(state[f"encoder.{name}"], parameter), name


def test_words_of_one_sense_and_glosses_add_outputs(
    bert: Path, wordnet: Path, mice: Lexicon, tmp_path: Path
) -> None:
    own = tmp_path / "entity.jsonl"
    token = {"w": "computer", "p": "NN", "l": "entity", "k": ["entity%1:03:00::"]}
    own.write_text(json.dumps({"d": "d", "s": "1", "t": [{"w": "a", "p": "X"}, token]}) + "\n")
    asked = options(own, bert, wordnet=wordnet, epochs=1.0)
    train_senses(asked, tmp_path / "mice", tmp_path / "work", lexicon=mice)
    assert (tmp_path / "mice" / "sense_groups.txt").read_text() == (
        "entity%1:03:00::\nmouse%1:05:00::\nmouse%1:06:00::\n"
    )


def test_vectors_alone_can_be_reduced(corpus: Path, bert: Path, mice: Lexicon, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--dimension reduces sense vectors"):
        train_senses(options(corpus, bert, dimension=2), tmp_path / "m", tmp_path / "w", lexicon=mice)


def test_a_frozen_encoder_is_asked_once_and_teaches_the_same(
    corpus: Path, bert: Path, mice: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = options(corpus, bert, freeze="all", precision="float32")
    calls = []
    encode_words = frozen.encode_words
    monkeypatch.setattr(frozen, "encode_words", lambda *given: calls.append(given) or encode_words(*given))
    train_senses(asked, tmp_path / "once", tmp_path / "work", lexicon=mice)
    assert 1 <= len(calls) <= 5, "batches of five sentences"
    # The words are there: the same command finds them, and the checkpoint.
    calls.clear()
    train_senses(asked, tmp_path / "again", tmp_path / "work", lexicon=mice)
    assert not calls
    monkeypatch.setattr(frozen, "frozen_words", lambda _job: None)
    train_senses(asked, tmp_path / "each", tmp_path / "other", lexicon=mice)
    heads = [np.load(next((tmp_path / name).glob("*.npy"))) for name in ("once", "again", "each")]
    np.testing.assert_array_equal(heads[0], heads[1])
    np.testing.assert_allclose(heads[0], heads[2], rtol=1e-3, atol=1e-4)
