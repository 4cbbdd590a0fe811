"""Texts as vectors, against `transformers` itself; class names in the place of a language."""

import json
import shutil
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from segmentation.data.targets import Vocabulary  # noqa: E402
from segmentation.referring.config import ReferringConfig, ReferringOptions, TextOptions  # noqa: E402
from segmentation.referring.run import TrainedReferring  # noqa: E402
from segmentation.referring.samples import ReferringBatch  # noqa: E402
from segmentation.referring.task import build_task, initial_network  # noqa: E402
from segmentation.referring.text_encoder import ClassNames, LanguageModel, on_device  # noqa: E402
from segmentation.referring.text_folder import pools_by_mean, text_folder  # noqa: E402
from shared_runtime.errors import InputError, MissingResourceError, UsageError  # noqa: E402
from shared_schemas import load_label_space  # noqa: E402

TEXTS = ["red square on the grass", "dog", "two small red apple"]


def test_vectors_are_those_of_transformers(tiny_bert: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(tiny_bert), AutoModel.from_pretrained(tiny_bert).eval()
    expected = {"cls": [], "mean": []}
    with torch.inference_mode():
        for text in TEXTS:
            states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0]
            expected["cls"].append(states[0] / states[0].norm())
            expected["mean"].append(states.mean(dim=0) / states.mean(dim=0).norm())
    for pooling, vectors in expected.items():
        encoder = LanguageModel(tiny_bert, TextOptions.model_validate({"pooling": pooling})).train()
        # One by one there, padded in a batch here, with dropout switched on by the training.
        torch.testing.assert_close(encoder.vectors(TEXTS), torch.stack(vectors))
        assert encoder.training


def test_the_folder_says_how_tokens_are_pooled(tiny_bert: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bert"
    shutil.copytree(tiny_bert, folder)
    assert not pools_by_mean(folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_mean_tokens": True}))
    assert pools_by_mean(folder)
    (folder / "1_Pooling" / "config.json").write_text("[")
    with pytest.raises(InputError, match=r"1_Pooling.config\.json: cannot be read"):
        pools_by_mean(folder)


def test_what_is_no_language_model_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="the language model cannot be opened"):
        LanguageModel(tmp_path, TextOptions())
    with pytest.raises(InputError, match=r"the language model: .*gone: got nothing there, expected"):
        text_folder(str(tmp_path / "gone"))
    monkeypatch.chdir(tmp_path)
    message = rf"the language model: me/gone: got neither a folder in {tmp_path} nor .*: hf download me/gone"
    with pytest.raises(InputError, match=message):
        text_folder("me/gone")
    monkeypatch.setattr("segmentation.referring.text_folder.find_spec", lambda _name: None)
    with pytest.raises(
        MissingResourceError, match=r"pip install 'capparse-segmentation\[text\]' \(refer train also"
    ):
        text_folder("packaged")


def test_texts_are_encoded_where_the_network_computes(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is not trained is no part of the network that moves: torch's meta device stands for a GPU."""
    seen = []

    def vectors(self: LanguageModel, texts: list[str]) -> torch.Tensor:
        seen.append(next(self.parameters()).device.type)
        return torch.zeros(len(texts), self.channels)

    monkeypatch.setattr(LanguageModel, "vectors", vectors)
    text = TextOptions(encoder=str(tiny_bert), trained=False)
    config = ReferringConfig(backbone="tiny", weights="random", network=ReferringOptions(dimension=8, text=text))
    space, meta = load_label_space("coco"), torch.device("meta")
    task = build_task(config, space, TEXTS, meta)
    assert {parameter.device.type for parameter in task.module.parameters()} == {"cpu"}, "it moves by itself"
    trained = TrainedReferring(Path(), Vocabulary(space), config)
    trained.__dict__["_initial"] = initial_network(config, space, pretrained=True)
    trained.__dict__["network"] = trained.__dict__["_initial"][0]
    predictor = trained.predictor(device="meta")
    predictor.encoder.vectors(TEXTS)
    assert seen == ["meta", "meta"]
    # Whoever holds the same network on the CPU goes on with it there.
    assert {parameter.device.type for parameter in trained.network.parameters()} == {"cpu"}
    trained.predictor(device="cpu").encoder.vectors(TEXTS)
    assert seen[-1] == "cpu"
    assert on_device(names := ClassNames(["cat"]), meta) is names


@pytest.mark.parametrize("kind", ["mpa", "spa", "gap", "gmp"])
def test_images_of_which_nothing_is_said_may_stand_alone_in_a_part_of_a_batch(tiny_bert: Path, kind: str) -> None:
    network = ReferringOptions.model_validate(
        {"dimension": 8, "pooling": {"kind": kind}, "text": {"encoder": str(tiny_bert)}}
    )
    config = ReferringConfig(backbone="tiny", weights="random", network=network, loss={"apart": 1.0})
    task = build_task(config, load_label_space("coco"), TEXTS, torch.device("cpu"))
    nothing = torch.zeros(2, 0)
    images = torch.zeros(2, 3, 33, 33, dtype=torch.uint8)
    foreign = torch.zeros(0, 0, dtype=torch.bool)
    batch = ReferringBatch(images, torch.zeros(0, dtype=torch.int64), nothing, nothing.bool(), foreign)
    loss, _ = task.loss(batch)
    loss.backward()
    assert loss.item() == 0
    assert task.module.text_encoder is not None
    assert task.module.text_encoder.vectors([]).shape == (0, 16)


def test_class_names_are_unit_vectors() -> None:
    encoder = ClassNames(["cat", "dog", "cup"])
    assert encoder.vectors(["dog", "cat"]).tolist() == [[0, 1, 0], [1, 0, 0]]
    with pytest.raises(UsageError, match=r"no 'dig'\. Did you mean 'dog'"):
        encoder.vectors(["dig"])


def test_class_names_are_also_known_as_earlier_versions_asked_for_them() -> None:
    """A network that was trained on 'bow_(weapon)' finds its row by the text that stands for the class now."""
    encoder = ClassNames(["bow", "bow", "cup"], ["bow_(weapon)", "bow_(ribbon)", "cup"])
    assert encoder.channels == 3
    texts = ["bow", "bow_(weapon)", "bow_(ribbon)", "cup"]
    assert encoder.vectors(texts).argmax(dim=1).tolist() == [0, 0, 1, 2]
