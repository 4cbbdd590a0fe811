"""The published weights of DSVE: a small file in their layout, read as their own code would compute with it."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional
from typer.testing import CliRunner

from segmentation.backbones import catalog
from segmentation.backbones.loading import load_backbone
from segmentation.cli import app
from segmentation.data.targets import ImageTargets
from segmentation.grounding.run import load_grounding
from segmentation.scores.contract import Viewing
from shared_runtime.errors import ExitCode
from tests.segmentation.referring.conftest import Captioned

D, WORD_CHANNELS, CELL_CHANNELS = 6, 5, 64
LINES = ["the", "Dog", "UNK", "dog", "apple", "spotted", "zebra"]
STAGES = {"conv1": 0, "bn1": 1, "layer1": 4, "layer2": 5, "layer3": 6, "layer4": 7}
"""Where torchvision's children of a ResNet stand in `nn.Sequential`."""


class Published(NamedTuple):
    """What users download."""

    state: dict[str, Tensor]
    checkpoint: Path
    words: Path
    vectors: np.ndarray


def save(path: Path, state: dict[str, Tensor]) -> Path:
    """As `train.py` of dsve-loc saves, in the format of torch 1.0."""
    content = {
        "epoch": 3,
        "state_dict": state,
        "best_rec": np.float64(3.5),
        "args_dict": argparse.Namespace(sru=2, dimemb=D, lrd=[0.5, 2.0], name="model"),
        "optimizer": {"state": {0: {"step": 7, "exp_avg": torch.ones(2)}}, "param_groups": [{"lr": 0.1}]},
    }
    torch.save(content, path, _use_new_zipfile_serialization=False)
    return path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("dsve")
    with shallow():
        backbone = load_backbone("resnet152")
    state = {}
    for name, tensor in backbone.state_dict().items():
        stage, _, rest = name.partition(".")
        state[f"img_emb.module.base_layer.0.{STAGES[stage]}.{rest}"] = tensor
    shapes = {
        "img_emb.module.base_layer.1.weight": (D, CELL_CHANNELS, 1, 1),
        "img_emb.module.base_layer.1.bias": (D,),
        "cap_emb.rnn.rnn_lst.0.weight": (WORD_CHANNELS, 4 * D),
        "cap_emb.rnn.rnn_lst.0.bias": (2 * D,),
        "cap_emb.rnn.rnn_lst.1.weight": (D, 3 * D),
        "cap_emb.rnn.rnn_lst.1.bias": (2 * D,),
        "fc.module.weight": (D, D),
        "fc.module.bias": (D,),
    }
    state |= {name: torch.randn(shape) / 8 for name, shape in shapes.items()}
    for layer in (0, 1):
        state[f"cap_emb.rnn.rnn_lst.{layer}.weight_c"] = torch.zeros(2 * D)
        state[f"cap_emb.rnn.rnn_lst.{layer}.scale_x"] = torch.ones(1)
    vectors = np.random.default_rng(0).normal(size=(len(LINES), WORD_CHANNELS)).astype(np.float32)
    (folder / "dictionary.txt").write_text("".join(f"{word}\n" for word in LINES), encoding="utf-8")
    np.save(folder / "utable.npy", vectors)
    return Published(state, save(folder / "model.pth.tar", state), folder, vectors)


@contextmanager
def shallow() -> Iterator[None]:
    """With one narrow block in each stage of ResNet-152."""
    entry = catalog.BackboneEntry("resnet:ResNet", {"blocks": (1, 1, 1, 1), "stride": 32, "width": 2})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(catalog._BACKBONES, "resnet152", entry)
        yield


def import_(published: Published, run: Path, *more: object, checkpoint: Path | None = None) -> Any:
    given = ("import-grounding", checkpoint or published.checkpoint, "--words", published.words, "-o", run, *more)
    with shallow():
        return CliRunner().invoke(app, [*map(str, given)])


def their_text(state: dict[str, Tensor], words: Tensor) -> Tensor:
    """What `SruEmb` and the norm make of vectors of words [M, C]: [D]."""
    outputs = words
    for layer in (0, 1):
        weight, bias = (state[f"cap_emb.rnn.rnn_lst.{layer}.{name}"] for name in ("weight", "bias"))
        parts = (outputs @ weight).view(len(outputs), D, -1)
        memory, found = torch.zeros(D), []
        for word, part in enumerate(parts):
            forget, reset = torch.sigmoid(part[:, 1] + bias[:D]), torch.sigmoid(part[:, 2] + bias[D:])
            memory = part[:, 0] + (memory - part[:, 0]) * forget
            skipped = part[:, 3] if part.shape[1] == 4 else outputs[word]
            found.append(skipped + (memory.tanh() - skipped) * reset)
        outputs = torch.stack(found)
    return functional.normalize(outputs[-1], dim=0)


