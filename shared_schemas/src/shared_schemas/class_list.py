"""Class names with commas between, which stand for a label space: "lighthouse,helmet", or "lighthouse," alone."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from shared_schemas.errors import LabelSpaceError, shown
from shared_schemas.label_space import ClassContent, LabelClass, LabelSpace

FILE_TYPES = (".toml", ".json")
"""How the names of label space files end."""

_WHERE = "label space"


def is_class_list(name: str) -> bool:
    """Whether a text is no file of a label space, but class names with commas between."""
    return "," in name and Path(name).suffix not in FILE_TYPES


def class_list(names: Sequence[str]) -> str:
    """The text that stands for these classes: "lighthouse,helmet".

    Raises `LabelSpaceError` for what is no name.
    """
    for name in names:
        if not isinstance(name, str) or "," in name or not name.strip():
            raise LabelSpaceError(_WHERE, shown(name), "the name of a class, without a comma")
    if not names:
        raise LabelSpaceError(_WHERE, "no class", "the names of classes")
    return ",".join(name.strip() for name in names) + ("," if len(names) == 1 else "")


def space_of_list(text: str) -> LabelSpace:
    """The label space of class names with commas between, which is called by them, with ids in their order.

    Raises `LabelSpaceError` for a name that stands there twice, or for none.
    """
    names = [name.strip() for name in text.split(",")]
    contents = [ClassContent(name=name) for name in names if name]
    try:
        return LabelSpace(
            name=class_list([content.name for content in contents]),
            classes=tuple(numbered(class_id, content) for class_id, content in enumerate(contents, 1)),
        )
    except ValidationError as error:
        cause = error.errors(include_url=False)[0].get("ctx", {}).get("error")
        if not isinstance(cause, LabelSpaceError):
            raise
        raise LabelSpaceError(f"{_WHERE} {shown(text)}: {cause.where}", cause.got, cause.expected) from None


def numbered(class_id: int, content: ClassContent) -> LabelClass:
    """The class with its id."""
    return LabelClass(id=class_id, **content.model_dump(include=set(ClassContent.model_fields)))
