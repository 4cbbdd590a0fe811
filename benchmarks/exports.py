"""Exports of 10,000 images: processor time and memory, which must not grow with the number of images.

Labels are those of a hundred captions, repeated under other ids; masks are 320 × 240 with six classes in blobs
with uneven edges, a hundred of them under ten thousand names. Each command is a process of its own.
"""

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.hard_captions import CASES
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command

LARGE, SHARE = 10_000, 10
KINDS = 100
HEIGHT, WIDTH, N_CLASSES = 240, 320, 6

_LABELS = {"coco": "x.json", "imagefolder": "x", "parquet": "x.parquet"}
_MASKS = {"coco": "x.json", "cvat": "x.zip", "yolo": "x.zip"}
"""Formats by the files that are written: of each kind that costs something of its own, one."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    large = min(options.limit or LARGE, LARGE)
    small = max(1, large // SHARE)
    root = OUTPUTS / "exports"
    shutil.rmtree(root, ignore_errors=True)
    inputs = {size: _written(root / str(size), size) for size in (small, large)}
    output = root / "out"
    commands: list[Sequence[str]] = []
    rows: list[Sequence[str]] = []
    for program, formats in (("capparse", _LABELS), ("capseg", _MASKS)):
        for to, name in formats.items():
            costs = []
            for size in (small, large):
                shutil.rmtree(output, ignore_errors=True)
                output.mkdir()
                folder = inputs[size].relative_to(REPOSITORY)
                target = ["-o", str((output / name).relative_to(REPOSITORY)), "--quiet"]
                if program == "capparse":
                    command = capparse_command("export", str(folder / "labels.jsonl"), "--to", to, *target)
                else:
                    images = ["--images", str(folder / "images")]
                    command = capseg_command("export", str(folder / "masks"), "--to", to, *images, *target)
                costs.append(run(command, sample_memory=True))
                commands.append(command)
            first, last = costs
            growth = (last.together_mib or 0) - (first.together_mib or 0)
            rows.append(
                (
                    f"{program} export --to {to}",
                    f"{last.wall_seconds:.1f}",
                    f"{last.cpu_seconds:.1f}",
                    f"{last.together_mib:.0f}",
                    f"{growth:+.0f}",
                )
            )
    yield table(
        (f"{large:,} images", "s", "s of processors", "MiB, all processes", f"more than for {small:,}"), rows
    )
    yield command_block(commands[1::2])
    shutil.rmtree(root)


def _written(folder: Path, size: int) -> Path:
    """Labels, masks and images by the same names."""
    import numpy as np
    from PIL import Image

    from caption_parser import CaptionParser
    from segmentation.data.masks import write_index_mask
    from segmentation.runs.folder import MAKE_MASKS, RunFolder, RunRecord
    from shared_schemas import load_label_space, write_labels

    for name in ("masks", "images", "kinds"):
        (folder / name).mkdir(parents=True)
    captions = [case.caption for case in CASES]
    records = list(CaptionParser(labeller="exact").label((captions * KINDS)[:KINDS]))
    names = [f"{number:012}" for number in range(1, size + 1)]
    write_labels(
        folder / "labels.jsonl",
        (
            records[number % KINDS].model_copy(update={"image_id": number + 1, "file_name": f"{name}.jpg"})
            for number, name in enumerate(names)
        ),
    )
    rng = np.random.default_rng(0)
    for kind in range(min(KINDS, size)):
        mask = np.zeros((HEIGHT, WIDTH), dtype=np.uint8)
        y, x = np.mgrid[:HEIGHT, :WIDTH]
        for value in range(1, N_CLASSES + 1):
            centre, radius = rng.uniform((0, 0), (HEIGHT, WIDTH)), rng.uniform(15, 60)
            angle = np.arctan2(y - centre[0], x - centre[1])
            edge = radius * (1 + 0.2 * np.sin(7 * angle) + 0.05 * rng.standard_normal((HEIGHT, WIDTH)))
            mask[np.hypot(y - centre[0], x - centre[1]) < edge] = value
        write_index_mask(folder / "kinds" / f"{kind}.png", mask)
        Image.fromarray(rng.integers(0, 255, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)).resize(
            (WIDTH, HEIGHT)
        ).save(folder / "kinds" / f"{kind}.jpg")
    for number, name in enumerate(names):
        os.link(folder / "kinds" / f"{number % KINDS}.png", folder / "masks" / f"{name}.png")
        os.link(folder / "kinds" / f"{number % KINDS}.jpg", folder / "images" / f"{name}.jpg")
    run_folder = RunFolder(folder / "masks")
    run_folder.record.write_text(json.dumps(RunRecord(command=MAKE_MASKS, config={}, samples={}).model_dump()))
    run_folder.write_label_space(load_label_space("coco"))
    return folder
