"""Models as the Hugging Face hub lays them out: `config.json`, `model.safetensors`, `README.md`.

`config.json` holds what tools of the hub read (`id2label`, 0 is the background) and, under `capseg`, all that the
network is built again from. Nothing in such a folder is code.
"""

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from segmentation.backbones.catalog import HUB, PREPROCESSORS, RANDOM, hub_folder
from segmentation.data.targets import Vocabulary
from segmentation.prediction.contract import needs_classes
from segmentation.prediction.model_card import ModelCard, Usage, card_text
from segmentation.referring import text_folder
from segmentation.referring.config import ReferringConfig
from segmentation.referring.run import TrainedReferring
from segmentation.runs.folder import (
    TRAIN_REFERRING,
    installed_versions,
    is_content,
    use_of,
)
from segmentation.runs.trained import SAVED_CONFIG, StoredModel, is_saved, model_class
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import reading, writing
from shared_schemas import LabelSpace
from shared_schemas.files import UNFINISHED, replace_file, unfinished_beside

CONFIG = SAVED_CONFIG
WEIGHTS = "model.safetensors"
CARD = "README.md"
_BACKBONE = "backbone"
"""Sub-folder with the configuration of a model of `transformers`, whose weights stand with the others."""
_TEXT = "text"
"""Sub-folder with the language model of a network of referring expressions; its weights if it was not trained."""
_SAVING = "saving"
_UNFINISHED = re.compile(rf"\.{_SAVING}{UNFINISHED}")
"""Sub-folder in which a model is written before it takes the place of another."""
_OWN = "capseg"


class SavedModel(FrozenModel):
    """What stands under `capseg` in `config.json`."""

    format: Literal[1] = 1
    command: str
    config: dict[str, Any]
    """Of the training, without paths of the machine that it ran on."""
    label_space: LabelSpace
    card: ModelCard = ModelCard()


def read_saved(folder: Path) -> SavedModel:
    """What `config.json` says. Raises InputError where it was not written here."""
    path = folder / CONFIG
    with reading(path, ValueError):
        content = json.loads(path.read_text(encoding="utf-8"))
    try:
        if not isinstance(content, dict) or _OWN not in content:
            raise InputError(
                f"{path}: got a configuration without {_OWN!r}, expected a model that save_pretrained wrote. As a "
                f"backbone, a model of transformers is named {HUB}{folder}"
            )
        return SavedModel.model_validate(content[_OWN])
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, (_OWN, *problem["loc"])))
        raise InputError(f"{path}: {where}: {problem['msg']}; was it written by a newer version?") from error


def open_pretrained(folder: Path, *commands: str) -> Any:
    """The model of a folder that one of `commands` trained, as that room opens it.

    Raises InputError where the folder holds none, or only a part of one.
    """
    saved = read_saved(folder)
    if saved.command not in commands:
        wanted, use = " or ".join(commands), use_of(saved.command, folder)
        raise InputError(f"{folder / CONFIG}: got a model of {saved.command!r}, expected {wanted}{use}")
    if not (folder / WEIGHTS).is_file():
        raise InputError(f"{folder}: got no {WEIGHTS} beside {CONFIG}; copy the whole folder, or save it again")
    opened_as = model_class(saved.command)
    values = dict(saved.config)
    if values.get("backbone") == f"{HUB}{_BACKBONE}":
        values["backbone"] = f"{HUB}{folder / _BACKBONE}"
    text = values.get("network", {}).get("text", {})
    if saved.command == TRAIN_REFERRING and text.get("encoder") == _TEXT:
        text["encoder"] = str(folder / _TEXT)
    try:
        config = opened_as.config_type.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"]))
        raise InputError(f"{folder / CONFIG}: {_OWN}.config.{where}: {problem['msg']}") from error
    return opened_as(folder / WEIGHTS, Vocabulary(saved.label_space), config)


def save_pretrained(model: StoredModel, folder: Path, card: ModelCard, *, half: bool) -> None:
    """Write a model; `half`: weights in 16 bits, half the size. What was saved there before stays until all of it
    is written. Raises UsageError for a folder with other files, OutputError where it cannot be written, and what
    the backbone or the language model raises that is gone."""
    if folder.is_dir() and any(map(_is_others, folder.iterdir())) and not _wrote(folder):
        raise UsageError(f"{folder} holds other files. Choose a new folder for the model")
    with writing(folder, inside=True):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with _unfinished_in(folder) as unfinished:
                _write(model, unfinished, card, half=half)
                _take_its_place(unfinished, folder)
        except FileExistsError:
            raise UsageError(f"{folder} cannot be a folder: a file is in the way. Choose another one") from None


def _write(model: StoredModel, folder: Path, card: ModelCard, *, half: bool) -> None:
    """Write a model into an empty folder."""
    from segmentation.training.checkpoint import save_weights

    tensors = {
        name: tensor.half() if half and tensor.is_floating_point() else tensor
        for name, tensor in model.network.state_dict().items()
    }
    values = _portable(model, folder)
    save_weights(folder / WEIGHTS, tensors)
    saved = SavedModel(
        command=model.config.command, config=values, label_space=model.vocabulary.label_space, card=card
    )
    content = _hub_config(model, half=half) | {
        _OWN: saved.model_dump(mode="json", exclude={"label_space"})
        | {"label_space": saved.label_space.model_dump(mode="json", exclude_defaults=True)}
    }
    replace_file(folder / CONFIG, f"{json.dumps(content, indent=2, ensure_ascii=False)}\n".encode())
    text = card_text(card, _facts(model, half=half), _names(model), _usage(model))
    replace_file(folder / CARD, text.encode())


