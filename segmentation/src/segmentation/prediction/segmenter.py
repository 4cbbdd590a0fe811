"""A trained network as a user holds it: an image in, its classes out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from PIL import Image

from segmentation.backbones.devices import AUTO, check_device
from segmentation.data.images import ImageInput, RgbImage, pixels_of
from segmentation.data.read_ahead import array_bytes, read_ahead
from segmentation.data.targets import ImageTargets
from segmentation.masks.batches import ImageBatch, in_stretches, seen
from segmentation.masks.finish import Finisher, RejectedImage, memory_reason
from segmentation.masks.given import given_options
from segmentation.masks.job import HeatmapMaps
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.memory import bytes_per_process
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.pipeline import MapSource
from segmentation.masks.refinement import check_installed
from segmentation.prediction.contract import needs_classes
from segmentation.prediction.hub import HubOptions, Pretrained
from segmentation.prediction.opening import open_model
from segmentation.prediction.options import PredictionOptions, ResolvedPrediction
from segmentation.prediction.result import Segmentation, class_scores
from segmentation.runs.folder import RunFolder
from segmentation.runs.trained import SAVED_CONFIG, OpenedModel
from segmentation.scores.contract import Sizes
from segmentation.segmenter.of_localizer import segmenter_of
from shared_runtime.errors import InputError, UsageError
from shared_runtime.wording import numbered
from shared_schemas import LabelClass
from shared_schemas.errors import did_you_mean

if TYPE_CHECKING:
    import torch

ClassIds = tuple[tuple[int, ...], tuple[int, ...]]
"""Of foreground and of background classes."""
BATCH = 8
"""Images that the network sees at a time."""
_NAMED = 8


@dataclass(frozen=True, repr=False)
class Segmenter(Pretrained):
    """A network that was trained here, on `device`, with its options; made by `from_pretrained`.

    `segmenter(images)` is `segmenter.predict(images)`.
    """

    model: OpenedModel
    options: PredictionOptions = field(default_factory=PredictionOptions)
    device: str = AUTO

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path | None = None,
        *,
        options: PredictionOptions | Mapping[str, Any] | None = None,
        device: "str | torch.device" = AUTO,
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        local_files_only: bool = False,
    ) -> Self:
        """The model of a run folder, of a folder that `save_pretrained` wrote, or of that name on the hub.

        Without `path` it is the model that ships. `options` may be a dict. Weights are read when the first image
        is seen. `revision`, `token`, `cache_dir` and `local_files_only` are those of huggingface_hub: with one of
        them, a name OWNER/NAME that is no folder is one of the hub even where there is a folder OWNER. Raises
        InputError where there is no model, MissingResourceError where none ships or what it needs is not
        installed, UsageError for a device that is not there or for options that do not fit.
        """
        hub = HubOptions(revision, token, cache_dir, local_files_only)
        given = given_options(PredictionOptions, options)
        return cls(open_model(path, hub), given, check_device(device))

    @classmethod
    def from_localizer(
        cls,
        run: str | Path,
        *,
        propagation: int | None = None,
        background_logit: float | None = None,
        options: PredictionOptions | Mapping[str, Any] | None = None,
        device: "str | torch.device" = AUTO,
    ) -> Self:
        """The finished run of a localizer, as a segmenter that no class has to be told; see `segmenter_of`."""
        given = given_options(PredictionOptions, options)
        model = segmenter_of(Path(run), propagation=propagation, background_logit=background_logit)
        return cls(model, given, check_device(device))

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the foreground classes, that of id 1 first."""
        return tuple(label.name for label in self.model.vocabulary.label_space.foreground)

    @property
    def needs_classes(self) -> bool:
        """Whether `predict` has to be told which classes an image shows, as localizers have to."""
        return needs_classes(self.model)

    @overload
    def predict(  # type: ignore[overload-overlap]  # a str is a sequence of str
        self, images: ImageInput, classes: Iterable[str] | None = None, *, batch_size: int = BATCH
    ) -> Segmentation: ...

    @overload
    def predict(
        self, images: Sequence[ImageInput], classes: Iterable[str] | None = None, *, batch_size: int = BATCH
    ) -> list[Segmentation]: ...

    def predict(
        self,
        images: "ImageInput | Sequence[ImageInput]",
        classes: Iterable[str] | None = None,
        *,
        batch_size: int = BATCH,
    ) -> Segmentation | list[Segmentation]:
        """What an image shows, pixel by pixel; of several images, of each.

        `images`: a file or its bytes, a Pillow image, or pixels as bytes: an array (H, W, 3) in RGB, (H, W, 4) or
        (H, W), or a tensor (3, H, W); or a sequence of them, whose results are all in memory in the end (see
        `predict_each`).
        `classes`: the only ones that compete, by their names, so that of an empty list the background is left; a
        localizer also takes background classes, such as "grass".
        `batch_size`: images that the network sees at a time.
        Raises InputError for an image that cannot be read, or whose mask takes more memory than there is,
        UsageError for classes that the model does not know, and for a localizer without any.
        """
        if hasattr(images, "read"):
            raise UsageError("got an open file, expected an image: its path, or Image.open(file) of Pillow")
        if isinstance(images, Iterator):
            raise UsageError("got an iterator of images, expected an image or a list of them. Use predict_each")
        if isinstance(images, Sequence) and not isinstance(images, str | bytes):
            return [*self.predict_each(images, classes, batch_size=batch_size)]
        (found,) = _all_good(self._each([(None, images)], classes, batch_size))
        return found

    __call__ = predict

    @overload
    def predict_each(
        self,
        images: Iterable[ImageInput],
        classes: Iterable[str] | None = None,
        *,
        batch_size: int = BATCH,
        errors: Literal["raise"] = "raise",
    ) -> Iterator[Segmentation]: ...

    @overload
    def predict_each(
        self,
        images: Iterable[ImageInput],
        classes: Iterable[str] | None = None,
        *,
        batch_size: int = BATCH,
        errors: Literal["return"],
    ) -> Iterator[Segmentation | InputError]: ...

    def predict_each(
        self,
        images: Iterable[ImageInput],
        classes: Iterable[str] | None = None,
        *,
        batch_size: int = BATCH,
        errors: Literal["raise", "return"] = "raise",
    ) -> Iterator[Segmentation] | Iterator[Segmentation | InputError]:
        """What each of any number of images shows, in their order; as `predict` of each.

        Images are asked for as results are taken, a few batches ahead at most, so that memory holds no more than
        these; `images` may be a generator. Those of a list are read by a thread while the network sees others, up
        to 256 MB more. `errors`: "return" gives the InputError of an image that gets no mask
        in the place of its result, and goes on. Raises UsageError at once, InputError when the image's turn comes.
        """
        if errors not in ("raise", "return"):
            raise UsageError(f"errors: got {errors!r}, expected 'raise' or 'return'")
        # Each of these can be gone through, too: an array by its rows, a path's text by its letters.
        if isinstance(images, str | bytes | Path | Image.Image) or getattr(images, "ndim", 4) < 4:
            raise UsageError(f"got one image, as {type(images).__name__}, expected several. Use predict")
        # A generator may be bound to the thread that made it, and may wait for what never comes.
        found = self._each(enumerate(images), classes, batch_size, ahead=isinstance(images, Sequence))
        return found if errors == "return" else _all_good(found)

    @cached_property
    def resolved(self) -> ResolvedPrediction | ResolvedMaskOptions:
        """The options with nothing left open. Raises UsageError for those that say nothing to a localizer."""
        if self.needs_classes:
            self.options.check_for_localizer()
            return self.options.of_masks(self.model.traits)
        return self.options.resolved(self.model.traits)

    @cached_property
    def source(self) -> MapSource[ImageTargets]:
        """Score maps by the network, which is read now. Raises UsageError for a device that is not there."""
        source = self.model.score_source(self.resolved.viewing, self.device)
        options = self.options.of_masks(self.model.traits)
        return HeatmapMaps(source, self.model.vocabulary.n_foreground, options)

    def finisher(self, *, processes: int) -> Finisher:
        """What makes masks of score maps, for so many processes. Raises MissingResourceError without the CRF."""
        refine, preset = self.resolved.refine, self.resolved.crf_preset
        check_installed(refine)
        return Finisher(refine, preset, bytes_per_process(processes))

    def class_ids(self, classes: Iterable[str] | None) -> ClassIds:
        """Ids of foreground and of background classes. Raises UsageError as `predict` does."""
        space = self.model.vocabulary.label_space
        if classes is None:
            if self.needs_classes:
                raise UsageError(
                    "a localizer finds the classes that it is told of. Give classes=[…] in Python; --classes or "
                    "--labels on the command line"
                )
            return tuple(label.id for label in space.foreground), ()
        names = [classes] if isinstance(classes, str) else list(classes)
        if wrong := [name for name in names if not isinstance(name, str)]:
            raise UsageError(f"classes: got {wrong[0]!r}, expected names, such as {space.foreground[0].name!r}")
        if self.needs_classes and not names:
            raise UsageError(
                "got no class, expected at least one: a localizer finds the classes that it is told of"
            )
        known = space.classes if self.needs_classes else space.foreground
        by_name = {label.name: label.id for label in known}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            parts = unknown[0].split(",")
            several = f" Several are a list: classes={parts}." if len(parts) > 1 else ""
            raise UsageError(f"the model knows no class {unknown[0]!r}.{several}{self._near(unknown[0], known)}")
        ids = sorted({by_name[name] for name in names})
        n_foreground = self.model.vocabulary.n_foreground
        return tuple(c for c in ids if c <= n_foreground), tuple(c for c in ids if c > n_foreground)

    def _near(self, name: str, known: Sequence[LabelClass]) -> str:
        """What to say of a name that is that of no class: which it may mean, and where all of them stand."""
        names = [label.name for label in known]
        near = [label.name for label in known if _is_called(label, name.casefold())]
        hint = f" Near it: {', '.join(near[:_NAMED])}." if len(near) > 1 else did_you_mean(name, names)
        hint = f" Did you mean {near[0]!r}?" if len(near) == 1 else hint
        some = f"{', '.join(names[:_NAMED])}{', …' if len(names) > _NAMED else ''}"
        folder = self.model.weights.parent
        files = (RunFolder(folder).label_space, folder / SAVED_CONFIG)
        file = next((path for path in files if path.is_file()), folder)
        return f"{hint} The {numbered(len(names), 'class', 'classes')} that it knows stand in {file}: {some}"

    def _each(
        self,
        images: Iterable[tuple[int | None, ImageInput]],
        classes: Iterable[str] | None,
        batch_size: int,
        *,
        ahead: bool = False,
    ) -> Iterator[Segmentation | InputError]:
        """Of images with their numbers; None: of the only one. What is wrong with anything else is told now.

        `ahead`: a thread asks for images and reads them.
        """
        if batch_size < 1:
            raise UsageError(f"got a batch_size of {batch_size}, expected 1 or more")
        ids, source, finisher = self.class_ids(classes), self.source, self.finisher(processes=1)

        def read(numbered_image: tuple[int | None, ImageInput]) -> tuple[ImageTargets, RgbImage | InputError]:
            number, image = numbered_image
            return _request(image, number, ids), _pixels(image, number)

        found = read_ahead(images, read, lambda one: array_bytes(one[1])) if ahead else map(read, images)
        return self._results(in_stretches(found, batch_size), source, finisher, batch_size)

    def _results(
        self,
        stretches: Iterable[list[tuple[ImageTargets, RgbImage | InputError]]],
        source: MapSource[ImageTargets],
        finisher: Finisher,
        batch_size: int,
    ) -> Iterator[Segmentation | InputError]:
        for stretch in stretches:
            images = {place: one for place, (_, one) in enumerate(stretch) if not isinstance(one, InputError)}
            by_size: dict[Sizes, list[int]] = {}
            for place, pixels in images.items():
                by_size.setdefault(source.sizes(pixels), []).append(place)
            maps: dict[int, ScoreMaps | RejectedImage] = {}
            for alike in by_size.values():
                for start in range(0, len(alike), batch_size):
                    places = alike[start : start + batch_size]
                    batch = ImageBatch([images[at] for at in places], [stretch[at][0] for at in places])
                    maps |= zip(places, seen(batch, source.maps), strict=True)
            for place, (request, image) in enumerate(stretch):
                if isinstance(image, InputError):
                    yield image
                else:
                    yield self._segmentation(image, request, maps.pop(place), finisher)

    def _segmentation(
        self, image: RgbImage, request: ImageTargets, maps: ScoreMaps | RejectedImage, finisher: Finisher
    ) -> Segmentation | InputError:
        if isinstance(maps, RejectedImage):
            return InputError(f"{maps.file_name}: {maps.reason}")
        try:
            mask = finisher.mask(image, maps)
        except MemoryError as error:
            less = "PredictionOptions(refine=Refinement.NONE) takes less"
            return InputError(f"{request.file_name}: {memory_reason(error)}. {less}")
        return Segmentation(image, mask, class_scores(mask, maps, self.classes), self.classes, maps)


def _is_called(label: LabelClass, name: str) -> bool:
    """Whether a class has this name (in lower case) for one of its words or synsets, or in its own name."""
    synsets = (synset.partition(".")[0].replace("_", " ") for synset in label.synsets)
    return name in (*map(str.casefold, label.words), *synsets) or name in label.name.casefold().split()


def _all_good(results: Iterable[Segmentation | InputError]) -> Iterator[Segmentation]:
    """The results up to the first error, which is raised."""
    for found in results:
        if isinstance(found, InputError):
            raise found
        yield found


def _pixels(image: ImageInput, number: int | None) -> RgbImage | InputError:
    try:
        return pixels_of(image)
    except InputError as error:
        return InputError(str(error) if number is None else f"images[{number}]: {error}")


def _request(image: ImageInput, number: int | None, class_ids: ClassIds) -> ImageTargets:
    """An image with the classes that compete."""
    place = "the image" if number is None else f"images[{number}]"
    path = Path(image) if isinstance(image, str | Path) else None
    name = place if path is None else str(path) if number is None else f"{place}: {path}"
    path = path or Path(place)
    return ImageTargets(path.name, name, path, *class_ids, key=path.stem or "image")
