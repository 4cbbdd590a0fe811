"""COCO's 133 panoptic classes from captions: which stuff labels name, and where masks have things and stuff.

The truth is the semantic PNGs of those images that lie there with captions. Labels: a class is there where it has
more than 0.5 % of an image's pixels; words were chosen by reading the images of even ids, so that those of odd ids
count. Masks: captions of all COCO images that lie there but part C train `lite0-single-stage` with the label space
`coco-panoptic` (no mask does); void is not scored. What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.coco_images import PARTS, image_folders, image_options, part_of, write_inputs, write_parts
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import (
    OUTPUTS,
    REPOSITORY,
    Options,
    Skipped,
    capparse_command,
    capseg_command,
    real_data,
)
from segmentation.data.masks import IGNORE_INDEX, IndexMask, read_index_mask, write_index_mask
from shared_schemas import LabelSpace, load_label_space

_SPACE = "coco-panoptic"
_FOLDER = (OUTPUTS / "panoptic").relative_to(REPOSITORY)
_TRUTH, _MASKS, _RUN = (str(_FOLDER / name) for name in ("truth", "masks", "run"))
_CATEGORIES = "coco/annotations/panoptic_coco_categories.json"
_LEAST_SHARE = 0.005
"""Of an image's pixels, so that it shows a class."""
_HALVES = ("even", "odd")
_LABELLERS: Mapping[str, Sequence[str]] = {"exact match": ("--labeller", "exact"), "visual mode": ()}
_FREQUENT = 4
"""Images of a class that has a row of its own."""


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    space = load_label_space(_SPACE)
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    for name in _LABELLERS:
        run(_label_command(name))
    write_parts(REPOSITORY / _FOLDER)
    _write_truth(REPOSITORY / _FOLDER, space)
    heads = [
        f"{half}: {score}" for half in _HALVES for score in ("mIoU", "precision", "recall", "all: P", "all: R")
    ]
    rows = [(name, *(cell for half in _HALVES for cell in _label_cells(name, half, space))) for name in _LABELLERS]
    yield table(("labels, stuff by image", *heads), rows)
    least = 1 if options.verbose else _FREQUENT
    found = {half: {one["name"]: one for one in _label_scores("visual mode", half, space)} for half in _HALVES}
    yield table(("class", *(f"{half}: right, wrong, missed" for half in _HALVES)), _by_class(found, least))
    run(_train_command())
    run(_masks_command())
    kinds = ("things", "stuff", "all")
    parts: dict[str, list[str]] = {part: [f"{_FOLDER}/panoptic-{part}.txt"] for part in PARTS}
    yield table(
        ("mIoU of masks", *kinds, "things there", "stuff there"),
        [(name, *_mask_cells(lists, space)) for name, lists in (*parts.items(), ("all three", []))],
    )
    yield command_block([*map(_label_command, _LABELLERS), _train_command(), _masks_command(), _score_command()])


def _write_truth(folder: Path, space: LabelSpace) -> None:
    """`truth/`, masks of class ids, with 255 as void; `classes-HALF.json`, the classes of images as COCO lists
    them; `captioned.jsonl`, the labels of these images; `panoptic-PART.txt`, their names."""
    lines = {json.loads(line)["image_id"]: line for line in _lines(folder / "labels.jsonl")}
    images = json.loads((folder / "captions.json").read_text(encoding="utf-8"))["images"]
    categories = json.loads(real_data(_CATEGORIES).read_text(encoding="utf-8"))
    values = np.full(256, IGNORE_INDEX, dtype=np.uint8)
    for label in space.classes:
        values[label.category_id or 0] = label.id
    (folder / "truth").mkdir(exist_ok=True)
    classes: dict[int, list[int]] = {}
    for image in images:
        drawn = _drawn(image["file_name"])
        if drawn is not None and image["id"] in lines:
            write_index_mask(folder / "truth" / f"{Path(image['file_name']).stem}.png", values[drawn])
            found, counts = np.unique(drawn, return_counts=True)
            shown = counts > _LEAST_SHARE * drawn.size
            classes[image["id"]] = [int(value) for value in found[shown] if value]
    if not classes:
        raise Skipped("no image has both captions and a mask of stuff")
    (folder / "captioned.jsonl").write_text("".join(lines[key] for key in classes), encoding="utf-8")
    for part in PARTS:
        stems = [
            Path(one["file_name"]).stem for one in images if one["id"] in classes and part_of(one["id"]) == part
        ]
        (folder / f"panoptic-{part}.txt").write_text("".join(f"{stem}\n" for stem in stems), encoding="utf-8")
    for number, half in enumerate(_HALVES):
        of_half = [key for key in classes if key % 2 == number]
        pairs = [(key, category) for key in of_half for category in classes[key]]
        content = {
            "images": [image for image in images if image["id"] in of_half],
            "annotations": [
                {"id": place, "image_id": key, "category_id": category}
                for place, (key, category) in enumerate(pairs, 1)
            ],
            "categories": categories,
        }
        (folder / f"classes-{half}.json").write_text(json.dumps(content), encoding="utf-8")


