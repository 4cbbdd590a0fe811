"""The segmenter that ships: made of captions alone, and scored on images of which nothing was ever said to it.

Captions of all COCO images that lie there but part C train `lite0-single-stage`, `capseg convert` makes a
segmenter of it, and its masks are scored, refined in three ways: of part C, with and without the classes of their
captions; of the images that have masks and no captions, on which nothing was chosen; and of VOC's images, with
VOC's classes alone. No mask trains anything; what they chose stands in `docs/results/segmenters.md`. What an
earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.coco_images import (
    image_folders,
    image_options,
    uncaptioned,
    uncaptioned_truth,
    write_inputs,
    write_parts,
)
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command, real_data
from segmentation.prediction.model_card import ModelCard
from segmentation.prediction.segmenter import Segmenter

_FOLDER = (OUTPUTS / "single-stage").relative_to(REPOSITORY)
_MODEL = str(_FOLDER / "model")
_REFINEMENTS = ("none", "pamr", "dense-crf")
_VOC_LIST = "voc/ImageSets/train.txt"


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    run(_label_command())
    write_parts(REPOSITORY / _FOLDER)
    run(_train_command())
    run(_convert_command())
    known, unknown = "classes of captions given", "nothing known"
    heads = ("mIoU", "precision", "recall", "s/image")
    rows = [
        (f"{shown}, {refine}", *_scores(refine, given=shown is known))
        for shown in (unknown, known)
        for refine in _REFINEMENTS
    ]
    yield table(("part C", *heads), rows)
    others = [(f"{unknown}, {refine}", *_scores_of_others(refine)) for refine in _REFINEMENTS]
    yield table(("COCO images without captions", *heads), others)
    yield table(("VOC", *heads), [(f"{unknown}, pamr", *_voc_scores())])
    yield command_block([_label_command(), _train_command(), _convert_command()])


def save(model: Path, scores: dict[str, str | float]) -> None:
    """Write the model to the folder from which it ships, with its card and what was measured."""
    card = ModelCard(
        title="COCO's classes in photographs, from captions",
        data="384 images of COCO 2017 (of train and val, those that the split of docs/results.md calls A and B) "
        "with their captions (CC BY 4.0; the images have the licences of their Flickr pages). The backbone, "
        "EfficientNet-Lite0 (Apache-2.0), was trained on ImageNet's classes, and stays as it was.",
        labels="capparse label, in visual mode. Nobody drew a mask; masks of 63 images chose the number of epochs "
        "and the size at which it looks at images.",
        licence="apache-2.0",
        scores=scores,
        limits="It learned from few images: it confuses classes that come together, such as skis and snowboards, "
        "takes in surroundings of large objects, and overlooks small ones. Train on your own captions for more.",
    )
    Segmenter.from_pretrained(REPOSITORY / _MODEL).save_pretrained(model, half=True, card=card)


def _label_command() -> Sequence[str]:
    captions, labels = (str(_FOLDER / name) for name in ("captions.json", "labels.jsonl"))
    return capparse_command("label", captions, "-o", labels, "--overwrite", "--quiet")


def _train_command() -> Sequence[str]:
    labels, output = (str(_FOLDER / name) for name in ("training.jsonl", "localizer"))
    config = ("--config", "lite0-single-stage", "--quiet")
    return capseg_command("train-localizer", *image_options(), "--labels", labels, "-o", output, *config)


def _convert_command() -> Sequence[str]:
    return capseg_command("convert", str(_FOLDER / "localizer"), "-o", _MODEL)


def _scores(refine: str, *, given: bool) -> Iterator[str]:
    """Of part C."""
    names = {f"{line}.jpg" for line in (REPOSITORY / _FOLDER / "C.txt").read_text(encoding="utf-8").split()}
    images = [path for folder in image_folders() for path in sorted(folder.iterdir()) if path.name in names]
    output = str(_FOLDER / f"predicted-{refine}{'-given' * given}")
    labels = ("--labels", str(_FOLDER / "scored.jsonl")) if given else ()
    yield from _predicted(images, output, ("--refine", refine, *labels), _FOLDER / "instances.json")


def _scores_of_others(refine: str) -> Iterator[str]:
    """Of the images without captions."""
    output = str(_FOLDER / f"predicted-{refine}-others")
    yield from _predicted(uncaptioned(), output, ("--refine", refine), uncaptioned_truth())


def _predicted(images: Sequence[Path], output: str, how: Sequence[str], truth: Path) -> Iterator[str]:
    cost = run(capseg_command("predict", *map(str, images), "-o", output, "--model", _MODEL, *how, "--quiet"))
    listed = REPOSITORY / f"{output}.txt"
    listed.write_text("".join(f"{image.stem}\n" for image in images), encoding="utf-8")
    yield from _evaluated(output, "--truth", str(truth), "--image-list", str(listed))
    yield f"{cost.cpu_seconds / len(images):.2f}"


def _voc_scores() -> Iterator[str]:
    voc = real_data(_VOC_LIST).parents[1]
    names = (REPOSITORY / voc / "ImageSets/train.txt").read_text(encoding="utf-8").split()
    images = [str(voc / "JPEGImages" / f"{name}.jpg") for name in names]
    output = str(_FOLDER / "predicted-voc")
    how = ("--refine", "pamr", "--only-classes-of", "voc", "--quiet")
    cost = run(capseg_command("predict", *images, "-o", output, "--model", _MODEL, *how))
    truth = ("--truth", str(voc), "--image-list", str(voc / "ImageSets/train.txt"))
    yield from _evaluated(output, *truth, "--label-space", "voc", "--masks-label-space", "coco")
    yield f"{cost.cpu_seconds / len(images):.2f}"


def _evaluated(masks: str, *options: str) -> Iterator[str]:
    scores = json.loads(run(capseg_command("evaluate", masks, *options, "--json")).output)
    yield from (f"{scores[name]:.3f}" for name in ("miou", "precision", "recall"))
