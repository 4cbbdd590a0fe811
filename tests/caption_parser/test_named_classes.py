"""Captions are labelled with classes that are given by their names, and label files know them again."""

from pathlib import Path

import pytest

from caption_parser import CaptionParser, label_file
from shared_runtime.errors import UsageError
from shared_runtime.made_with import space_option


def test_captions_name_them_in_the_singular_and_the_plural() -> None:
    parser = CaptionParser(label_space=["lighthouse", "helmet", "fire truck"])
    assert parser.config.label_space == "lighthouse,helmet,fire truck"
    found = parser("Two lighthouses, a fire truck and a boy with a motorcycle helmet")
    assert [label.name for label in found.foreground] == ["lighthouse", "helmet", "fire truck"]


def test_a_list_with_something_else_is_told() -> None:
    with pytest.raises(UsageError, match="expected the name of a class, without a comma"):
        CaptionParser(label_space=["a,b"])


def test_paper_mode_does_not_find_words() -> None:
    with pytest.raises(UsageError, match="'capparse check-space 'fire truck,helmet'' lists"):
        CaptionParser(label_space="fire truck,helmet", mode="paper")
    assert CaptionParser(label_space="fire truck,helmet", mode="paper", labeller="exact")


def test_label_files_know_them_again(tmp_path: Path) -> None:
    captions, labels = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    captions.write_text("A lighthouse on a hill\nA helmet\n", "utf-8")
    label_file(captions, labels, label_space="lighthouse,helmet")
    assert space_option(labels) == "lighthouse,helmet"
    labels.with_name("labels.jsonl.summary.json").unlink()
    assert space_option(labels) == "lighthouse,helmet"
