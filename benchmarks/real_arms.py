"""Table 6 on real images: pseudo-masks of EfficientNet-Lite0, with and without knowledge, with and without CRF.

Like with like: labels of paper mode, and masks made as the paper makes them (of the image at its own size, without
propagation and consensus). Every arm trains for 6 epochs of 224 × 224 crops on all images of COCO that lie there
with captions, never on a mask. Its masks of the images that have true ones are scored against these, in one
confusion matrix of 81 classes. The last row, in a table of its own, is what the package does when told nothing. An
arm takes about 4 minutes of processor time to train, where the processor has bfloat16, and as many to make its
masks twice. What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command, real_data
from benchmarks.synthetic_arms import TABLE_6, Arm
from segmentation.experiments.paper import PAPER_MASKS

EPOCHS = 6
_FOLDER = (OUTPUTS / "real-arms").relative_to(REPOSITORY)
_CAPTIONS = ("captions_train2017_some.json", "captions_val2017.json")
_INSTANCES = ("instances_train2017_masked.json", "instances_val2017_masked.json")
_PAPER = tuple(PAPER_MASKS.split())
_MAKINGS = {"no CRF": (*_PAPER, "--refine", "none"), "CRF": _PAPER}
_OWN_MAKINGS = {"no CRF": ("--refine", "none"), "CRF": ()}
_PRECISION = ("--set", "training.precision=bfloat16")
_LABELLERS = {"exact": ("--labeller", "exact"), "parser": ("--mode", "paper"), "visual": ()}


class Row(NamedTuple):
    """An arm, the configurations that it comes from, and how its masks are made."""

    prefix: str
    arm: Arm
    options: tuple[str, ...] = ()
    makings: Mapping[str, Sequence[str]] = MappingProxyType(_MAKINGS)

    @property
    def name(self) -> str:
        """Of the row in the table."""
        return " ".join(filter(None, (self.prefix, self.arm.name, *self.options)))

    @property
    def config(self) -> str:
        """The experiment that it is."""
        return "-".join(filter(None, (self.prefix, self.arm.name)))

    @property
    def run(self) -> str:
        """The folder of the trained arm."""
        return str(_FOLDER / f"run-{self.config}")

    def masks(self, making: str) -> str:
        """The folder of its masks, made in one of its makings."""
        return str(_FOLDER / "-".join(("masks", *self.name.replace("--", "").split(), *making.split())))


ROWS = [
    Row(prefix, arm, options)
    for prefix in ("lite0-224-knowledge", "lite0-224")
    for arm in TABLE_6
    for options in ([(), ("--no-compounds",)] if arm.name in ("attributes", "full") else [()])
]
OWN = Row("lite0-224", Arm("", "", "visual"), makings=MappingProxyType(_OWN_MAKINGS))
"""The best configuration without a GPU; it is no arm of Table 6."""


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    _write_inputs(options.limit)
    for command in _label_commands():
        run(command)
    _write_scored_labels()
    rows = [(row.name, *_cells(row), row.arm.paper) for row in ROWS]
    scores = [f"{making}: {score}" for making in _MAKINGS for score in ("mIoU", "precision", "recall")]
    yield table(("arm", *scores, "in Table 6"), rows)
    yield table(("what is used if told nothing", *scores), [(OWN.name, *_cells(OWN))])
    yield "Table 6: masks of 83 thousand training images, mIoU / precision / recall, with dense CRF. One arm:"
    yield command_block([*_label_commands(), _train_command(ROWS[0]), _masks_command(ROWS[0], "CRF")])


def _write_inputs(limit: int | None) -> None:
    """Captions, masks and annotated classes of the images that are there, each in one file."""
    (REPOSITORY / _FOLDER).mkdir(parents=True, exist_ok=True)
    captions = _merged(_CAPTIONS, {file.name for folder in _image_folders() for file in folder.iterdir()})
    captions["images"] = captions["images"][:limit]
    _write("captions.json", captions)
    _write("instances.json", _merged(_INSTANCES, {image["file_name"] for image in captions["images"]}))
    _write("classes.json", _classes(captions["images"]))


def _merged(names: Sequence[str], wanted: Set[str]) -> dict[str, Any]:
    """COCO files in one, with the images whose file names are wanted."""
    merged: dict[str, Any] = {"images": [], "annotations": []}
    for name in names:
        content = json.loads(_annotations(name).read_text(encoding="utf-8"))
        images = [image for image in content["images"] if image["file_name"] in wanted]
        kept = {image["id"] for image in images}
        merged["images"] += images
        merged["annotations"] += [one for one in content["annotations"] if one["image_id"] in kept]
        merged["categories"] = content.get("categories", [])
    return merged


def _classes(images: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The annotated classes of images, as far as a COCO file of instances says them."""
    categories = json.loads(_annotations("image_labels_on_disk.json").read_text(encoding="utf-8"))
    pairs = ((image["id"], key) for image in images for key in categories.get(image["file_name"], ()))
    annotations = [
        {"id": number, "image_id": image, "category_id": key} for number, (image, key) in enumerate(pairs, 1)
    ]
    all_categories = json.loads(_annotations(_INSTANCES[0]).read_text(encoding="utf-8"))["categories"]
    return {"images": images, "annotations": annotations, "categories": all_categories}


