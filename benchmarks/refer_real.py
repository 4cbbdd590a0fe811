"""Referring expressions on real images: TSEG trained on what captions call things, and never on a mask.

Phrases of the captions of all COCO images that lie there but part C train `lite0-referring`, whose class names
start from a localizer that the same captions trained; what was chosen was chosen on the masks of part A. Scores of
B and C: every class in an image by its name; attributes of classes that have one object, as captions say them;
RefCOCO's expressions and hand-written ones whose images are there (of all parts but A). mIoU is the mean over
expressions, macro that over classes; no threshold is tuned. The backbone is frozen: it sees every image once a
size, and all networks share its cells (`benchmarks/refer_job.py`). Each network is read twice (`READINGS`). Then
VOC's images are asked for the names of its classes, which no training was given.
What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from benchmarks.coco_images import image_options, part_of, write_inputs
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import (
    OUTPUTS,
    REPOSITORY,
    Options,
    Skipped,
    capparse_command,
    capseg_command,
    language_model,
    real_data,
    this_python,
)

_FOLDER = (OUTPUTS / "refer-real").relative_to(REPOSITORY)
_LOCALIZER = str(_FOLDER / "localizer")
_OWN = f"localizer={_LOCALIZER}"
_UNSEEN = ("B", "C")


class Arm(NamedTuple):
    """A network, by what sets it apart."""

    name: str
    run: str
    settings: tuple[str, ...] = (_OWN,)


_NO_TRAINING = ("training.epochs=1", "training.learning_rate=1e-12", "expressions.share=0.02")
ARMS = (
    Arm("the start, untrained", "start", (_OWN, *_NO_TRAINING)),
    Arm("MPA", "mpa"),
    Arm("SPA", "spa", (_OWN, "network.pooling.kind=spa")),
    Arm("GAP", "gap", (_OWN, "network.pooling.kind=gap")),
    Arm("GMP", "gmp", (_OWN, "network.pooling.kind=gmp")),
    Arm("MPA from the model that ships", "packaged", ()),
    Arm("MPA from ImageNet's rows alone", "imagenet", ("localizer=none",)),
    Arm("MPA without what is recalled", "linear", (_OWN, "network.recall=false")),
    Arm("MPA from random projections", "random", ("network.knowledge=false",)),
)
BEST = ARMS[1]
_BESIDE = ("rivals=coco", "propagation=2", "input_size=401")
READINGS = {"": (*_BESIDE, "refine=pixel-walk"), ", without refinement": (*_BESIDE, "refine=none")}
"""How maps become masks: by what a text has of a cell beside 152 class names, and then fitted to edges, as `refer
predict` makes them if told nothing, or not."""
TRUTHS = ("B", "C", "RefCOCO", "hand-written")


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    run(_label_command())
    _write_truths()
    run(_localizer_command())
    rows, found = [], {}
    for arm in ARMS:
        run(_train_command(arm))
        for reading, settings in READINGS.items():
            found = dict(_by_kind(_scores(arm, reading, settings)))
            rows.append((f"{arm.name}{reading}", *_cells(found)))
    nothing = [(name.replace("_", " "), *_cells(found, name)) for name in ("whole_image", "central_box")]
    heads = [f"{name}: {what}" for name in found for what in ("mIoU", "macro")]
    yield table(("", *heads), [*rows, *nothing])
    counts = ", ".join(f"{name} {of['masks']['expressions']:,}" for name, of in found.items())
    yield f"Expressions: {counts}."
    yield table(("VOC, asked by", "mIoU", "background", "person"), [*_zero_shot_rows()])
    scored = (_job("evaluate", BEST.run, "B", *settings) for settings in READINGS.values())
    yield command_block([_label_command(), _localizer_command(), _train_command(BEST), *scored])


def _label_command() -> Sequence[str]:
    captions, labels = (str(_FOLDER / name) for name in ("captions.json", "labels.jsonl"))
    return capparse_command("label", captions, "-o", labels, "--overwrite", "--quiet")


def _localizer_command() -> Sequence[str]:
    labels = str(_FOLDER / "training.jsonl")
    return capseg_command("train-localizer", *image_options(), "--labels", labels, "-o", _LOCALIZER, "--quiet")


def _job(step: str, *arguments: str) -> Sequence[str]:
    return [this_python(), "-m", "benchmarks.refer_job", step, str(_FOLDER), *arguments]


def _train_command(arm: Arm) -> Sequence[str]:
    given = [f"{name}={value}" for name, value in language_model().items()]
    return _job("train", arm.run, *given, *arm.settings)


def _scores(arm: Arm, reading: str, settings: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What the evaluations of all truths printed, kept beside the run."""
    found: dict[str, dict[str, Any]] = {}
    for truth in TRUTHS:
        kept = REPOSITORY / _FOLDER / arm.run / f"scores-{truth}{reading.replace(' ', '-')}.json"
        if not kept.is_file():
            kept.write_text(run(_job("evaluate", arm.run, truth, *settings)).output, encoding="utf-8")
        found[truth] = json.loads(kept.read_text(encoding="utf-8"))
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
        yield (str(reason), "", "", "")
        return
    voc, trained = listed.parent.parent, str(_FOLDER / BEST.run)
    asked = (("names", "the names of its classes"), ("paper", "a person by eight words"))
    for (words, name), (reading, settings) in product(asked, READINGS.items()):
        kept = REPOSITORY / trained / f"voc-{words}{reading.replace(' ', '-')}.json"
        truth = ("--truth", str(voc), "--images", str(voc / "JPEGImages"), "--image-list", str(listed))
        read = (part for setting in settings for part in f"--{setting.replace('_', '-')}".split("="))
        how = ("--zero-shot", "--words", words, *read, "--json", "--quiet")
        if not kept.is_file():
            output = run(capseg_command("refer", "evaluate", trained, *truth, *how)).output
            kept.write_text(output, encoding="utf-8")
        scores = json.loads(kept.read_text(encoding="utf-8"))
        person = next(of["iou"] for of in scores["classes"] if of["name"] == "person")
        background = next(of["iou"] for of in scores["classes"] if of["id"] == 0)
        yield (name + reading, *(f"{of:.3f}" for of in (scores["miou"], background, person)))


