"""Whether a label space's own words are found, as a function and as a command."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.evaluation.space_check import FRAMES, Origin, check_space, is_plural, own_words
from caption_parser.evaluation.space_check_view import as_table, meanings, notes
from caption_parser.lexicon import default_lexicon
from shared_schemas import LabelClass

SPACE = """
name = "workshop"

[[classes]]
name = "chisel (tool)"
synsets = ["chisel.n.01"]
words = ["cold chisel"]
denied = ["graver"]

[[classes]]
name = "pliers"
synsets = ["pliers.n.01"]

[[classes]]
name = "spirit level"
synsets = ["spirit_level.n.01"]
phrases = ["quickly"]
"""


@pytest.fixture
def space(tmp_path: Path) -> Path:
    path = tmp_path / "workshop.toml"
    path.write_text(SPACE, "utf-8")
    return path


def test_every_word_of_a_class_stands_in_every_frame_in_both_numbers(space: Path) -> None:
    seen: list[tuple[int, int]] = []
    check = check_space(space, progress=lambda done, of: seen.append((done, of)))
    chisel, pliers, level = check.classes
    assert [(word.written, word.origin) for word in chisel.words] == [
        ("a chisel", Origin.NAME),
        ("two chisels", Origin.NAME),
        ("a cold chisel", Origin.LISTED),
        ("two cold chisels", Origin.LISTED),
    ]
    assert [word.written for word in pliers.words] == [
        "some pliers",
        "a pair of pliers",
        "some plyers",
        "a pair of plyers",
    ]
    assert {word.frames for label in check.classes for word in label.words} == {len(FRAMES)}
    assert not chisel.missed
    assert not pliers.missed
    quickly = next(word for word in level.words if word.written == "a quickly")
    assert quickly.found < quickly.frames
    assert quickly.read_as
    assert check.found == sum(word.found for label in check.classes for word in label.words)
    assert seen[-1] == (check.captions, check.captions)


def test_what_is_missed_comes_with_the_line_to_add(space: Path) -> None:
    check = check_space(space, words={"pliers": ["thing that grips", "Pincers"]}, lemmas=False)
    pliers = check.by_name["pliers"]
    assert pliers.advice == 'words = ["thing that grips", "pincers"]'
    assert "thing that grips" in {word.word for word in pliers.missed}


def test_denied_words_are_no_words_of_a_class_and_remarks_no_part_of_its_name() -> None:
    label = LabelClass(
        id=1,
        name="Mole_(animal)",
        synsets=("mole.n.06",),
        denied={"groundhog": "another animal"},
        phrases=("Talpa",),
    )
    assert list(own_words(label, default_lexicon())) == ["mole", "talpa"]


@pytest.mark.parametrize(
    ("word", "plural"),
    [("scissors", True), ("swim trunks", True), ("glass", False), ("bus", False), ("camera lens", False)],
)
def test_words_that_are_plurals_as_they_stand(word: str, plural: bool) -> None:
    assert is_plural(word) is plural


def test_the_command_prints_a_table_on_stdout_and_notes_on_stderr(space: Path) -> None:
    done = CliRunner().invoke(app, ["check-space", str(space)])
    assert done.exit_code == 0
    assert "spirit level" in done.stdout
    assert "gave the class whose word stood in them" in done.stderr
    assert "gave the class" not in done.stdout


def test_json_and_a_least_share(space: Path) -> None:
    done = CliRunner().invoke(app, ["check-space", str(space), "--json", "--least", "0.5", "-q", "--no-lemmas"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["classes"][0]["name"] == "chisel (tool)"
    assert done.stderr == ""
    assert CliRunner().invoke(app, ["check-space", str(space), "--strict", "--no-lemmas"]).exit_code == 1
    both = CliRunner().invoke(app, ["check-space", str(space), "--strict", "--least", "0.5"])
    assert both.exit_code != 0


def test_a_view_of_nothing_missed_is_an_empty_table(space: Path) -> None:
    check = check_space(space, lemmas=False)
    found = check.model_copy(update={"classes": check.classes[1:2]})
    assert as_table(found).row_count == 0
    assert [note.partition(".")[0] for note in notes(found)][1:] == ["nothing is missed"]
    missed = [*notes(check)][1]
    assert missed.startswith("1 class has words that are missed, of 3: ")


def test_names_alone_are_checked_and_say_what_they_may_mean() -> None:
    checked = CliRunner().invoke(app, ["check-space", "lighthouse,helmet"])
    assert checked.exit_code == 0
    assert "lighthouse: beacon.n.03 and what lies below it  a tower with a light" in checked.stdout
    assert 'words = ["lighthouse"]' in checked.stdout
    assert "helmet: helmet.n.02 and what lies below it  a protective headgear" in checked.stdout
    assert '  synsets = ["helmet.n.01"]  # armor plate that protects the head' in checked.stdout
    assert "24 of 24 plain captions" in checked.stderr


def test_each_synset_of_an_own_space_stands_with_its_gloss(space: Path) -> None:
    checked = CliRunner().invoke(app, ["check-space", str(space)])
    assert "pliers: pliers.n.01  a gripping hand tool with two hinged arms" in checked.stdout
    (helmet,) = check_space(["helmet"]).classes
    assert ([sense.synset for sense in helmet.usual], [sense.synset for sense in helmet.possible]) == (
        ["helmet.n.02"],
        ["helmet.n.01"],
    )


def test_a_word_alone_has_no_senses_but_those_to_choose_from(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('name = "words"\n[[classes]]\nname = "helmet"\nwords = ["helmet"]\n', "utf-8")
    lines = list(meanings(check_space(path)))
    assert lines[0] == "helmet: the word alone. To find what lies below a sense, too, add its line to the class:"
    assert len(lines) == 3
