"""Captions that a person has judged: what their labels must be, and how well labels meet it.

Sixteen files in `tests/caption_parser/cases` hold the judgements; a text that is not the project's own is
referred to by its row or id.

`fresh.jsonl`, `second.jsonl`, `styles.jsonl` and `precision.jsonl`: written for this purpose, by kind (the second
while the rules that the first tests were being written), by style, and where a rule could fire too often. `want`
must be named, `never` must not; the rest of COCO's 152 classes is left open. `counts.jsonl` says how many of a
class a text of several clauses speaks of: nothing is counted twice because it is spoken of twice. Where there are
`attributes`, they are all that the class has. Expectations
were written before the captions were run. In
`outside.jsonl` are 400 captions by somebody who did not know the rules, where every foreground class is wrong that
is in neither `want` nor `may`, and variants of those that came out wrong, by kind; `outside_again.jsonl` has 200
more of that sort, written when the rules of the first were done, and their variants, and `outside_third.jsonl` has
220 that were written after those, `outside_fourth.jsonl` and
`outside_fifth.jsonl` 220 more each, `outside_sixth.jsonl` has 270, `outside_seventh.jsonl` 267 and
`outside_eighth.jsonl` 220.

`cc3m_sample.jsonl`: 200 rows of Conceptual Captions' validation split,
`random.Random(0).sample(range(15833), 200)`. `row` counts from 1; `digest` is the start of the SHA-256 of the
caption. A class is expected where the text alone says that it can be seen, by these conventions:

- Words for people, roles and groups of them are persons; so are this data set's placeholders ("person",
  "actor", "politician"), unless they made, inspired or only own what is shown ("designed by person", "my son's
  room").
- What is drawn, sculpted, tattooed or printed is `mentioned`, not expected; what a photograph shows is expected.
- A table is a dining table, as in the label space. A part of a vehicle or an animal shows the whole.
- Parts of a saying, a title, advice or an advertisement ("the sky is the limit") are `mentioned`.
- Background classes go by what their word means, with what WordNet puts below it (a river is a body of water).
- `either` is what a reader may expect or not: cutlery with a cake, a tree in a forest, skis under a skier. It
  counts as neither right nor wrong.

`background_sample.jsonl`: captions of COCO val2017, by annotation id, with one of the own words of a background
class: its name and the lemmas of its synsets, singular and plural. Up to 12 captions of a word that 100 captions
have, else 9; for words whose lemmas mostly mean something else ("picture", "stand"), 9 more with the name itself.
`verdict` says whether the word is `meant` as the class, and can be seen; `other` if not, or if it only names a
kind of something else ("street light"); `either` if people would disagree.
"""

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.surroundings import REPOSITORY
from shared_schemas import ImageLabels

CASES = REPOSITORY / "tests" / "caption_parser" / "cases"
FRESH = (
    "fresh.jsonl",
    "second.jsonl",
    "styles.jsonl",
    "precision.jsonl",
    "counts.jsonl",
    "everyday.jsonl",
    "outside.jsonl",
    "outside_again.jsonl",
    "outside_third.jsonl",
    "outside_fourth.jsonl",
    "outside_fifth.jsonl",
    "outside_sixth.jsonl",
    "outside_seventh.jsonl",
    "outside_eighth.jsonl",
)
CC3M = "captions/cc3m-validation.tsv"
REPORTED = "cases/captions.jsonl"
VAL2017 = "coco/annotations/captions_val2017.json"

SAME_THING: dict[str, frozenset[str]] = {
    "track": frozenset({"railroad track"}),
    "railroad track": frozenset({"track"}),
}
"""Classes that no person tells apart in a picture: either name answers for the other."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fresh caption and what its labels must hold."""

    kind: str
    caption: str
    want: tuple[str, ...]
    never: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)
    """Class name → how many of it the whole text speaks of."""
    attributes: dict[str, list[str]] = field(default_factory=dict)
    """Class name → all attributes that the text gives it."""
    may: tuple[str, ...] | None = None
    """Foreground classes that are right either way, where all others are wrong; none: they are open."""


@dataclass(frozen=True, slots=True)
class Sampled:
    """A row of the web captions and what it says."""

    row: int
    caption: str
    foreground: tuple[str, ...]
    background: tuple[str, ...]
    mentioned: tuple[str, ...]
    either: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WordInCaption:
    """A caption with an own word of a background class."""

    name: str
    caption: str
    verdict: str


@dataclass(slots=True)
class Tally:
    """Labels counted over captions, with those that are wrong."""

    right: int = 0
    wrong: int = 0
    missing: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Share of the given labels that are right."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the expected labels that are given."""
        return self.right / max(1, self.right + self.missing)


