"""Masks that people corrected: in place of others, beside others, by weight, past the filters of noise."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from segmentation.data.masks import write_index_mask
from segmentation.segmenter.config import MaskLossOptions, NoiseOptions
from segmentation.segmenter.losses import CellGrid, MaskLoss
from segmentation.segmenter.pairs import TrainingMasks, pair_images
from shared_schemas import load_label_space
from tests.segmentation.segmenter.conftest import APPLE, Masked, Train

COCO = load_label_space("coco")


def corrected_folder(path: Path, *names: str) -> Path:
    """Masks of an apple in the upper left corner."""
    path.mkdir()
    for name in names:
        mask = np.zeros((48, 64), dtype=np.uint8)
        mask[:24, :24] = APPLE
        write_index_mask(path / f"{name}.png", mask)
    return path


def test_corrected_masks_replace_and_join_others(masked: Masked, tmp_path: Path) -> None:
    (masked.masks / "000000000003.png").unlink()
    corrected = corrected_folder(tmp_path / "corrected", "000000000001", "000000000003")
    masks = TrainingMasks(masked.masks, corrected)
    truth, keys = masks.truth(COCO)
    pairs, _ = pair_images([masked.images], masked.masks, truth, corrected=keys)
    assert [(pair.key[-1], pair.corrected) for pair in pairs] == [
        ("1", True),
        ("2", False),
        ("3", True),
        ("4", False),
    ]
    assert truth.mask(pairs[0].key)[0, 0] == APPLE
    assert truth.mask(pairs[1].key)[0, 0] == 0
    assert [masks.file(pair).parent.name for pair in pairs[:2]] == ["corrected", "masks"]


@pytest.mark.parametrize("kind", ["balanced", "cross-entropy"])
def test_corrected_masks_weigh_and_are_not_doubted(kind: str) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 5, 5, generator=generator)
    masks = torch.randint(0, 3, (2, 5, 5), generator=generator, dtype=torch.uint8)

    def loss(options: MaskLossOptions, which: slice = slice(None), corrected: list[bool] | None = None) -> float:
        given = None if corrected is None else torch.tensor(corrected)
        return float(MaskLoss(options, CellGrid(1))(logits[which], masks[which], 0.99, given)[0])

    plain = MaskLossOptions.model_validate({"kind": kind, "corrected_weight": 3.0})
    first, second = loss(plain, slice(0, 1)), loss(plain, slice(1, 2))
    assert loss(plain, corrected=[True, False]) == pytest.approx((3 * first + second) / 4, rel=1e-5)
    assert loss(plain, corrected=[False, False]) == pytest.approx((first + second) / 2, rel=1e-5)
    doubting = plain.model_copy(update={"noise": NoiseOptions(contradiction=0.4)})
    assert loss(doubting, slice(0, 1)) != pytest.approx(first, rel=1e-3)
    assert loss(doubting, slice(0, 1), [True]) == pytest.approx(first, rel=1e-5)


def test_a_training_with_corrected_masks_is_another_run(masked: Masked, train: Train, tmp_path: Path) -> None:
    corrected = corrected_folder(tmp_path / "corrected", "000000000001", "000000000003")
    given = ("--corrected", str(corrected), "--corrected-weight", "4")
    assert train(masked, "run", *given).exit_code == 0
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    assert record["config"]["loss"]["corrected_weight"] == 4
    again = train(masked, "run")
    assert again.exit_code == 2
    assert "loss.corrected_weight" in again.output
