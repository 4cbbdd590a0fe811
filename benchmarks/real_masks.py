"""Masks of real images, step by step: what each step does alone, and all of them in turn, on parts A and B.

Captions of all COCO images that lie there but part C train `lite0-single-stage` (no mask does). Masks of those
that have true ones are scored part by part: what was chosen was chosen on A, B is what counts, and C's images were
seen by nothing. Seconds are of processor time, per image, of making the masks. The last table has a network for
each seed, `--rounds` of them. What an earlier run has done is taken up.
"""

import json
from collections.abc import Iterator, Sequence

from benchmarks.coco_images import PARTS, image_options, write_inputs, write_parts
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, capseg_command

_FOLDER = (OUTPUTS / "real-masks").relative_to(REPOSITORY)
_PAPER: dict[str, str | bool] = {"--propagation": "0", "--consensus": False, "--absolute": "0", "--refine": "none"}
"""At the size that networks of this kind see best, as all rows."""
_STEPS: dict[str, dict[str, str | bool]] = {
    "dense CRF": {"--refine": "dense-crf"},
    "PAMR": {"--refine": "pamr"},
    "walk over pixels": {"--refine": "pixel-walk"},
    "scores against the background's logit": {"--absolute": "0.5"},
    "propagation": {"--propagation": "2"},
    "consensus": {"--consensus": True},
}
_CUMULATIVE = ("scores against the background's logit", "propagation", "consensus", "walk over pixels")


def report(options: Options) -> Iterator[str]:
    """Markdown; `--limit` sets the number of images."""
    write_inputs(REPOSITORY / _FOLDER, options.limit)
    run(_label_command())
    images = write_parts(REPOSITORY / _FOLDER)
    heads = (
        "step",
        *(f"{part}: {score}" for part in PARTS for score in ("mIoU", "precision", "recall")),
        "s/image",
    )
    run(_train_command(0))
    alone = [("the paper's, alone", {}), *((f"+ {name}", step) for name, step in _STEPS.items())]
    yield table(heads, [(name, *_cells(0, step, images)) for name, step in alone])
    together: dict[str, str | bool] = {}
    rows = []
    for name in _CUMULATIVE:
        together |= _STEPS[name]
        rows.append((f"+ {name}", *_cells(0, together, images)))
    yield table(heads, rows)
    yield table(heads, [(f"seed {seed}", *_of_seed(seed, together, images)) for seed in range(options.rounds)])
    yield command_block([_label_command(), _train_command(0), _masks_command(0, together)])


def _of_seed(seed: int, step: dict[str, str | bool], images: int) -> Iterator[str]:
    run(_train_command(seed))
    yield from _cells(seed, step, images)


def _cells(seed: int, step: dict[str, str | bool], images: int) -> Iterator[str]:
    """Scores of one way to make masks, and what it costs."""
    seconds = run(_masks_command(seed, step)).cpu_seconds
    for part in PARTS:
        truth = ("--truth", str(_FOLDER / "instances.json"), "--image-list", str(_FOLDER / f"{part}.txt"))
        scores = json.loads(run(capseg_command("evaluate", _masks(seed, step), *truth, "--json")).output)
        yield from (f"{scores[name]:.3f}" for name in ("miou", "precision", "recall"))
    yield f"{seconds / images:.2f}"


def _label_command() -> Sequence[str]:
    captions, labels = (str(_FOLDER / name) for name in ("captions.json", "labels.jsonl"))
    return capparse_command("label", captions, "-o", labels, "--overwrite", "--quiet")


def _train_command(seed: int) -> Sequence[str]:
    config = ("--config", "lite0-single-stage", "--set", f"training.seed={seed}", "--quiet")
    labels, output = (str(_FOLDER / name) for name in ("training.jsonl", f"run-{seed}"))
    return capseg_command("train-localizer", *image_options(), "--labels", labels, "-o", output, *config)


def _masks_command(seed: int, step: dict[str, str | bool]) -> Sequence[str]:
    labels, trained = (str(_FOLDER / name) for name in ("scored.jsonl", f"run-{seed}"))
    output = ("-o", _masks(seed, step), *_options(step), "--quiet")
    return capseg_command("make-masks", trained, *image_options(), "--labels", labels, *output)


def _options(step: dict[str, str | bool]) -> Iterator[str]:
    for name, value in (_PAPER | step).items():
        if isinstance(value, bool):
            yield name if value else name.replace("--", "--no-")
        else:
            yield from (name, value)


def _masks(seed: int, step: dict[str, str | bool]) -> str:
    """The folder of the masks."""
    return str(_FOLDER / "-".join(("masks", str(seed), *(option.strip("-") for option in _options(step)))))