def _drawn(file_name: str) -> IndexMask | None:
    """Category ids of an image's pixels, 0 where they are void; None: there is no PNG of it."""
    name = Path(file_name).with_suffix(".png").name
    files = (images.parent / "stuff" / images.name / name for images in image_folders())
    file = next((file for file in files if file.is_file()), None)
    return None if file is None else read_index_mask(file, n_classes=IGNORE_INDEX)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines(keepends=True)


def _label_scores(labeller: str, half: str, space: LabelSpace) -> list[dict[str, Any]]:
    """What `capparse evaluate` says of each class of stuff."""
    truth = ("--truth", str(_FOLDER / f"classes-{half}.json"), "--label-space", _SPACE)
    scores = json.loads(run(capparse_command("evaluate", _labels(labeller), *truth, "--json")).output)["classes"]
    return [one for one in scores if space.by_id[one["id"]].stuff]


def _label_cells(labeller: str, half: str, space: LabelSpace) -> Iterator[str]:
    """Means over the classes of stuff that are there, then precision and recall of all of them together."""
    scores = _label_scores(labeller, half, space)
    there = [one for one in scores if one["tp"] + one["fn"]]
    for name in ("iou", "precision", "recall"):
        yield f"{sum(one[name] or 0 for one in there) / max(len(there), 1):.3f}"
    right, wrong, missed = (sum(one[name] for one in scores) for name in ("tp", "fp", "fn"))
    yield f"{right / max(right + wrong, 1):.3f}"
    yield f"{right / max(right + missed, 1):.3f}"


def _by_class(found: Mapping[str, Mapping[str, dict[str, Any]]], least: int) -> Iterator[Sequence[str]]:
    """A row for each class that is there, or named, often enough."""
    first, *_ = found.values()
    for name in first:
        of_halves = [scores[name] for scores in found.values()]
        if sum(one["tp"] + one["fp"] + one["fn"] for one in of_halves) >= least:
            yield (name, *(f"{one['tp']}, {one['fp']}, {one['fn']}" for one in of_halves))


def _mask_cells(image_list: Sequence[str], space: LabelSpace) -> Iterator[str]:
    """mIoU over the classes of each kind that the truth has, and how many these are."""
    scores = json.loads(run(_score_command(*image_list)).output)["classes"]
    there = [one for one in scores if one["id"] and one["true_pixels"]]
    stuff = [one for one in there if space.by_id[one["id"]].stuff]
    things = [one for one in there if one not in stuff]
    for kind in (things, stuff, there):
        yield f"{sum(one['iou'] for one in kind) / max(len(kind), 1):.3f}"
    yield from (str(len(things)), str(len(stuff)))


def _labels(labeller: str) -> str:
    return str(_FOLDER / ("labels.jsonl" if labeller == "visual mode" else f"{labeller.replace(' ', '-')}.jsonl"))


def _label_command(labeller: str) -> Sequence[str]:
    options = ("--label-space", _SPACE, *_LABELLERS[labeller], "--overwrite", "--quiet")
    return capparse_command("label", str(_FOLDER / "captions.json"), "-o", _labels(labeller), *options)


def _train_command() -> Sequence[str]:
    config = ("--config", "lite0-single-stage", "--set", f"label_space={_SPACE}", "--quiet")
    labels = str(_FOLDER / "training.jsonl")
    return capseg_command("train-localizer", *image_options(), "--labels", labels, "-o", _RUN, *config)


def _masks_command() -> Sequence[str]:
    labels = str(_FOLDER / "captioned.jsonl")
    return capseg_command("make-masks", _RUN, *image_options(), "--labels", labels, "-o", _MASKS, "--quiet")


def _score_command(*image_list: str) -> Sequence[str]:
    chosen = [part for file in image_list for part in ("--image-list", file)]
    return capseg_command("evaluate", _MASKS, "--truth", _TRUTH, "--label-space", _SPACE, *chosen, "--json")
