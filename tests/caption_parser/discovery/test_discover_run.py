"""`capparse discover` from captions to a label space file that `capparse label` reads."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from caption_parser.captions import ImageCaptions
from caption_parser.cli import app
from caption_parser.cli.options import from_options
from caption_parser.config import ParserConfig, parser_config
from caption_parser.discovery.counting import CorpusSettings, count_synsets
from caption_parser.discovery.run import DiscoveryOptions, DiscoveryRun, discover_background, threshold_rate
from caption_parser.lexicon import default_lexicon
from caption_parser.runs.options import RunOptions
from caption_parser.runs.run import label_file
from shared_runtime.errors import CapparseError, ExitCode, InputError, UsageError
from shared_schemas import Flag, ImageLabels, LabelSpace, Mention, Rule, load_label_space
from shared_schemas.jsonl import read_labels

CAPTIONS = [
    "A dog walks on the sidewalk beside a fence.",
    "Two dogs run along a fence on the grass.",
    "A cat sits on a fence near a mirror.",
    "A man in a shirt walks on the sidewalk.",
    "A woman in a shirt stands on the sidewalk.",
    "A dog wears a shirt.",
    "A man by the fence has a picket fence.",
    "The sidewalk is wet.",
]
"""fence 5 (one of pickets), sidewalk 4, shirt 3, grass 1, mirror 1."""


def run_discovery(captions: Sequence[Path], output: Path, **changed: Any) -> DiscoveryRun:
    """Discovery in this process, by first senses and T = 2 where nothing else is asked for."""
    options = {"mode": "paper", "senses": "first", "threshold": "2", **changed}
    return discover_background(
        captions,
        output,
        from_options(DiscoveryOptions, options),
        config=from_options(ParserConfig, options),
        processes=options.get("processes", 1),
    )


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    path = tmp_path / "captions.txt"
    path.write_text("\n".join([*CAPTIONS, ""]), "utf-8")
    return path


def background(space: LabelSpace) -> list[str]:
    return [label.name for label in space.background]


def test_what_is_found_is_written_and_labels_captions(captions: Path, tmp_path: Path) -> None:
    output = tmp_path / "space.toml"
    run = run_discovery([captions], output, drop=("clothing.n.01",))
    assert [(one.synset, one.mentions) for one in run.discovery.rounds] == [
        (run_synset(run.label_space, "fence"), 4),
        (run_synset(run.label_space, "sidewalk"), 4),
    ]
    written = load_label_space(output)
    assert written == run.label_space
    assert written.foreground == load_label_space("coco").foreground
    assert background(written) == ["fence", "sidewalk"]
    text = output.read_text("utf-8")
    assert "# Round 1: fence.n.01 4, picket_fence.n.01 1" in text
    assert "clothing.n.01" in text.split("\n\n")[0]

    labels = tmp_path / "labels.jsonl"
    label_file(
        captions, labels, parser_config(label_space=str(output), senses="first"), run=RunOptions(processes=1)
    )
    first, *_ = read_labels(labels)
    assert [label.name for label in first.background] == ["fence", "sidewalk"]


def run_synset(space: LabelSpace, name: str) -> int:
    return default_lexicon().synset(space.by_name[name].synsets[0])


def test_one_round_an_edit_and_on(captions: Path, tmp_path: Path) -> None:
    output = tmp_path / "space.toml"
    one = run_discovery([captions], output, rounds=1, counts=tmp_path / "counts.json")
    assert background(one.label_space) == ["fence"]
    edited = (
        output.read_text("utf-8")
        .replace('name = "fence"', 'name = "barrier"')
        .replace("fence.n.01", "barrier.n.01")
    )
    output.write_text(edited, "utf-8")
    rest = run_discovery([captions], output, resume_from=str(output), counts=tmp_path / "counts.json")
    assert background(rest.label_space) == ["barrier", "sidewalk", "shirt"]
    assert background(load_label_space(output)) == ["barrier", "sidewalk", "shirt"]


def test_a_file_that_may_have_been_edited_is_not_replaced(captions: Path, tmp_path: Path) -> None:
    output = tmp_path / "space.toml"
    output.write_text("edited", "utf-8")
    with pytest.raises(UsageError, match="--resume-from or --overwrite"):
        run_discovery([captions], output)
    assert output.read_text("utf-8") == "edited"
    run_discovery([captions], output, overwrite=True)
    assert background(load_label_space(output)) == ["fence", "sidewalk", "shirt"]


def test_counts_are_read_back_and_refused_for_other_settings(captions: Path, tmp_path: Path) -> None:
    counts = tmp_path / "counts.json"
    options = {"counts": counts, "overwrite": True}
    first = run_discovery([captions], tmp_path / "a.toml", **options)
    captions.write_text("A tree.\n", "utf-8")  # that it is not read again shows
    again = run_discovery([captions], tmp_path / "a.toml", **options)
    assert again == first
    with pytest.raises(InputError, match=r"config\.mode: paper → visual"):
        run_discovery([captions], tmp_path / "a.toml", mode="visual", **options)
    counts.write_text('{"captions": "many"}', "utf-8")
    with pytest.raises(InputError, match=r"counts\.json: \w+: expected"):
        run_discovery([captions], tmp_path / "a.toml", **options)


@pytest.mark.parametrize(
    ("threshold", "captions", "expected"),
    [("200", 7, 200.0), ("0", 7, 0.0), ("200/400", 7, 3.5), ("200/414113", 414_113, 200.0), ("1.5/3", 2, 1.0)],
)
def test_thresholds(threshold: str, captions: int, expected: float) -> None:
    assert threshold_rate(threshold)(captions) == expected


@pytest.mark.parametrize("threshold", ["", "-1", "many", "1/0", "1/", "1e3", "nan"])
def test_no_thresholds(threshold: str) -> None:
    with pytest.raises(UsageError, match="expected a number of mentions"):
        threshold_rate(threshold)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"drop": ["cloth.n.99"]}, "cloth"),
        ({"rounds": -1}, "--rounds: got -1"),
        ({"threshold": "few"}, "--threshold: got 'few'"),
        ({"mode": "visul"}, "Did you mean 'visual'"),
        ({"label_space": "coco", "resume_from": "coco"}, "leave --label-space out"),
        ({"processes": 0}, "--processes"),
    ],
)
def test_options_are_checked_before_captions_are_read(
    changed: dict[str, object], message: str, tmp_path: Path
) -> None:
    source = tmp_path / "captions.txt"
    source.write_bytes(b"A dog.\n")
    with pytest.raises(CapparseError, match=message):
        run_discovery([source], tmp_path / "space.toml", **changed)
    assert not (tmp_path / "space.toml").exists()


def test_the_output_must_be_a_new_toml_file(captions: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ends in \.toml"):
        run_discovery([captions], tmp_path / "space.json")
    with pytest.raises(UsageError, match="is the input"):
        run_discovery([captions], captions)


class OneMentionEach:
    """A parser that finds the same mentions in every caption."""

    versions: ClassVar[dict[str, str]] = {}

    def __init__(self, config: ParserConfig) -> None:
        assert config.keep_unlabelled
        assert not config.skip_undisputed, "undisputed words are those of which no sense has a label yet"
        assert config.certainty == 1.0, "and so is what a prior is certain of"

    def label_images(self, images: Sequence[ImageCaptions]) -> list[ImageLabels]:
        return [
            ImageLabels(
                image_id=image.image_id,
                label_space="coco@00000000",
                captions=image.captions,
                foreground=(),
                background=(),
                mentions=tuple(
                    Mention.model_validate(
                        {"caption": 0, "start": 0, "end": 1, "head": "a", "extended_head": "a"} | said
                    )
                    for said in (
                        {"synset": "tree.n.01"},
                        {"synset": "dog.n.01", "flags": (Flag.DEPICTED,)},
                        {"synset": "ski.n.01", "rule": Rule.IMPLIED},
                        {},
                    )
                ),
            )
            for image in images
        ]


@pytest.mark.parametrize("processes", [1, 2])
def test_flags_implied_objects_and_bad_rows_do_not_count(processes: int, tmp_path: Path) -> None:
    source = tmp_path / "captions.jsonl"
    rows = [{"image_id": number, "caption": "x"} for number in range(1300)]
    source.write_text("\n".join(["not json", *map(json.dumps, rows)]), "utf-8")
    settings = CorpusSettings(captions=(str(source),), capparse="0", config=ParserConfig(), words=())
    counts = count_synsets(settings, "coco", processes=processes, build_parser=OneMentionEach)
    assert (counts.captions, counts.rejected, counts.synsets) == (1300, 1, {"tree.n.01": 1300})


def test_the_command_shows_the_rounds(captions: Path, tmp_path: Path) -> None:
    output = tmp_path / "space.toml"
    arguments = ["discover", str(captions), "-o", str(output), "--senses", "first", "--threshold", "2"]
    shown = CliRunner().invoke(app, arguments)
    assert shown.exit_code == ExitCode.OK, shown.output
    assert "fence.n.01" in shown.stdout
    assert "8 captions" in shown.stderr
    assert f"--resume-from {output}" in shown.stderr

    as_json = CliRunner().invoke(app, [*arguments, "--overwrite", "--json", "-q"])
    content = json.loads(as_json.stdout)
    assert as_json.stderr == ""
    assert [(one["round"], one["class"], one["mentions"]) for one in content["rounds"]] == [
        (1, "fence", 4),
        (2, "sidewalk", 4),
        (3, "shirt", 3),
    ]
    assert content["rounds"][0]["assigned"] == {"picket_fence.n.01": 1}
    assert content["threshold"] == 2.0
    assert content["following"]["mentions"] <= 2

    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == ExitCode.USAGE
    assert "--overwrite" in again.stderr