@contextmanager
def _unfinished_in(folder: Path) -> Iterator[Path]:
    """An empty folder in `folder`, where moving is renaming; those of processes that were killed are removed."""
    for left in folder.iterdir():
        if _UNFINISHED.fullmatch(left.name):
            shutil.rmtree(left)
    unfinished = unfinished_beside(folder / _SAVING)
    unfinished.mkdir()
    try:
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _take_its_place(saved: Path, folder: Path) -> None:
    """Move a model that is whole to where another may be.

    Its weights go last, behind those of the other: whatever is killed in between, there are never weights beside
    a configuration that is not theirs, and the folder is known by its configuration.
    """
    (folder / WEIGHTS).unlink(missing_ok=True)
    (saved / CONFIG).replace(folder / CONFIG)
    for part in (_BACKBONE, _TEXT):
        _remove_part(folder / part)
        for file in filter(Path.is_file, (saved / part).rglob("*")):
            target = folder / file.relative_to(saved)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    for name in (CARD, WEIGHTS):
        (saved / name).replace(folder / name)


def _is_others(path: Path) -> bool:
    """Whether a file in a folder was put there by somebody, and not left by a save that was killed."""
    return is_content(path) and not _UNFINISHED.fullmatch(path.name)


def _wrote(folder: Path) -> bool:
    """Whether a model that was saved here stands there: models of transformers have a `config.json`, too."""
    with suppress(OSError, ValueError, TypeError):
        return is_saved(folder) and _OWN in json.loads((folder / CONFIG).read_bytes())
    return False


def _portable(model: StoredModel, folder: Path) -> dict[str, Any]:
    """The configuration of the training without paths; what a model of `transformers` is built of is copied."""
    values = model.config.model_dump(mode="json")
    backbone = model.config.backbone
    if backbone.startswith(HUB):
        _copy_part(hub_folder(backbone.removeprefix(HUB)), folder / _BACKBONE, (CONFIG, *PREPROCESSORS))
        values["backbone"] = f"{HUB}{_BACKBONE}"
    source = model.config.text_folder() if isinstance(model.config, ReferringConfig) else None
    if isinstance(model, TrainedReferring) and source is not None:
        _save_language(model, source, folder / _TEXT)
        values["network"]["text"]["encoder"] = _TEXT
    for key in ("weights", "localizer", "start"):
        if isinstance(values.get(key), str) and values[key] != RANDOM:
            values[key] = Path(values[key]).name
    values["label_space"] = model.vocabulary.label_space.name
    return values


def _save_language(model: TrainedReferring, source: Path, target: Path) -> None:
    """Copy a language model, with its weights where they are not among the network's."""
    trained = model.config.network.text.trained
    _copy_part(source, target, text_folder.FILES if trained else (*text_folder.FILES, text_folder.WEIGHTS))
    if not trained and not (target / text_folder.WEIGHTS).is_file():
        # Its folder has them in another format, or in several files.
        from segmentation.referring.text_encoder import LanguageModel

        encoder = model.encoders[1]
        assert isinstance(encoder, LanguageModel), "it has a folder"
        encoder.save(target)


def _copy_part(source: Path, target: Path, names: Sequence[str]) -> None:
    """Copy those files of a model of `transformers` that are there."""
    for name in names:
        if (source / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target / name)


def _remove_part(target: Path) -> None:
    """Remove the files of a model of `transformers` that was saved here. Others stay, and so their folder."""
    if not target.is_dir():
        return
    for name in (*PREPROCESSORS, *text_folder.FILES, text_folder.WEIGHTS):
        (target / name).unlink(missing_ok=True)
        with suppress(OSError):
            (target / name).parent.rmdir()


def _usage(model: StoredModel) -> Usage:
    if model.config.command == TRAIN_REFERRING:
        return Usage.TEXTS
    return Usage.GIVEN_CLASSES if needs_classes(model) else Usage.CLASSES


def _hub_config(model: StoredModel, *, half: bool) -> dict[str, Any]:
    names = {0: "background", **dict(enumerate(_names(model), 1))}
    return {
        "model_type": _OWN,
        "architectures": [type(model.network).__name__],
        "backbone": model.config.backbone.partition(":")[0],
        "image_size": model.config.crop.size,
        "output_stride": model.network.backbone.stride,
        "num_labels": len(names),
        "id2label": {str(class_id): name for class_id, name in names.items()},
        "label2id": {name: class_id for class_id, name in names.items()},
        "torch_dtype": "float16" if half else "float32",
        "versions": installed_versions(),
    }


def _facts(model: StoredModel, *, half: bool) -> dict[str, str]:
    parameters = sum(tensor.numel() for tensor in model.network.state_dict().values())
    return {
        "architecture": type(model.network).__name__,
        "backbone": model.config.backbone.partition(":")[0],
        "output stride": f"{model.network.backbone.stride} pixels",
        "side of the training crops": f"{model.config.crop.size} pixels",
        "parameters": f"{parameters / 1e6:.2f} million, in {16 if half else 32} bits",
        "label space": model.vocabulary.label_space.reference,
        "kind": f"as of capseg {model.config.command}",
    }


def _names(model: StoredModel) -> list[str]:
    return [label.name for label in model.vocabulary.label_space.foreground]
