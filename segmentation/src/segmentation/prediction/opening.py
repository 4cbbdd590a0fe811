"""Models from wherever they are: the folder of a run, one in the layout of the hub, the hub, this package."""

import re
from pathlib import Path

from segmentation.prediction.pretrained import CARD, CONFIG, WEIGHTS, open_pretrained
from segmentation.referring.run import TrainedReferring, load_referring
from segmentation.runs.folder import TRAIN_LOCALIZER, TRAIN_REFERRING, TRAIN_SEGMENTER, RunFolder
from segmentation.runs.trained import OpenedModel, is_saved, open_trained
from shared_runtime.errors import InputError, MissingResourceError

SHIPPED = Path(__file__).parent.parent / "models" / "segmenter"
"""The folder of the model that ships."""
_OF_CLASSES = (TRAIN_LOCALIZER, TRAIN_SEGMENTER)
"""The commands that train networks which know a set of classes, and no texts."""
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_FILES = (CONFIG, WEIGHTS, CARD, "backbone/*", "text/*")


def open_model(path: str | Path | None = None) -> OpenedModel:
    """What was trained in a run folder, or saved in the hub's layout; None: the model that ships.

    A name of the form OWNER/NAME that is no folder here is looked up on the hub. Raises InputError where there is
    no model, MissingResourceError where none ships or the hub cannot be asked.
    """
    folder = shipped_model() if path is None else _folder(path)
    if not is_saved(folder):
        return open_trained(folder, *_OF_CLASSES)
    opened: OpenedModel = open_pretrained(folder, *_OF_CLASSES)
    return opened


def open_referring(path: str | Path) -> TrainedReferring:
    """As `open_model`, of what `refer train` trained."""
    folder = _folder(path)
    if not is_saved(folder):
        return load_referring(folder)
    opened: TrainedReferring = open_pretrained(folder, TRAIN_REFERRING)
    return opened


def _folder(path: str | Path) -> Path:
    """The folder of a run or of a saved model. Raises InputError where there is neither."""
    folder = Path(path).expanduser()
    if not folder.exists() and _HUB_NAME.fullmatch(str(path)):
        folder = _downloaded(str(path))
    if not is_saved(folder) and not RunFolder(folder).has_record:
        got = "nothing there" if not folder.exists() else "a file" if folder.is_file() else "neither"
        raise InputError(
            f"{folder}: got {got}, expected the folder of a finished run (with run.json) or of a saved model "
            f"(with {CONFIG} and {WEIGHTS})"
        )
    return folder


def shipped_model() -> Path:
    """The folder of the model that ships. Raises MissingResourceError where none does."""
    if not is_saved(SHIPPED):
        raise MissingResourceError(
            f"no model ships with this installation (there is none in {SHIPPED}). Give one: --model RUN, the "
            "folder of a finished 'capseg train-segmenter' or 'capseg train-localizer', or --model FOLDER, one "
            "that save_pretrained wrote"
        )
    return SHIPPED


def _downloaded(name: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
    except ImportError as error:
        raise MissingResourceError(
            f"{name}: got no folder of that name; models of the hub need huggingface_hub. Try: pip install "
            "'capparse-segmentation[hub]'"
        ) from error
    try:
        return Path(snapshot_download(name, allow_patterns=list(_FILES)))
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise InputError(f"{name}: got neither a folder here nor a model of the hub: {reason}") from error
