"""Whether a record of a label file means what a label space says."""

from collections.abc import Collection, Iterator, Mapping

from shared_runtime.errors import InputError
from shared_schemas import ClassLabel, ImageLabels, Kind, LabelSpace
from shared_schemas.errors import nearest
from shared_schemas.label_space_file import is_named


def check_label_space(
    record: ImageLabels,
    label_space: LabelSpace,
    where: str,
    *,
    kinds: Collection[Kind] = tuple(Kind),
) -> None:
    """Raises `InputError` for a record of which something does not fit; see `misfit`. `where` is its place."""
    if problem := misfit(record, label_space, kinds=kinds):
        raise InputError(f"{where}: {problem}")


def misfit(
    record: ImageLabels,
    label_space: LabelSpace,
    *,
    kinds: Collection[Kind] = tuple(Kind),
    attributes: Collection[str] | None = None,
    trained: bool = False,
) -> str | None:
    """What is wrong with a record of another label space, or with classes or attributes that this one lacks.

    A record of another version of the label space fits as long as its ids and names mean the same classes; only
    those of `kinds` matter. `attributes`: names that are known; None: all are. `trained`: whether the label space
    is that of a trained model, so that no other can be given. None: nothing is wrong.
    """
    made_with = record.label_space.rpartition("@")[0] or record.label_space
    if made_with != label_space.name:
        return f"got labels of label space {made_with!r}, expected {label_space.name!r}. " + (
            "Label the captions again with the latter, the only one that the model knows"
            if trained
            else f"Try --label-space {_option(made_with)}; for a model of the latter, label the captions again: "
            f"capparse label --label-space {label_space.name if is_named(label_space.name) else 'FILE'}"
        )
    problem = next(_problems(record, label_space, kinds, attributes), None)
    if problem is None:
        return None
    if record.label_space == label_space.reference:
        return f"{problem}, as in {label_space.reference}, which the record says that it was made with"
    other = "" if trained else ", or give the label space that they were made with"
    return (
        f"{problem}; the labels were made with {record.label_space}, this is {label_space.reference}: label the "
        f"captions again{other}"
    )


def _option(name: str) -> str:
    """What to give as --label-space: names are those of label spaces that ship, or of classes."""
    return name if is_named(name) else f"FILE, the .json or .toml file of {name!r}"


def _problems(
    record: ImageLabels, space: LabelSpace, kinds: Collection[Kind], attributes: Collection[str] | None
) -> Iterator[str]:
    for kind, labels, known in (
        (Kind.FOREGROUND, record.foreground, space.foreground),
        (Kind.BACKGROUND, record.background, space.background),
    ):
        names = {entry.id: entry.name for entry in known}
        for label in labels if kind in kinds else ():
            if names.get(label.id) != label.name:
                yield f"got {kind} class {label.id}, {label.name!r}, expected {_expected(label, names)}"
            for attribute in label.attributes:
                if attributes is not None and attribute.name not in attributes:
                    known_names = ", ".join(attributes) or "none: it has no attributes"
                    yield f"got attribute {attribute.name!r} of {label.name!r}, expected one of {known_names}"
    if all(kind in kinds for kind in Kind):
        # Denied ones, too, whose names stand nowhere else.
        for mention in record.mentions:
            if mention.label is not None and mention.label not in space.by_id:
                yield f"got a mention of class {mention.label}, expected an id from 1 to {len(space.classes)}"


def _expected(label: ClassLabel, names: Mapping[int, str]) -> str:
    """What stands in the place of an unknown class, and where its name stands."""
    if not names:
        return "none: the label space has no such classes"
    expected = repr(names[label.id]) if label.id in names else f"an id from {min(names)} to {max(names)}"
    close = nearest(label.name, names.values())
    places = [class_id for class_id, name in names.items() if name == close]
    return f"{expected} (there, {close!r} is {places[0]})" if places else expected
