"""A frozen backbone looks at images once, and what learns from its cells learns what it would from the images."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor, nn

from segmentation.backbones.contract import Backbone, Cells
from segmentation.training import kept_cells
from segmentation.training.config import TrainingFiles
from segmentation.training.devices import DeviceGroup
from segmentation.training.kept_cells import FrozenViews, KeptCells, keep_cells
from segmentation.training.loop import Progress
from segmentation.training.task import TensorBatch
from shared_runtime.errors import InputError, OutputError, UsageError

VIEWS = FrozenViews(3, seed=5)
N_IMAGES = 11
DEVICES = DeviceGroup("cpu")


class Doubling(Backbone):
    """Stride 1, twice as many channels: a value, and its negative. Counts the images that it sees."""

    stride = 1
    channels = 6

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.dropout = nn.Dropout(0.5)
        self.seen = 0
        self.freeze()

    def stages(self, images: Tensor) -> Cells:
        self.seen += len(images)
        both = self.dropout(torch.cat([images, -images], dim=1) * self.weight)
        return Cells(both, images)

    def frozen_modules(self) -> tuple[nn.Module, ...]:
        return ()


@dataclass
class Picture:
    image: npt.NDArray[np.uint8] | npt.NDArray[np.float16]
    index: int
    crop: int = 0
    """What was drawn with the view's own random numbers."""
    said: int = 0
    """What was drawn with those of the epoch."""


@dataclass(frozen=True)
class PictureBatch(TensorBatch):
    images: Tensor
    indices: Tensor


@dataclass
class Pictures:
    """Images (2, 4, 3) of random numbers, or of one more than `of_cells` was told; `broken` cannot be read."""

    broken: int | None = None
    stop_at: int | None = None
    read: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        return N_IMAGES

    def sample(self, index: int, rng: np.random.Generator) -> Picture:
        if index == self.broken:
            raise InputError(f"image {index}: cannot be read")
        if len(self.read) == self.stop_at:
            raise KeyboardInterrupt
        self.read.append(index)
        return Picture(rng.integers(256, size=(2, 4, 3), dtype=np.uint8), index)

    def of_cells(
        self,
        index: int,
        crop_rng: np.random.Generator,
        rng: np.random.Generator,
        cells: npt.NDArray[np.float16],
    ) -> Picture:
        return Picture(cells, index, int(crop_rng.integers(1000)), int(rng.integers(1000)))

    def collate(self, samples: Sequence[Picture]) -> PictureBatch:
        images = torch.from_numpy(np.stack([sample.image for sample in samples]))
        indices = torch.tensor([sample.index for sample in samples])
        return PictureBatch(images.permute(0, 3, 1, 2).float(), indices)


def kept(
    path: Path,
    pictures: Pictures,
    backbone: Backbone | None = None,
    show: Callable[[Progress], None] = lambda _: None,
    devices: DeviceGroup = DEVICES,
    workers: int = 0,
) -> KeptCells[Picture, PictureBatch]:
    return keep_cells(backbone or Doubling(), pictures, VIEWS, TrainingFiles(path), devices, workers, show=show)


@pytest.mark.parametrize("workers", [1, 2])
def test_readers_change_nothing(tmp_path: Path, workers: int) -> None:
    """One is a thread, more are processes; what they cannot read is known all the same."""
    alone, ahead = tmp_path / "alone", tmp_path / "ahead"
    for folder in (alone, ahead):
        folder.mkdir()
    kept(alone, Pictures(broken=3))
    kept(ahead, Pictures(broken=3), workers=workers)
    for of in ("cells", "cells_state"):
        first, second = (getattr(TrainingFiles(folder), of).read_bytes() for folder in (alone, ahead))
        assert first == second


def test_cells_reach_the_disk_before_it_is_said_that_they_are_there_and_not_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[str, int]] = []
    state = TrainingFiles(tmp_path).cells_state

    def flush(of: np.memmap) -> None:  # type: ignore[type-arg]
        flushed.append((Path(str(of.filename)).name, sum(state.read_bytes())))

    monkeypatch.setattr(np.memmap, "flush", flush)
    kept(tmp_path, Pictures())
    names = (TrainingFiles(tmp_path).cells.name, state.name)
    assert flushed == [(names[0], 0), (names[1], 33)]
    flushed.clear()
    state.unlink()
    monkeypatch.setattr(kept_cells, "_SECONDS", 0.0)
    kept(tmp_path, Pictures())
    assert flushed[:4] == [(names[0], 0), (names[1], 8), (names[0], 8), (names[1], 16)]


