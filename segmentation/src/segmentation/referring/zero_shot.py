"""Zero-shot segmentation of classes: their names as expressions (Strudel et al., Section 4.6)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from segmentation.data.folders import ImageFolders
from segmentation.data.images import RgbImage, read_image
from segmentation.data.legend import write_legend
from segmentation.data.masks import IndexMask, place_for_mask, write_index_mask
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.records import MaskEvaluation
from segmentation.masks.finish import Finisher
from segmentation.masks.maps import ScoreMaps, negative_background
from segmentation.masks.memory import bytes_per_process
from segmentation.masks.refinement import check_installed
from segmentation.referring.predict import EncodedImage, ExpressionMaps, ExpressionPredictor
from segmentation.scores.contract import FloatMap
from shared_runtime.errors import InputError, OutputError

_CONFIDENCE, _SHARE = 0.5, 0.2
"""The latter was chosen on masks of COCO images, with COCO's class names as rivals."""


@dataclass(frozen=True, slots=True)
class ClassFinder:
    """Finds classes by words that stand for them; what it learned from need not have named them."""

    predictor: ExpressionPredictor
    words: Mapping[int, Sequence[str]]
    """Words by class id."""
    threshold: float | None = None
    """Words of which an image shows no more are not in it: of σ(z), by default the paper's .5; where there are
    rivals, of the greatest share of a cell that is a word's, by default .2."""
    namesakes: Mapping[int, Collection[str]] = field(default_factory=dict)
    """By class id, names of a label space that are no rivals to its words."""

    def mask(self, image: RgbImage) -> IndexMask:
        """Class ids (H, W) of an image (H, W, 3), 0 where no class is.

        A class has what any of its words has. Words that are in the image compete for each pixel with each other
        and the background; those that are not are left out first.
        """
        asked = [(class_id, word) for class_id, words in self.words.items() for word in words]
        encoded = self.predictor.encode(image)
        seen = self._is_seen(self._maps(encoded, asked))
        there = [pair for pair, sure in zip(asked, seen, strict=True) if sure]
        if not there:
            return np.zeros(image.shape[:2], dtype=np.uint8)
        # Anew: shares of SPA are of what is asked.
        scores = self._scores([class_id for class_id, _ in there], self._maps(encoded, there))
        options = self.predictor.options
        check_installed(options.refine)
        finisher = Finisher(options.refine, options.crf_preset, bytes_per_process(1))
        return finisher.mask(image, scores)

    def _maps(self, encoded: EncodedImage, asked: Sequence[tuple[int, str]]) -> ExpressionMaps:
        """Of words, each with its class."""
        same = [self.namesakes.get(class_id, ()) for class_id, _ in asked]
        return self.predictor.maps(encoded, [word for _, word in asked], same)

    def _is_seen(self, maps: ExpressionMaps) -> npt.NDArray[np.bool_]:
        """Which words are in the image."""
        contested = self.predictor.options.rivals is not None
        default = _SHARE if contested else _CONFIDENCE
        found = maps.shares.max(axis=(1, 2)) if contested else maps.confidences
        return np.asarray(found > (default if self.threshold is None else self.threshold))

    def _scores(self, classes: Sequence[int], maps: ExpressionMaps) -> ScoreMaps:
        """Of the background and each of `classes`, an id for each word."""
        kind = self.predictor.network.options.pooling.kind
        options = self.predictor.options
        of_words = self.predictor.strengths(maps)
        ids = sorted({*classes})
        merge = np.sum if kind == "spa" and not options.relative else np.max
        found: FloatMap = np.stack(
            [merge(of_words[[place for place, of in enumerate(classes) if of == one]], axis=0) for one in ids]
        )
        background = negative_background(found, options.alpha) if options.relative else 1 - merge(found, axis=0)
        return ScoreMaps(tuple(ids), np.concatenate([background[None], found]).astype(np.float32), maps.margin)


def evaluate_zero_shot(
    finder: ClassFinder,
    truth: Truth,
    images: Sequence[Path],
    output: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> tuple[MaskEvaluation, list[str]]:
    """Scores the masks of all images of `truth` in the folders `images`, over all pixels together.

    Also returns why images have none; they count as all background. `output`: where masks are kept. Raises
    InputError where not one image is there, OutputError where nothing can be written.
    """
    with TemporaryDirectory() as temporary:
        folder = output or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        lost = _write_masks(finder, ImageFolders(images), truth.keys(), folder, progress)
        if len(lost) == len(truth):
            raise InputError(f"not one image of the truth has a mask; the first reason is: {lost[0]}")
        write_legend(folder, truth.label_space)
        return evaluate(folder, truth), lost


def _write_masks(
    finder: ClassFinder,
    folders: ImageFolders,
    keys: Sequence[str],
    output: Path,
    progress: Callable[[int, int], None],
) -> list[str]:
    """Write the masks of images; returns why some have none."""
    lost = []
    for done, key in enumerate(keys, 1):
        path = place_for_mask(output, key)
        try:
            found = folders.find(None, key)
            if found is None:
                raise InputError(f"{key}: the image is in none of the folders")
            write_index_mask(path, finder.mask(read_image(found)))
        except (InputError, MemoryError) as error:
            lost.append(str(error))
        except OSError as error:
            raise OutputError(f"{path}: the mask cannot be written: {error.strerror or error}") from error
        progress(done, len(keys))
    return lost
