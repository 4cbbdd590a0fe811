"""Captions are labelled with classes that are given by their names, and label files know them again."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser import CaptionParser, explain, label_file
from caption_parser.cli import app
from caption_parser.evaluation.space_check import check_space
from caption_parser.evaluation.space_check_view import notes
from caption_parser.labels.unknown_names import meant_by_name
from caption_parser.lexicon import default_lexicon
from shared_runtime.errors import ExitCode, UsageError
from shared_runtime.made_with import space_option
from shared_schemas import LabelClass


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


def test_a_name_one_slip_from_a_noun_is_told(tmp_path: Path) -> None:
    captions, labels = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    captions.write_text("A dog in a wheelbarow\n", "utf-8")
    warning = "'wheelbarow' is no noun of WordNet; did you mean 'wheelbarrow'? It is looked for as it is written"
    space = "dog,wheelbarow,lighthouses,zorbing pod,wooden"
    done = CliRunner().invoke(app, ["label", str(captions), "-o", str(labels), "--label-space", space])
    assert done.exit_code == ExitCode.OK
    assert [line for line in done.stderr.splitlines() if "no noun" in line] == [f"warning: {warning}"]
    assert '"name":"wheelbarow"' in labels.read_text("utf-8").replace(" ", "")
    checked = check_space(["dog", "wheelbarow", "firetruks"])
    assert [label.meant for label in checked.classes] == [None, "wheelbarrow", None]
    assert f"warning: {warning}" in notes(checked)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("umbrela", "umbrella"),
        ("wheelbarrow", None),
        ("wheelbarows", "wheelbarrow"),
        ("fire hydrent", "fire hydrant"),
        ("hatt", None),
        ("hoverboard", None),
    ],
)
def test_which_noun_is_meant(name: str, meant: str | None) -> None:
    assert meant_by_name(LabelClass(id=1, name=name), default_lexicon()) == meant


def test_label_files_know_them_again(tmp_path: Path) -> None:
    captions, labels = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    captions.write_text("A lighthouse on a hill\nA helmet\n", "utf-8")
    label_file(captions, labels, label_space="lighthouse,helmet")
    assert space_option(labels) == "lighthouse,helmet"
    labels.with_name("labels.jsonl.summary.json").unlink()
    assert space_option(labels) == "lighthouse,helmet"


def test_who_asks_for_what_lies_below_a_name_is_told_its_class(tmp_path: Path) -> None:
    captions, labels = tmp_path / "captions.txt", tmp_path / "labels.jsonl"
    captions.write_text("A terrier on a lawn\nA cat\n", "utf-8")
    label_file(captions, labels, label_space=["dog", "cat"])
    assert CliRunner().invoke(app, ["find", str(labels), "--class", "dog"]).stdout.split() == ["1"]
    assert (
        "a word of the class 'dog'" in CliRunner().invoke(app, ["find", str(labels), "--class", "beagle"]).stderr
    )


def test_explanations_show_what_a_name_may_mean_and_which_of_it_is_taken() -> None:
    (dog,) = explain("A dog", label_space=["dog", "cat"]).nouns
    assert dog.outcome == "dog (phrase)"
    assert [(sense.synset, sense.label) for sense in dog.senses][:2] == [("dog.n.01", "dog"), ("frump.n.01", None)]
