"""A start from an ImageNet classifier: what regression finds, and what cosines then are."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from segmentation.backbones.tiny import Tiny  # noqa: E402
from segmentation.localization.knowledge.imagenet_classes import ImagenetMatcher  # noqa: E402
from segmentation.referring.config import ReferringOptions, TextOptions  # noqa: E402
from segmentation.referring.knowledge.directions import known_texts, ridge, start_from_knowledge  # noqa: E402
from segmentation.referring.knowledge.texts import SynsetTexts, read_texts, write_texts  # noqa: E402
from segmentation.referring.network import ReferringNetwork  # noqa: E402
from segmentation.referring.text_encoder import LanguageModel  # noqa: E402
from shared_runtime.errors import UsageError  # noqa: E402


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
