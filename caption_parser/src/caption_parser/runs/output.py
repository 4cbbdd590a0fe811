"""Label files that are whole or can be resumed: nothing half-written stands under the name asked for.

Batches go to `OUT.partial`; `OUT.state.json` says how many of its bytes are on disk and how to resume from there.
When all is done, the partial file takes the name `OUT`. Standard output, pipes and devices are written directly.
"""

import hashlib
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, Self

from caption_parser.config import ParserConfig
from caption_parser.readers.inputs import expand_inputs
from caption_parser.readers.rows import check_rejected_file
from caption_parser.readers.source import source_name
from caption_parser.runs.batches import LabelledBatch
from caption_parser.runs.files_read import files_of_config, files_of_inputs
from caption_parser.runs.options import is_stream
from caption_parser.runs.output_paths import OutputPaths, check_label_file_name, new_digest, running_digest
from caption_parser.runs.state import FailedImage, RunCounts, RunSettings, RunState
from shared_runtime.errors import OutputError
from shared_runtime.files import check_no_url, check_output, lock, shown_path, write_all
from shared_schemas.files import replace_file

COMMIT_SECONDS = 1.0
"""How much work a killed process can lose, at most; Ctrl-C and errors lose none that was written."""


_PLAIN = ParserConfig()


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a run writes: the label file with its companions, or a stream."""

    output: str
    """As the user gives it."""
    paths: OutputPaths | None
    """None: the output is a stream."""
    rejected: Path | None
    """Where rejected rows go; None: they are only counted."""

    @classmethod
    def of(cls, output: str | Path, rejected: Path | None) -> Self:
        """`rejected`: None for the name that belongs to the label file."""
        paths = None if is_stream(str(output)) else OutputPaths(Path(output))
        return cls(str(output), paths, paths.rejected if paths and rejected is None else rejected)

    @property
    def suffix(self) -> str:
        """`.gz`, `.zst` or another: how the labels are compressed."""
        return Path(self.paths.output.name if self.paths else self.output).suffix

    @property
    def is_live(self) -> bool:
        """Whether it is a stream of lines; what is compressed is read when it is whole."""
        return self.paths is None and self.suffix not in (".gz", ".zst")

    def check(
        self,
        sources: Sequence[str | Path],
        config: ParserConfig = _PLAIN,
        *,
        overwrite: bool = False,
    ) -> None:
        """Raises `UsageError` if a file cannot be written, is one that the run reads or writes, or is in the way.

        Whether a label file is in the way: `previous_run`.
        """
        check_no_url(self.output)
        inputs = files_of_inputs(sources) | files_of_config(config)
        if self.paths:
            check_output(self.paths.output, inputs)
            check_label_file_name(self.paths.output)
            _check_writable(self.paths.output)
            self.paths.check_summary(overwrite=overwrite)
            self.paths.check_unfinished(overwrite=overwrite)
            for companion in self.paths.written_beside:
                check_output(companion, inputs)
                inputs[f"{companion.name} of this run"] = companion
            inputs["the label file"] = self.paths.output
        if self.rejected:
            check_output(self.rejected, inputs, option="--rejected")
            # Rejected rows beside a label file are that file's; elsewhere they may be those of another run.
            named = None
            if self.paths is None or self.rejected != self.paths.rejected:
                named = {" ".join(map(shown_path, sources)), *map(source_name, expand_inputs(list(sources)))}
            check_rejected_file(self.rejected, named, overwrite=overwrite)

    def open(self, settings: RunSettings, previous: RunState | None) -> "ResumableFile | StreamedFile":
        """The label file, to be written on from where `previous` ended."""
        return ResumableFile(self.paths, settings, previous) if self.paths else StreamedFile(self.output)


def _check_writable(output: Path) -> None:
    """Raises `OutputError` where the folder takes no new file."""
    try:
        # Tried out and gone at once: permission bits say little of read-only mounts, and nothing to root.
        with TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise OutputError(
            f"{output.parent}: no file can be written there: {error.strerror or error}. Choose another -o"
        ) from error


def _open_no_link(path: str, flags: int) -> int:
    """Whoever may write to the folder could put a link in the place of a partial file after it was looked for."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


@dataclass(frozen=True, slots=True)
class _Written:
    """How far a file is, in one object: Ctrl-C comes before it is replaced or after it, never in between."""

    state: RunState | None
    digest: "hashlib.blake2b"
    """Of the state's bytes."""


