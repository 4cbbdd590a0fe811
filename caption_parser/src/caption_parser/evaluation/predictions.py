"""The classes that a label file gives to each image."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from caption_parser.evaluation.truth import GroundTruth
from shared_runtime.coco import ImageId
from shared_runtime.compatibility import check_label_space
from shared_runtime.errors import InputError
from shared_runtime.file_kinds import FileKind, file_kind
from shared_runtime.files import reading
from shared_schemas import Kind, LabelSpace, RecordError, read_labels


@dataclass(frozen=True, slots=True)
class Predictions:
    """Foreground classes per image, by contiguous id, of one label file."""

    classes: Mapping[ImageId, frozenset[int]]
    label_space: str
    """The label space that the records name, with its hash."""
    confidences: Mapping[ImageId, Mapping[int, float]] | None = None
    """How sure each of those classes is; None: the file does not say it of all of them."""

    def matched_to(self, truth: GroundTruth) -> "Predictions":
        """With the ids of the truth; raises `InputError` if two become one image."""
        known_as: dict[ImageId, ImageId] = {}
        for image_id in self.classes:
            number = truth.id_of(image_id)
            if number in known_as:
                raise InputError(f"image ids {image_id!r} and another are both {number}, expected one record each")
            known_as[number] = image_id
        return Predictions(
            {number: self.classes[image_id] for number, image_id in known_as.items()},
            self.label_space,
            self.confidences and {number: self.confidences[image_id] for number, image_id in known_as.items()},
        )


def read_predictions(path: Path, label_space: LabelSpace, *, min_votes: int = 1) -> Predictions:
    """The classes that at least `min_votes` captions of an image assert, for every record of `path`.

    The file may come from a label space of the same name with another hash, as long as its ids and names
    mean the same classes.

    Raises `InputError` for a file that cannot be read, has no record, has two for an image, or whose records
    come from another label space, and `RecordError` at a line that is not a record.
    """
    classes: dict[ImageId, frozenset[int]] = {}
    confidences: dict[ImageId, Mapping[int, float]] = {}
    every_label_has_one = True
    made_with = ""
    try:
        with reading(path):
            for number, record in enumerate(read_labels(path), 1):
                check_label_space(record, label_space, f"{path}:{number}", kinds=(Kind.FOREGROUND,))
                if record.image_id in classes:
                    raise InputError(
                        f"{path}:{number}: got a second record of image {record.image_id!r}, expected one per"
                        " image"
                    )
                counted = [label for label in record.foreground if label.votes >= min_votes]
                sure = {label.id: label.confidence for label in counted if label.confidence is not None}
                classes[record.image_id] = frozenset(label.id for label in counted)
                confidences[record.image_id] = sure
                every_label_has_one &= sure.keys() == classes[record.image_id]
                made_with = record.label_space
    except RecordError as error:
        if error.line == 1 and (kind := file_kind(path)) in (FileKind.CAPTIONS, FileKind.INSTANCES):
            advice = f". Try: capparse label {path} -o labels.jsonl" if kind is FileKind.CAPTIONS else ""
            raise InputError(f"{path} is {kind}, expected a label file{advice}") from None
        raise
    if not classes:
        raise InputError(f"{path}: got no record, expected a label file as 'capparse label' writes it")
    return Predictions(classes, made_with, confidences if every_label_has_one else None)


def check_overlap(path: Path, predictions: Predictions, truth: Mapping[ImageId, object]) -> None:
    """Raises `InputError` if not one image of the label file is in the truth."""
    if not predictions.classes.keys().isdisjoint(truth):
        return
    ours, theirs = next(iter(predictions.classes)), next(iter(truth))
    raise InputError(f"{path}: got image ids such as {ours!r}, expected some of the truth's, such as {theirs!r}")