def _write_scored_labels() -> None:
    """The lines of the label files that belong to images with masks."""
    instances = json.loads((REPOSITORY / _FOLDER / "instances.json").read_text(encoding="utf-8"))
    scored = {image["file_name"] for image in instances["images"]}
    for name in (*_LABELLERS, "truth_labels"):
        lines = (REPOSITORY / _FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if json.loads(line)["file_name"] in scored]
        (REPOSITORY / _FOLDER / f"scored-{name}.jsonl").write_text("".join(kept), encoding="utf-8")


def _label_commands() -> list[Sequence[str]]:
    captions, classes, truth_labels = (
        str(_FOLDER / name) for name in ("captions.json", "classes.json", "truth_labels.jsonl")
    )
    return [
        *(
            capparse_command(
                "label", captions, "-o", str(_FOLDER / f"{name}.jsonl"), *labeller, "--overwrite", "--quiet"
            )
            for name, labeller in _LABELLERS.items()
        ),
        capseg_command("truth-labels", classes, "-o", truth_labels, "--overwrite"),
    ]


def _train_command(row: Row) -> Sequence[str]:
    epochs = () if row is OWN else ("--epochs", str(EPOCHS))
    config = ("--config", row.config, *epochs, *_PRECISION, "--quiet")
    labels = str(_FOLDER / f"{row.arm.labels}.jsonl")
    return capseg_command("train-localizer", *_image_options(), "--labels", labels, "-o", row.run, *config)


def _masks_command(row: Row, making: str) -> Sequence[str]:
    labels = str(_FOLDER / f"scored-{row.arm.labels}.jsonl")
    made = (*row.makings[making], *row.options, "--quiet")
    output = row.masks(making)
    return capseg_command("make-masks", row.run, *_image_options(), "--labels", labels, "-o", output, *made)


def _cells(row: Row) -> Iterator[str]:
    """Scores of all makings."""
    run(_train_command(row))
    for making in row.makings:
        run(_masks_command(row, making))
        truth = str(_FOLDER / "instances.json")
        scores = json.loads(run(capseg_command("evaluate", row.masks(making), "--truth", truth, "--json")).output)
        yield from (f"{scores[name]:.3f}" for name in ("miou", "precision", "recall"))


def _image_options() -> list[str]:
    return [part for folder in _image_folders() for part in ("--images", str(folder))]


def _image_folders() -> list[Path]:
    coco = _annotations(_CAPTIONS[1]).parent.parent
    return [coco / "train2017", coco / "val2017"]


def _write(name: str, content: Any) -> None:
    (REPOSITORY / _FOLDER / name).write_text(json.dumps(content), encoding="utf-8")


def _annotations(name: str) -> Path:
    return real_data(f"coco/annotations/{name}")
