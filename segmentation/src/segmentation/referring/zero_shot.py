"""Zero-shot segmentation of classes: their names as expressions (Strudel et al., Section 4.6)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from segmentation.data.folders import ImageFolders
from segmentation.data.images import RgbImage
from segmentation.data.legend import ID2LABEL, LABEL_MAP, write_legend
from segmentation.data.masks import mask_path, remove_masks
from segmentation.data.targets import ImageTargets
from segmentation.data.truth.contract import Truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.records import MaskEvaluation
from segmentation.masks.finish import Finisher, RejectedImage
from segmentation.masks.maps import ScoreMaps, negative_background
from segmentation.masks.memory import bytes_per_process
from segmentation.masks.pipeline import MaskCounts, MaskPipeline
from segmentation.masks.places import check_images
from segmentation.masks.refinement import check_installed
from segmentation.referring.options import NOTHING
from segmentation.referring.predict import EncodedImage, ExpressionMaps, ExpressionPredictor
from segmentation.runs.folder import RunFolder
from segmentation.scores.contract import FloatMap, ImageRequest, Sizes
from shared_runtime.errors import InputError, UsageError

_CONFIDENCE, _SHARE = 0.5, 0.2
"""Above the former a word is likelier there than not. The latter was chosen on half of 144 images of COCO as a
segmentation of 80 classes, whose names are rivals: .2, .35, .5 and .65 have a mean IoU of .177, .157, .135, .092.
"""


@dataclass(frozen=True, slots=True)
class ClassFinder:
    """Finds classes by words that stand for them; what it learned from need not have named them."""

    predictor: ExpressionPredictor
    words: Mapping[int, Sequence[str]]
    """Words by class id."""
    threshold: float | None = None
    """Words of which an image shows no more are not in it: of σ(z), by default the paper's .5; where there are
    rivals, classes: of the greatest share of a cell that their words have together, by default .2."""
    namesakes: Mapping[int, Collection[str]] = field(default_factory=dict)
    """By class id, names of a label space that are no rivals to its words."""

    def sizes(self, image: RgbImage) -> Sizes:
        """Of the network's input; images of the same ones can share a batch."""
        return self.predictor.views.sizes(image)

    def maps(
        self, images: Sequence[RgbImage], requests: Sequence[ImageRequest]
    ) -> list[ScoreMaps | RejectedImage]:
        """Score maps of each image: of the background and of the classes of which a word is there.

        A class has what any of its words has; beside rivals, what these leave to all of its words. Words that are
        in the image compete for each pixel with each other and the background; those that are not are left out
        first.
        """
        found: list[ScoreMaps | RejectedImage] = []
        for encoded, request in zip(self.predictor.encode_batch(images), requests, strict=True):
            try:
                found.append(self._class_maps(encoded))
            except InputError as error:
                found.append(RejectedImage.of(request, str(error)))
        return found

    def finisher(self, *, processes: int) -> Finisher:
        """What makes masks of score maps, for so many processes. Raises MissingResourceError without the CRF."""
        options = self.predictor.options
        check_installed(options.refine)
        return Finisher(options.refine, options.crf_preset, bytes_per_process(processes))

    def _class_maps(self, encoded: EncodedImage) -> ScoreMaps:
        asked = [(class_id, word) for class_id, words in self.words.items() for word in words]
        maps = self._maps(encoded, asked)
        there = [pair for pair, sure in zip(asked, self._is_seen(asked, maps), strict=True) if sure]
        if not there:
            return ScoreMaps((), np.ones((1, *maps.shares.shape[1:]), dtype=np.float32), maps.margin)
        # Anew: shares of SPA are of what is asked.
        return self._scores([class_id for class_id, _ in there], self._maps(encoded, there))

    def _maps(self, encoded: EncodedImage, asked: Sequence[tuple[int, str]]) -> ExpressionMaps:
        """Of words, each with its class; words of one class are no rivals to each other."""
        own = {class_id: {*self.namesakes.get(class_id, ())} for class_id, _ in asked}
        for class_id, word in asked:
            own[class_id].add(word)
        return self.predictor.maps(encoded, [word for _, word in asked], [own[class_id] for class_id, _ in asked])

    def _is_seen(self, asked: Sequence[tuple[int, str]], maps: ExpressionMaps) -> npt.NDArray[np.bool_]:
        """Which words are in the image; beside rivals, all words of the classes that are."""
        if not self._contested:
            return np.asarray(maps.confidences > (_CONFIDENCE if self.threshold is None else self.threshold))
        classes = [class_id for class_id, _ in asked]
        ids, shares = joint_shares(classes, maps.shares)
        greatest = dict(zip(ids, shares.max(axis=(1, 2)), strict=True))
        found = np.array([greatest[class_id] for class_id in classes])
        return np.asarray(found > (_SHARE if self.threshold is None else self.threshold))

    @property
    def _contested(self) -> bool:
        return self.predictor.options.rivals != NOTHING

    def _scores(self, classes: Sequence[int], maps: ExpressionMaps) -> ScoreMaps:
        """Of the background and each of `classes`, an id for each word."""
        pooling = self.predictor.network.options.pooling
        options = self.predictor.options
        merge = np.sum if pooling.competing and not options.relative else np.max
        if self._contested:
            ids, shares = joint_shares(classes, maps.shares)
            found = self.predictor.strengths(replace(maps, shares=shares))
        else:
            ids, of_words = sorted({*classes}), self.predictor.strengths(maps)
            found = np.stack([merge(of_words[_places(classes, one)], axis=0) for one in ids])
        background = negative_background(found, options.alpha) if options.relative else 1 - merge(found, axis=0)
        return ScoreMaps(tuple(ids), np.concatenate([background[None], found]).astype(np.float32), maps.margin)


