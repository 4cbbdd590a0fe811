"""Saved networks of referring expressions: they hold what they are built of, no path, and nothing of others."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from segmentation import Referrer  # noqa: E402
from segmentation.backbones.loading import read_tensors  # noqa: E402
from segmentation.referring.text_folder import language_digest  # noqa: E402
from shared_runtime.errors import InputError, OutputError  # noqa: E402
from tests.segmentation.referring.conftest import Captioned  # noqa: E402
from tests.segmentation.referring.test_refer_runs import UNREFINED, train  # noqa: E402

TEXT = "small red apple"
FIXED = ("--set", "network.text.trained=false")


@pytest.fixture(scope="module")
def old_bert(tiny_bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A language model whose folder has its weights as pickled tensors."""
    folder = tmp_path_factory.mktemp("old") / "bert"
    shutil.copytree(tiny_bert, folder)
    torch.save(read_tensors(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()
    return folder


def opened(folder: Path | str) -> Referrer:
    return Referrer.from_pretrained(folder, options=UNREFINED, device="cpu")


def test_a_language_model_of_another_format_is_saved(captioned: Captioned, old_bert: Path, tmp_path: Path) -> None:
    bert = tmp_path / "bert"
    shutil.copytree(old_bert, bert)
    found = train(captioned, bert, tmp_path / "run", *FIXED, epochs=1)
    assert found.exit_code == 0, found.output
    image = captioned.images / f"{1:012}.png"
    run = opened(tmp_path / "run")
    expected = run(image, TEXT)
    run.save_pretrained(tmp_path / "saved")
    digest = language_digest(bert)
    tensors = torch.load(bert / "pytorch_model.bin")
    torch.save({name: tensor + 1 for name, tensor in tensors.items()}, bert / "pytorch_model.bin")
    assert None is not digest != language_digest(bert)
    shutil.rmtree(bert)
    assert np.array_equal(opened(tmp_path / "saved")(image, TEXT).map, expected.map)
    # And from there.
    opened(tmp_path / "saved").save_pretrained(tmp_path / "again")
    assert np.array_equal(opened(tmp_path / "again")(image, TEXT).map, expected.map)


def test_a_model_is_saved_over_itself_and_over_one_with_a_language(
    captioned: Captioned, tiny_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert train(captioned, tiny_bert, tmp_path / "run", *FIXED, epochs=1).exit_code == 0
    image = captioned.images / f"{1:012}.png"
    opened(tmp_path / "run").save_pretrained(tmp_path / "saved")
    monkeypatch.chdir(tmp_path)
    opened("saved").save_pretrained(tmp_path / "saved", half=True)
    again = opened("saved")
    assert json.loads((tmp_path / "saved" / "config.json").read_text())["torch_dtype"] == "float16"
    np.testing.assert_allclose(again(image, TEXT).map, opened("run")(image, TEXT).map, atol=1e-2)

    classes = ("--set", "expressions.source=classes")
    assert train(captioned, "classes", tmp_path / "named", *classes, epochs=1).exit_code == 0
    named = opened(tmp_path / "named")
    (tmp_path / "saved" / "text" / "notes.txt").write_text("mine")
    named.save_pretrained(tmp_path / "saved")
    assert np.array_equal(opened("saved")(image, "apple").map, named(image, "apple").map)
    assert [path.name for path in (tmp_path / "saved" / "text").iterdir()] == ["notes.txt"]


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_save_that_fails_leaves_the_model_that_was_there(
    captioned: Captioned, tiny_bert: Path, old_bert: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, bert in (("run", tiny_bert), ("old", old_bert)):
        assert train(captioned, bert, tmp_path / name, *FIXED, epochs=1).exit_code == 0
    saved = tmp_path / "saved"
    opened(tmp_path / "run").save_pretrained(saved)
    before = content(saved)

    def save_on_full_disk(at: str) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        model = opened(tmp_path / "old")
        with monkeypatch.context() as patched:
            patched.setattr(at, full)
            with pytest.raises(OutputError, match="No space left"):
                model.save_pretrained(saved)

    save_on_full_disk("segmentation.referring.text_encoder.LanguageModel.save")
    assert content(saved) == before
    # The last thing that happens: there are no weights rather than those of the model before.
    save_on_full_disk("segmentation.prediction.pretrained._remove_part")
    with pytest.raises(InputError, match=r"got no model\.safetensors beside config\.json; .* save it again"):
        opened(saved)
    opened(tmp_path / "run").save_pretrained(saved)
    assert content(saved) == before


def test_a_save_that_was_killed_is_done_again(captioned: Captioned, tiny_bert: Path, tmp_path: Path) -> None:
    assert train(captioned, tiny_bert, tmp_path / "run", epochs=1).exit_code == 0
    left = tmp_path / "saved" / ".saving.42.0a1b2c3d"
    (left / "text").mkdir(parents=True)
    (left / "text" / "config.json").write_text("{}")
    opened(tmp_path / "run").save_pretrained(tmp_path / "saved")
    assert not left.exists()
    assert (tmp_path / "saved" / "text" / "config.json").read_text() != "{}"


def test_a_saved_model_names_no_folder_of_the_machine(
    captioned: Captioned, tiny_bert: Path, tmp_path: Path
) -> None:
    for name, more in (("first", ()), ("second", ("--set", f"start={tmp_path / 'first'}"))):
        found = train(captioned, tiny_bert, tmp_path / name, *more, epochs=1)
        assert found.exit_code == 0, found.output
    opened(tmp_path / "second").save_pretrained(tmp_path / "saved")
    text = (tmp_path / "saved" / "config.json").read_text()
    assert str(tmp_path) not in text
    assert json.loads(text)["capseg"]["config"]["start"] == "first"
    assert opened(tmp_path / "saved").predictor.encoder.knows("dog")