def test_kept_cells_are_those_of_the_same_crop(tmp_path: Path) -> None:
    backbone, pictures = Doubling(), Pictures()
    samples = kept(tmp_path, pictures, backbone)
    assert len(samples) == N_IMAGES
    drawn = set()
    for epoch in range(20):
        rng = np.random.default_rng(epoch)
        view = int(np.random.default_rng(epoch).integers(VIEWS.count))
        drawn.add(view)
        batch = samples.collate([samples.sample(4, rng)])
        of_image = pictures.collate([pictures.sample(4, VIEWS.generator(view, 4))])
        with torch.no_grad():
            torch.testing.assert_close(backbone(batch.images), backbone(of_image.images), rtol=1e-3, atol=1e-3)
    assert drawn == {0, 1, 2}


def test_all_but_the_crop_is_drawn_anew_in_every_epoch(tmp_path: Path) -> None:
    samples = kept(tmp_path, Pictures())
    seen = [samples.sample(4, np.random.default_rng(epoch)) for epoch in range(20)]
    assert len({of.crop for of in seen}) == VIEWS.count
    assert len({of.said for of in seen}) > 15


def test_the_backbone_is_frozen_and_without_dropout_for_good(tmp_path: Path) -> None:
    backbone = Doubling()
    kept(tmp_path, Pictures(), backbone)
    backbone.train()
    assert not backbone.dropout.training
    assert not any(parameter.requires_grad for parameter in backbone.parameters())


def test_what_was_computed_before_an_interruption_is_not_computed_again(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    kept(whole, Pictures())
    with pytest.raises(KeyboardInterrupt):
        kept(parts, Pictures(stop_at=20))
    backbone, shown = Doubling(), list[Progress]()
    kept(parts, Pictures(), backbone, shown.append)
    assert backbone.seen == VIEWS.count * N_IMAGES - 16 + 1, (
        "two batches of eight were done; one image tells the size"
    )
    assert (shown[-1].step, shown[-1].steps) == (33, 33)
    assert "frozen" in shown[-1].figures
    assert TrainingFiles(whole).cells.read_bytes() == TrainingFiles(parts).cells.read_bytes()


def test_two_processes_do_all_of_it_whichever_is_faster(tmp_path: Path) -> None:
    class OneOfTwo(DeviceGroup):
        """The first process has done its part before the second one looks what there is to do."""

        def __init__(self, index: int) -> None:
            super().__init__("cpu")
            self.count, self.index, self.first = 2, index, index == 0

        def wait(self) -> None:
            pass

    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for folder in (whole, parts):
        folder.mkdir()
    kept(whole, Pictures())
    shown, seen = list[Progress](), []
    for index in range(2):
        backbone = Doubling()
        kept(parts, Pictures(), backbone, shown.append, OneOfTwo(index))
        seen.append(backbone.seen)
    # Of 33 crops, and one more image that tells the size.
    assert seen == [17 + 1, 16 + 1]
    assert TrainingFiles(whole).cells.read_bytes() == TrainingFiles(parts).cells.read_bytes()
    assert TrainingFiles(whole).cells_state.read_bytes() == TrainingFiles(parts).cells_state.read_bytes()
    assert [(of.step, of.steps) for of in shown] == [(16, 33), (32, 33), (33, 33)]


def test_an_image_that_cannot_be_read_is_left_out_with_its_reason(tmp_path: Path) -> None:
    samples = kept(tmp_path, Pictures(broken=0))
    with pytest.raises(InputError, match="image 0: cannot be read"):
        samples.sample(0, np.random.default_rng(0))
    assert samples.sample(1, np.random.default_rng(0)).index == 1
    # Mended meanwhile: the training that is at work says so, and one that goes on looks at it, and at no other.
    samples._samples.broken = None  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=r"image 0 of this training could not be read .* can be now"):
        samples.sample(0, np.random.default_rng(0))
    # One more, of which it learns how large cells are.
    for n_views in (VIEWS.count, 0):
        backbone = Doubling()
        again = kept(tmp_path, Pictures(), backbone)
        assert backbone.seen == n_views + 1
        assert again.sample(0, np.random.default_rng(0)).index == 0


def test_a_backbone_with_random_layers_and_a_full_disk_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfinished = Doubling()
    unfinished.random_parameters = ("fc6.weight",)
    with pytest.raises(UsageError, match=r"random layers \(fc6\.weight\).*frozen_views=0"):
        kept(tmp_path, Pictures(), unfinished)
    monkeypatch.setattr(kept_cells.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 100})())
    with pytest.raises(OutputError, match=r"11 images in 3 crops take 0\.0 GB"):
        kept(tmp_path, Pictures())