class ResumableFile:
    """Writes `OUT.partial` after what `previous` left there; a context manager, to be completed within its block.

    Leaving the block without `complete` leaves whole batches and their state behind. Writing errors are
    `OutputError`s that say so.
    """

    def __init__(self, paths: OutputPaths, settings: RunSettings, previous: RunState | None) -> None:
        self._paths = paths
        self._settings = settings
        self._written = _Written(previous, new_digest())
        self._committed = time.monotonic()

    @property
    def _state(self) -> RunState | None:
        return self._written.state

    @property
    def counts(self) -> RunCounts:
        """Of all batches in the file."""
        return self._state.counts if self._state else RunCounts()

    @property
    def size(self) -> int:
        """Length of the file."""
        return self._state.bytes if self._state else 0

    @property
    def failed(self) -> tuple[FailedImage, ...]:
        """The images that it could not take."""
        return self._state.failed if self._state else ()

    def __enter__(self) -> Self:
        with self._writing_errors(), ExitStack() as stack:
            # Unbuffered, so that what was written is known to the byte when the disk is full.
            partial = open(self._paths.partial, "a+b", buffering=0, opener=_open_no_link)
            self._file = stack.enter_context(partial)
            lock(self._file, f"another run is writing {self._paths.output}; wait for it to finish")
            self._check_still_there()
            if self._state is None:
                self._paths.state.unlink(missing_ok=True)
            else:
                # Through the file that is locked: closing another handle of it would free it.
                self._written = _Written(self._state, self._checked_digest(self._state))
            self._file.truncate(self.size)
            self._open_files = stack.pop_all()
        return self

    def _check_still_there(self) -> None:
        """Raises `OutputError` where another run gave the file its name before it was locked."""
        if not os.path.samestat(os.fstat(self._file.fileno()), self._paths.partial.stat()):
            raise OutputError(f"another run has just written {self._paths.output}")

    def _checked_digest(self, state: RunState) -> hashlib.blake2b:
        """Raises `OutputError` where another run went on with the file since `state` was read."""
        digest = running_digest(self._file, state.bytes)
        complete = os.fstat(self._file.fileno()).st_size >= state.bytes
        if not complete or state.digest not in (None, digest.hexdigest()):
            raise OutputError(
                f"{self._paths.partial}: another run changed it just now. Run the same command again"
            )
        return digest

    def append(self, batch: LabelledBatch) -> None:
        """Write a batch; now and then, make what was written sure."""
        with self._writing_errors():
            write_all(self._file, batch.lines)
            digest = self._written.digest.copy()
            digest.update(batch.lines)
            state = RunState(
                settings=self._settings,
                fingerprint=batch.fingerprint,
                counts=self.counts + batch.counts,
                bytes=self.size + len(batch.lines),
                failed=self.failed + batch.failed,
            )
            self._written = _Written(state, digest)
            if time.monotonic() - self._committed >= COMMIT_SECONDS:
                self._commit()

    def complete(self, summary: bytes) -> None:
        """Give the file its name, with `summary` beside it."""
        with self._writing_errors():
            self._commit()
            replace_file(self._paths.summary, summary)
            # Another run gets the file neither before it has its name nor by it. Windows renames no open file.
            if sys.platform == "win32":
                self._open_files.close()
            self._paths.partial.replace(self._paths.output)
            self._paths.state.unlink(missing_ok=True)
            self._open_files.close()

    def discard(self) -> None:
        """Leave the file of that name as it is, if there is one, and nothing of this run."""
        with self._writing_errors():
            if sys.platform == "win32":
                self._open_files.close()
            self._paths.partial.unlink(missing_ok=True)
            self._paths.state.unlink(missing_ok=True)
            self._open_files.close()

    def __exit__(self, *_exception: object) -> None:
        if self._file.closed:
            return
        with self._open_files, suppress(OSError):
            if self._state is None:
                self._paths.partial.unlink()
            else:
                # On a full disk the truncation frees what the state then needs.
                self._file.truncate(self.size)
                self._commit()

    def _commit(self) -> None:
        if self._state:
            os.fsync(self._file.fileno())
            state = self._state.model_copy(update={"digest": self._written.digest.hexdigest()})
            replace_file(self._paths.state, state.model_dump_json(indent=1).encode())
        self._committed = time.monotonic()

    @contextmanager
    def _writing_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"{error.filename or self._paths.partial}: {error.strerror or error}"
            if self.counts.images:
                message += f". {self.counts.images:,} images are labelled; run the same command again to resume"
            raise OutputError(message) from error


class UnresumedFile(ABC):
    """A label file that is written in one go: nothing to resume, no summary beside it, and kept if it is empty."""

    def __init__(self) -> None:
        self.counts = RunCounts()
        self.size = 0
        self.failed: tuple[FailedImage, ...] = ()

    def append(self, batch: LabelledBatch) -> None:
        """Write a batch."""
        self._write(batch.lines)
        self.counts += batch.counts
        self.failed += batch.failed
        self.size += len(batch.lines)

    @abstractmethod
    def _write(self, lines: bytes) -> None: ...

    def complete(self, summary: bytes) -> None:  # noqa: B027  nothing is left to do
        """All batches are written."""

    def discard(self) -> None:  # noqa: B027  nothing stood there before
        """Nothing could be labelled."""


class StreamedFile(UnresumedFile):
    """Standard output, a pipe or a device."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._open_files = ExitStack()

    def __enter__(self) -> Self:
        if self._name == "-":
            self._stream: BinaryIO = sys.stdout.buffer
        else:
            with self._writing_errors():
                self._stream = self._open_files.enter_context(Path(self._name).open("wb", buffering=0))
        return self

    def _write(self, lines: bytes) -> None:
        """Pass them on at once."""
        with self._writing_errors():
            write_all(self._stream, lines)
            self._stream.flush()

    def __exit__(self, *_exception: object) -> None:
        self._open_files.close()

    @contextmanager
    def _writing_errors(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            # The reader has seen enough (`| head`): no error to report.
            raise
        except OSError as error:
            raise OutputError(f"{self._name}: {error.strerror or error}") from error