def joint_shares(classes: Sequence[int], shares: FloatMap) -> tuple[list[int], FloatMap]:
    """What the words of each class have of a cell together, beside the same rivals; and the ids of the classes.

    `shares` (N, h, w) in [0, 1]: what each word has alone, of the class at its place in `classes`. The weights of
    a class's words are added up, as in a softmax over all of them and the rivals.
    """
    ids = sorted({*classes})
    return ids, np.stack([_joint(shares[_places(classes, one)]) for one in ids])


def _joint(shares: FloatMap) -> FloatMap:
    """Shape: (N, h, w) → (h, w)."""
    joint: FloatMap = shares[0]
    if len(shares) > 1:
        exact = shares.astype(np.float64)
        odds = (exact / np.maximum(1 - exact, np.finfo(np.float32).tiny)).sum(axis=0)
        joint = (odds / (1 + odds)).astype(np.float32)
    return joint


def _places(classes: Sequence[int], one: int) -> list[int]:
    return [place for place, class_id in enumerate(classes) if class_id == one]


def evaluate_zero_shot(
    finder: ClassFinder,
    truth: Truth,
    images: Sequence[Path],
    output: Path | None = None,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    *,
    overwrite: bool = False,
    processes: int = 1,
    batch_size: int = 1,
) -> tuple[MaskEvaluation, list[str]]:
    """Scores the masks of all images of `truth` in the folders `images`, over all pixels together.

    Also returns why images have none; they count as all background. `output`: where masks are kept; `overwrite`
    replaces those that are there. Raises InputError where not one image is there, OutputError where nothing can be
    written, UsageError for an `output` that holds images, the truth or a run, or without `overwrite` such masks.
    """
    if output is not None:
        _check_apart(output, truth, images)
        if not overwrite:
            _check_new(output, truth.keys())
    with TemporaryDirectory() as temporary:
        folder = output or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        # Those of an earlier evaluation would be scored where there are none now.
        remove_masks(folder, truth.keys(), others=False)
        requests, lost = _requests(ImageFolders(images), truth.keys())
        counts = MaskCounts(len(requests))
        pipeline = MaskPipeline(
            finder,
            finder.finisher(processes=processes),
            processes,
            batch_size,
            lambda now: progress(len(lost) + now.done, len(truth)),
        )
        pipeline.run(requests, folder, counts)
        lost += [image.reason for image in counts.rejected]
        if len(lost) == len(truth):
            raise InputError(f"not one image of the truth has a mask; the first reason is: {lost[0]}")
        write_legend(folder, truth.label_space)
        return evaluate(folder, truth), lost


def _check_apart(output: Path, truth: Truth, images: Sequence[Path]) -> None:
    """Raises UsageError for a folder whose files the masks would take the place of."""
    check_images(images, output)
    place = output.resolve()
    if place.is_relative_to(truth.path.resolve()):
        raise UsageError(f"{output} lies in the truth {truth.path}. Name another folder for the masks")
    if RunFolder(output).has_record:
        raise UsageError(f"{output} is the folder of a run. Name another folder for the masks")


def _check_new(output: Path, keys: Sequence[str]) -> None:
    """Raises UsageError for a folder with a file that would be replaced or removed: nothing says who made it."""
    files = [*(mask_path(output, key) for key in keys), output / ID2LABEL, output / LABEL_MAP]
    there = next(filter(Path.exists, files), None)
    if there is not None:
        raise UsageError(
            f"{there} exists already. Name another folder for the masks, or --overwrite to replace them"
        )


def _requests(folders: ImageFolders, keys: Sequence[str]) -> tuple[list[ImageTargets], list[str]]:
    """The images of a truth that are there, and why others are not."""
    requests, lost = [], []
    for key in keys:
        path = folders.look_up(None, key)
        if isinstance(path, str):
            lost.append(f"{key}: {path}")
        else:
            requests.append(ImageTargets(key, path.name, path, (), (), key=key))
    return requests, lost
