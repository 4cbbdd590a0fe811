"""Files that users hand over: what is read, what is refused, and what the refusal says."""

import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells
from segmentation.backbones.loading import load_weights, read_tensors
from shared_runtime.errors import InputError


class _Small(Backbone):
    """One convolution, one normalisation, one layer that public files may lack."""

    stride = 1
    channels = 2
    classifier_prefixes = ("fc.",)
    optional_prefixes = ("extra.",)

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1, bias=False)
        self.norm = nn.BatchNorm2d(2)
        self.extra = nn.Conv2d(2, 2, 1, bias=False)
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        mid_features = self.norm(self.conv(images))
        return Cells(self.extra(mid_features), mid_features)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()


def _public_file() -> dict[str, Tensor]:
    """What a checkpoint for `_Small` holds, without the optional layer and with a classifier."""
    return {
        "conv.weight": torch.arange(6.0).view(2, 3, 1, 1),
        "norm.weight": torch.ones(2),
        "norm.bias": torch.zeros(2),
        "norm.running_mean": torch.tensor([1.0, 2.0]),
        "norm.running_var": torch.ones(2),
        "fc.weight": torch.ones(5, 2),
    }


@pytest.mark.parametrize("wrapper", ["", "state_dict", "model"])
@pytest.mark.parametrize("prefix", ["", "module."])
def test_torch_files_load_however_they_are_wrapped(tmp_path: Path, wrapper: str, prefix: str) -> None:
    tensors = {prefix + name: tensor for name, tensor in _public_file().items()}
    path = tmp_path / "weights.pth"
    torch.save({wrapper: tensors, "epoch": 3} if wrapper else tensors, path)
    backbone = _Small()
    report = load_weights(backbone, path)
    assert backbone.conv.weight.flatten().tolist() == [0, 1, 2, 3, 4, 5]
    assert report.loaded == ("conv.weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var")
    assert report.initialised == ("extra.weight",)
    assert report.ignored == ("fc.weight",)


def test_safetensors_load(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file(_public_file(), path)
    backbone = _Small()
    load_weights(backbone, path)
    assert backbone.norm.running_mean is not None
    assert backbone.norm.running_mean.tolist() == [1.0, 2.0]


def test_own_state_loads_again(tmp_path: Path) -> None:
    first, second = _Small(), _Small()
    torch.save(first.state_dict(), tmp_path / "own.pt")
    assert load_weights(second, tmp_path / "own.pt").initialised == ()
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))


class _Payload:
    """Unpickling it would create a file."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.touched,)


@pytest.mark.parametrize("save", [torch.save, lambda content, path: path.write_bytes(pickle.dumps(content))])
def test_pickles_are_refused_and_not_run(tmp_path: Path, save: object) -> None:
    path, touched = tmp_path / "weights.pth", tmp_path / "touched"
    save({"conv.weight": _Payload(touched)}, path)  # type: ignore[operator]
    with pytest.raises(InputError, match=r"weights\.pth: holds pickled Python objects"):
        read_tensors(path)
    assert not touched.exists()


@pytest.mark.parametrize(
    ("content", "got"), [(b"", "an empty file"), (b"# A model of words", "a file that begins with b'# A model")]
)
def test_what_torch_never_wrote_gets_no_advice_to_unpickle_it(tmp_path: Path, content: bytes, got: str) -> None:
    path = tmp_path / "weights.pth.tar"
    path.write_bytes(content)
    with pytest.raises(InputError, match=f"{got}.*, expected tensors as torch.save"):
        read_tensors(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_that_are_not_finite_are_refused(tmp_path: Path, value: float) -> None:
    tensors = _public_file()
    tensors["norm.bias"][1] = value
    torch.save(tensors, tmp_path / "weights.pth")
    with pytest.raises(InputError, match=r"NaN or infinite values in norm\.bias"):
        read_tensors(tmp_path / "weights.pth")


def test_misfits_are_all_listed(tmp_path: Path) -> None:
    tensors = _public_file()
    del tensors["norm.bias"]
    tensors["stem.weight"] = torch.ones(1)
    tensors["conv.weight"] = torch.ones(4, 3, 1, 1)
    torch.save(tensors, tmp_path / "weights.pth")
    with pytest.raises(InputError) as caught:
        load_weights(_Small(), tmp_path / "weights.pth")
    message = str(caught.value)
    assert "not the weights of _Small" in message
    assert "missing: norm.bias" in message
    assert "unexpected: stem.weight" in message
    assert "wrong shape: conv.weight (4, 3, 1, 1) instead of (2, 3, 1, 1)" in message


def test_a_refused_file_changes_nothing(tmp_path: Path) -> None:
    tensors = _public_file() | {"stem.weight": torch.ones(1)}
    torch.save(tensors, tmp_path / "weights.pth")
    backbone = _Small()
    before = backbone.conv.weight.clone()
    with pytest.raises(InputError):
        load_weights(backbone, tmp_path / "weights.pth")
    assert torch.equal(backbone.conv.weight, before)


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    for name, save in (("a.pth", torch.save), ("a.safetensors", save_file)):
        path = tmp_path / name
        save(_public_file(), path)
        path.write_bytes(path.read_bytes()[:-200])
        with pytest.raises(InputError, match=rf"{name}: not a readable"):
            read_tensors(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([torch.ones(1)], "expected a dict of tensors .*, got list"),
        ({"epoch": 3, "lr": 0.1}, "holds no tensors .has: epoch, lr."),
    ],
)
def test_files_without_a_state_are_refused(tmp_path: Path, content: object, message: str) -> None:
    torch.save(content, tmp_path / "weights.pth")
    with pytest.raises(InputError, match=message):
        read_tensors(tmp_path / "weights.pth")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such weights file"):
        read_tensors(tmp_path / "nowhere.pth")
