"""From a TOML or JSON file, shipped or a user's own, to a `LabelSpace`."""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

from pydantic import Field, PositiveInt, ValidationError, model_validator

from shared_schemas._model import Record
from shared_schemas.class_list import FILE_TYPES, class_list, is_class_list, numbered, space_of_list
from shared_schemas.errors import LabelSpaceError, expectation, nearest, shown
from shared_schemas.label_space import ClassContent, Kind, LabelClass, LabelSpace, Text, VisualAttribute

SHIPPED = ("coco", "coco-panoptic", "coco-paper", "voc", "youtube-objects", "lvis")
"""Label spaces that come with the package."""

_OF_A_VIEW = {"name", "base", "id", "category_id", "category_name", "reason"}
"""What a class of a view may state; the rest is its base's."""


class ClassEntry(ClassContent):
    """A class as a file states it. Of a view, it names the base's class and has its synsets."""

    id: PositiveInt | None = Field(None, description="Left out: classes are counted, foreground first.")
    base: Text | None = Field(None, description="Of a view: the name of the class in the base.")


class LabelSpaceFile(Record):
    """What a label space file may hold."""

    name: Text = Field(description="Short name; records carry it with a content hash.")
    view_of: Text | None = Field(None, description="A shipped label space, or a file beside this one.")
    extends: Text | None = Field(None, description="As view_of: all of its classes come first, then the file's.")
    kinds: tuple[Kind, ...] = Field(
        (Kind.FOREGROUND,), min_length=1, description="Of what is extended: which of its classes come along."
    )
    classes: tuple[ClassEntry, ...] = Field(min_length=1)
    attributes: Mapping[Text, tuple[Text, ...]] = Field({}, description="Attribute -> other spellings of it.")
    neologisms: Mapping[Text, str] = Field({}, description="Word that WordNet lacks -> synset it is read as.")

    @model_validator(mode="after")
    def _check_view(self) -> Self:
        for entry in self.classes:
            where = f"class {entry.name!r}"
            own = entry.model_fields_set - _OF_A_VIEW
            if self.view_of is None and entry.base is not None:
                raise LabelSpaceError(where, f"base {entry.base!r}", "view_of at the top of the file, or no base")
            if self.view_of is not None and (entry.base is None or own):
                got = ", ".join(sorted(own)) if entry.base else "no base"
                raise LabelSpaceError(where, got, "just name and base, since the file is a view")
        if self.view_of is not None and (self.attributes or self.neologisms):
            raise LabelSpaceError("the file", "attributes or neologisms", "none: a view has those of its base")
        return self

    @model_validator(mode="after")
    def _check_extension(self) -> Self:
        if self.extends is None:
            if "kinds" in self.model_fields_set:
                raise LabelSpaceError("the file", "kinds", "extends beside it, or no kinds")
            return self
        if self.view_of is not None:
            raise LabelSpaceError("the file", "view_of and extends", "one of them")
        for entry in self.classes:
            if entry.id is not None:
                expected = "none: ids count on behind the classes of what is extended"
                raise LabelSpaceError(f"class {entry.name!r}", f"id {entry.id}", expected)
        return self

    @property
    def base(self) -> str | None:
        """The space or file that this one is made from, if it is."""
        return self.view_of if self.view_of is not None else self.extends


def load_label_space(name_or_path: str | Path | Sequence[str]) -> LabelSpace:
    """A label space that ships (one of `SHIPPED`), a user's TOML or JSON file, or names of classes.

    Names are a list, or one text with commas between: each class is one that has nothing but a name in a file.

    Raises `LabelSpaceError`, which names the file and the place in it.
    """
    named = label_space_name(name_or_path)
    if is_class_list(named):
        space = space_of_list(named)
        if not space.by_name.keys().isdisjoint(SHIPPED):
            expected = "one label space, or names of classes: a file that extends a space has the classes of both"
            raise LabelSpaceError("label space", repr(named), expected)
        return space
    if named in SHIPPED:
        return _load_shipped(named)
    path = Path(named)
    if path.suffix not in FILE_TYPES:
        hint = _hint(named, SHIPPED)
        expected = f"one of {', '.join(SHIPPED)}, a .toml or .json file, or class names: '{named},'{hint}"
        raise LabelSpaceError("label space", repr(named), expected)
    return _load_file(path, ())


def label_space_name(name_or_path: str | Path | Sequence[str]) -> str:
    """One text for what names a label space: that of a list of classes is its names with commas between.

    Raises `LabelSpaceError` for a list with something else than names of classes.
    """
    return str(name_or_path) if isinstance(name_or_path, str | Path) else class_list(name_or_path)


def is_named(name: str) -> bool:
    """Whether `load_label_space` needs no file for a name: it ships, or is class names with commas between."""
    return name in SHIPPED or is_class_list(name)


