"""Referring expressions on real images: TSEG trained on what captions call things, and never on a mask.

Phrases of the captions of all COCO images that lie there but part C train `lite0-referring`; what was chosen was
chosen on the masks of part A. Scores of B and C: every class in an image by its name; attributes of classes that
have one object, as captions say them; RefCOCO's expressions and hand-written ones whose images are there (of all
parts but A). mIoU is the mean over expressions, macro that over classes; no threshold is tuned, nothing is fitted
to edges where the row does not say so. VOC's images are asked for the names of its classes, which no training was
given. What an earlier run has done is taken up.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.coco_images import fastest_precision, image_options, part_of, write_inputs
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

_FOLDER = (OUTPUTS / "refer-real").relative_to(REPOSITORY)
_UNSEEN = ("B", "C")
_TRAINING = ("--epochs", "8", "--set", "frozen_views=1", "--set", "expressions.per_image=12")
"""Each image is looked at once, and learned from with all that is said of it."""
_START = (
    "--epochs",
    "1",
    "--learning-rate",
    "1e-12",
    "--set",
    "frozen_views=1",
    "--set",
    "expressions.share=0.02",
)
_RANDOM = ("--set", "network.knowledge=false")


class Arm(NamedTuple):
    """A network, and how its masks are made."""

    name: str
    training: tuple[str, ...]
    masks: tuple[str, ...] = ("--refine", "none")

    @property
    def run(self) -> str:
        """The folder of its training."""
        return str(_FOLDER / "-".join(["run", *(part.strip("-").replace("=", "-") for part in self.training)]))


ARMS = (
    Arm("the start, untrained", _START),
    Arm("MPA", _TRAINING),
    Arm("SPA", (*_TRAINING, "--pooling", "spa")),
    Arm("GAP", (*_TRAINING, "--pooling", "gap")),
    Arm("GMP", (*_TRAINING, "--pooling", "gmp")),
    Arm("MPA from random projections", (*_TRAINING, *_RANDOM)),
    Arm("MPA, dense CRF", _TRAINING, ("--refine", "dense-crf")),
)
BEST = ARMS[1]


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    run(_label_command())
    truths = _write_truths()
    rows, found = [], {}
    for arm in ARMS:
        run(_train_command(arm))
        found = dict(_by_kind({name: _scores(arm, command) for name, command in truths.items()}))
        rows.append((arm.name, *_cells(found)))
    nothing = [(name.replace("_", " "), *_cells(found, name)) for name in ("whole_image", "central_box")]
    heads = [f"{name}: {what}" for name in found for what in ("mIoU", "macro")]
    yield table(("", *heads), [*rows, *nothing])
    counts = ", ".join(f"{name} {of['masks']['expressions']:,}" for name, of in found.items())
    yield f"Expressions: {counts}."
    yield table(("VOC, asked by", "mIoU", "person"), [*_zero_shot_rows()])
    first = next(iter(truths.values()))
    yield command_block([_label_command(), _train_command(BEST), _evaluate_command(BEST, first)])


def _label_command() -> Sequence[str]:
    captions, labels = (str(_FOLDER / name) for name in ("captions.json", "labels.jsonl"))
    return capparse_command("label", captions, "-o", labels, "--overwrite", "--quiet")


def _train_command(arm: Arm) -> Sequence[str]:
    config = ("--config", "lite0-referring", *_text_encoder(), *fastest_precision(), "--quiet")
    labels = str(_FOLDER / "training.jsonl")
    files = (*image_options(), "--labels", labels, "-o", arm.run)
    return capseg_command("refer", "train", *files, *config, *arm.training)


def _text_encoder() -> Sequence[str]:
    """A folder in CAPPARSE_TEXT_ENCODER in the place of the package that is installed."""
    folder = os.environ.get("CAPPARSE_TEXT_ENCODER")
    return ("--text-encoder", folder) if folder else ()


def _evaluate_command(arm: Arm, truth: Sequence[str]) -> Sequence[str]:
    return capseg_command("refer", "evaluate", arm.run, *image_options(), *truth, *arm.masks, "--quiet")


def _scores(arm: Arm, truth: Sequence[str]) -> dict[str, Any]:
    """What the evaluation printed, kept beside the run."""
    name = "-".join([Path(truth[1]).stem, *arm.masks[1:]])
    kept = REPOSITORY / arm.run / f"scores-{name}.json"
    if not kept.is_file():
        kept.write_text(run([*_evaluate_command(arm, truth), "--json"]).output, encoding="utf-8")
    found: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    return found


def _by_kind(found: Mapping[str, dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Scores of classes apart from those of classes with attributes."""
    for name, scores in found.items():
        if name in _UNSEEN:
            yield f"{name}, classes", scores["kinds"]["class"]
            yield f"{name}, attributes", scores["kinds"]["attribute and class"]
        else:
            yield name, scores


