"""`python -m benchmarks.refer_job STEP FOLDER …`: referring networks that share what one frozen backbone sees.

Every image is looked at once, as a whole, when its cells are first asked for, and they are kept in FOLDER: all
networks learn from them and are scored on them. STEP: train NAME [KEY=VALUE…], from FOLDER/training.jsonl;
evaluate NAME TRUTH [KEY=VALUE…], which prints the scores of a truth in FOLDER/truths.json as JSON, with options
of `ReferringPrediction`.
"""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.coco_images import image_folders
from benchmarks.surroundings import REPOSITORY
from segmentation.backbones.contract import Backbone
from segmentation.backbones.loading import load_backbone
from segmentation.data.images import RgbImage, read_image
from segmentation.data.referring.opening import open_expressions
from segmentation.data.targets import read_targets
from segmentation.evaluation.expressions import evaluate_expressions
from segmentation.experiments.catalog import parse_setting, resolve_config
from segmentation.masks.refinement import Refinement
from segmentation.referring.config import ReferringConfig
from segmentation.referring.expressions import ExpressionTable, expression_table, in_share
from segmentation.referring.options import ReferringPrediction
from segmentation.referring.predict import EncodedImage
from segmentation.referring.run import load_referring
from segmentation.referring.samples import ReferringBatch, ReferringSample, ReferringSamples
from segmentation.referring.task import ReferringTask, build_task
from segmentation.runs.training import TrainingJob, train_in_folder, training_record
from segmentation.scores.contract import Viewing
from segmentation.scores.views import ImageViews
from segmentation.training.config import MachineOptions
from shared_schemas.files import replacing

CONFIG = "lite0-referring"
SIDE = 321
_IMAGES = tuple(REPOSITORY / folder for folder in image_folders())


class SeenImage(NamedTuple):
    """Cells of an image, (h, w, channels), float16."""

    features: npt.NDArray[np.float16]
    mid_features: npt.NDArray[np.float16]


class Cells:
    """What the backbone sees of each image at one size, by a digest of its pixels."""

    def __init__(self, folder: Path, side: int = SIDE) -> None:
        self._folder, self._side = folder / f"cells-{side}", side
        self._folder.mkdir(exist_ok=True)

    def __getitem__(self, image: RgbImage) -> SeenImage:
        file = self._folder / f"{hashlib.blake2b(image.tobytes(), digest_size=12).hexdigest()}.npz"
        if not file.is_file():
            with replacing(file) as unfinished, unfinished.open("wb") as stream:
                np.savez(stream, **self._seen(image)._asdict())
        with np.load(file) as kept:
            return SeenImage(kept["features"], kept["mid_features"])

    @torch.inference_mode()
    def _seen(self, image: RgbImage) -> SeenImage:
        views = ImageViews(Viewing(self._side), self._backbone.stride, self._backbone.first_cell)
        (view,) = views.of([image])
        cells = self._backbone.cells(view.images)
        features, mid_features = (
            of[0].permute(1, 2, 0).half().numpy() for of in (cells.features, cells.mid_features)
        )
        return SeenImage(features, mid_features)

    @cached_property
    def _backbone(self) -> Backbone:
        config = resolve_config(ReferringConfig, CONFIG, {})
        return load_backbone(config.backbone, config.starting_weights()).eval()


class CellSamples:
    """Images with what is said of them, as the cells that are kept of them."""

    def __init__(self, table: ExpressionTable, config: ReferringConfig, cells: Cells) -> None:
        self._table = table
        self._samples = ReferringSamples(table, config.crop, apart=config.loss.apart > 0)
        self._cells = cells
        self._kept: dict[int, npt.NDArray[np.float16]] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def sample(self, index: int, rng: np.random.Generator) -> ReferringSample:
        """One image with phrases drawn."""
        if index not in self._kept:
            self._kept[index] = self._cells[read_image(self._table.images[index].path)].features
        return self._samples.of_cells(index, rng, rng, self._kept[index])

    def collate(self, samples: Sequence[ReferringSample]) -> ReferringBatch:
        """As of the package's samples."""
        return self._samples.collate(samples)


def train(folder: Path, name: str, settings: Mapping[str, Any]) -> None:
    """Train a network in the run folder FOLDER/NAME, or what is left of it to do."""
    config = resolve_config(ReferringConfig, CONFIG, {"frozen_views": 0, **settings})
    labels = folder / "training.jsonl"
    vocabulary, targets, _ = read_targets(labels, _IMAGES, label_space=config.label_space, phrases=True)
    targets = [target for target in targets if in_share(target.key, config.expressions.share)]
    table = expression_table(targets, vocabulary.label_space, config.expressions)

    def build(device: torch.device) -> ReferringTask:
        task = build_task(config, vocabulary.label_space, table.texts, device)
        task.module.backbone.freeze_whole()
        return task

    job: TrainingJob[ReferringSample, ReferringBatch] = TrainingJob(
        training_record(config, [target.key for target in targets], {"labels": str(labels)}),
        vocabulary.label_space,
        config.training,
        CellSamples(table, config, Cells(folder)),
        build,
    )
    # In this process alone, which keeps the cells in memory.
    train_in_folder(job, folder / name, MachineOptions(device="cpu", workers=0))


def evaluate(folder: Path, name: str, truth: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Scores of a network as JSON; `truth` are the keywords of `open_expressions`."""
    asked = ReferringPrediction.model_validate({"input_size": SIDE, "refine": Refinement.NONE} | dict(options))
    predictor = load_referring(folder / name).predictor(asked, "cpu")
    assert isinstance(asked.input_size, int), "the cells of squares are kept"
    cells = Cells(folder, asked.input_size)

    def predict(image: RgbImage, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        features, mid_features = (torch.from_numpy(of).permute(2, 0, 1).float() for of in cells[image])
        with torch.inference_mode():
            seen = EncodedImage(image, [(predictor.network.project_image(features[None]), False)], mid_features)
        return predictor.masks(image, predictor.maps(seen, texts))

    return evaluate_expressions(open_expressions(**truth), _IMAGES, predict, prediction=name).model_dump_json()


def main() -> None:
    """Do a step."""
    step, place, *rest = sys.argv[1:]
    torch.set_num_threads(1)
    folder = Path(place)
    if step == "train":
        name, *settings = rest
        train(folder, name, dict(map(parse_setting, settings)))
        return
    name, truth, *settings = rest
    options = json.loads((folder / "truths.json").read_text(encoding="utf-8"))[truth]
    files = {key: [*map(Path, of)] if isinstance(of, list) else Path(of) for key, of in options.items()}
    print(evaluate(folder, name, files, dict(map(parse_setting, settings))))


if __name__ == "__main__":
    main()
