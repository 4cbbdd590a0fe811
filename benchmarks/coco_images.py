"""The images of COCO that lie there with captions, and the three parts of those that have masks, too."""

import hashlib
import json
from collections.abc import Sequence, Set
from pathlib import Path
from typing import Any, Literal

from benchmarks.surroundings import real_data

Part = Literal["A", "B", "C"]
PARTS: tuple[Part, ...] = ("A", "B", "C")
_FIFTHS: tuple[Part, ...] = ("A", "A", "B", "B", "C")
_CAPTIONS = ("captions_train2017_some.json", "captions_val2017.json")
_INSTANCES = ("instances_train2017_masked.json", "instances_val2017_masked.json")


def part_of(image_id: int) -> Part:
    """A: what is chosen is chosen on these masks; B: results; C: nothing is trained on, captions included.

    Two fifths, two fifths, one fifth of the images, by a hash of the id (BLAKE2b-64 of its digits, modulo 5), for
    all that is measured on them.
    """
    digest = hashlib.blake2b(str(image_id).encode(), digest_size=8).digest()
    return _FIFTHS[int.from_bytes(digest, "big") % len(_FIFTHS)]


def write_inputs(folder: Path, limit: int | None = None) -> None:
    """`captions.json`, `instances.json` (masks) and `classes.json` (annotated classes) of the images there.

    `limit`: only so many of them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    captions = _merged(_CAPTIONS, {file.name for images in image_folders() for file in images.iterdir()})
    captions["images"] = captions["images"][:limit]
    kept = {image["file_name"] for image in captions["images"]}
    for name, content in (
        ("captions", captions),
        ("instances", _merged(_INSTANCES, kept)),
        ("classes", _classes(captions["images"])),
    ):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def write_parts(folder: Path) -> int:
    """Sort what `labels.jsonl` and `instances.json` in `folder` hold; the number of images with masks.

    `training.jsonl`: the labels that train, all but C's; `scored.jsonl`: those of images with masks; `A.txt`, …:
    the names of these.
    """
    truth = json.loads((folder / "instances.json").read_text(encoding="utf-8"))["images"]
    lines = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    ids = [json.loads(line)["image_id"] for line in lines]
    lines_by_id = list(zip(lines, ids, strict=True))
    _write(folder / "training.jsonl", [line for line, key in lines_by_id if part_of(key) != "C"])
    scored = {image["id"] for image in truth}
    _write(folder / "scored.jsonl", [line for line, key in lines_by_id if key in scored])
    for part in PARTS:
        of_part = [image for image in truth if part_of(image["id"]) == part]
        _write(folder / f"{part}.txt", [f"{Path(image['file_name']).stem}\n" for image in of_part])
    return len(truth)


def uncaptioned() -> list[Path]:
    """Images with masks that have no captions there: no training sees them, and nothing was chosen on them."""
    captioned = {image["file_name"] for name in _CAPTIONS for image in _content(name)["images"]}
    masked = {image["file_name"] for image in _content(_INSTANCES[0])["images"]} - captioned
    folder, _ = image_folders()
    return [path for path in sorted(folder.iterdir()) if path.name in masked]


def uncaptioned_truth() -> Path:
    """Their masks, and others."""
    return _annotations(_INSTANCES[0])


def image_folders() -> list[Path]:
    """Where the images are."""
    coco = _annotations(_CAPTIONS[1]).parent.parent
    return [coco / "train2017", coco / "val2017"]


def image_options() -> list[str]:
    """The same as options of `capseg`."""
    return [part for folder in image_folders() for part in ("--images", str(folder))]


def fastest_precision() -> list[str]:
    """Options of a training on this processor: bfloat16 where it has it; elsewhere it is far slower."""
    import torch

    # PyTorch has no public way to ask.
    precision = "bfloat16" if torch.ops.mkldnn._is_mkldnn_bf16_supported() else "float32"
    return ["--set", f"training.precision={precision}"]


def _merged(names: Sequence[str], wanted: Set[str]) -> dict[str, Any]:
    """COCO files in one, with the images whose file names are wanted."""
    merged: dict[str, Any] = {"images": [], "annotations": []}
    for name in names:
        content = _content(name)
        images = [image for image in content["images"] if image["file_name"] in wanted]
        kept = {image["id"] for image in images}
        merged["images"] += images
        merged["annotations"] += [one for one in content["annotations"] if one["image_id"] in kept]
        merged["categories"] = content.get("categories", [])
    return merged


def _classes(images: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The annotated classes of images, as far as a COCO file of instances says them."""
    categories = _content("image_labels_on_disk.json")
    pairs = ((image["id"], key) for image in images for key in categories.get(image["file_name"], ()))
    annotations = [
        {"id": number, "image_id": image, "category_id": key} for number, (image, key) in enumerate(pairs, 1)
    ]
    all_categories = _content(_INSTANCES[0])["categories"]
    return {"images": images, "annotations": annotations, "categories": all_categories}


def _content(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(_annotations(name).read_text(encoding="utf-8"))
    return content


def _annotations(name: str) -> Path:
    return real_data(f"coco/annotations/{name}")


def _write(path: Path, lines: Sequence[str]) -> None:
    path.write_text("".join(lines), encoding="utf-8")