def _cells(found: Mapping[str, dict[str, Any]], of: str = "masks") -> Iterator[str]:
    for scores in found.values():
        yield f"{scores[of]['miou']:.3f}"
        macro = scores[of]["macro_miou"]
        yield "-" if macro is None else f"{macro:.3f}"


def _zero_shot_rows() -> Iterator[Sequence[str]]:
    """VOC by its class names, and with the paper's eight words for a person."""
    try:
        listed = real_data("voc/ImageSets/train.txt")
    except Skipped as reason:
        yield (str(reason), "", "")
        return
    voc = listed.parent.parent
    for words, name in (("names", "the names of its classes"), ("paper", "a person by eight words")):
        kept = REPOSITORY / BEST.run / f"voc-{words}.json"
        command = capseg_command(
            *("refer", "evaluate", BEST.run, "--truth", str(voc), "--images", str(voc / "JPEGImages")),
            *(
                "--zero-shot",
                "--words",
                words,
                "--image-list",
                str(listed),
                "--refine",
                "none",
                "--json",
                "--quiet",
            ),
        )
        if not kept.is_file():
            kept.write_text(run(command).output, encoding="utf-8")
        scores = json.loads(kept.read_text(encoding="utf-8"))
        person = next(of["iou"] for of in scores["classes"] if of["name"] == "person")
        yield (name, f"{scores['miou']:.3f}", f"{person:.3f}")


def _write_truths() -> dict[str, Sequence[str]]:
    """The labels that train, and by name the options of every truth that is scored."""
    folder = REPOSITORY / _FOLDER
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if part_of(json.loads(line)["image_id"]) != "C"]
    (folder / "training.jsonl").write_text("".join(kept), encoding="utf-8")
    whole = json.loads((folder / "instances.json").read_text(encoding="utf-8"))
    truths: dict[str, Sequence[str]] = {}
    for part in _UNSEEN:
        images = [image for image in whole["images"] if part_of(image["id"]) == part]
        ids = {image["id"] for image in images}
        objects = [one for one in whole["annotations"] if one["image_id"] in ids]
        content = whole | {"images": images, "annotations": objects}
        (folder / f"{part}.json").write_text(json.dumps(content), encoding="utf-8")
        truths[part] = ("--truth", str(_FOLDER / f"{part}.json"), "--labels", str(_FOLDER / "labels.jsonl"))
    for name, file in (("RefCOCO", "refcoco_with_masks"), ("hand-written", "expressions_val2017")):
        rows = json.loads((REPOSITORY / real_data(f"referring/{file}.json")).read_text(encoding="utf-8"))
        unseen = [row for row in rows if part_of(row["image_id"]) in _UNSEEN]
        (folder / f"{file}.json").write_text(json.dumps(unseen), encoding="utf-8")
        masks = [real_data(f"coco/annotations/instances_{part}2017_masked.json") for part in ("train", "val")]
        instances = [word for path in masks for word in ("--instances", str(path))]
        truths[name] = ("--truth", str(_FOLDER / f"{file}.json"), *instances)
    return truths