@cache
def _load_shipped(name: str) -> LabelSpace:
    """One of `SHIPPED`, read once per process: a command asks for the same one several times."""
    shipped = files("shared_schemas") / "spaces" / f"{name}.toml"
    return _build(_parse(shipped.read_text("utf-8"), shipped.name), shipped.name, ())


def _load_file(path: Path, above: tuple[Path, ...]) -> LabelSpace:
    """The space of a file; `above`: the files that are made from it, the nearest last."""
    return _build(_parse(_read(path), str(path)), str(path), (*above, path))


def label_space_files(name_or_path: str | Path | Sequence[str]) -> list[Path]:
    """The user's files that `load_label_space` reads: none where one ships; each with that which it is made from.

    Raises `LabelSpaceError` as that one does.
    """
    base: str | None = label_space_name(name_or_path)
    found: list[Path] = []
    while base is not None and base not in SHIPPED and Path(base).suffix in FILE_TYPES:
        path = found[-1].parent / base if found else Path(base)
        if _among(path, found):
            break  # a circle, which is told where the space is loaded
        found.append(path)
        base = _parse(_read(path), str(path)).base
    return found


def _among(path: Path, files_read: Iterable[Path]) -> bool:
    return path.resolve() in map(Path.resolve, files_read)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise LabelSpaceError("label space", error.strerror or str(error), "a readable file", str(path)) from None
    except UnicodeDecodeError as error:
        got = f"byte {error.object[error.start]:#04x} at offset {error.start}"
        raise LabelSpaceError("the file", got, "UTF-8 text", str(path)) from None


def _parse(text: str, file: str) -> LabelSpaceFile:
    """Parse and validate the text of `file`; all but the base of a view is checked."""
    try:
        content = _from_json(text) if file.endswith(".json") else tomllib.loads(text)
    except RecursionError:
        raise LabelSpaceError("the file", "values within values, too deep to be read", "classes", file) from None
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        form = "JSON" if file.endswith(".json") else "TOML"
        raise LabelSpaceError("the file", f"a syntax error: {error}", f"valid {form}", file) from None
    except LabelSpaceError as error:
        raise error.in_file(file) from None
    try:
        return LabelSpaceFile.model_validate_json(json.dumps(content, default=str), strict=True)
    except ValidationError as error:
        raise _explained(error, content).in_file(file) from None


