"""What all model folders have in common: a `meta.json` that names the system and vouches for the other files."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import MissingResourceError, UsageError
from shared_runtime.files import check_no_stream

META = "meta.json"
ENCODER = "encoder.onnx"
TOKENIZER = "tokenizer.json"
TRAIN_COMMAND = "capparse senses train --corpus CORPUS --encoder ENCODER -o FOLDER"

Meta = TypeVar("Meta", bound=BaseModel)

Pooling = Literal["first", "mean"]
"""A word's vector: that of its first subtoken (Vilar & Perez 2021, Section III-A2), or the mean of all."""


class FileCheck(FrozenModel):
    """What a file must be to be the one that was written."""

    size: int
    sha256: str


class SystemMeta(BaseModel):
    """The part of every `meta.json` that says which disambiguator reads the folder."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    system: str


class NamedMeta(SystemMeta):
    """The part of it that says which model this is."""

    name: str
    version: str
    teacher: str | None = None
    """Of senses that were taught to the caption pipeline: the model that says what they mean."""

    @property
    def full_name(self) -> str:
        """As the disambiguators call themselves."""
        return f"{self.name} {self.version}" + (f", taught by {self.teacher}" if self.teacher else "")


@dataclass(frozen=True, slots=True)
class EncoderFolder:
    """Where the files stand that every system has."""

    folder: Path

    @property
    def encoder(self) -> Path:
        """The ONNX file."""
        return self.folder / ENCODER

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's file."""
        return self.folder / TOKENIZER


def check_file(path: Path) -> FileCheck:
    """The size and SHA-256 of a file."""
    with path.open("rb") as file:
        return FileCheck(size=path.stat().st_size, sha256=hashlib.file_digest(file, "sha256").hexdigest())


def read_meta(folder: Path, meta_class: type[Meta]) -> Meta:
    """The `meta.json` of a folder; MissingResourceError if it is missing or not what `meta_class` describes."""
    try:
        text = (folder / META).read_text(encoding="utf-8")
    except OSError as error:
        raise unusable(folder, f"{META}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise unusable(folder, f"{META} is not UTF-8: {error}") from error
    try:
        return meta_class.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or META
        raise unusable(folder, f"{META}: {where}: {first['msg']}") from error


def check_files(folder: Path, expected: Mapping[str, FileCheck], names: Iterable[str]) -> None:
    """Compare the files of these names with what was written; MissingResourceError for the first that differs."""
    for name in names:
        if name not in expected:
            raise unusable(folder, f"{META} says nothing of {name}")
        try:
            found = check_file(folder / name)
        except OSError as error:
            raise unusable(folder, f"{name}: {error.strerror}") from error
        if found.size != expected[name].size:
            raise unusable(folder, f"{name} has {found.size} bytes, {META} says {expected[name].size}")
        if found.sha256 != expected[name].sha256:
            raise unusable(folder, f"{name} is corrupt: its SHA-256 is not the one in {META}")


def check_replaceable(folder: Path, read: Mapping[str, Path], *, overwrite: bool) -> None:
    """Raises `UsageError` where `folder` is there, unless it may be replaced: a model, nothing of `read` in it.

    A model takes the place of the whole folder: one with anything else in it would be lost.
    """
    check_no_stream(folder)
    if not folder.exists():
        return
    if not overwrite:
        raise UsageError(f"{folder} exists. Give another folder with -o, or --overwrite to replace it")
    if not folder.is_dir() or (not (folder / META).is_file() and any(folder.iterdir())):
        raise UsageError(f"-o {folder}: --overwrite replaces models only, and there is no {META} in it")
    for role, path in read.items():
        if folder.resolve() in (path.resolve(), *path.resolve().parents):
            raise UsageError(f"-o {folder}: {role} is in it; writing it would destroy that. Choose another folder")


def unusable(folder: Path, reason: str) -> MissingResourceError:
    """The error for a folder that holds no model that can be used."""
    return MissingResourceError(
        f"{folder}: cannot use the sense model: {reason}. Install capparse again, or train one: {TRAIN_COMMAND}"
    )
