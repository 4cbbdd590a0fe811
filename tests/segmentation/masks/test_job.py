"""Masks of many images: resumed, in several processes, with images that cannot be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from segmentation.backbones.contract import Cells
from segmentation.data.images import RgbImage
from segmentation.data.masks import read_index_mask, write_index_mask
from segmentation.data.targets import ImageTargets
from segmentation.masks.discriminant import CellStatistics, LinearDiscriminant
from segmentation.masks.job import CONSENSUS, MaskJob, MaskMachine
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.scores.contract import Heatmaps, ImageScores, Sizes
from shared_runtime.errors import OutputError

SIZES = [(20, 30), (30, 20), (20, 30), (1, 9), (20, 30)]


def draw(folder: Path, name: str, height: int, width: int) -> ImageTargets:
    """An image whose left half is red: class 3, on class 90."""
    pixels = np.full((height, width, 3), 40, dtype=np.uint8)
    pixels[:, : width // 2] = (250, 30, 30)
    Image.fromarray(pixels).save(folder / name)
    return ImageTargets(name, name, folder / name, foreground=(3,), background=(90,))


def red_and_dark(images: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
    """Heatmaps that say where an image is red and where dark; its pixels are its cells."""
    assert len({image.shape for image in images}) == 1, "images of different sizes share a batch"
    found = []
    for image, image_targets in zip(images, targets, strict=True):
        red = (image[..., 0] > 128).astype(np.float32)
        heatmaps = Heatmaps(dict(zip(image_targets.classes, (red - 0.1, 0.9 - red), strict=True)), {})
        pixels = torch.from_numpy(image).permute(2, 0, 1).float()
        found.append(ImageScores(heatmaps, Cells(pixels, pixels)))
    return found


@dataclass(frozen=True)
class Source:
    """Scores of images that are seen at their own size."""

    see: Callable[[Sequence[RgbImage], Sequence[ImageTargets]], list[ImageScores]] = red_and_dark

    def sizes(self, image: RgbImage) -> Sizes:
        return ((image.shape[0], image.shape[1]),)

    def scores(self, images: Sequence[RgbImage], requests: Sequence[ImageTargets]) -> list[ImageScores]:
        return self.see(images, requests)


def job(
    processes: int = 1, batch_size: int = 2, refine: Refinement = Refinement.NONE, *, consensus: bool = False
) -> MaskJob[ImageTargets]:
    return MaskJob(
        source=Source(),
        n_foreground=80,
        options=ResolvedMaskOptions(alpha=8, input_size=32, propagation=0, refine=refine, consensus=consensus),
        machine=MaskMachine("cpu", processes, batch_size),
    )


@pytest.fixture
def images(tmp_path: Path) -> list[ImageTargets]:
    folder = tmp_path / "images"
    folder.mkdir()
    return [draw(folder, f"{number}.png", *size) for number, size in enumerate(SIZES)]


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    folder = tmp_path / "masks"
    folder.mkdir()
    return folder


def test_every_image_gets_its_mask(images: list[ImageTargets], masks: Path) -> None:
    counts = job().run(images, masks)
    assert (counts.written, counts.present, counts.rejected) == (5, 0, [])
    for image, (height, width) in zip(images, SIZES, strict=True):
        expected = np.zeros((height, width), dtype=np.uint8)
        expected[:, : width // 2] = 3
        np.testing.assert_array_equal(read_index_mask(masks / f"{image.path.stem}.png", 81), expected)


def test_several_processes_write_the_same_bytes(images: list[ImageTargets], masks: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    job(refine=Refinement.MEAN_FIELD).run(images, masks)
    counts = job(processes=2, refine=Refinement.MEAN_FIELD).run(images, other)
    assert counts.written == 5
    for path in masks.iterdir():
        assert path.read_bytes() == (other / path.name).read_bytes()


def test_masks_that_are_there_stay(images: list[ImageTargets], masks: Path) -> None:
    write_index_mask(masks / "2.png", np.full((2, 3), 1, dtype=np.uint8))
    earlier = (masks / "2.png").read_bytes()
    counts = job().run(images, masks)
    assert (counts.written, counts.present) == (4, 1)
    assert (masks / "2.png").read_bytes() == earlier


def test_a_bad_image_costs_one_image(images: list[ImageTargets], masks: Path) -> None:
    images[1].path.write_bytes(images[1].path.read_bytes()[:60])
    images[2].path.unlink()
    shown: list[int] = []
    counts = replace(job(), progress=lambda counts: shown.append(counts.done)).run(images, masks)
    assert counts.written == 3
    assert [image.file_name for image in counts.rejected] == ["1.png", "2.png"]
    assert "no such image file" in counts.rejected[1].reason
    assert sorted(path.name for path in masks.iterdir()) == ["0.png", "3.png", "4.png"]
    assert shown[-1] == counts.done == counts.total == 5


@pytest.mark.parametrize("processes", [1, 2])
def test_images_are_rejected_in_the_order_of_their_batches(
    images: list[ImageTargets], masks: Path, processes: int
) -> None:
    """The second and fifth cannot be read; the class of the third does not fit into a mask."""
    for index in (1, 4):
        images[index].path.write_bytes(b"")
    images[2] = replace(images[2], foreground=(300,), background=(301,))
    wide = replace(job(processes), n_foreground=300)
    counts = wide.run(images, masks)
    assert counts.written == 2
    assert [image.file_name for image in counts.rejected] == ["1.png", "2.png", "4.png"]
    assert "class id 300 does not fit" in counts.rejected[1].reason


def one_not_finite(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
    """As `red_and_dark`, but for a cell of 1.png."""
    found = red_and_dark(batch, targets)
    for seen, image_targets in zip(found, targets, strict=True):
        if image_targets.file_name == "1.png":
            seen.heatmaps.classes[3][0, 0] = np.nan
    return found


def test_maps_that_are_not_finite_cost_one_image(images: list[ImageTargets], masks: Path) -> None:
    counts = replace(job(), source=Source(one_not_finite)).run(images, masks)
    assert counts.written == 4
    assert [(image.file_name, "NaN" in image.reason) for image in counts.rejected] == [("1.png", True)]


def test_two_images_of_one_name_are_not_written_over(
    images: list[ImageTargets], masks: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    counts = job().run([*images, draw(elsewhere, "0.png", 8, 8)], masks)
    assert counts.written == 5
    assert [image.file_name for image in counts.rejected] == ["0.png"]
    assert read_index_mask(masks / "0.png", 81).shape == SIZES[0]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_folder_that_cannot_be_written_ends_the_run(
    images: list[ImageTargets], tmp_path: Path, processes: int
) -> None:
    with pytest.raises(OutputError, match="cannot be written: No such file or directory"):
        job(processes=processes).run(images, tmp_path / "not-there")


def test_waiting_images_are_bounded(tmp_path: Path, masks: Path) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    drawn = [draw(folder, f"{number}.png", 4, 4 + number) for number in range(40)]
    first_call: list[int] = []

    def watching(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
        first_call.append(int(targets[0].path.stem))
        return red_and_dark(batch, targets)

    counts = replace(job(), source=Source(watching)).run(drawn, masks)
    assert counts.written == 40
    # 16 images, all of different sizes, are as many as wait at a time.
    assert first_call[0] == 0
    assert len(first_call) == 40


def test_waiting_images_are_bounded_by_their_bytes(
    tmp_path: Path, masks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two of 480 bytes may wait for others of their size; with the third, one goes as it is."""
    monkeypatch.setattr("segmentation.masks.batches._MOST_OPEN_BYTES", 1000)
    folder = tmp_path / "images"
    folder.mkdir()
    drawn = [draw(folder, f"{number}.png", *size) for number, size in enumerate([(4, 40), (40, 4)] * 4)]
    together: list[int] = []

    def watching(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
        together.append(len(batch))
        return red_and_dark(batch, targets)

    assert replace(job(batch_size=4), source=Source(watching)).run(drawn, masks).written == 8
    assert together == [2, 2, 2, 2]


def test_a_consensus_mends_the_map_that_errs(images: list[ImageTargets], masks: Path) -> None:
    """One image's map lights up on the wrong half, where all others know better."""

    def wrong_once(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
        found = red_and_dark(batch, targets)
        for seen, image_targets in zip(found, targets, strict=True):
            if image_targets.file_name == "1.png":
                seen.heatmaps.classes[3][:] = 0.5
        return found

    shown: list[tuple[int, int]] = []
    counts = replace(
        job(consensus=True, batch_size=8),
        source=Source(wrong_once),
        progress=lambda now: shown.append((now.studied, now.to_study)),
    ).run(images, masks)
    assert counts.written == 5
    assert shown[0] == (0, 0)
    assert shown[-1] == (5, 5)
    expected = np.zeros(SIZES[1], dtype=np.uint8)
    expected[:, : SIZES[1][1] // 2] = 3
    np.testing.assert_array_equal(read_index_mask(masks / "1.png", 81), expected)


def test_a_run_that_goes_on_keeps_its_consensus(images: list[ImageTargets], masks: Path) -> None:
    job(consensus=True).run(images, masks)
    whole = {path.name: path.read_bytes() for path in masks.iterdir()}
    (masks / "0.png").unlink()
    images[4].path.unlink()
    counts = job(consensus=True).run(images, masks)
    assert (counts.written, counts.present, counts.studied) == (1, 4, 0)
    assert {path.name: path.read_bytes() for path in masks.iterdir()} == whole
    assert CONSENSUS in whole


def test_of_many_images_evenly_spaced_ones_are_studied(
    images: list[ImageTargets], masks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("segmentation.masks.job._MOST_STUDIED", 2)
    seen: list[str] = []

    def watching(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
        seen.extend(image.path.stem for image in targets)
        return red_and_dark(batch, targets)

    counts = replace(job(consensus=True, batch_size=1), source=Source(watching)).run(images, masks)
    assert (counts.written, counts.studied) == (5, 2)
    assert seen == ["0", "3", "0", "1", "2", "3", "4"]


def test_an_image_whose_mixed_scores_are_not_finite_gets_no_mask(images: list[ImageTargets], masks: Path) -> None:
    nowhere = LinearDiscriminant(torch.full((3, 81), torch.nan), torch.zeros(81))
    nowhere.save(masks / CONSENSUS)
    counts = job(consensus=True).run(images, masks)
    assert (counts.written, len(counts.rejected)) == (0, 5)
    assert f"mixed with {CONSENSUS}, hold NaN" in counts.rejected[0].reason


def test_without_an_image_to_learn_from_there_is_no_consensus(images: list[ImageTargets], masks: Path) -> None:
    for image in images:
        image.path.unlink()
    counts = job(consensus=True).run(images, masks)
    assert len(counts.rejected) == 5
    assert not list(masks.iterdir())


def test_a_batch_too_large_for_the_memory_is_halved(images: list[ImageTargets], masks: Path) -> None:
    """The network has room for one image, and for none of the second."""
    seen: list[int] = []

    def small_device(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:
        seen.append(len(batch))
        if len(batch) > 1 or targets[0].file_name == "2.png":
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB\nmore")
        return red_and_dark(batch, targets)

    counts = replace(job(batch_size=3, consensus=True), source=Source(small_device)).run(images, masks)
    assert counts.written == 4
    reason = "too little memory for the network to see it: CUDA out of memory. Tried to allocate 2.00 GiB"
    assert [(image.file_name, image.reason) for image in counts.rejected] == [("2.png", reason)]
    assert seen[:5] == [3, 1, 2, 1, 1]


def test_other_errors_of_the_network_end_the_run(images: list[ImageTargets], masks: Path) -> None:
    def broken(batch: Sequence[RgbImage], targets: Sequence[ImageTargets]) -> list[ImageScores]:  # noqa: ARG001
        raise RuntimeError("shapes do not fit")

    with pytest.raises(RuntimeError, match="shapes do not fit"):
        replace(job(), source=Source(broken)).run(images, masks)


@pytest.mark.parametrize("processes", [1, 2])
def test_an_image_too_large_for_the_memory_costs_itself(
    tmp_path: Path, masks: Path, processes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "images"
    folder.mkdir()
    drawn = [draw(folder, "large.png", 300, 400), draw(folder, "small.png", 20, 30)]
    monkeypatch.setattr("segmentation.masks.job.bytes_per_process", lambda _processes: 10_000_000)
    counts = job(processes, refine=Refinement.MEAN_FIELD).run(drawn, masks)
    assert counts.written == 1
    assert [image.file_name for image in counts.rejected] == ["large.png"]
    assert counts.rejected[0].reason.startswith("too little memory for its mask: 400 × 300 pixels with 1 classes")
    assert "fewer --processes" in counts.rejected[0].reason


def test_a_large_image_is_refined_at_a_smaller_size(
    tmp_path: Path, masks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its mask has the size of the image, and is not far from what it would be without the limit."""
    folder = tmp_path / "images"
    folder.mkdir()
    drawn = [draw(folder, "large.png", 300, 400), draw(folder, "small.png", 20, 30)]
    whole = tmp_path / "whole"
    whole.mkdir()
    assert job(refine=Refinement.MEAN_FIELD).run(drawn, whole).reduced == 0
    monkeypatch.setattr("segmentation.masks.memory.MOST_BYTES", 20_000_000)
    assert job(refine=Refinement.MEAN_FIELD).run(drawn, masks).reduced == 1
    assert (masks / "small.png").read_bytes() == (whole / "small.png").read_bytes()
    large, expected = (read_index_mask(path / "large.png", 81) for path in (masks, whole))
    assert large.shape == (300, 400)
    assert (large != expected).mean() < 0.01


def test_images_without_heatmaps_are_not_studied(images: list[ImageTargets], masks: Path) -> None:
    counts = replace(job(consensus=True), source=Source(one_not_finite)).run(images, masks)
    assert (counts.written, counts.studied, len(counts.rejected)) == (4, 4, 1)


def test_what_goes_wrong_with_cells_ends_the_run(
    images: list[ImageTargets], masks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not an image's fault, as heatmaps are that no mask can be made of."""

    def fails(*_: object) -> None:
        raise ValueError("cells and maps differ in size")

    monkeypatch.setattr(CellStatistics, "add", fails)
    with pytest.raises(ValueError, match="cells and maps differ"):
        job(consensus=True).run(images, masks)


def test_an_error_of_the_code_ends_the_run_and_another_costs_an_image_and_is_logged_once(
    images: list[ImageTargets], masks: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raising(error: Exception) -> None:
        def fails(*_: object) -> None:
            raise error

        monkeypatch.setattr("segmentation.masks.finish.prepare", fails)

    raising(ZeroDivisionError("of nothing"))
    counts = job(refine=Refinement.PAMR).run(images, masks)
    assert [image.reason for image in counts.rejected] == [
        "the mask cannot be made: ZeroDivisionError: of nothing"
    ] * 5
    (record,) = caplog.records
    assert record.exc_info is not None
    assert "ZeroDivisionError" in record.getMessage()
    raising(TypeError("got no array"))
    with pytest.raises(TypeError, match="got no array"):
        job(refine=Refinement.PAMR).run(images, masks)
