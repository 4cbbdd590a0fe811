"""`python -m benchmarks.refer_small_job FOLDER SEED ARMS.json`: networks on the cells of a small world.

All networks of a world learn from what one backbone sees of whole images, which knows ImageNet and nothing of the
world. FOLDER/scores-SEED.json has what is done; it is printed.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.surroundings import REPOSITORY, language_model
from segmentation.backbones.contract import Backbone
from segmentation.backbones.loading import load_backbone
from segmentation.data.images import RgbImage, read_image
from segmentation.data.phrases import expression_text
from segmentation.data.referring.expressions import Expression, ExpressionSet, Region
from segmentation.data.referring.opening import open_expressions
from segmentation.data.targets import read_targets
from segmentation.evaluation.expressions import evaluate_expressions
from segmentation.experiments.catalog import resolve_config
from segmentation.masks.refinement import Refinement
from segmentation.referring.config import ReferringConfig
from segmentation.referring.expressions import expression_table, in_share
from segmentation.referring.network import ReferringNetwork
from segmentation.referring.options import ResolvedReferring
from segmentation.referring.predict import EncodedImage, ExpressionPredictor
from segmentation.referring.region_samples import RegionSamples
from segmentation.referring.region_task import RegionTask
from segmentation.referring.samples import ReferringSamples
from segmentation.referring.task import ReferringTask
from segmentation.referring.text_encoder import LanguageModel
from segmentation.runs.training import TrainingJob, train_in_folder, training_record
from segmentation.scores.contract import Viewing
from segmentation.scores.views import ImageViews
from segmentation.training.config import MachineOptions
from shared_runtime.coco import ImageId
from shared_schemas import load_label_space
from shared_schemas.files import replace_file, replacing

CONFIG = "synthetic-referring-mpa"
SIDE = 385
"""Has 25 × 25 cells; the paper's network has 24 × 24 patches."""
_MACHINE = MachineOptions(device="cpu", workers=0)
_WHOLE: dict[str, Any] = {"size": SIDE, "area": (1.0, 1.0), "aspect": (1.0, 1.0), "flip": 0.0}


