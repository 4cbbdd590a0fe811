"""The names of a label file and its companions: what they may be, and what may stand under them."""

import hashlib
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from shared_runtime.errors import UsageError
from shared_runtime.made_with import SUMMARY
from shared_schemas.compression import GZIP_MAGIC, ZSTD_MAGIC

_LABEL_FILES = frozenset({".jsonl", ".ndjson", ""})
_TABLES = frozenset({".csv", ".tsv", ".parquet", ".arrow", ".feather", ".xlsx"})
_BLOCK = 1 << 20
_FIRST_LINE = b'{"schema_version"'
"""What every line of a label file begins with."""


def new_digest() -> hashlib.blake2b:
    """What the bytes of a label file are checked by."""
    return hashlib.blake2b(digest_size=16)


def running_digest(file: BinaryIO, size: int) -> hashlib.blake2b:
    """Of the first `size` bytes of a partial file, to be gone on with. Raises `OSError`."""
    digest = new_digest()
    file.seek(0)
    while size and (block := file.read(min(size, _BLOCK))):
        digest.update(block)
        size -= len(block)
    return digest


class OutputPaths:
    """A label file and its companions, in one folder, so that renaming is atomic."""

    def __init__(self, output: Path) -> None:
        # A symbolic link stays one: the file that it points to is replaced.
        self.output = Path(os.path.realpath(output))
        self.partial = self._companion(".partial")
        self.state = self._companion(".state.json")
        self.summary = self._companion(SUMMARY)
        self.rejected = self._companion(".rejected.jsonl")

    @property
    def written_beside(self) -> tuple[Path, ...]:
        """What a run writes beside the label file, but for rejected rows, which may go elsewhere."""
        return self.partial, self.state, self.summary

    def check_summary(self, *, overwrite: bool) -> None:
        """Raises `UsageError` where the summary has the name of a file that no command of ours wrote."""
        if overwrite or self.output.exists() or not self.summary.is_file():
            return
        content = _json_in(self.summary)
        if not isinstance(content, dict) or "status" not in content:
            raise UsageError(
                f"{self.summary} exists already, and is no summary of a label file, which would take its place."
                " Use another -o, or --overwrite to replace it"
            )

    def check_unfinished(self, *, overwrite: bool) -> None:
        """Raises `UsageError` where what a run writes until it is done has the name of something else.

        A link is never written through, nor is what is no file; another file only with `overwrite`.
        """
        for path in (self.partial, self.state):
            mode = path.lstat().st_mode if os.path.lexists(path) else stat.S_IFREG
            if not stat.S_ISREG(mode):
                what = "a symbolic link" if stat.S_ISLNK(mode) else "no file"
                raise UsageError(
                    f"{path} is {what}, and a run would write there until it is done. Remove it, or use another -o"
                )
        if overwrite:
            return
        if not self.state.exists():
            foreign = self.partial if _holds_no_labels(self.partial, self.output.suffix) else None
        else:
            foreign = self.state if _holds_no_state(self.state) else None
        if foreign is not None:
            raise UsageError(
                f"{foreign} exists already, and is not of a run that was interrupted, which would take its place."
                " Use another -o, or --overwrite to replace it"
            )

    def _companion(self, suffix: str) -> Path:
        return self.output.with_name(self.output.name + suffix)


def _holds_no_labels(partial: Path, suffix: str) -> bool:
    """Whether a file is not the beginning of a label file."""
    if not partial.exists():
        return False
    begins = {".gz": GZIP_MAGIC, ".zst": ZSTD_MAGIC}.get(suffix, _FIRST_LINE)
    with partial.open("rb") as file:
        return not begins.startswith(file.read(len(begins)))


def _holds_no_state(state: Path) -> bool:
    content = _json_in(state)
    return isinstance(content, (dict, list, str)) and not (isinstance(content, dict) and "fingerprint" in content)


def _json_in(path: Path) -> object:
    """What a file holds; None: it cannot be read."""
    with suppress(OSError, ValueError, RecursionError):
        return json.loads(path.read_bytes())
    return None


def check_label_file_name(output: Path) -> None:
    """Raises `UsageError` for a name that promises another format: its readers would find JSON Lines in it."""
    compressed = output.suffix in (".gz", ".zst")
    suffix = Path(output.stem).suffix if compressed else output.suffix
    if suffix.lower() not in _LABEL_FILES:
        stem = (Path(output.stem) if compressed else output).stem
        tables = ", of which 'capparse export' makes tables" if suffix.lower() in _TABLES else ""
        raise UsageError(
            f"-o {output}: got the suffix {suffix}, expected .jsonl (also .gz, .zst): label files are JSON Lines"
            f"{tables}. Try -o {output.with_name(stem.removesuffix('.jsonl'))}.jsonl"
        )
