"""Models from wherever they are: the folder of a run, one in the layout of the hub, the hub, this package."""

import re
from pathlib import Path

from segmentation.prediction.hub import HubOptions, downloaded
from segmentation.prediction.pretrained import CONFIG, WEIGHTS, open_pretrained
from segmentation.referring.run import TrainedReferring, load_referring
from segmentation.runs.folder import TRAIN_LOCALIZER, TRAIN_REFERRING, TRAIN_SEGMENTER, RunFolder
from segmentation.runs.trained import SHIPPED, OpenedModel, is_saved, open_trained
from shared_runtime.errors import InputError, MissingResourceError
from shared_schemas.errors import did_you_mean

_OF_CLASSES = (TRAIN_LOCALIZER, TRAIN_SEGMENTER)
"""The commands that train networks which know a set of classes, and no texts."""
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")


def open_model(path: str | Path | None = None, hub: HubOptions | None = None) -> OpenedModel:
    """What was trained in a run folder, or saved in the hub's layout; None: the model that ships.

    A name of the form OWNER/NAME that is no folder here is looked up on the hub, as `hub` says; where that asks
    for nothing, only if there is no folder OWNER either. Raises InputError where there is no model,
    MissingResourceError where none ships or the hub cannot be asked.
    """
    folder = shipped_model() if path is None else _folder(path, hub)
    if not is_saved(folder):
        return open_trained(folder, *_OF_CLASSES)
    opened: OpenedModel = open_pretrained(folder, *_OF_CLASSES)
    return opened


def open_referring(path: str | Path, hub: HubOptions | None = None) -> TrainedReferring:
    """As `open_model`, of what `refer train` trained."""
    folder = _folder(path, hub)
    if not is_saved(folder):
        return load_referring(folder)
    opened: TrainedReferring = open_pretrained(folder, TRAIN_REFERRING)
    return opened


def _folder(path: str | Path, hub: HubOptions | None) -> Path:
    """The folder of a run or of a saved model. Raises InputError where there is neither."""
    folder = Path(path).expanduser()
    hub = hub or HubOptions()
    # A slip of the fingers in runs/segmenter is none of the hub's business.
    elsewhere = hub != HubOptions() or not folder.parent.exists()
    if not folder.exists() and elsewhere and _HUB_NAME.fullmatch(str(path)):
        folder = downloaded(str(path), hub)
    if not is_saved(folder) and not RunFolder(folder).has_record:
        got = "nothing there" if not folder.exists() else "a file" if folder.is_file() else "neither"
        near = folder.parent.iterdir() if not folder.exists() and folder.parent.is_dir() else ()
        hint = did_you_mean(folder.name, [path.name for path in near]) or RunFolder(folder).hint.lstrip(".")
        raise InputError(
            f"{folder}: got {got}, expected the folder of a finished run (with run.json) or of a saved model "
            f"(with {CONFIG} and {WEIGHTS}){hint and '.'}{hint}"
        )
    return folder


def shipped_model() -> Path:
    """The folder of the model that ships. Raises MissingResourceError where none does."""
    if not is_saved(SHIPPED):
        raise MissingResourceError(
            f"no model ships with this installation (there is none in {SHIPPED}). Name one: the folder of a "
            "finished 'capseg train-segmenter' or 'capseg train-localizer', or one that save_pretrained wrote"
        )
    return SHIPPED
