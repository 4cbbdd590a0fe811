"""A published grounding model as a finished run of `train-grounding`: nothing is trained."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from segmentation.data.phrases import class_text
from segmentation.runs.differences import content_of
from segmentation.runs.folder import (
    TRAIN_GROUNDING,
    RunFolder,
    RunRecord,
    installed_versions,
    open_run,
)
from shared_runtime.files import file_digest
from shared_schemas import ImageLabels, load_label_space
from shared_schemas.jsonl import iter_labels


@dataclass(frozen=True, slots=True)
class DsveFiles:
    """What a model of DSVE is made of."""

    checkpoint: Path
    """As `dsve-loc` publishes it."""
    words: Path
    """The folder of skip-thoughts' vectors of words."""
    labels: Sequence[Path] = ()
    """Label files: the words of their captions and of class names are kept. None: all words, 2.3 GB."""


def import_dsve(
    files: DsveFiles, output: Path, *, label_space: str | Path = "coco", overwrite: bool = False
) -> int:
    """Write a run folder that `make-masks` takes, and return how many words it knows.

    The same call again changes nothing. Raises InputError for files that cannot be read or hold another model,
    UsageError where `output` holds another run, with the differences.
    """
    space = load_label_space(label_space)
    inputs = {"the checkpoint": files.checkpoint, "the label space": Path(str(label_space))}
    RunFolder(output).check_inputs({**inputs, **{f"label file {path}": path for path in files.labels}})

    from segmentation.grounding.dsve import config_of, fill, read_dsve, word_vectors, words_of
    from segmentation.grounding.task import initial_network
    from segmentation.training.checkpoint import save_weights

    names = [class_text(label) for label in space.classes]
    wanted = words_of([*names, *_captions(files.labels)]) if files.labels else None
    words, vectors = word_vectors(files.words, wanted)
    own = read_dsve(files.checkpoint)
    config = config_of(own, files.checkpoint, str(label_space))
    network = initial_network(config, words, weights=None)
    fill(network, own, vectors, files.checkpoint)
    record = RunRecord(
        command=TRAIN_GROUNDING,
        config=config.recorded(),
        samples={
            "checkpoint": file_digest(files.checkpoint)[:16],
            "words": hashlib.sha256(vectors.numpy().tobytes()).hexdigest()[:16],
            **content_of(config.places()),
        },
        notes={"words": str(files.words), "versions": installed_versions()},
    )
    with open_run(output, record, overwrite=overwrite) as folder:
        if not folder.finished:
            folder.write_label_space(space)
            save_weights(folder.weights, network.state_dict())
    return len(words.words)


def _captions(labels: Sequence[Path]) -> list[str]:
    """All captions of label files; lines that are no records have none."""
    return [
        caption
        for path in labels
        for record in iter_labels(path)
        if isinstance(record, ImageLabels)
        for caption in record.captions
    ]
