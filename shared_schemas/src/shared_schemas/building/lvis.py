"""Build LVIS's label space from its categories: `python -m shared_schemas.building.lvis CATEGORIES.json`.

CATEGORIES.json is the list `categories` of LVIS v1's annotations (Gupta et al. 2019, CC BY 4.0), or a file that
has it. A category gives a class of its name with its id, its synset, and its synonyms as the words that the class
claims. `lvis_review.toml`, beside this file, then says what the categories get wrong, each with its reason; what
COCO's review says that a class of the same name never means holds here as well. `--bare` leaves both out.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from shared_schemas.files import replace_file
from shared_schemas.label_space import LabelClass, LabelSpace
from shared_schemas.label_space_file import load_label_space
from shared_schemas.label_space_toml import to_toml

REVIEW = Path(__file__).with_name("lvis_review.toml")
OUTPUT = Path(__file__).parents[1] / "spaces" / "lvis.toml"
HEADER = """\
The 1,203 categories of LVIS v1 (Gupta et al. 2019, "LVIS: A Dataset for Large Vocabulary Instance Segmentation"),
with their names, ids, synsets and synonyms, and the attributes of the label space coco. Names, synsets and
synonyms: the LVIS authors, CC BY 4.0.

Written by `python -m shared_schemas.building.lvis CATEGORIES.json`; change lvis_review.toml there, not this file.
"""
_REMARK = re.compile(r"\([^()]*\)")


class Category(NamedTuple):
    """A category as LVIS lists it."""

    id: int
    name: str
    synset: str
    synonyms: tuple[str, ...]


def read_categories(path: Path) -> list[Category]:
    """The categories of a file, by their ids."""
    content = json.loads(path.read_text("utf-8"))
    entries = content["categories"] if isinstance(content, dict) else content
    found = (Category(one["id"], one["name"], one["synset"], tuple(one["synonyms"])) for one in entries)
    return sorted(found, key=lambda category: category.id)


def build(
    categories: Sequence[Category], review: Mapping[str, Mapping[str, Any]], *, bare: bool = False
) -> LabelSpace:
    """The label space; `review`: class name → fields that take the place of what its category says."""
    unknown = review.keys() - {_class_name(category) for category in categories}
    if unknown:
        raise ValueError(f"the review names classes that there are not: {', '.join(sorted(unknown))}")
    coco = load_label_space("coco")
    denied = {} if bare else {label.name: label.denied for label in coco.foreground}
    classes = tuple(
        _label(number, category, review.get(_class_name(category), {}), denied, bare=bare)
        for number, category in enumerate(categories, 1)
    )
    return LabelSpace(name="lvis-bare" if bare else "lvis", classes=classes, attributes=coco.attributes)


def _label(
    number: int,
    category: Category,
    reviewed: Mapping[str, Any],
    denied: Mapping[str, Mapping[str, str]],
    *,
    bare: bool,
) -> LabelClass:
    name, words = _class_name(category), list(_words(category))
    if bare:
        missing = reviewed.get("synsets") == []
        synsets = {} if missing else {"synsets": (category.synset,)}
        phrases = {"phrases": (name,)} if missing else {}
        return LabelClass(id=number, name=name, category_id=category.id, **synsets, **phrases)
    never = {word: why for alias in (name, *words) for word, why in denied.get(alias, {}).items()}
    fields: dict[str, Any] = {"synsets": (category.synset,), **reviewed}
    reasons = dict(fields.get("words", {}))
    never = never | dict(fields.get("denied", {}))
    dropped = {word.lower() for word in never}
    said = {word.lower() for word in reasons} | dropped
    own = LabelClass(id=number, name=name, phrases=(name,)).spoken_name
    fields["words"] = {word: "" for word in words if word.lower() not in {*said, own}} | reasons
    fields["denied"] = {word: why for word, why in never.items() if word.lower() != own}
    return LabelClass(id=number, name=name, category_id=category.id, **fields)


def _class_name(category: Category) -> str:
    return category.name.replace("_", " ")


def _words(category: Category) -> Iterator[str]:
    """The synonyms as captions have them: without remarks, with spaces."""
    for synonym in category.synonyms:
        yield " ".join(_REMARK.sub(" ", synonym).replace("_", " ").split())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m shared_schemas.building.lvis", description=__doc__)
    parser.add_argument("categories", type=Path, metavar="CATEGORIES.json")
    parser.add_argument("-o", "--output", type=Path, default=OUTPUT, metavar="SPACE.toml")
    parser.add_argument("--bare", action="store_true", help="One synset a class, no words, no review.")
    options = parser.parse_args(arguments)
    entries = tomllib.loads(REVIEW.read_text("utf-8"))["classes"]
    review = {entry["name"]: {key: value for key, value in entry.items() if key != "name"} for entry in entries}
    space = build(read_categories(options.categories), review, bare=options.bare)
    replace_file(options.output, to_toml(space, header=HEADER).encode("utf-8"))
    print(f"{options.output}: {space.reference}, {len(space.classes):,} classes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
