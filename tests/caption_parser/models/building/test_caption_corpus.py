"""The corpus: what is held out is never trained on."""

import csv
import json
from pathlib import Path

import pytest

from caption_parser.models.building.corpus import distinct, image_hash, read_corpus
from shared_runtime.errors import MissingResourceError

IMAGES = range(1, 11)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("coco/annotations", "factual", "captions", "referring"):
        (tmp_path / name).mkdir(parents=True)
    annotations = [{"image_id": image, "caption": f"A caption of image {image}."} for image in IMAGES]
    (tmp_path / "coco/annotations/captions_val2017.json").write_text(json.dumps({"annotations": annotations}))
    for split, captions in (("train", ["red bus", "Seen Twice"]), ("dev", ["seen twice", "blue bus"])):
        with (tmp_path / f"factual/{split}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, ["image_id", "caption"])
            writer.writeheader()
            writer.writerows({"image_id": 1, "caption": caption} for caption in captions)
    (tmp_path / "captions/cc3m-validation.tsv").write_text("a view of  the city\turl\n")
    (tmp_path / "captions/flickr8k.token.txt").write_text("1.jpg#0\tA dog runs .\nmalformed\n")
    (tmp_path / "referring/refcoco_phrases.tsv").write_text("dataset\tphrase\nrefcoco\tleft guy\n")
    return tmp_path


def test_every_source_is_read_and_held_out_captions_are_not_trained_on(folder: Path) -> None:
    corpus = read_corpus(folder)
    by_hash = sorted(IMAGES, key=image_hash)
    assert corpus.held_out == {
        "coco": [f"A caption of image {image}." for image in sorted(by_hash[:2])],
        "flickr8k": ["A dog runs ."],
        "visual_genome": ["seen twice", "blue bus"],
    }
    trained = [f"A caption of image {image}." for image in sorted(by_hash[2:])]
    assert corpus.train == [*trained, "red bus", "a view of the city", "left guy"]


def test_the_hash_of_an_image_is_the_same_everywhere() -> None:
    assert image_hash(139) == 0x1C56C4C79E6A4DC3


def test_distinct_normalises_and_drops() -> None:
    assert list(distinct([" A  cat ", "a cat", "", "x" * 301, "a\tdog"])) == ["A cat", "a dog"]


def test_no_more_captions_are_trained_on_than_the_sample_has(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = read_corpus(folder).train
    monkeypatch.setattr("caption_parser.models.building.corpus.TRAINING_SAMPLE", 4)
    sample = read_corpus(folder).train
    assert len(sample) == 4
    assert sample == [caption for caption in everything if caption in set(sample)]
    assert sample == read_corpus(folder).train


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingResourceError, match=r"captions_val2017\.json: no such file"):
        read_corpus(tmp_path)
