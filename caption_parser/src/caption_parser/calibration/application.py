"""`apply_calibration`: a label file with calibrated confidence, everything else in it unchanged."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from caption_parser.calibration.evidence import FEATURES, record_evidence
from caption_parser.calibration.logistic import probabilities
from caption_parser.calibration.records import LOWEST, CalibratedSummary, Calibration, CalibrationReference
from caption_parser.runs.output_paths import OutputPaths, check_label_file_name
from caption_parser.runs.state import RunCounts
from shared_runtime.errors import InputError
from shared_runtime.file_kinds import made_into_labels
from shared_runtime.files import check_output, reading
from shared_runtime.made_with import recorded_space_file
from shared_schemas import ImageLabels, RecordError, iter_labels, write_labels
from shared_schemas.files import replace_file

_DIGITS = 3
_COUNTED_AT_ONCE = 1000


def calibrated_record(record: ImageLabels, calibration: Calibration) -> ImageLabels:
    """`record` with the probability that it is right as the confidence of each foreground class.

    Only the evidence in the record decides, so that a second application changes nothing. Background classes
    keep their confidence: no ground truth judged them.
    """
    if not record.foreground:
        return record
    evidence = record_evidence(record)
    rows = [
        (1.0, calibration.class_offsets.get(label.name, 0.0), *evidence[label.id]) for label in record.foreground
    ]
    weights = (calibration.intercept, 1.0, *(calibration.weights[feature.name] for feature in FEATURES))
    found = probabilities(np.array(rows), np.array(weights)).clip(LOWEST, 1.0 - LOWEST)
    foreground = (
        label.model_copy(update={"confidence": round(float(confidence), _DIGITS)})
        for label, confidence in zip(record.foreground, found, strict=True)
    )
    return record.model_copy(update={"foreground": tuple(foreground)})


def apply_calibration(
    calibration: Path, labels: Path, output: Path, *, overwrite: bool = False
) -> tuple[CalibratedSummary, list[RecordError]]:
    """Writes the records of `labels` with calibrated confidence to `output`, a summary beside it.

    Returns the summary and what is wrong with each line that is not a record; those are left out.

    Raises `InputError` for a file that cannot be read, holds no calibration or no record, or comes from another
    label space than the calibration's, `UsageError` if `output` is one of the inputs, no name for a label file, or
    there already (unless `overwrite`).
    """
    read = {"the label file": labels, "the calibration": calibration}
    check_label_file_name(output)
    check_output(output, read, overwrite=overwrite)
    check_output(OutputPaths(output).summary, read | {"the output": output})
    OutputPaths(output).check_summary(overwrite=overwrite)
    model = Calibration.read(calibration)
    damage: list[RecordError] = []
    counts = RunCounts()

    def calibrated() -> Iterator[ImageLabels]:
        nonlocal counts
        records = _records(labels, model, damage)
        while batch := tuple(islice(records, _COUNTED_AT_ONCE)):
            counts += RunCounts.of(batch)
            yield from (calibrated_record(record, model) for record in batch)
        if not counts.images:
            problem = f" ({damage[0]})" if damage else ""
            problem = f"got no record, expected what 'capparse label' writes{problem}"
            raise InputError(f"{labels}: {made_into_labels(labels) or problem}")

    write_labels(output, calibrated())
    summary = CalibratedSummary(
        **dict(counts),
        labels=str(labels),
        calibration=CalibrationReference(file=str(calibration), digest=model.digest, training=model.training),
        calibrated_labels=sum(counts.foreground.values()),
        kept_labels=sum(counts.background.values()),
        damaged_lines=len(damage),
        bytes=output.stat().st_size,
        config={"label_space": str(space)} if (space := recorded_space_file(labels)) else {},
    )
    replace_file(OutputPaths(output).summary, summary.model_dump_json(indent=1).encode() + b"\n")
    return summary, damage


def _records(path: Path, calibration: Calibration, damage: list[RecordError]) -> Iterator[ImageLabels]:
    """The records of `path`; what is not a record goes to `damage`."""
    expected = calibration.training.label_space
    with reading(path):
        for number, record in enumerate(iter_labels(path), 1):
            if isinstance(record, RecordError):
                damage.append(record)
            elif record.label_space.rpartition("@")[0] != expected.rpartition("@")[0]:
                raise InputError(
                    f"{path}:{number}: got labels of label space {record.label_space}, expected those that the "
                    f"calibration was fitted on, {expected}. Try: capparse calibrate fit {path} --truth …"
                )
            else:
                yield record
