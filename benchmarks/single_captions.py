"""One caption an image: the first of each image of val2017, and how much of the truth its words could give at all.

The last rows are no labeller. They add to visual mode what rules of one word or two could add ("living room":
couch) that are fitted to the ground truth, each right in at least two thirds of the images that it changes: scored
where they were fitted, and on the half of the images where they were not, the mean of both halves.
"""

import json
import random
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from itertools import pairwise
from statistics import mean
from typing import NamedTuple

from benchmarks.label_quality import CAPTIONS, SYNONYMS, TRUTH
from benchmarks.label_scores import HEADER, label_and_score
from benchmarks.markdown import command_block, table
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, real_data

_FIRST = OUTPUTS / "first-captions.json"
_LEAST_RIGHT = 0.65
_LEAST_IMAGES = 8
_LEAST_GAIN = 0.005
"""In the IoU of a class; less is noise."""


class _Image(NamedTuple):
    classes: Set[str]
    labels: Set[str]
    terms: Set[str]
    """Words and pairs of words of the caption."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time; `--limit` sets the number of images."""
    captions = json.loads(real_data(CAPTIONS).read_text(encoding="utf-8"))
    first = {annotation["image_id"]: annotation for annotation in reversed(captions["annotations"])}
    kept = [annotation for annotation in captions["annotations"] if first[annotation["image_id"]] is annotation]
    OUTPUTS.mkdir(exist_ok=True)
    _FIRST.write_text(json.dumps(captions | {"annotations": kept[: options.limit]}), encoding="utf-8")
    source, truth = str(_FIRST.relative_to(REPOSITORY)), str(real_data(TRUTH))
    sides = (
        ("exact match", "exact", ("--labeller", "exact")),
        ("CHAIR's synonyms", "synonyms", ("--labeller", f"synonyms:{real_data(SYNONYMS)}")),
        ("visual mode", "visual", ()),
    )
    rows: list[Sequence[str]] = []
    commands: list[Sequence[str]] = []
    for name, file, label_options in sides:
        scored = label_and_score(source, f"single-{file}", truth, *label_options)
        rows.append((name, *scored.cells))
        commands += scored.commands
    images = _images(scored.labels)
    halves = list(images)
    random.Random(0).shuffle(halves)
    half = len(halves) // 2
    one, other = halves[:half], halves[half:]
    for name, tries in (
        ("… and fitted words, where they were fitted", [_scores(halves, _fitted(halves))]),
        ("visual mode, mean of two halves", [_scores(one, {}), _scores(other, {})]),
        ("… and words fitted on the other half", [_scores(other, _fitted(one)), _scores(one, _fitted(other))]),
    ):
        rows.append((name, *(f"{mean(figures):.3f}" for figures in zip(*tries, strict=True))))
    yield table(("first captions of val2017, macro over 80 classes", *HEADER), rows)
    yield command_block(commands)


def _images(labels: str) -> list[_Image]:
    """The images that have a label record, with their annotated classes."""
    truth = json.loads(real_data(TRUTH).read_text(encoding="utf-8"))
    names = {category["id"]: category["name"] for category in truth["categories"]}
    classes: dict[int, set[str]] = {image["id"]: set() for image in truth["images"]}
    for annotation in truth["annotations"]:
        classes[annotation["image_id"]].add(names[annotation["category_id"]])
    found = []
    for line in (REPOSITORY / labels).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        words = re.findall(r"[a-z']+", " ".join(record["captions"]).lower())
        terms = {*words, *map(" ".join, pairwise(words))}
        named = {label["name"] for label in record["foreground"]}
        found.append(_Image(classes[record["image_id"]], named, terms))
    return found


def _fitted(images: Sequence[_Image]) -> Mapping[str, Collection[str]]:
    """Class → the terms that give it, each taken if it raises the class's IoU on these images."""
    by_term: dict[str, set[int]] = defaultdict(set)
    for number, image in enumerate(images):
        for term in image.terms:
            by_term[term].add(number)
    by_term = {term: numbers for term, numbers in by_term.items() if len(numbers) >= _LEAST_IMAGES}
    rules: dict[str, list[str]] = defaultdict(list)
    for name in sorted({name for image in images for name in image.classes}):
        shown = {number for number, image in enumerate(images) if name in image.classes}
        labelled = {number for number, image in enumerate(images) if name in image.labels}
        promising = sorted(by_term, key=lambda term: (-len((by_term[term] - labelled) & shown), term))
        for term in promising:
            added = by_term[term] - labelled
            if len(added) < _LEAST_IMAGES or len(added & shown) < _LEAST_RIGHT * len(added):
                continue
            wider = labelled | added
            if _iou(wider, shown) - _iou(labelled, shown) > _LEAST_GAIN:
                labelled = wider
                rules[name].append(term)
    return rules


def _scores(images: Sequence[_Image], rules: Mapping[str, Collection[str]]) -> tuple[float, float, float]:
    """Macro mIoU, precision and recall over the classes that occur, as `capparse evaluate` has them."""
    ious, precisions, recalls = [], [], []
    for name in {name for image in images for name in image.classes}:
        shown = {number for number, image in enumerate(images) if name in image.classes}
        terms = set(rules.get(name, ()))
        found = {
            number
            for number, image in enumerate(images)
            if name in image.labels or not terms.isdisjoint(image.terms)
        }
        ious.append(_iou(found, shown))
        precisions.append(len(found & shown) / max(1, len(found)))
        recalls.append(len(found & shown) / len(shown))
    return tuple(sum(values) / len(values) for values in (ious, precisions, recalls))  # type: ignore[return-value]


def _iou(found: Set[int], shown: Set[int]) -> float:
    return len(found & shown) / max(1, len(found | shown))