def test_a_published_model_is_asked_as_one_that_was_trained(
    published: Published, captioned: Captioned, tmp_path: Path
) -> None:
    done = import_(published, tmp_path / "run", "--labels", captioned.labels)
    assert done.exit_code == ExitCode.OK, done.output + done.stderr
    state = published.state
    trained = load_grounding(tmp_path / "run")
    with shallow():
        network = trained.network
    assert (trained.config.backbone, trained.config.network.text.cell, trained.traits.pretrained) == (
        "resnet152",
        "sru",
        True,
    )
    vector = {word: torch.from_numpy(published.vectors[row]) for row, word in enumerate(LINES)}
    # "zebra" is a class of the label space; "Dog" is no word that a text can have, and "the" stands in no caption.
    assert bytes(network.get_buffer("vocabulary").tolist()).decode().split() == ["apple", "dog", "zebra"]

    source = trained.score_source(Viewing(65), "cpu")
    pixels = np.random.default_rng(0).integers(0, 256, (70, 90, 3), dtype=np.uint8)
    apple = trained.vocabulary.label_space.by_name["apple"].id
    light = trained.vocabulary.label_space.by_name["traffic light"].id
    (scores,) = source.scores([pixels], [ImageTargets(1, None, Path("1.jpg"), tuple(sorted((apple, light))), ())])
    (view,) = source.views.of([pixels])
    with torch.no_grad():
        cells = network.backbone.eval()(view.images)[0]
        act = functional.conv2d(
            cells[None], state["img_emb.module.base_layer.1.weight"], state["img_emb.module.base_layer.1.bias"]
        )[0]
        prod = state["fc.module.weight"] @ act.flatten(1)
        for number, words in ((apple, [vector["apple"]]), (light, [vector["UNK"], vector["UNK"]])):
            text = their_text(state, torch.stack(words))
            # They take the 180 largest channels; of six, those that are not negative are meant.
            expected = (text.clamp(min=0) @ prod).view(act.shape[1:])
            torch.testing.assert_close(
                torch.from_numpy(scores.heatmaps.classes[number]), expected, rtol=1e-4, atol=1e-6
            )
        pooled = act.flatten(1).sort(dim=1, descending=True).values
        k = min(15, pooled.shape[1])
        image = (
            state["fc.module.weight"] @ (pooled[:, :k].mean(1) + pooled[:, -k:].mean(1)) + state["fc.module.bias"]
        )
        found, _ = network(view.images, torch.tensor([[2]]))
        torch.testing.assert_close(found[0], functional.normalize(image, dim=0), rtol=1e-4, atol=1e-5)

    weights = (tmp_path / "run" / "model.safetensors").stat().st_mtime_ns
    assert import_(published, tmp_path / "run", "--labels", captioned.labels).exit_code == ExitCode.OK
    assert (tmp_path / "run" / "model.safetensors").stat().st_mtime_ns == weights
    other = import_(published, tmp_path / "run")
    assert other.exit_code == ExitCode.USAGE
    assert "samples.words" in other.stderr


def test_what_is_not_supported_is_said(published: Published, tmp_path: Path) -> None:
    small = {name: value for name, value in published.state.items() if not name.startswith("img_emb")}
    gates, space = "cap_emb.rnn.rnn_lst.1.weight_c", {"fc.module.weight": torch.ones(2, D)}
    cases = {
        "of another kind of SRU": small | {gates: torch.ones(2 * D)},
        "got a common space of 2 channels behind 6": small | space,
        "not the weights of DSVE; missing: ": small,
        "got no tensor cap_emb.rnn.rnn_lst": {"fc.weight": torch.ones(2, 2)},
    }
    for message, state in cases.items():
        done = import_(published, tmp_path / "run", checkpoint=save(tmp_path / "other.pth.tar", state))
        assert done.exit_code == ExitCode.FAILURE
        assert message in done.stderr.replace("\n", " ")
    assert not (tmp_path / "run").exists()


def test_words_and_vectors_have_to_belong_together(published: Published, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.mkdir()
    other = published._replace(words=words)
    for lines, vectors, message in (
        (LINES, published.vectors[1:], "got 7 words in dictionary.txt and 6 rows in utable.npy"),
        (["dog"], published.vectors[:1], "got no word UNK"),
        (LINES, np.array([[{}]]), "not a readable array of numbers"),
        (LINES, published.vectors[0], "expected a row of numbers for each word"),
    ):
        (words / "dictionary.txt").write_text("\n".join(lines), encoding="utf-8")
        np.save(words / "utable.npy", vectors, allow_pickle=True)
        done = import_(other, tmp_path / "run")
        assert done.exit_code == ExitCode.FAILURE
        assert message in done.stderr.replace("\n", " ")
