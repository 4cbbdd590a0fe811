"""Checkpoints and weights: whole or not at all, and never code."""

import pickle
from pathlib import Path

import pytest
import torch

from segmentation.backbones.loading import read_tensors
from segmentation.training.checkpoint import TrainingState, load_state, save_state, save_weights
from shared_runtime.errors import InputError, OutputError


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    state = TrainingState(3, {"weight": torch.arange(6.0).reshape(2, 3)}, {"state": {0: {}}}, {"loss": 0.1})
    save_state(tmp_path / "checkpoint.pt", state)
    loaded = load_state(tmp_path / "checkpoint.pt")
    assert (loaded.step, loaded.optimizer, loaded.log) == (3, {"state": {0: {}}}, {"loss": 0.1})
    assert torch.equal(loaded.module["weight"], state.module["weight"])
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_a_checkpoint_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Payload:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (Path.touch, (tmp_path / "owned",))  # type: ignore[return-value]

    path = tmp_path / "checkpoint.pt"
    path.write_bytes(pickle.dumps(Payload(), protocol=2))
    with pytest.raises(InputError, match="not a readable checkpoint"):
        load_state(path)
    torch.save({"step": Payload()}, path)
    with pytest.raises(InputError, match=r"not a readable checkpoint .*--overwrite"):
        load_state(path)
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no file of torch"])
def test_a_damaged_checkpoint_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(content)
    with pytest.raises(InputError, match=r"checkpoint\.pt: not a readable checkpoint"):
        load_state(tmp_path / "checkpoint.pt")


def test_a_file_of_torch_that_is_no_checkpoint(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match="not a readable checkpoint"):
        load_state(tmp_path / "checkpoint.pt")


def test_weights_come_back_whatever_their_memory_format(tmp_path: Path) -> None:
    kernel = torch.randn(2, 3, 4, 4).to(memory_format=torch.channels_last)
    save_weights(tmp_path / "model.safetensors", {"kernel": kernel, "count": torch.tensor(3)})
    loaded = read_tensors(tmp_path / "model.safetensors")
    assert torch.equal(loaded["kernel"], kernel)
    assert loaded["count"].item() == 3


def test_weights_that_are_not_finite_or_cut_off_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_weights(path, {"a": torch.ones(2), "b": torch.tensor([1.0, float("nan")])})
    with pytest.raises(InputError, match=r"model\.safetensors: NaN or infinite values in b"):
        read_tensors(path)
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(InputError, match=r"model\.safetensors: not a readable safetensors file"):
        read_tensors(path)


def test_the_old_file_stays_where_the_new_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.safetensors"
    save_weights(path, {"a": torch.ones(2)})
    before = path.read_bytes()
    (tmp_path / "in the way").mkdir()
    monkeypatch.setattr("shared_schemas.files.unfinished_beside", lambda _: tmp_path / "in the way")
    with pytest.raises(OutputError, match=r"model\.safetensors: cannot be written"):
        save_weights(path, {"a": torch.zeros(2)})
    assert path.read_bytes() == before