def _write_truths() -> None:
    """The labels that train, and `truths.json`: every truth that is scored, by name."""
    folder = REPOSITORY / _FOLDER
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    captioned = {image["id"] for image in json.loads((folder / "captions.json").read_text())["images"]}
    ids = [json.loads(line)["image_id"] for line in lines]
    kept = [line for line, key in zip(lines, ids, strict=True) if key in captioned and part_of(key) != "C"]
    (folder / "training.jsonl").write_text("".join(kept), encoding="utf-8")
    whole = json.loads((folder / "instances.json").read_text(encoding="utf-8"))
    truths: dict[str, dict[str, Any]] = {}
    for part in _UNSEEN:
        images = [image for image in whole["images"] if part_of(image["id"]) == part]
        shown = {image["id"] for image in images}
        objects = [one for one in whole["annotations"] if one["image_id"] in shown]
        content = whole | {"images": images, "annotations": objects}
        (folder / f"{part}.json").write_text(json.dumps(content), encoding="utf-8")
        truths[part] = {"path": f"{_FOLDER / part}.json", "labels": str(_FOLDER / "labels.jsonl")}
    for name, file in (("RefCOCO", "refcoco_with_masks"), ("hand-written", "expressions_val2017")):
        rows = json.loads((REPOSITORY / real_data(f"referring/{file}.json")).read_text(encoding="utf-8"))
        unseen = [row for row in rows if part_of(row["image_id"]) in _UNSEEN]
        (folder / f"{file}.json").write_text(json.dumps(unseen), encoding="utf-8")
        masks = [real_data(f"coco/annotations/instances_{part}2017_masked.json") for part in ("train", "val")]
        truths[name] = {"path": f"{_FOLDER / file}.json", "instances": [*map(str, masks)]}
    (folder / "truths.json").write_text(json.dumps(truths), encoding="utf-8")
