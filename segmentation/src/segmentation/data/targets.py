"""Label files → what networks learn from: D of Eq. 1 in Vilar & Perez, one entry per image."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from segmentation.data.folders import ImageFolders, UnsafeNameError
from segmentation.data.kinship import Kinship
from segmentation.data.label_rules import Evidence, LabelRules
from segmentation.data.phrases import Phrase, referring_phrases
from shared_runtime.compatibility import misfit
from shared_runtime.errors import InputError
from shared_runtime.file_kinds import made_into_labels
from shared_runtime.files import reading
from shared_schemas import (
    ClassLabel,
    ImageLabels,
    LabelClass,
    LabelSpace,
    RecordError,
    VisualAttribute,
    iter_labels,
    load_label_space,
)
from shared_schemas.denials import denied_classes


@dataclass(frozen=True)
class Vocabulary:
    """The classes and attributes that a network knows.

    Column k of every tensor with a class axis is the class of id k + 1, foreground before background; column a of
    an attribute axis is `attributes[a]`.
    """

    label_space: LabelSpace

    @property
    def classes(self) -> tuple[LabelClass, ...]:
        """C = C_fg ∪ C_bg, in the order of ids."""
        return self.label_space.classes

    @property
    def n_classes(self) -> int:
        """K, all classes."""
        return len(self.label_space.classes)

    @property
    def n_foreground(self) -> int:
        """The classes that masks show; their columns come first."""
        return len(self.label_space.foreground)

    @cached_property
    def attributes(self) -> tuple[str, ...]:
        """Names of the attributes A."""
        return tuple(attribute.name for attribute in self.label_space.attributes)

    @property
    def n_attributes(self) -> int:
        """A, the number of attributes."""
        return len(self.label_space.attributes)


@dataclass(frozen=True, slots=True)
class ImageTargets:
    """One image with its labels, (I_n, C_fg_n, C_bg_n, {A_n,c}) of Eq. 1."""

    image_id: int | str
    file_name: str | None
    """As in the record; None: the record names its image by its id alone."""
    path: Path
    foreground: tuple[int, ...]
    """Contiguous class ids, ascending."""
    background: tuple[int, ...]
    """Contiguous class ids, ascending; they come after the foreground's in the label space."""
    attributes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Class id → indices into `Vocabulary.attributes`, ascending; classes without attributes are left out."""
    key: str = ""
    """By which its mask is named (`data.masks.mask_path`): its path in the image folder, without the suffix."""
    evidence: Mapping[int, Evidence] = field(default_factory=dict)
    """Class id → what the record says for it; of all its labels, believed or not."""
    doubtful: tuple[int, ...] = ()
    """Ids of its labels that are not believed, ascending: the image may have these classes or not."""
    denied: tuple[int, ...] = ()
    """Ids of the classes that its captions say are not there, ascending."""
    phrases: tuple[Phrase, ...] = ()
    """What its captions call the things in it, where they were asked for."""
    captions: tuple[str, ...] = ()
    """As they stand in the record, where phrases were asked for."""

    def __post_init__(self) -> None:
        if not self.key:
            object.__setattr__(self, "key", self.path.stem)

    @property
    def classes(self) -> tuple[int, ...]:
        """C_n, the ids of all classes of the image, ascending."""
        return self.foreground + self.background


class SkipReason(StrEnum):
    """Why a line of a label file gives no image."""

    BAD_RECORD = "bad-record"
    OTHER_LABEL_SPACE = "other-label-space"
    DUPLICATE_IMAGE = "duplicate-image"
    NO_LABELS = "no-labels"
    UNSAFE_FILE_NAME = "unsafe-file-name"
    MISSING_IMAGE = "missing-image"


@dataclass(frozen=True, slots=True)
class SkippedImage:
    """A line of a label file that was left out."""

    line: int
    """1-based."""
    image_id: int | str | None
    """None: the line is no record."""
    reason: SkipReason
    message: str


class UnknownAttributes(StrEnum):
    """What becomes of attributes that the label space lacks: labels may name any adjective (Table 9)."""

    COLLECT = "collect"
    """For training: of records that name an attribute set of their own, A is what they state; in others, an
    unknown attribute means that they were made with another label space."""
    DROP = "drop"
    """They are left out: a trained network has no embeddings for them."""


def read_targets(
    labels: Path,
    image_folders: Sequence[Path],
    *,
    label_space: str | Path | LabelSpace = "coco",
    unknown_attributes: UnknownAttributes = UnknownAttributes.COLLECT,
    keep_unlabelled: bool = False,
    rules: LabelRules | None = None,
    phrases: bool = False,
    phrases_alone: bool = True,
) -> tuple[Vocabulary, list[ImageTargets], list[SkippedImage]]:
    """Reads a label file and finds its images, in the order of the file.

    What costs one image is skipped with its reason: a line that is no record, a record of another label space than
    the others or with a class or an attribute that `label_space` lacks, a second record of an image, a record
    without classes that `rules` (all labels, where None) believe (unless `keep_unlabelled`), an image that is
    missing, a file name that leads out of the folders. The images are not opened. `phrases`: with the captions and
    their referring phrases; a record that has one is not unlabelled, if `phrases_alone`.

    Raises `InputError` where the file cannot be read, was made with another label space, or another version of it
    that has other classes (or, by `unknown_attributes`, attributes), collects attributes from records of several
    attribute sets, has two ids for one image, or where not one image is left; `LabelSpaceError` for the
    label space.
    """
    space = label_space if isinstance(label_space, LabelSpace) else load_label_space(label_space)
    reader = _TargetReader(
        space, ImageFolders(image_folders), unknown_attributes, keep_unlabelled, rules or LabelRules(), phrases
    )
    reader.phrases_alone = phrases_alone
    reader.fit.trained = isinstance(label_space, LabelSpace)
    with reading(labels):
        for line, record in enumerate(iter_labels(labels), 1):
            reader.add(record, line, f"{labels}:{line}")
    reader.fit.check()
    if not reader.targets:
        raise InputError(f"{labels}: {_nothing_left(labels, reader.skipped, image_folders)}")
    return reader.vocabulary(), reader.targets, reader.skipped


@dataclass(slots=True)
class _Fit:
    """Which records fit a label space: a few that do not cost themselves, many make a file of another one."""

    space: LabelSpace
    trained: bool = False
    """Whether it is that of a trained model."""
    fitting: Counter[str] = field(default_factory=Counter)
    """Label space of the records that fit → how many."""
    others: list[tuple[str, str]] = field(default_factory=list)
    """Label space of each of the others, and what is wrong, with its place."""

    def problem(self, record: ImageLabels, where: str, attributes: Collection[str] | None) -> str | None:
        """Why a record does not fit, if it does not."""
        problem = misfit(record, self.space, attributes=attributes, trained=self.trained)
        if problem is None:
            self.fitting[record.label_space] += 1
        else:
            self.others.append((record.label_space, f"{where}: {problem}"))
        return problem

    def check(self) -> None:
        """Raises `InputError` where most records do not fit, or the others are of another version, too."""
        for made_with, problem in self.others:
            versions = made_with != self.space.reference and made_with in self.fitting
            if versions or len(self.others) > self.fitting.total():
                raise InputError(problem)


class _TargetReader:
    """Sorts records into targets and skipped images."""

    def __init__(
        self,
        space: LabelSpace,
        folders: ImageFolders,
        unknown: UnknownAttributes,
        keep_unlabelled: bool,
        rules: LabelRules,
        phrases: bool,
    ) -> None:
        self.phrases_alone = True
        self.targets: list[ImageTargets] = []
        self.skipped: list[SkippedImage] = []
        self.fit = _Fit(space)
        self._space = space
        self._folders = folders
        self._collect = unknown is UnknownAttributes.COLLECT
        self._keep_unlabelled = keep_unlabelled
        self._rules = rules
        self._phrases = phrases
        self._kinship = Kinship(space) if rules.rivals else None
        self._attribute_sets: dict[str | None, str] = {}
        self._attribute_index = {attribute.name: index for index, attribute in enumerate(space.attributes)}
        self._first_lines: dict[int | str, int] = {}
        self._owners: dict[Path, int | str] = {}

    def vocabulary(self) -> Vocabulary:
        """The label space, with the attributes that were collected in place of its own."""
        own = {attribute.name: attribute for attribute in self._space.attributes}
        if list(self._attribute_index) == list(own):
            return Vocabulary(self._space)
        attributes = tuple(own.get(name) or VisualAttribute(name=name) for name in self._attribute_index)
        # Built anew: a copy would keep the hash that its original has cached.
        return Vocabulary(LabelSpace.model_validate(self._space.model_dump() | {"attributes": attributes}))

    def add(self, record: ImageLabels | RecordError, line: int, where: str) -> None:
        """Takes in one line. Raises `InputError` for attributes of another set and a second id of an image."""
        if isinstance(record, RecordError):
            self._skip(line, None, SkipReason.BAD_RECORD, record.message)
            return
        known = self._space.attribute_names if self._collect and record.attribute_set is None else None
        if problem := self.fit.problem(record, where, known):
            self._skip(line, record.image_id, SkipReason.OTHER_LABEL_SPACE, problem)
            return
        if self._collect:
            self._check_attribute_set(record.attribute_set, where)
        first_line = self._first_lines.setdefault(record.image_id, line)
        if first_line != line:
            message = f"image_id {record.image_id!r} stands on line {first_line} already"
            self._skip(line, record.image_id, SkipReason.DUPLICATE_IMAGE, message)
            return
        doubtful = self._rules.doubtful(record, self._kinship.akin if self._kinship else _unrelated)
        labels = (*record.foreground, *record.background)
        shown = self._keep_unlabelled or (self._phrases and self.phrases_alone and referring_phrases(record))
        if not shown and all(label.id in doubtful for label in labels):
            which = "no class that is believed" if labels else "no class"
            self._skip(line, record.image_id, SkipReason.NO_LABELS, f"the record has {which}")
        else:
            self._locate(record, doubtful, line, where)

    def _check_attribute_set(self, name: str | None, where: str) -> None:
        """The first record decides. Raises `InputError` for a record of another set."""
        if not self._attribute_sets and name is not None:
            self._attribute_index = {}
        self._attribute_sets.setdefault(name, where)
        if len(self._attribute_sets) > 1:
            (first, place), *_ = self._attribute_sets.items()
            raise InputError(
                f"{where}: got attributes of {_set_name(name)}, expected {_set_name(first)}, as at {place}; "
                "label all captions with the same --attributes"
            )

    def _locate(self, record: ImageLabels, doubtful: Set[int], line: int, where: str) -> None:
        try:
            path = self._folders.find(record.file_name, record.image_id)
        except UnsafeNameError as error:
            self._skip(line, record.image_id, SkipReason.UNSAFE_FILE_NAME, str(error))
            return
        if path is None:
            name = record.file_name or f"an image of id {record.image_id!r}"
            hint = self._folders.hint(str(record.file_name or record.image_id))
            message = f"{name}: in none of the image folders{hint}"
            self._skip(line, record.image_id, SkipReason.MISSING_IMAGE, message)
            return
        owner = self._owners.setdefault(path, record.image_id)
        if owner != record.image_id:
            raise InputError(
                f"{where}: got image {record.image_id!r} in the file {path}, expected another file than that of "
                f"image {owner!r}, line {self._first_lines[owner]}: one of them would read a foreign picture. "
                "Give the folder above as --images and file names that begin with the folder, such as "
                f"{path.parent.name}/{path.name}, or label all captions of an image under one id"
            )
        self.targets.append(self._targets(record, doubtful, path))

    def _targets(self, record: ImageLabels, doubtful: Set[int], path: Path) -> ImageTargets:
        labels = (*record.foreground, *record.background)
        attributes = {label.id: self._indices(label) for label in labels if label.id not in doubtful}
        return ImageTargets(
            image_id=record.image_id,
            file_name=record.file_name,
            path=path,
            key=self._folders.key(path),
            foreground=_ids(record.foreground, doubtful),
            background=_ids(record.background, doubtful),
            attributes={class_id: indices for class_id, indices in attributes.items() if indices},
            evidence={label.id: Evidence(label.votes, label.confidence) for label in labels},
            doubtful=tuple(sorted(doubtful)),
            denied=tuple(sorted(denied_classes(record))),
            phrases=referring_phrases(record) if self._phrases else (),
            captions=record.captions if self._phrases else (),
        )

    def _indices(self, label: ClassLabel) -> tuple[int, ...]:
        names = {self._space.attribute_names.get(a.name, a.name) for a in label.attributes}
        if self._collect:
            for name in sorted(names):
                self._attribute_index.setdefault(name, len(self._attribute_index))
        return tuple(sorted(self._attribute_index[name] for name in names if name in self._attribute_index))

    def _skip(self, line: int, image_id: int | str | None, reason: SkipReason, message: str) -> None:
        self.skipped.append(SkippedImage(line, image_id, reason, message))


def _set_name(attribute_set: str | None) -> str:
    return "the label space" if attribute_set is None else f"the set {attribute_set!r}"


def _ids(labels: Sequence[ClassLabel], doubtful: Set[int]) -> tuple[int, ...]:
    return tuple(sorted({label.id for label in labels} - doubtful))


def _unrelated(_one: int, _other: int) -> bool:
    return False


def _nothing_left(labels: Path, skipped: Sequence[SkippedImage], image_folders: Sequence[Path]) -> str:
    if not skipped:
        return "got no record, expected a label file as 'capparse label' writes it"
    unread = all(image.reason is SkipReason.BAD_RECORD for image in skipped)
    if unread and (problem := made_into_labels(labels)):
        return problem
    counts = Counter(str(image.reason) for image in skipped)
    reasons = ", ".join(f"{count} {reason}" for reason, count in counts.most_common())
    folders = ", ".join(map(str, image_folders))
    first = skipped[0]
    return f"got no usable image ({reasons}); line {first.line}: {first.message}; image folders: {folders}"
