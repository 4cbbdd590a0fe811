"""A start from an ImageNet classifier: what regression finds, and what cosines then are."""

import math
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from segmentation.backbones.tiny import Tiny  # noqa: E402
from segmentation.localization.knowledge.imagenet_classes import ImagenetMatcher  # noqa: E402
from segmentation.masks.refinement import Refinement  # noqa: E402
from segmentation.referring.config import ReferringOptions, TextOptions  # noqa: E402
from segmentation.referring.knowledge.cache import KnownTexts  # noqa: E402
from segmentation.referring.knowledge.directions import known_texts, ridge, start_from_knowledge  # noqa: E402
from segmentation.referring.knowledge.texts import SynsetTexts, read_texts, write_texts  # noqa: E402
from segmentation.referring.network import ReferringNetwork  # noqa: E402
from segmentation.referring.options import ResolvedReferring  # noqa: E402
from segmentation.referring.predict import ExpressionPredictor  # noqa: E402
from segmentation.referring.text_encoder import LanguageModel  # noqa: E402
from shared_runtime.errors import UsageError  # noqa: E402

FIXED = TextOptions(trained=False)


def test_ridge_regression_is_least_squares_with_more_rows() -> None:
    torch.manual_seed(0)
    inputs, outputs = torch.randn(30, 4), torch.randn(30, 7)
    longer = np.concatenate([inputs.numpy(), np.sqrt(2.5) * np.eye(4, dtype=np.float32)])
    wanted = np.concatenate([outputs.numpy(), np.zeros((4, 7), dtype=np.float32)])
    expected, *_ = np.linalg.lstsq(longer, wanted, rcond=None)
    np.testing.assert_allclose(ridge(inputs, outputs, 2.5).numpy(), expected.T, atol=1e-5)
    with pytest.raises(ValueError, match="got 30 inputs and 29 outputs"):
        ridge(inputs, outputs[1:], 1.0)


def test_texts_have_the_rows_of_their_classes() -> None:
    torch.manual_seed(0)
    classifier = torch.randn(1000, 3)
    texts, rows = known_texts(classifier)
    table, columns = read_texts(), ImagenetMatcher.shipped().columns
    assert all(columns(name) == table[name].columns for name in ("tabby.n.01", "person.n.01", "stop sign"))
    by_text = dict(zip(texts, rows, strict=True))
    # n02123045 and n02123159 are the tabby and the tiger cat, columns 281 and 282 of 1,000.
    assert columns("tabby.n.01") == (281,)
    torch.testing.assert_close(by_text["tabby cat"], classifier[281] - classifier.mean(dim=0))
    cats = list(columns("cat.n.01"))
    assert {281, 282} < set(cats)
    gloss = table["cat.n.01"].gloss
    torch.testing.assert_close(by_text[gloss.lower()], classifier[cats].mean(dim=0) - classifier.mean(dim=0))
    # People are seen by their clothes; what a package reviewed counts.
    assert "person" in by_text


def test_what_is_recalled_is_by_likeness() -> None:
    known = KnownTexts(2, 3)
    assert known(torch.eye(2)).tolist() == [[0.0, 0.0, 0.0]] * 2, "nothing is known yet"
    known.fill(torch.tensor([[1.0, 0.0], [0.6, 0.8]]), torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]))
    of_first, of_neither = known(torch.tensor([[1.0, 0.0], [0.0, -1.0]]))
    # exp(30 x): cosines 1 and .6, and .7 for nothing at all.
    powers = [math.exp(30 * (cosine - 1)) for cosine in (1.0, 0.6, 0.7)]
    expected = [powers[0] / sum(powers), 2 * powers[1] / sum(powers), 0.0]
    np.testing.assert_allclose(of_first.numpy(), expected, rtol=5e-3)
    assert of_neither.abs().max() < 1e-6
    with pytest.raises(ValueError, match="got 2 keys and 1 values"):
        known.fill(torch.eye(2), torch.zeros(1, 3))


def test_known_texts_are_loaded_however_many_there_are() -> None:
    torch.manual_seed(0)
    known, again = KnownTexts(4, 3), KnownTexts(4, 3)
    known.fill(torch.nn.functional.normalize(torch.randn(7, 4)), torch.randn(7, 3))
    again.load_state_dict(known.state_dict())
    texts = torch.nn.functional.normalize(torch.randn(5, 4))
    assert torch.equal(again(texts), known(texts))
    with pytest.raises(RuntimeError, match="Missing key"):
        again.load_state_dict({})


class Apart:
    """A text encoder that finds no two texts alike."""

    channels = 64

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """As `TextEncoder` says: random ones, by the text."""
        seeds = [zlib.crc32(text.encode()) for text in texts]
        found = [torch.randn(self.channels, generator=torch.Generator().manual_seed(seed)) for seed in seeds]
        return torch.nn.functional.normalize(torch.stack(found), dim=1)

    def knows(self, text: str) -> bool:
        """As `TextEncoder` says."""
        return bool(text)


