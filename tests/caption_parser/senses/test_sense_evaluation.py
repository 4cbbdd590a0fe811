"""`evaluate_senses` on sets written by hand, the command around it, and the published first-sense scores."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.lexicon import Lexicon
from caption_parser.senses import SenseChoice, SenseQuery
from caption_parser.senses.evaluation import SENTENCES_PER_CALL, evaluate_senses
from shared_runtime.errors import ExitCode, InputError, UsageError
from shared_schemas import Route

Write = Callable[[str, str | bytes], Path]

DATA = """<corpus><text id="d0">
<sentence id="d0.s0">
<wf lemma="a" pos="DET">A</wf>
<instance id="d0.s0.t0" lemma="Dog" pos="NOUN">dog</instance>
<instance id="d0.s0.t1" lemma="run" pos="VERB">ran</instance>
<instance id="d0.s0.t2" lemma="blorp" pos="ADV">blorply</instance>
</sentence>
<sentence id="d0.s1">
<instance id="d0.s1.t0" lemma="hot_dog" pos="NOUN">Hot dogs</instance>
<instance id="d0.s1.t1" lemma="zebra" pos="NOUN">zebra</instance>
<instance id="d0.s1.t2" lemma="extra" pos="ADJ">extra</instance>
</sentence>
</text></corpus>"""
# The gold senses of "dog" and "zebra" are WordNet's first, those of "run" and "hot dog" are not.
GOLD = """d0.s0.t0 dog%1:05:00:: dog%1:18:01::
d0.s0.t1 run%2:33:00::
d0.s0.t2 blorp%4:02:00::
d0.s1.t0 hot_dog%1:13:01::
d0.s1.t1 zebra%1:05:00::
d9.s9.t9 dog%1:05:00::
d9.s9.t8
"""


class LastSense:
    """Chooses the last candidate, by fallback where there are many; keeps what it was asked."""

    name = "last"

    def __init__(self) -> None:
        self.calls: list[list[SenseQuery]] = []

    def disambiguate(self, queries: Sequence[SenseQuery]) -> list[SenseChoice]:
        self.calls.append(list(queries))
        return [
            SenseChoice(query.candidates[-1], Route.FALLBACK if len(query.candidates) > 10 else Route.MODEL)
            for query in queries
        ]


@pytest.fixture
def files(write: Write) -> tuple[Path, Path]:
    return write("small.data.xml", DATA), write("small.gold.key.txt", GOLD)


def test_first_sense(files: tuple[Path, Path]) -> None:
    found = evaluate_senses(*files, "first")
    assert (found.noun.instances, found.noun.answered, found.noun.f1) == (3, 3, pytest.approx(2 / 3))
    assert (found.verb.instances, found.verb.answered, found.verb.f1) == (1, 1, 0)
    assert (found.adj.instances, found.adj.answered, found.adj.f1) == (0, 0, None)
    assert (found.adv.instances, found.adv.answered, found.adv.f1, found.adv.precision) == (1, 0, 0, None)
    assert (found.all.instances, found.all.answered) == (6, 4)
    assert (found.all.precision, found.all.recall, found.all.f1) == (0.5, pytest.approx(1 / 3), pytest.approx(0.4))
    assert (found.senses, found.fallback, found.monosemous) == ("first", 0, 0.25)
    assert found.not_in_wordnet == ("d0.s0.t2",)
    assert (found.without_gold, found.without_data, found.gold_lines_without_key) == (1, 1, 1)


def test_what_a_disambiguator_is_asked(files: tuple[Path, Path], lexicon: Lexicon) -> None:
    disambiguator = LastSense()
    found = evaluate_senses(*files, disambiguator)
    (queries,) = disambiguator.calls
    assert [(query.caption, query.caption[query.start : query.end], query.lemma) for query in queries] == [
        ("A dog ran blorply", "dog", "Dog"),
        ("A dog ran blorply", "ran", "run"),
        ("Hot dogs zebra extra", "Hot", "hot_dog"),
        ("Hot dogs zebra extra", "zebra", "zebra"),
        ("Hot dogs zebra extra", "extra", "extra"),
    ]
    assert [query.candidates for query in queries] == [
        lexicon.synsets(lemma, pos)
        for lemma, pos in zip(["dog", "run", "hot dog", "zebra", "extra"], "nvnna", strict=True)
    ]
    # "run" alone has more than ten senses; "extra", which the gold standard lacks, does not count.
    assert (found.senses, found.fallback) == ("last", 0.25)


def test_sentences_are_batched_and_none_is_lost(write: Write) -> None:
    sentences = SENTENCES_PER_CALL * 2 + 1
    data = "".join(
        f'<sentence><instance id="t{number}" lemma="dog" pos="NOUN">dog</instance></sentence>'
        for number in range(sentences)
    )
    gold = "".join(f"t{number} dog%1:05:00::\n" for number in range(sentences))
    disambiguator = LastSense()
    found = evaluate_senses(write("a.xml", f"<corpus>{data}</corpus>"), write("a.txt", gold), disambiguator)
    assert [len(call) for call in disambiguator.calls] == [SENTENCES_PER_CALL, SENTENCES_PER_CALL, 1]
    assert (found.all.answered, found.all.instances) == (sentences, sentences)


def test_files_that_do_not_belong_together(files: tuple[Path, Path], write: Write) -> None:
    with pytest.raises(InputError, match="do not belong together: no instance of the one is in the other"):
        evaluate_senses(files[0], write("other.txt", "x.t0 dog%1:05:00::\n"))


def test_unknown_senses(files: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError, match="--senses furst"):
        evaluate_senses(*files, "furst")


def test_json_alone_on_stdout_and_the_notes_on_stderr(files: tuple[Path, Path]) -> None:
    done = CliRunner().invoke(app, ["senses", "evaluate", *map(str, files), "--senses", "first", "--json"])
    assert done.exit_code == ExitCode.OK
    scores = json.loads(done.stdout)
    assert scores["noun"]["f1"] == pytest.approx(2 / 3)
    assert (scores["all"]["recall"], scores["fallback"]) == (pytest.approx(1 / 3), 0)
    assert done.stderr.splitlines() == [
        "senses: first; of the answers, 25.0 % to words with a single sense, 0.0 % by the model's fallback",
        "1 instance(s) not answered, since WordNet 3.0 lacks the lemma: d0.s0.t2",
        "1 instance(s) of the gold standard are not in the data: not answered",
        "1 instance(s) of the data left out: the gold standard lacks them",
        "1 line(s) of the gold standard without a sense key left out",
    ]


def test_table(files: tuple[Path, Path]) -> None:
    done = CliRunner().invoke(app, ["senses", "evaluate", *map(str, files)])
    assert done.exit_code == ExitCode.OK
    rows = [line.split() for line in done.stdout.splitlines()]
    assert ["noun", "66.7", "66.7", "66.7", "3", "3"] in rows
    assert ["adj", "–", "–", "–", "0", "0"] in rows
    assert ["all", "40.0", "50.0", "33.3", "4", "6"] in rows


def test_failures_are_one_message_and_an_exit_code(files: tuple[Path, Path]) -> None:
    runner = CliRunner()
    swapped = runner.invoke(app, ["senses", "evaluate", *map(str, reversed(files))])
    assert (swapped.exit_code, swapped.stdout) == (ExitCode.FAILURE, "")
    assert swapped.stderr.startswith("error: ")
    assert "Traceback" not in swapped.stderr
    unknown = runner.invoke(app, ["senses", "evaluate", *map(str, files), "--senses", "furst"])
    assert unknown.exit_code == ExitCode.USAGE
    traced = runner.invoke(app, ["senses", "evaluate", *map(str, reversed(files)), "--debug"])
    assert "Traceback" in traced.stderr


def test_the_group_shows_help_and_answers_typos() -> None:
    runner = CliRunner()
    bare = runner.invoke(app, ["senses"], prog_name="capparse")
    assert (bare.exit_code, bare.stdout.count("capparse senses evaluate ")) == (ExitCode.OK, 2)
    shown = runner.invoke(app, ["senses", "evaluate", "--help"], prog_name="capparse")
    assert shown.stdout.count("capparse senses evaluate ALL.data.xml ALL.gold.key.txt") == 2
    typo = runner.invoke(app, ["senses", "evalute"])
    assert typo.exit_code == ExitCode.USAGE
    assert "Did you mean 'evaluate'?" in typo.stderr


@pytest.mark.real_data
def test_first_sense_scores_as_published(real_data: Path) -> None:
    """As Raganato et al. (2017) report "WN 1st sense", by set and by part of speech."""
    sets = ("senseval2", "senseval3", "semeval2007", "semeval2013", "semeval2015", "ALL")
    paths = {name: real_data / "wsd" / name / name for name in sets}
    found = {
        name: evaluate_senses(Path(f"{path}.data.xml"), Path(f"{path}.gold.key.txt"), "first")
        for name, path in paths.items()
    }
    percent = {name: round(100 * (scores.all.f1 or 0), 1) for name, scores in found.items()}
    assert percent == {
        "senseval2": 66.8,
        "senseval3": 66.2,
        "semeval2007": 55.2,
        "semeval2013": 63.0,
        "semeval2015": 67.8,
        "ALL": 65.2,
    }
    every = found["ALL"]
    assert every.noun.f1 == pytest.approx(0.676, abs=0.001)
    assert [round(100 * (part.f1 or 0), 1) for part in (every.verb, every.adj, every.adv)] == [50.3, 74.3, 80.9]
    assert [part.instances for part in (every.noun, every.verb, every.adj, every.adv)] == [4300, 1652, 955, 346]
    assert every.not_in_wordnet == ()
