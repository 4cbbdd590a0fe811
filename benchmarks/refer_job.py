"""`python -m benchmarks.refer_job STEP FOLDER …`: referring networks that share what one frozen backbone sees.

Every image is looked at once, as a whole, and its cells are kept in FOLDER: all networks learn from them and are
scored on them. STEP: cells; train NAME [KEY=VALUE…], from FOLDER/training.jsonl; evaluate NAME, which prints the
scores of all truths in FOLDER as JSON.
"""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.coco_images import image_folders
from benchmarks.surroundings import REPOSITORY
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

CONFIG = "lite0-referring"
SIDE = 321
_IMAGES = tuple(REPOSITORY / folder for folder in image_folders())


class Cells:
    """What the backbone sees of each image, by a digest of its pixels: (h, w, channels), float16."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, paths: Sequence[Path]) -> None:
        """Look at images that are not there yet."""
        from segmentation.backbones.loading import load_backbone

        config = resolve_config(ReferringConfig, CONFIG, {})
        backbone = load_backbone(config.backbone, config.starting_weights()).eval()
        views = ImageViews(Viewing(SIDE), backbone.stride, backbone.first_cell)
        self._folder.mkdir(exist_ok=True)
        for path in paths:
            image = read_image(path)
            file = self._file(image)
            if not file.is_file():
                (view,) = views.of([image])
                with torch.inference_mode():
                    features = backbone(view.images)[0]
                np.save(file, features.permute(1, 2, 0).half().numpy())

    def __getitem__(self, image: RgbImage) -> npt.NDArray[np.float16]:
        found: npt.NDArray[np.float16] = np.load(self._file(image))
        return found

    def _file(self, image: RgbImage) -> Path:
        return self._folder / f"{hashlib.blake2b(image.tobytes(), digest_size=12).hexdigest()}.npy"


class CellSamples:
    """Images with what is said of them, as the cells that are kept of them."""

    def __init__(self, table: ExpressionTable, config: ReferringConfig, cells: Cells) -> None:
        self._table = table
        self._samples = ReferringSamples(table, config.crop)
        self._cells = cells
        self._kept: dict[int, npt.NDArray[np.float16]] = {}

    def __len__(self) -> int:
        return len(self._samples)

    def sample(self, index: int, rng: np.random.Generator) -> ReferringSample:
        """One image with phrases drawn."""
        if index not in self._kept:
            self._kept[index] = self._cells[read_image(self._table.images[index].path)]
        return self._samples.of_cells(index, rng, self._kept[index])

    def collate(self, samples: Sequence[ReferringSample]) -> ReferringBatch:
        """As of the package's samples."""
        return self._samples.collate(samples)


def train(folder: Path, name: str, settings: Mapping[str, Any]) -> None:
    """Train a network in the run folder FOLDER/NAME, or what is left of it to do."""
    config = resolve_config(ReferringConfig, CONFIG, {"frozen_views": 0} | settings)
    labels = folder / "training.jsonl"
    vocabulary, targets, _ = read_targets(labels, _IMAGES, label_space=config.label_space, phrases=True)
    targets = [target for target in targets if in_share(target.key, config.expressions.share)]
    table = expression_table(targets, vocabulary.label_space, config.expressions)

    def build() -> ReferringTask:
        task = build_task(config, vocabulary.label_space, table.texts)
        task.module.backbone.freeze_whole()
        return task

    job: TrainingJob[ReferringSample, ReferringBatch] = TrainingJob(
        training_record(config, [target.key for target in targets], {"labels": str(labels)}),
        vocabulary.label_space,
        config.training,
        CellSamples(table, config, Cells(folder / "cells")),
        build,
    )
    # In this process alone, which keeps the cells in memory.
    train_in_folder(job, folder / name, MachineOptions(device="cpu", workers=0))


def evaluate(folder: Path, name: str, truths: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Scores of a network by truth, each the keywords of `open_expressions`."""
    predictor = load_referring(folder / name).predictor(
        ReferringPrediction(input_size=SIDE, refine=Refinement.NONE), "cpu"
    )
    cells = Cells(folder / "cells")

    def predict(image: RgbImage, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        features = torch.from_numpy(cells[image]).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            seen = EncodedImage(image, [(predictor.network.project_image(features), False)], features[0, :0])
        return predictor.masks(image, predictor.maps(seen, texts))

    found = {}
    for truth, options in truths.items():
        expressions = open_expressions(**options)
        found[truth] = json.loads(
            evaluate_expressions(expressions, _IMAGES, predict, prediction=name).model_dump_json()
        )
    return found


def main() -> None:
    """Do a step."""
    step, place, *rest = sys.argv[1:]
    torch.set_num_threads(1)
    folder = Path(place)
    truths = {
        name: {key: [*map(Path, of)] if isinstance(of, list) else Path(of) for key, of in options.items()}
        for name, options in json.loads((folder / "truths.json").read_text(encoding="utf-8")).items()
    }
    if step == "cells":
        captioned = json.loads((folder / "captions.json").read_text(encoding="utf-8"))["images"]
        names = {image["file_name"] for image in captioned}
        for options in truths.values():
            names |= {str(of.file_name) for of in open_expressions(**options).expressions}
        paths = [images / name for images in _IMAGES for name in sorted(names)]
        Cells(folder / "cells").make([path for path in paths if path.is_file()])
    elif step == "train":
        train(folder, rest[0], dict(map(parse_setting, rest[1:])))
    else:
        print(json.dumps(evaluate(folder, rest[0], truths)))


if __name__ == "__main__":
    main()