def fresh_cases() -> Iterator[Case]:
    """The captions that were written for this purpose."""
    for file in FRESH:
        for record in _records(file):
            want, never = tuple(record["want"]), tuple(record["never"])
            may = tuple(record["may"]) if "may" in record else None
            counts, attributes = record.get("counts", {}), record.get("attributes", {})
            yield Case(record["kind"], record["caption"], want, never, counts, attributes, may)


def reported_cases(file: Path) -> list[Case]:
    """Captions that users of such tools reported, reworded."""
    records = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    return [Case(one["kind"], one["caption"], tuple(one["want"]), tuple(one["never"])) for one in records]


def faults(case: Case, labels: ImageLabels) -> list[str]:
    """What is missing and what is too much, one line each."""
    found = names(labels)
    missing = [f"{name} is missing" for name in case.want if name not in found]
    never = set(case.never)
    if case.may is not None:
        never |= {label.name for label in labels.foreground}.difference(case.want, case.may)
    too_much = [f"{name} must not be there" for name in sorted(never) if name in found]
    counted = {label.name: label.count for label in (*labels.foreground, *labels.background)}
    miscounted = [
        f"{name}: expected {count}, got {counted.get(name)}"
        for name, count in case.counts.items()
        if counted.get(name) != count
    ]
    given = {
        label.name: sorted(a.name for a in label.attributes) for label in (*labels.foreground, *labels.background)
    }
    misdescribed = [
        f"{name}: expected {sorted(expected)}, got {given.get(name)}"
        for name, expected in case.attributes.items()
        if given.get(name) != sorted(expected)
    ]
    return missing + too_much + miscounted + misdescribed


def web_sample(captions: Path) -> list[Sampled]:
    """The judged rows of Conceptual Captions. Raises `ValueError` if the file is another one."""
    with captions.open(encoding="utf-8", newline="") as lines:
        texts = [row[0] for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    sample = []
    for record in _records("cc3m_sample.jsonl"):
        row = record["row"]
        caption = texts[row - 1] if row <= len(texts) else ""
        if hashlib.sha256(caption.encode()).hexdigest()[:12] != record["digest"]:
            raise ValueError(f"{captions}: row {row} is not the caption that was judged")
        foreground, background, mentioned, either = (
            tuple(record[name]) for name in ("foreground", "background", "mentioned", "either")
        )
        sample.append(Sampled(row, caption, foreground, background, mentioned, either))
    return sample


def tally(sample: Iterable[tuple[Sampled, ImageLabels]]) -> tuple[Tally, Tally]:
    """Foreground and background labels against the judgements."""
    foreground, background = Tally(), Tally()
    for sampled, labels in sample:
        sides = (
            (foreground, sampled.foreground, labels.foreground),
            (background, sampled.background, labels.background),
        )
        for side, expected, given in sides:
            found = {label.name for label in given} - set(sampled.either)
            side.right += len(found & set(expected))
            side.wrong += len(found - set(expected))
            side.missing += len(set(expected) - found)
            side.faults += [f"{sampled.row}: {name} is missing" for name in expected if name not in found]
            for name in sorted(found - set(expected)):
                why = "is only mentioned" if name in sampled.mentioned else "is not said"
                side.faults.append(f"{sampled.row}: {name} {why}")
    return foreground, background


def together(sides: Sequence[Tally]) -> Tally:
    """The sum of tallies."""
    return Tally(
        right=sum(side.right for side in sides),
        wrong=sum(side.wrong for side in sides),
        missing=sum(side.missing for side in sides),
        faults=[fault for side in sides for fault in side.faults],
    )


def background_words(captions: Path) -> list[WordInCaption]:
    """The judged captions of val2017 with their background words."""
    annotations = json.loads(captions.read_text(encoding="utf-8"))["annotations"]
    texts = {annotation["id"]: annotation["caption"] for annotation in annotations}
    return [
        WordInCaption(record["class"], texts[record["annotation"]], record["verdict"])
        for record in _records("background_sample.jsonl")
    ]


def word_tallies(words: Iterable[tuple[WordInCaption, ImageLabels]]) -> dict[str, Tally]:
    """Class → its own words that were meant, found or missed, and the others that were taken for it."""
    tallies: dict[str, Tally] = {}
    for word, labels in words:
        side = tallies.setdefault(word.name, Tally())
        found = names(labels) & ({word.name} | SAME_THING.get(word.name, frozenset()))
        if word.verdict == "meant":
            side.right += bool(found)
            side.missing += not found
        elif word.verdict == "other":
            side.wrong += word.name in found
        if (word.verdict == "meant" and not found) or (word.verdict == "other" and word.name in found):
            side.faults.append(f"{word.name}, {word.verdict}: {word.caption.strip()}")
    return tallies


def names(labels: ImageLabels) -> set[str]:
    """The classes of an image."""
    return {label.name for label in (*labels.foreground, *labels.background)}


def _records(file: str) -> Iterator[dict[str, Any]]:
    with (CASES / file).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
