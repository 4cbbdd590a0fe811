"""Class names that start where a network that learned from captions finds them."""

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from segmentation.backbones.catalog import same_layers  # noqa: E402
from segmentation.backbones.tiny import Tiny  # noqa: E402
from segmentation.localization.run import load_localizer  # noqa: E402
from segmentation.referring.config import ReferringConfig, ReferringOptions, TextOptions  # noqa: E402
from segmentation.referring.knowledge.directions import known_texts, start_from_knowledge  # noqa: E402
from segmentation.referring.knowledge.learned_rows import NamedRows, named_rows  # noqa: E402
from segmentation.referring.knowledge.texts import read_texts  # noqa: E402
from segmentation.referring.network import ReferringNetwork  # noqa: E402
from segmentation.runs.folder import RunFolder  # noqa: E402
from segmentation.runs.trained import SHIPPED  # noqa: E402
from shared_runtime.errors import InputError, UsageError  # noqa: E402
from tests.segmentation.conftest import SmallRun  # noqa: E402
from tests.segmentation.referring.test_knowledge import Apart  # noqa: E402

LITE0 = ReferringConfig(backbone="efficientnet-lite0-head", network=ReferringOptions(knowledge=True))


def towards(network: ReferringNetwork, texts: list[str], rows: torch.Tensor) -> torch.Tensor:
    """Cosines between where texts point and the rows that they should point to, in the shared space."""
    directions = network.project_image.weight.flatten(1)
    with torch.inference_mode():
        embedded = network.embedded(Apart().vectors(texts))
    return torch.nn.functional.cosine_similarity(embedded, rows @ directions.T)


def test_learned_names_point_to_their_rows_and_other_words_to_imagenets(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {name: read_texts()[name] for name in ("tabby.n.01", "person.n.01", "stop sign", "zebra.n.01")}
    monkeypatch.setattr("segmentation.referring.knowledge.directions.read_texts", lambda: some)
    torch.manual_seed(0)
    classifier = torch.randn(1000, Tiny.channels)
    texts, rows = known_texts(classifier, glosses=False)
    assert "person" in texts
    assert "surfboard" not in texts
    learned = NamedRows(("person", "surfboard"), 0.01 * torch.randn(2, Tiny.channels))
    options = ReferringOptions(
        dimension=Tiny.channels, knowledge=True, recall=True, text=TextOptions(trained=False)
    )
    network = ReferringNetwork(Tiny(), Apart.channels, options)
    start_from_knowledge(network, Apart(), classifier, learned)
    assert towards(network, list(learned.texts), learned.rows).min() > 0.999
    others = [place for place, text in enumerate(texts) if text != "person"]
    assert towards(network, [texts[place] for place in others], rows[others]).min() > 0.999
    person = rows[texts.index("person")][None]
    assert towards(network, ["person"], person).max() < 0.9, "ImageNet's row of the same name gives way"
    with pytest.raises(UsageError, match="the localizer reads 7 channels, the backbone has 64"):
        start_from_knowledge(network, Apart(), classifier, NamedRows(("person",), torch.randn(1, 7)))


def test_the_rows_of_a_localizer_are_its_heatmaps(small_run: SmallRun) -> None:
    localizer = load_localizer(small_run.run)
    found = named_rows(small_run.run / "model.safetensors")
    names = [label.name for label in localizer.vocabulary.classes]
    assert found.texts == tuple(names)
    images = torch.randint(0, 256, (1, 3, 33, 33))
    apple = names.index("apple")
    with torch.inference_mode():
        features = localizer.network(images)
        heatmaps = localizer.network.class_heatmaps(features.cls, [apple + 1])[0, 0]
        own = torch.einsum("c,chw->hw", found.rows[apple], features.cells.features[0])
    # But for an offset, which is the same in every cell.
    difference = heatmaps - own
    torch.testing.assert_close(difference, difference.mean().expand_as(difference), atol=1e-4, rtol=1e-4)


def test_the_model_that_ships_has_a_row_for_each_of_cocos_classes() -> None:
    weights = LITE0.model_copy(update={"localizer": "packaged"}).localizer_weights()
    assert weights == SHIPPED / "model.safetensors"
    found = named_rows(weights)
    assert len(found.texts) == len(found.rows) == 80
    assert {"person", "traffic light", "toothbrush"} < set(found.texts)
    assert found.rows.norm(dim=1).min() > 0


def test_a_model_without_rows_is_told(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"head.fc8.weight": torch.ones(3, 2, 1, 1)}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "background", "1": "dog"}}))
    with pytest.raises(InputError, match=r"got a model without a row for each class, .* 'capseg convert'"):
        named_rows(tmp_path / "model.safetensors")
    save_file({"head.classifier.weight": torch.ones(3, 2, 1, 1)}, tmp_path / "model.safetensors")
    with pytest.raises(InputError, match=r"config\.json: cannot be read: '2'; it says which classes"):
        named_rows(tmp_path / "model.safetensors")


def test_a_class_that_nobody_ever_saw_has_no_row(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    rows = torch.tensor([[9.0, 9.0], [1.0, 2.0], [0.0, 0.0]])
    save_file({"head.classifier.weight": rows[:, :, None, None]}, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text(json.dumps({"id2label": {"0": "background", "1": "Dog", "2": "yeti"}}))
    found = named_rows(tmp_path / "model.safetensors")
    assert found.texts == ("dog",)
    assert found.rows.tolist() == [[1.0, 2.0]]


def test_a_localizer_is_taken_where_its_rows_can_be_read(small_run: SmallRun, tmp_path: Path) -> None:
    def weights(**changes: object) -> Path | None:
        return LITE0.model_copy(update=changes).localizer_weights()

    assert weights() is None
    assert weights(localizer="none") is None
    assert weights(localizer="packaged", network=ReferringOptions()) is None, "nothing starts from knowledge"
    assert weights(localizer="packaged", backbone="resnet50") is None
    assert weights(localizer="packaged", backbone="efficientnet-lite0-head-s8") is not None
    tiny = {"backbone": "tiny", "localizer": str(small_run.run)}
    assert weights(**tiny) == small_run.run / "model.safetensors"
    with pytest.raises(
        UsageError, match=r"with the backbone tiny, expected efficientnet-lite0-head, .* --localizer none"
    ):
        weights(localizer=str(small_run.run))
    (tmp_path / "runA").mkdir()
    (tmp_path / "runA" / "localizer").symlink_to(small_run.run)
    meant = rf"Did you mean {tmp_path}/runA/localizer\?"
    with pytest.raises(UsageError, match=rf"--localizer: got .*, a saved segmenter, packaged or none\. {meant}"):
        weights(localizer=str(tmp_path / "runA"))
    with pytest.raises(InputError, match=rf"is not the folder of a run: it holds no run\.json\. {meant}"):
        RunFolder(tmp_path / "runA").read_record()
    with pytest.raises(UsageError, match=r"--localizer: got .*, which is no folder of a run, expected"):
        weights(localizer=__file__)
    assert LITE0.model_copy(update=tiny).places()["localizer"] == small_run.run
    assert "localizer" not in LITE0.places()


def test_backbones_of_the_same_layers() -> None:
    assert same_layers("efficientnet-lite0-head", "efficientnet-lite0-head-s8")
    assert not same_layers("efficientnet-lite0-head", "efficientnet-lite0")
    assert not same_layers("efficientnet-lite0-head", "efficientnet-lite1-head")
    assert not same_layers("resnet50", "resnet152")
