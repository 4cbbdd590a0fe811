"""Which captions the pipeline is trained and evaluated on, and which are never trained on.

Training: COCO val2017 captions of four images in five, Visual Genome region captions (the training split of
FACTUAL), Conceptual Captions alt-text, referring expressions. Held out: the captions of the other COCO images,
FACTUAL's dev split, and all of Flickr8k, whose licence forbids commercial use. Only caption text is read.
"""

import csv
import gzip
import hashlib
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from shared_runtime.errors import MissingResourceError

HELD_OUT_SHARE = 5
"""One COCO image in this many is held out."""
REFERRING_SAMPLE = 12_000
"""Referring expressions to train on: terse and noisy, so fewer of them than of captions."""
MAX_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class CaptionCorpus:
    """Distinct captions, whitespace normalised. No held-out caption stands in `train`, in any case."""

    train: list[str]
    held_out: dict[str, list[str]]
    """Evaluation set name → captions."""


def read_corpus(folder: Path, *, seed: int = 0) -> CaptionCorpus:
    """Read the caption files under `folder`.

    Raises:
        MissingResourceError: A file is missing.
    """
    coco_train, coco_held_out = _split_coco(_existing(folder / "coco/annotations/captions_val2017.json"))
    referring = sorted(set(_tsv_column(_existing(folder / "referring/refcoco_phrases.tsv"), 1, header=True)))
    train = [
        *coco_train,
        *_factual_captions(_existing(folder / "factual/train.csv")),
        *_tsv_column(_existing(folder / "captions/cc3m-validation.tsv"), 0),
        *random.Random(seed).sample(referring, min(REFERRING_SAMPLE, len(referring))),
    ]
    held_out = {
        "coco": list(distinct(coco_held_out)),
        "flickr8k": list(distinct(_tsv_column(_existing(folder / "captions/flickr8k.token.txt"), 1))),
        "visual_genome": list(distinct(_factual_captions(_existing(folder / "factual/dev.csv")))),
    }
    unseen = {caption.lower() for captions in held_out.values() for caption in captions}
    return CaptionCorpus([caption for caption in distinct(train) if caption.lower() not in unseen], held_out)


def mixed_captions(folder: Path, size: int) -> list[str]:
    """A random sample of captions of all kinds, to time pipelines on."""
    with gzip.open(_existing(folder / "captions/mixed-121k.tsv.gz"), "rt", encoding="utf-8") as file:
        next(file)
        captions = [line.rstrip("\n").split("\t", 1)[1] for line in file]
    return random.Random(0).sample(captions, size)


def distinct(captions: Iterable[str]) -> Iterator[str]:
    """Captions with single spaces, without repetitions (whatever the case), empty and overlong ones."""
    seen: set[str] = set()
    for raw in captions:
        caption = " ".join(raw.split())
        key = caption.lower()
        if caption and len(caption) <= MAX_CHARACTERS and key not in seen:
            seen.add(key)
            yield caption


def image_hash(image_id: int) -> int:
    """A hash of an image id that is the same on every machine and in every process."""
    return int.from_bytes(hashlib.blake2b(str(image_id).encode(), digest_size=8).digest(), "big")


def _split_coco(path: Path) -> tuple[list[str], list[str]]:
    annotations = json.loads(path.read_text(encoding="utf-8"))["annotations"]
    images = sorted({annotation["image_id"] for annotation in annotations}, key=image_hash)
    held_out_images = set(images[: len(images) // HELD_OUT_SHARE])
    train: list[str] = []
    held_out: list[str] = []
    for annotation in annotations:
        (held_out if annotation["image_id"] in held_out_images else train).append(annotation["caption"])
    return train, held_out


def _factual_captions(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["caption"]


def _tsv_column(path: Path, column: int, *, header: bool = False) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        if header:
            next(file)
        for line in file:
            fields = line.rstrip("\n").split("\t")
            if len(fields) > column:
                yield fields[column]


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise MissingResourceError(f"{path}: no such file; the caption pipeline is trained on it")
    return path
