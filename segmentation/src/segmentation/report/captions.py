"""The label records of the images of a report, whose captions are the evidence for what masks should show."""

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from segmentation.data.folders import COCO_ID_DIGITS
from segmentation.data.names import image_key
from shared_runtime.files import reading
from shared_runtime.html_page.evidence import ClassName, Names
from shared_schemas import ClassLabel, ImageLabels, Kind, LabelSpace, RecordError, iter_labels


def records_of(labels: Path, keys: Collection[str]) -> dict[str, ImageLabels]:
    """The first record of each of some images, by the keys of their masks; lines that are none are passed over.

    A mask belongs to the record whose file name, without its suffix, or id is its key; where one side leaves out
    the folder, by the rest, if that is unambiguous. Raises `InputError` where the file cannot be read.
    """
    times = Counter(_name(key) for key in keys)
    by_name = {_name(key): key for key in keys if times[_name(key)] == 1}
    found: dict[str, ImageLabels] = {}
    alike: dict[str, list[ImageLabels]] = {}
    with reading(labels):
        for record in iter_labels(labels):
            if isinstance(record, RecordError):
                continue
            for name in _names(record):
                if name in keys:
                    found.setdefault(name, record)
                    break
                if _name(name) in by_name:
                    alike.setdefault(by_name[_name(name)], []).append(record)
                    break
    return {key: records[0] for key, records in alike.items() if len(records) == 1} | found


def names_of(record: ImageLabels, space: LabelSpace | None) -> Names:
    """What the classes of a record are called: by itself, and by the masks' label space where it is the same."""
    same = space is not None and record.label_space.rpartition("@")[0] == space.name
    known = space.classes if space is not None and same else ()
    kinds = {label.id: ClassName(label.name, label.kind) for label in known}
    own = {label.id: ClassName(label.name, kind) for kind, label in _labels(record)}
    return kinds | own


def _labels(record: ImageLabels) -> Iterator[tuple[Kind, ClassLabel]]:
    yield from ((Kind.FOREGROUND, label) for label in record.foreground)
    yield from ((Kind.BACKGROUND, label) for label in record.background)


def _names(record: ImageLabels) -> Iterator[str]:
    if record.file_name:
        yield image_key(record.file_name)
    yield str(record.image_id)
    if isinstance(record.image_id, str):
        yield image_key(record.image_id)
    else:
        yield f"{record.image_id:0{COCO_ID_DIGITS}}"


def _name(key: str) -> str:
    return key.rpartition("/")[2]