class KnownTexts:
    """A language model that encodes a text once for all networks of a world."""

    def __init__(self, encoder: LanguageModel) -> None:
        self.channels = encoder.channels
        self._encoder = encoder
        self._known: dict[str, torch.Tensor] = {}

    def vectors(self, texts: Sequence[str]) -> torch.Tensor:
        """As `TextEncoder` says."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= zip(new, self._encoder.vectors(new), strict=True) if new else ()
        return torch.stack([self._known[text] for text in texts])

    def knows(self, text: str) -> bool:
        """As `TextEncoder` says."""
        return self._encoder.knows(text)


@dataclass(frozen=True)
class Cells:
    """What the backbone sees of the images of a world, each as a whole; kept beside them."""

    backbone: Backbone
    world: Path

    def of(self, path: Path) -> npt.NDArray[np.float16]:
        """Shape (h, w, channels)."""
        return self._by_name[path.name]

    def of_pixels(self, image: RgbImage) -> npt.NDArray[np.float16]:
        """The same by the image itself."""
        return self._by_pixels[image.tobytes()]

    @cached_property
    def _by_name(self) -> dict[str, npt.NDArray[np.float16]]:
        kept = self.world / f"cells-{SIDE}.npz"
        if not kept.is_file():
            with replacing(kept) as unfinished, unfinished.open("wb") as stream:
                np.savez(stream, allow_pickle=False, **self._seen())
        with np.load(kept) as found:
            return dict(found)

    @torch.inference_mode()
    def _seen(self) -> dict[str, npt.NDArray[np.float16]]:
        views = ImageViews(Viewing(SIDE), self.backbone.stride, self.backbone.first_cell)
        found = {}
        for path in sorted((self.world / "images").iterdir()):
            (view,) = views.of([read_image(path)])
            found[path.name] = self.backbone(view.images)[0].permute(1, 2, 0).half().numpy()
        return found

    @cached_property
    def _by_pixels(self) -> dict[bytes, npt.NDArray[np.float16]]:
        return {read_image(self.world / "images" / name).tobytes(): of for name, of in self._by_name.items()}


class OnCells:
    """Samples of the package, of the cells of their images in place of crops."""

    def __init__(
        self, samples: ReferringSamples | RegionSamples, cells: Sequence[npt.NDArray[np.float16]]
    ) -> None:
        self._samples = samples
        self._cells = cells
        self.collate: Callable[[Any], Any] = samples.collate

    def __len__(self) -> int:
        return len(self._samples)

    def sample(self, index: int, rng: np.random.Generator) -> Any:
        """One image with expressions drawn."""
        return self._samples.of_cells(index, rng, rng, self._cells[index])


class World:
    """A world to learn from and one to score on, with what the backbone sees of both."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._world, self._val = folder / f"world-{seed}", folder / f"val-{seed}"
        config = self._config({})
        self._backbone = load_backbone(config.backbone, config.starting_weights()).eval()
        self._backbone.freeze_whole()
        self._cells, self._val_cells = (Cells(self._backbone, of) for of in (self._world, self._val))
        language = config.text_folder()
        assert language is not None, "the configuration has a language model"
        self._encoder = KnownTexts(LanguageModel(language, config.network.text))
        self._run = folder / f"run-{seed}"

    def _config(self, settings: Mapping[str, Any]) -> ReferringConfig:
        given: dict[str, Any] = {"label_space": str(self._world / "label_space.json"), **language_model()}
        given |= {"backbone": "efficientnet-lite0", "weights": "packaged"}
        given |= {f"crop.{name}": value for name, value in _WHOLE.items()}
        return resolve_config(ReferringConfig, CONFIG, given | dict(settings))

    def scores(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Train a network with these settings and score it."""
        config = self._config(settings)
        samples, task = self._weak(config) if config.supervision == "texts" else self._with_regions(config)
        job: TrainingJob[Any, Any] = TrainingJob(
            training_record(config, [], {}),
            load_label_space(config.label_space),
            config.training,
            samples,
            lambda _device: task,
        )
        train_in_folder(job, self._run, _MACHINE, overwrite=True)
        return self._evaluated(task.module.eval())

    @property
    def _labels(self) -> Path:
        return self._world / "labels.jsonl"

    def _task(self, config: ReferringConfig, texts: Sequence[str]) -> ReferringTask:
        torch.manual_seed(config.training.seed)
        network = ReferringNetwork(self._backbone, self._encoder.channels, config.network)
        return ReferringTask(network, self._encoder.vectors(texts), config.loss, new_layer_factor=1)

    def _weak(self, config: ReferringConfig) -> tuple[OnCells, Any]:
        vocabulary, targets, _ = read_targets(
            self._labels,
            [self._world / "images"],
            label_space=config.label_space,
            keep_unlabelled=config.unlabelled_images,
            phrases=True,
        )
        kept = [target for target in targets if in_share(target.key, config.expressions.share)]
        table = expression_table(kept, vocabulary.label_space, config.expressions)
        cells = [self._cells.of(target.path) for target in kept]
        return OnCells(ReferringSamples(table, config.crop, apart=config.loss.apart > 0), cells), self._task(
            config, table.texts
        )

    def _with_regions(self, config: ReferringConfig) -> tuple[OnCells, Any]:
        truth = open_expressions(self._world / "instances.json")
        found = [(self._world / "images" / str(of[0].file_name), of) for of in truth.by_image()]
        texts = [*dict.fromkeys(expression_text(of.text) for of in truth.expressions)]
        samples = RegionSamples(found, texts, config.crop, config.expressions.per_image)
        task = RegionTask(self._task(config, texts), boxes=config.supervision == "boxes")
        return OnCells(samples, [self._cells.of(path) for path, _ in found]), task

    def _evaluated(self, network: ReferringNetwork) -> dict[str, Any]:
        relative = network.options.pooling.relative
        options = ResolvedReferring(input_size=SIDE, relative=relative, refine=Refinement.NONE)
        predictor = ExpressionPredictor(network, self._encoder, torch.device("cpu"), options)

        shares: list[float] = []

        def predict(image: RgbImage, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
            features = torch.from_numpy(self._val_cells.of_pixels(image)).permute(2, 0, 1)[None].float()
            with torch.inference_mode():
                seen = EncodedImage(image, [(network.project_image(features), False)], features[0, :0])
            masks = predictor.masks(image, predictor.maps(seen, texts))
            shares.extend(masks.mean(axis=(1, 2)).tolist())
            return masks

        truth = each_region_once(open_expressions(self._val / "instances.json"))
        found = evaluate_expressions(truth, [self._val / "images"], predict, prediction="fixed thresholds")
        scores: dict[str, Any] = json.loads(found.model_dump_json(exclude={"protocol"}))
        marked = {"share": float(np.mean(shares)), "nothing": float(np.mean(np.array(shares) == 0))}
        return scores | {"marked": marked}


def each_region_once(truth: ExpressionSet) -> ExpressionSet:
    """The same with one expression of each region, the longest: a class with an attribute before the class."""
    chosen: dict[tuple[ImageId, Region], Expression] = {}
    for expression in truth.expressions:
        key = (expression.image_id, expression.region)
        chosen[key] = max(chosen.get(key, expression), expression, key=lambda of: len(of.text.split()))
    return replace(truth, expressions=[*chosen.values()])


def main() -> None:
    """Train and score all arms that are not done yet."""
    place, number, arms = sys.argv[1:]
    torch.set_num_threads(1)
    folder, seed = REPOSITORY / place, int(number)
    kept = folder / f"scores-{seed}.json"
    done: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    wanted: dict[str, dict[str, Any]] = json.loads(Path(arms).read_text(encoding="utf-8"))
    # By their settings, so that others are not taken for them.
    keys = {name: json.dumps(settings, sort_keys=True) for name, settings in wanted.items()}
    missing = [name for name, key in keys.items() if key not in done]
    world = World(folder, seed) if missing else None
    for name in missing:
        assert world is not None, "something is missing"
        done[keys[name]] = world.scores(wanted[name])
        replace_file(kept, json.dumps(done).encode())
    print(json.dumps({name: done[key] for name, key in keys.items()}))


if __name__ == "__main__":
    main()
