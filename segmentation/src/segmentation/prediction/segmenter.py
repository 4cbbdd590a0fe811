"""A trained network as a user holds it: an image in, its classes out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

import numpy as np
import numpy.typing as npt

from segmentation.data.images import pixels_of
from segmentation.data.targets import ImageTargets
from segmentation.masks.finish import Finisher, RejectedImage
from segmentation.masks.job import HeatmapMaps
from segmentation.masks.memory import bytes_per_process
from segmentation.masks.options import ResolvedMaskOptions
from segmentation.masks.pipeline import MapSource
from segmentation.masks.refinement import check_installed
from segmentation.prediction.contract import needs_classes
from segmentation.prediction.model_card import ModelCard
from segmentation.prediction.opening import open_model
from segmentation.prediction.options import PredictionOptions, ResolvedPrediction
from segmentation.prediction.pretrained import read_saved, save_pretrained
from segmentation.prediction.result import Segmentation, class_scores
from segmentation.runs.trained import OpenedModel, is_saved
from segmentation.segmenter.of_localizer import segmenter_of
from shared_runtime.errors import InputError, MissingResourceError, UsageError
from shared_schemas.errors import did_you_mean

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Segmenter:
    """A network that was trained here, on `device`, with its options; made by `from_pretrained`."""

    model: OpenedModel
    options: PredictionOptions = field(default_factory=PredictionOptions)
    device: str = "auto"

    @classmethod
    def from_pretrained(
        cls,
        path: str | Path | None = None,
        *,
        options: PredictionOptions | None = None,
        device: str = "auto",
    ) -> Self:
        """The model of a run folder, of a folder that `save_pretrained` wrote, or of that name on the hub.

        Without `path` it is the model that ships. Weights are read when the first image is seen. Raises InputError
        where there is no model, MissingResourceError where none ships or what it needs is not installed.
        """
        return cls(open_model(path), options or PredictionOptions(), device)

    @classmethod
    def of_localizer(
        cls,
        run: str | Path,
        *,
        propagation: int | None = None,
        background_logit: float | None = None,
        options: PredictionOptions | None = None,
        device: str = "auto",
    ) -> Self:
        """The finished run of a localizer, as a segmenter that no class has to be told; see `segmenter_of`."""
        model = segmenter_of(Path(run), propagation=propagation, background_logit=background_logit)
        return cls(model, options or PredictionOptions(), device)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the foreground classes, that of id 1 first."""
        return tuple(label.name for label in self.model.vocabulary.label_space.foreground)

    @property
    def needs_classes(self) -> bool:
        """Whether `predict` has to be told which classes an image shows, as localizers have to."""
        return needs_classes(self.model)

    def predict(
        self,
        image: "str | Path | Image.Image | npt.NDArray[np.uint8]",
        classes: Iterable[str] | None = None,
    ) -> Segmentation:
        """What an image shows, pixel by pixel.

        `image`: a file, a Pillow image, or an array of bytes, (H, W, 3) in RGB, (H, W, 4) or (H, W). `classes`:
        the only ones that compete, by their names; a localizer also takes background classes, such as "grass".
        Raises InputError for an image that cannot be read, UsageError for classes that the model does not know,
        and for a localizer without any.
        """
        pixels = pixels_of(image)
        path = Path(image) if isinstance(image, str | Path) else Path("image")
        request = self.request(path, path.stem or "image", classes)
        (maps,) = self.source.maps([pixels], [request])
        if isinstance(maps, RejectedImage):
            raise InputError(f"{path}: {maps.reason}")
        mask = self.finisher(processes=1).mask(pixels, maps)
        return Segmentation(pixels, mask, class_scores(mask, maps, self.classes), self.classes, maps)

    def save_pretrained(self, folder: str | Path, *, half: bool = False, card: ModelCard | None = None) -> None:
        """Write `config.json`, `model.safetensors` and `README.md`, as the Hugging Face hub lays models out.

        `half`: weights in 16 bits; masks hardly change. `card`: what the model cannot know of itself; by default,
        what it was saved with. Raises UsageError for a folder with other files, OutputError.
        """
        save_pretrained(self.model, Path(folder), card or self._card(), half=half)

    def push_to_hub(
        self, name: str, *, half: bool = False, card: ModelCard | None = None, private: bool = True
    ) -> str:
        """Save the model and upload it as OWNER/NAME; returns its address. Needs the extra `hub`, and a login.

        Raises MissingResourceError without it, InputError where the hub refuses.
        """
        try:
            from huggingface_hub import HfApi
            from huggingface_hub.errors import HfHubHTTPError, HFValidationError
        except ImportError as error:
            raise MissingResourceError(
                "push_to_hub needs huggingface_hub. Try: pip install 'capparse-segmentation[hub]'"
            ) from error
        with TemporaryDirectory() as folder:
            self.save_pretrained(folder, half=half, card=card)
            api = HfApi()
            try:
                address = api.create_repo(name, private=private, exist_ok=True)
                api.upload_folder(repo_id=name, folder_path=folder)
            except (HfHubHTTPError, HFValidationError, OSError) as error:
                reason = str(error).strip().partition("\n")[0]
                raise InputError(f"{name}: the hub refuses it: {reason}. Try: hf auth login") from error
        return str(address)

    @cached_property
    def resolved(self) -> ResolvedPrediction | ResolvedMaskOptions:
        """The options with nothing left open."""
        if self.needs_classes:
            return self.options.of_masks().resolved(self.model.traits)
        return self.options.resolved(self.model.traits)

    @cached_property
    def source(self) -> MapSource[ImageTargets]:
        """Score maps by the network, which is read now. Raises UsageError for a device that is not there."""
        source = self.model.score_source(self.resolved.viewing, self.device)
        options = self.options.of_masks().resolved(self.model.traits)
        return HeatmapMaps(source, self.model.vocabulary.n_foreground, options)

    def finisher(self, *, processes: int) -> Finisher:
        """What makes masks of score maps, for so many processes. Raises MissingResourceError without the CRF."""
        refine, preset = self.resolved.refine, self.resolved.crf_preset
        check_installed(refine)
        return Finisher(refine, preset, bytes_per_process(processes))

    def request(self, path: Path, key: str, classes: Iterable[str] | None = None) -> ImageTargets:
        """An image with the classes that compete; all of them for None. Raises UsageError as `predict` does."""
        foreground, background = self.class_ids(classes)
        return ImageTargets(path.name, path.name, path, foreground, background, key=key)

    def class_ids(self, classes: Iterable[str] | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
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
        known = space.classes if self.needs_classes else space.foreground
        by_name = {label.name: label.id for label in known}
        unknown = [name for name in names if name not in by_name]
        if unknown:
            hint = did_you_mean(unknown[0], by_name) or f" It knows: {', '.join(by_name)}"
            raise UsageError(f"the model knows no class {unknown[0]!r}.{hint}")
        ids = sorted({by_name[name] for name in names})
        if self.needs_classes and not ids:
            raise UsageError(
                "got no class, expected at least one: a localizer finds the classes that it is told of"
            )
        n_foreground = self.model.vocabulary.n_foreground
        return tuple(c for c in ids if c <= n_foreground), tuple(c for c in ids if c > n_foreground)

    def _card(self) -> ModelCard:
        folder = self.model.weights.parent
        return read_saved(folder).card if is_saved(folder) else ModelCard()
