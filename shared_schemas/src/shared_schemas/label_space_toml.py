"""A `LabelSpace` as the text of a TOML file, which `load_label_space` reads back as the same space."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from shared_schemas.label_space import LabelClass, LabelSpace, VisualAttribute

_OF_BASES = {"view_of", "extends", "base_ids"}
_WRITTEN_APART = {"classes", "attributes"}


def to_toml(label_space: LabelSpace, comments: Mapping[str, str] | None = None, header: str = "") -> str:
    """The space as TOML. What is made from a base is written out.

    `comments`: class name → text that stands before the class; `header` stands at the top. Their lines become
    comment lines.
    """
    fields = label_space.model_dump(mode="json", exclude_defaults=True, exclude=_OF_BASES | _WRITTEN_APART)
    tables = {key: value for key, value in fields.items() if isinstance(value, dict)}
    lines = [*_comment(header), *_pairs({key: value for key, value in fields.items() if key not in tables})]
    for label in label_space.classes:
        lines += ["", *_comment((comments or {}).get(label.name, "")), "[[classes]]"]
        lines += _pairs({"id": label.id, **_class_fields(label)})
    tables |= {"attributes": _attributes(label_space.attributes)}
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name}]", *_pairs(table)]
    return "\n".join(lines) + "\n"


def _class_fields(label: LabelClass) -> dict[str, Any]:
    """The fields of a class; words of which none has a reason are a list."""
    fields = label.model_dump(mode="json", exclude_defaults=True)
    lists = {
        name: list(fields[name]) for name in ("words", "denied") if not any(fields.get(name, {"": "-"}).values())
    }
    return fields | lists


def _attributes(attributes: tuple[VisualAttribute, ...]) -> dict[str, list[str]]:
    return {attribute.name: list(attribute.variants) for attribute in attributes}


def _comment(text: str) -> list[str]:
    return [f"# {_printable(line)}".rstrip() for line in text.splitlines()]


def _printable(text: str) -> str:
    """TOML allows no control characters in comments but the tab."""
    return "".join(character if character.isprintable() else " " for character in text)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{_key(key)} = {_value(value)}"


def _key(key: str) -> str:
    bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if bare else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(_pairs(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # JSON's strings, numbers and booleans are TOML's as well, but that TOML wants DEL escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
