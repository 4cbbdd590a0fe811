"""`export_labels`: a label file in the layout of another program. What `capparse export` does."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from caption_parser.export.formats import LabelFormat, label_format
from caption_parser.export.imagefolder import CARD, METADATA
from caption_parser.export.options import ExportOptions
from caption_parser.export.source import STANDARD_INPUT, LabelSource, LeftOut, open_labels
from caption_parser.runs.files_read import files_of_labels_space
from shared_runtime.errors import OutputError, UsageError
from shared_runtime.files import check_output, writing
from shared_schemas.compression import open_output
from shared_schemas.files import replacing

STANDARD_OUTPUT = "-"
_COMPRESSED = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote."""

    n_images: int
    n_captions: int
    left_out: Sequence[LeftOut]
    """Lines that are not in the output."""


def export_labels(
    labels: str | Path,
    to: str,
    output: str | Path,
    options: ExportOptions | None = None,
    *,
    overwrite: bool = False,
) -> ExportSummary:
    """Write the labels of a file in the format `to` (`formats.FORMATS`), whole or not at all.

    Labels are streamed; only ids are kept, to tell an image that comes twice. The same labels give the same bytes.

    Args:
        labels: a label file, or `-` for standard input.
        output: a file with the suffix of the format (those of text also `.gz` and `.zst`), or `-` for standard
            output; of `imagefolder` a folder, which may be that of the images.
        overwrite: replace files that are there.

    Raises:
        UsageError: the format, the output or an option does not fit. InputError: a file cannot be read, or has
            no usable record. OutputError: the output cannot be written.
    """
    options = options or ExportOptions()
    target = label_format(to)
    _check_options(target, options)
    read = {"the label file": labels, "the file of boxes": options.boxes}
    inputs = {role: Path(path) for role, path in read.items() if path is not None and path != STANDARD_INPUT}
    inputs |= files_of_labels_space(options.label_space, labels)
    files = _outputs(target, output)
    for file in files.values():
        check_output(file, inputs, overwrite=overwrite)
    with open_labels(labels, options.label_space) as source:
        with writing(output):
            _write(target, source, files, options)
        return ExportSummary(source.n_images, source.n_captions, sorted(source.left_out))


def _write(target: LabelFormat, source: LabelSource, files: dict[str, Path], options: ExportOptions) -> None:
    if target.files is not None:
        with ExitStack() as stack:
            for name, content in target.files(source, options).items():
                unfinished = stack.enter_context(replacing(files[name]))
                with unfinished.open("wb") as stream:
                    stream.writelines(content)
    elif target.write is not None:
        if not files:
            target.write(source, sys.stdout.buffer, options)
            return
        (path,) = files.values()
        with open_output(path) as stream:
            target.write(source, stream, options)


def _outputs(target: LabelFormat, output: str | Path) -> dict[str, Path]:
    """The files that are written, by their names in the format; none: it is standard output.

    Makes the folder of a format that is one. Raises `UsageError` for a name that does not fit the format.
    """
    path = Path(output)
    if target.files is not None:
        if str(output) == STANDARD_OUTPUT or path.is_file():
            raise UsageError(f"-o: got {str(output)!r}, expected a folder: {target.name} are several files")
        try:
            path.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot be made: {error.strerror or error}") from error
        return {name: path / name for name in (METADATA, CARD)}
    if str(output) == STANDARD_OUTPUT:
        return {}
    name = path.name.lower()
    packed = next((suffix for suffix in _COMPRESSED if name.endswith(suffix)), "")
    if not name.removesuffix(packed).endswith(target.suffix) or (packed and target.name == "parquet"):
        raise UsageError(
            f"-o: got {path.name!r}, expected a name that ends in {target.suffix}, as {target.name} has it"
        )
    return {path.name: path}


def _check_options(target: LabelFormat, options: ExportOptions) -> None:
    """Raises `UsageError` for an option that the format does not know."""
    for name in options.model_fields_set - {"label_space"} - target.options:
        raise UsageError(f"--{name} means nothing for --to {target.name}")