def _from_json(text: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise LabelSpaceError(f"key {key!r}", "a second value", "each key once in its object")
            found[key] = value
        return found

    return json.loads(text, object_pairs_hook=unique)


def _build(source: LabelSpaceFile, file: str, files_read: tuple[Path, ...]) -> LabelSpace:
    """`files_read`: the file of `source` and, before it, those that are made from it; none of what ships."""
    try:
        if source.base is None:
            return _space(source)
        base = _base(source, files_read)
        return _view(source, base) if source.view_of is not None else _extension(source, base)
    except ValidationError as error:
        raise _explained(error, source.model_dump()).in_file(file) from None
    except LabelSpaceError as error:
        raise (error if error.file else error.in_file(file)) from None


def _space(source: LabelSpaceFile) -> LabelSpace:
    return LabelSpace(
        name=source.name,
        classes=tuple(numbered(class_id, entry) for class_id, entry in _with_ids(source.classes)),
        attributes=tuple(VisualAttribute(name=n, variants=v) for n, v in source.attributes.items()),
        neologisms=source.neologisms,
    )


def _extension(source: LabelSpaceFile, base: LabelSpace) -> LabelSpace:
    """The base's classes of the wanted kinds, and the file's own behind them; foreground first, as ever."""
    inherited = [label for label in base.classes if label.kind in source.kinds]
    contents: list[ClassContent] = [*inherited, *source.classes]
    contents.sort(key=lambda content: content.kind is Kind.BACKGROUND)
    attributes = {attribute.name: attribute.variants for attribute in base.attributes}
    for name, spellings in source.attributes.items():
        attributes[name] = (*attributes.get(name, ()), *spellings)
    known = base.base_ids or tuple(range(1, len(base.foreground) + 1))
    try:
        return LabelSpace(
            name=source.name,
            classes=tuple(numbered(class_id, content) for class_id, content in enumerate(contents, 1)),
            attributes=tuple(VisualAttribute(name=n, variants=v) for n, v in attributes.items()),
            neologisms={**base.neologisms, **source.neologisms},
            extends=base.view_of or base.extends or base.reference,
            base_ids=known[: sum(label.kind is Kind.FOREGROUND for label in inherited)],
        )
    except ValidationError as error:
        raise _beside(_explained(error, source.model_dump()), base) from None


def _beside(error: LabelSpaceError, base: LabelSpace) -> LabelSpaceError:
    """What a class beside those of `base` may have in the place of what one of them has."""
    for what, instead in (
        ("name", "another name"),
        ("synset", "one below it, which is nearer then"),
        ("phrase", "the word in a list, without a reason: several classes may claim it"),
    ):
        if error.expected == f"a unique {what}":
            expected = f"{instead}, as {base.name!r} keeps what it has"
            return LabelSpaceError(error.where, error.got, f"{error.expected}: {expected}")
    return error


def _view(source: LabelSpaceFile, base: LabelSpace) -> LabelSpace:
    """A space of some of the base's classes under names and ids of its own."""
    originals = {entry.name: _original(entry, base) for entry in source.classes}
    entries = [entry.model_copy(update={"kind": originals[entry.name].kind}) for entry in source.classes]
    classes, base_ids = [], []
    for class_id, entry in _with_ids(entries):
        original = originals[entry.name]
        own = {"id": class_id, **{name: getattr(entry, name) for name in ("name", "category_id", "category_name")}}
        if original.is_named_alone and original.spoken_name != entry.name.lower():
            own["words"] = {original.spoken_name: ""}  # under another name it still is what it was called
        classes.append(original.model_copy(update=own | {"reason": entry.reason or original.reason}))
        base_ids.append(original.id)
    return LabelSpace(
        name=source.name,
        classes=tuple(classes),
        attributes=base.attributes,
        neologisms=base.neologisms,
        view_of=base.reference,
        base_ids=tuple(base_ids),
    )


def _original(entry: ClassEntry, base: LabelSpace) -> LabelClass:
    name = entry.base or ""
    if name not in base.by_name:
        expected = f"the name of a class of {base.name!r}{_hint(name, base.by_name)}"
        raise LabelSpaceError(f"class {entry.name!r}", f"base {name!r}", expected)
    return base.by_name[name]


def _base(source: LabelSpaceFile, files_read: tuple[Path, ...]) -> LabelSpace:
    key, name = ("extends" if source.view_of is None else "view_of"), source.base or ""
    if name in SHIPPED:
        base = load_label_space(name)
    elif files_read and Path(name).suffix in FILE_TYPES:
        path = files_read[-1].parent / name
        if _among(path, files_read):
            raise LabelSpaceError(key, f"{name!r}, which is made from this file itself", "another label space")
        base = _load_file(path, files_read)
    else:
        expected = f"one of {', '.join(SHIPPED)}, or a .toml or .json file beside this one"
        raise LabelSpaceError(key, repr(name), expected)
    if source.view_of is not None and base.view_of is not None:
        raise LabelSpaceError(key, f"{name!r}, which is a view itself", "a label space with synsets")
    return base


def _with_ids(entries: Sequence[ClassEntry]) -> list[tuple[int, ClassEntry]]:
    """Entries by id; ids that are left out (all or none) count up, foreground first, in the file's order."""
    without = [entry for entry in entries if entry.id is None]
    if len(without) == len(entries):
        return list(enumerate(sorted(entries, key=lambda entry: entry.kind is Kind.BACKGROUND), 1))
    if without:
        raise LabelSpaceError(f"class {without[0].name!r}", "no id", "an id in every class or in none")
    return sorted(((entry.id or 0, entry) for entry in entries), key=lambda pair: pair[0])


def _explained(error: ValidationError, content: Any) -> LabelSpaceError:
    """The first complaint of pydantic as what, where, got, expected."""
    first = error.errors(include_url=False)[0]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, LabelSpaceError):
        return cause
    where = _where(first["loc"], content)
    if first["type"] == "extra_forbidden":
        known = ClassEntry.model_fields if "classes" in first["loc"] else LabelSpaceFile.model_fields
        expected = f"one of {', '.join(known)}{_hint(str(first['loc'][-1]), known)}"
        return LabelSpaceError(where, "an unknown key", expected)
    if first["type"] == "missing":
        return LabelSpaceError(where, "nothing", "a value: the key is required")
    return LabelSpaceError(where, shown(first["input"]), expectation(first))


def _where(loc: tuple[int | str, ...], content: Any) -> str:
    """'class 'mug': synsets[0]' for ('classes', 2, 'synsets', 0)."""
    prefix = ""
    if len(loc) > 1 and loc[0] == "classes" and isinstance(loc[1], int):
        entry = content["classes"][loc[1]]
        name = entry.get("name") if isinstance(entry, dict) else None
        prefix = f"class {name!r}" if isinstance(name, str) else f"class number {loc[1] + 1}"
        loc = loc[2:]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    return ": ".join(part for part in (prefix, path) if part) or "the file"


def _hint(word: str, known: Iterable[str]) -> str:
    close = nearest(word, known)
    return f" (did you mean {close!r}?)" if close else ""