def test_with_recall_a_known_word_points_where_its_classes_do(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: read_texts()[name] for name in ("tabby.n.01", "person.n.01", "stop sign", "zebra.n.01")}
    monkeypatch.setattr("segmentation.referring.knowledge.directions.read_texts", lambda: some)
    torch.manual_seed(0)
    classifier = torch.randn(1000, Tiny.channels)
    texts, rows = known_texts(classifier, glosses=False)
    found = {}
    for recall in (False, True):
        # A strong penalty leaves to the linear map less of what is known.
        options = ReferringOptions(dimension=Tiny.channels, knowledge=True, recall=recall, ridge=10.0, text=FIXED)
        network = ReferringNetwork(Tiny(), Apart.channels, options)
        start_from_knowledge(network, Apart(), classifier)
        directions = network.project_image.weight.flatten(1)
        with torch.inference_mode():
            embedded = network.embedded(Apart().vectors([*texts, "a word that nobody knows"]))
        found[recall] = torch.nn.functional.cosine_similarity(embedded[:-1], rows @ directions.T)
        if recall:
            assert network.known is not None
            assert network.known(Apart().vectors(["a word that nobody knows"])).norm() < 0.05
    assert found[False].min() < 0.9
    assert found[True].min() > 0.999


def test_predictions_recall_what_the_network_does(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: read_texts()[name] for name in ("tabby.n.01", "zebra.n.01")}
    monkeypatch.setattr("segmentation.referring.knowledge.directions.read_texts", lambda: some)
    torch.manual_seed(0)
    options = ReferringOptions(dimension=Tiny.channels, knowledge=True, recall=True, text=FIXED)
    network = ReferringNetwork(Tiny(), Apart.channels, options).eval()
    start_from_knowledge(network, Apart(), torch.randn(1000, Tiny.channels))
    asked = ResolvedReferring(input_size=33, relative=False, refine=Refinement.NONE)
    predictor = ExpressionPredictor(network, Apart(), torch.device("cpu"), asked)
    image = np.random.default_rng(0).integers(0, 256, (33, 33, 3), dtype=np.uint8)
    texts = ["zebra", "tabby cat", "unheard word"]
    found = predictor.maps(predictor.encode(image), texts).logits
    with torch.inference_mode():
        expected = network(torch.from_numpy(image).permute(2, 0, 1)[None], Apart().vectors(texts))[0]
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def test_what_is_known_is_kept_where_it_can_be() -> None:
    for knowledge, text, expected in ((True, FIXED, True), (False, FIXED, False), (True, TextOptions(), False)):
        options = ReferringOptions(recall=True, knowledge=knowledge, text=text)
        assert options.recalls is expected
        assert (ReferringNetwork(Tiny(), 8, options).known is not None) is expected


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = {
        "a.n.01": SynsetTexts(("a", "b c"), "what it is", (3, 40)),
        "stop sign": SynsetTexts(("stop sign",), "", (0,)),
    }
    write_texts(table, tmp_path / "texts.tsv")
    assert read_texts(tmp_path / "texts.tsv") == table


def test_cosines_start_as_those_of_features_and_directions(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = dict(list(read_texts().items())[::20])
    monkeypatch.setattr("segmentation.referring.knowledge.directions.read_texts", lambda: some)
    torch.manual_seed(0)
    encoder = LanguageModel(tiny_bert, TextOptions())
    network = ReferringNetwork(Tiny(), encoder.channels, ReferringOptions(dimension=80, scale=1.0)).eval()
    # Few classes vary: their rows span a part of the features alone, and the rest of the space stays 0.
    classifier = torch.randn(1000, 20) @ torch.randn(20, Tiny.channels)
    start_from_knowledge(network, encoder, classifier)
    texts, rows = known_texts(classifier)
    weights = ridge(encoder.vectors(texts), rows, network.options.ridge)
    images = torch.randint(0, 256, (1, 3, 32, 32))
    with torch.inference_mode():
        vectors = encoder.vectors(["red apple", "dog"])
        maps = network(images, vectors)[0]
        span = torch.linalg.qr((classifier - classifier.mean(dim=0))[:20].T).Q
        features = network.backbone(images)[0].flatten(1)
        inside, directions = span.T @ features, span.T @ (weights @ vectors.T)
        expected = torch.nn.functional.cosine_similarity(directions.T[:, :, None], inside[None], dim=1)
    torch.testing.assert_close(maps.flatten(1), expected, atol=1e-4, rtol=1e-3)
    with pytest.raises(UsageError, match="reads 21 channels, the backbone has 64"):
        start_from_knowledge(network, encoder, torch.randn(1000, 21))
