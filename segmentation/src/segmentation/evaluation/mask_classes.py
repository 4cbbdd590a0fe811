"""Which classes the masks of a folder have, as far as the folder and its run say so."""

from pathlib import Path
from typing import NamedTuple

from segmentation.data.transfer import ClassTransfer, same_foreground
from segmentation.runs.folder import IMPORT, MAKE_MASKS, PREDICT, RunFolder
from shared_runtime.errors import CapparseError, UsageError
from shared_schemas import LabelSpace, load_label_space
from shared_schemas.label_space_file import is_named


class MaskClasses(NamedTuple):
    """The label space of masks, and where it is written."""

    label_space: LabelSpace
    file: Path
    option: str
    """What a command takes for it: its name if it ships, or else its file."""


def mask_classes(masks: Path) -> MaskClasses | None:
    """The classes of masks that a command wrote; None: their folder does not say, or the run is gone."""
    try:
        record = RunFolder(masks).read_record()
    except (CapparseError, OSError):
        return None
    if record.command not in (MAKE_MASKS, PREDICT, IMPORT):
        return None
    run = RunFolder(Path(str(record.notes.get("run", masks))))
    for folder in (RunFolder(masks), run):
        try:
            label_space = folder.read_label_space()
        except CapparseError:
            continue
        return MaskClasses(label_space, folder.label_space, _option(label_space, run))
    return None


def _option(label_space: LabelSpace, run: RunFolder) -> str:
    name = label_space.name
    if is_named(name) and same_foreground(load_label_space(name), label_space):
        return name
    try:
        return str(run.read_record().config["label_space"])
    except (CapparseError, OSError, KeyError):
        return f"FILE, a label space file of {name!r}"


def given_classes(masks: Path, given: str | Path) -> LabelSpace:
    """The label space `given` for what the values of masks mean: that which their folder says, if it says any.

    Raises UsageError where the two differ: no value becomes that of another label space. LabelSpaceError for
    `given`.
    """
    known, space = mask_classes(masks), load_label_space(given)
    if known and not same_foreground(known.label_space, space):
        raise UsageError(
            f"{masks}: got masks of label space {known.label_space.name!r}, as {known.file} says, expected "
            f"{space.name!r}. Leave the option out: it says what values mean, and converts none"
        )
    return space


def transfer_to(
    truth: LabelSpace, masks: Path, given: str | Path | LabelSpace | None = None
) -> ClassTransfer | None:
    """How the values of masks become those of the truth; None: they are the same.

    `given`: the label space of the masks, if it is not the truth's. Raises UsageError where the folder says that
    the masks have other classes than those of `given`, or else of the truth.
    """
    known = mask_classes(masks)
    space = load_label_space(given) if given is not None and not isinstance(given, LabelSpace) else given
    if known and not same_foreground(known.label_space, space or truth):
        got = f"{masks}: got masks of label space {known.label_space.name!r}, as {known.file} says, expected"
        if space is None:
            raise UsageError(
                f"{got} the truth's, {truth.name!r}. Try --masks-label-space {known.option} to score the classes "
                f"that both have, or --label-space {known.option} if the truth is in that one"
            )
        raise UsageError(f"{got} {space.name!r}. Try --masks-label-space {known.option}")
    return ClassTransfer.needed(space, truth)
