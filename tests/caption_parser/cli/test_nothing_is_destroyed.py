"""No command writes over a file that it reads, or over one that nobody said may be replaced."""

import json
import shlex
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from caption_parser.cli import app
from shared_runtime.errors import ExitCode

SPACE = 'name = "farm"\n[[classes]]\nname = "dog"\nkind = "foreground"\nsynsets = ["dog.n.01"]\n'
TRUTH = {"images": [{"id": 7}], "annotations": [], "categories": [{"id": 18, "name": "dog"}]}
LABEL = "label in.tsv --labeller exact"
DESTROYED = "writing it would destroy it"
EXISTS = "exists already"


def capparse(command: str, folder: Path) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return CliRunner().invoke(app, shlex.split(command))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whatever the commands read, a plan that is labelled, and files of the user's."""
    folder = tmp_path_factory.mktemp("all")
    (folder / "own").mkdir()
    (folder / "own" / "thesis.txt").write_text("a life's work")
    (folder / "model").mkdir()
    for name, text in {
        "in.tsv": "image_id\tcaption\n7\tA dog on a couch.\n",
        "in.jsonl.summary.json": "A dog.\n",
        "farm.toml": SPACE,
        "view.toml": 'name = "v"\nview_of = "farm.toml"\n[[classes]]\nname = "hound"\nbase = "dog"\n',
        "words.jsonl": "dog, hound\n",
        "model/meta.jsonl": "{}\n",
        "model/meta.json": "{}\n",
        "truth.json": json.dumps(TRUTH),
        "notes.jsonl.summary.json": "what I found",
        "precious.txt": "irreplaceable\n",
        "precious.jsonl": "{}\n",
        "bad.jsonl": '{"source": "others.tsv", "row": 1, "reason": "x", "message": "y", "raw": "z"}\n',
    }.items():
        (folder / name).write_text(text)
    for command in (f"{LABEL} -o labels.jsonl", "plan in.tsv -o plan", "label --plan plan --labeller exact"):
        assert capparse(f"{command} --quiet", folder).exit_code == ExitCode.OK
    (folder / "link.jsonl.zst").symlink_to("plan/labels/00000.jsonl.zst")
    return folder


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (f"{LABEL} -o x.jsonl --rejected precious.txt", f"{EXISTS}, with no rejected rows"),
        (f"{LABEL} -o x.jsonl --rejected labels.jsonl", EXISTS),
        (f"{LABEL} -o x.jsonl --rejected bad.jsonl", f"{EXISTS}, with rejected rows of others.tsv"),
        (f"{LABEL} -o x.jsonl --rejected own", "expected a file: --rejected own/NAME"),
        (f"{LABEL} -o x.jsonl --rejected -", "--rejected -: this is not written to standard output"),
        (f"{LABEL} -o x.jsonl --label-space farm.toml --rejected farm.toml --overwrite", DESTROYED),
        (f"{LABEL} -o farm.toml --label-space farm.toml --overwrite", f"is the label space; {DESTROYED}"),
        (f"{LABEL} -o own/../farm.toml --label-space view.toml --overwrite", "is the base of the label space"),
        ("label in.tsv --labeller synonyms:words.jsonl -o words.jsonl --overwrite", "is the synonym list"),
        ("label in.tsv --senses model -o model/meta.jsonl --overwrite", "is meta.jsonl of the sense model"),
        ("label in.tsv --spacy-model model -o model/meta.jsonl --overwrite", "of the spaCy pipeline"),
        ("label in.jsonl.summary.json --format txt -o in.jsonl --overwrite", DESTROYED),
        (f"{LABEL} -o notes.jsonl", f"notes.jsonl.summary.json {EXISTS}, and is no summary"),
        ("merge plan notes.jsonl", f"notes.jsonl.summary.json {EXISTS}, and is no summary"),
        ("label --plan plan -o -", "-o -: this is not written to standard output"),
        ("senses prior in.tsv -o in.tsv --overwrite", f"is the input in.tsv; {DESTROYED}"),
        ("senses prior in.tsv -o farm.toml --anchors farm.toml --overwrite", "is the anchors farm.toml"),
        ("senses prior in.tsv -o precious.txt", EXISTS),
        ("senses distil in.tsv -o model", EXISTS),
        ("senses train --corpus in.tsv -o own --overwrite", "replaces models only, and there is no meta.json"),
        ("senses train --corpus model/meta.jsonl -o model --overwrite", "the corpus model/meta.jsonl is in it"),
        ("calibrate fit labels.jsonl --truth truth.json -o precious.txt", EXISTS),
        ("calibrate fit labels.jsonl --truth truth.json -o truth.json --overwrite", "is the ground truth"),
        (
            "calibrate fit labels.jsonl --truth truth.json --label-space farm.toml -o farm.toml --overwrite",
            "is the label space",
        ),
        ("calibrate apply truth.json labels.jsonl -o precious.jsonl", EXISTS),
        ("calibrate apply truth.json labels.jsonl -o x.csv", "expected .jsonl"),
        ("discover 'i*.tsv' -o x.toml --counts in.tsv", f"is the input in.tsv; {DESTROYED}"),
        ("discover in.tsv -o x.toml --rounds 0", "--rounds: got 0, expected 1 or more"),
        ("report labels.jsonl -o -", "this is not written to standard output"),
        ("report labels.jsonl -o labels.jsonl.summary.json --overwrite", "is its summary"),
        ("report labels.jsonl --label-space farm.toml -o farm.toml --overwrite", "is the label space"),
        ("report labels.jsonl --images own -o own/thesis.txt --overwrite", "is among the images"),
        ("find labels.jsonl --label-space farm.toml -o farm.toml --overwrite", "is the label space"),
        ("find labels.jsonl --print records -o x.csv", "expected .jsonl"),
        ("plan in.tsv -o own", "got a folder with thesis.txt in it"),
        ("plan in.tsv -o .", "in it, expected a new one"),
        ("plan in.tsv -o -", "this is not written to standard output"),
        ("merge plan plan/plan.json --overwrite", "is plan.json of the plan"),
        ("merge plan plan/labels/00000.jsonl.zst --overwrite", "is 00000.jsonl.zst of shard 0"),
        ("merge plan plan/labels/00000.receipt.json --overwrite", "is 00000.receipt.json of shard 0"),
        ("merge plan link.jsonl.zst --overwrite", "is 00000.jsonl.zst of shard 0"),
        (f"{LABEL} -o x.jsonl --workers 3", "--workers goes with --engine"),
        (f"{LABEL} -o x.jsonl --max-errors -1", "--max-errors: got -1, expected greater than or equal to 0"),
        (f"{LABEL} -o x.jsonl --mode paper --also predicates --without predicates", "got predicates in both"),
    ],
)
def test_what_would_destroy_a_file_is_refused(folder: Path, command: str, message: str) -> None:
    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    before = files()
    done = capparse(command, folder)
    assert message in done.stderr, done.stderr
    assert done.exit_code == ExitCode.USAGE
    assert files() == before


def test_a_run_that_comes_to_nothing_says_so_and_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("A dog.\n")
    (tmp_path / "bad.txt").write_bytes(b"\xff\n")
    (tmp_path / "empty.jsonl").touch()
    options = "--labeller exact -o labels.jsonl --overwrite -q"
    good = capparse(f"label good.txt {options}", tmp_path)
    assert (good.exit_code, good.output) == (ExitCode.OK, "")
    written = (tmp_path / "labels.jsonl").read_bytes()
    failed = capparse(f"label bad.txt {options}", tmp_path)
    assert (failed.exit_code, failed.stdout) == (ExitCode.FAILURE, "")
    assert "nothing labelled: no row is usable, and no label file was written\n" in failed.stderr
    assert "labels.jsonl.rejected.jsonl" in failed.stderr
    assert (tmp_path / "labels.jsonl").read_bytes() == written
    empty = capparse("validate empty.jsonl", tmp_path)
    assert empty.exit_code == ExitCode.FAILURE
    assert empty.stdout == "empty.jsonl:1: no-record got an empty file, expected a record on each line\n"
