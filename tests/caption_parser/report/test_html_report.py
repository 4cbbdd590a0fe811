"""The page of `capparse report`, read by an HTML parser: what it says, and that all of it is in the page."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from caption_parser.cli import app
from caption_parser.config import ParserConfig
from caption_parser.report.co_occurrence import CoOccurrence
from caption_parser.report.confidence import ConfidenceTally
from caption_parser.report.html_report import ReportOptions, write_report
from caption_parser.runs.run import label_file
from shared_runtime.errors import CapparseError, ExitCode, InputError, UsageError
from shared_schemas import ClassLabel, Flag, ImageLabels, read_labels, write_labels
from tests.caption_parser.report.conftest import found, record

VOID = {"meta", "input", "br", "img", "link"}
WriteTruth = Callable[[dict[int, list[int]]], Path]


class Page(HTMLParser):
    """A page as a list of elements; fails where tags do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text_of: dict[str, list[str]] = {}
        self._open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), (tag, attrs)
        self.elements.append((tag, attributes))
        self.handle_data(" ")
        if tag not in VOID:
            self._open.append((tag, attributes.get("id")))
            self.text_of.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        opened, _ = self._open.pop()
        assert opened == tag, f"</{tag}> closes <{opened}>"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        for tag in {tag for tag, _ in self._open}:
            self.text_of[tag][-1] += data

    def section(self, name: str) -> str:
        """The text of a section, a space at the start of every element."""
        ids = [attributes.get("id") for tag, attributes in self.elements if tag == "section"]
        return " ".join(self.text_of["section"][ids.index(name)].split())


def report(labels: Path, **options: object) -> Page:
    output = labels.with_suffix(".html")
    write_report(labels, output, ReportOptions.model_validate(options))
    return Page(output.read_text("utf-8"))


def test_what_the_page_says(labels: Path) -> None:
    page = report(labels, title="Three images")
    assert page.text_of["title"] == ["Three images – label report"]
    assert page.text_of["h1"] == ["Three images"]
    assert "3 images, 5 captions, label space coco@00000000" in page.text_of["header"][0]
    classes = page.section("classes")
    assert re.search(r"cat .*image 1 · cat · hyponym, 1 step up · monosemous", classes)
    assert "kitty 1, cat 1 black 1" in classes
    assert "grass" in page.section("background")
    assert "black 1" in page.section("attributes")
    assert re.search(r"synonym 4 .*hyponym 1 .*unlabelled 1", page.section("rules"))
    assert "negated 1 No dog here. image 1 · dog · synonym · monosemous · not asserted: negated" in page.section(
        "flags"
    )
    disagreements = page.section("disagreements")
    assert "In 2 of 2 images" in disagreements
    assert "Words that lead to different classes in one image: 1." in disagreements
    assert "bat: baseball bat" in disagreements
    assert "bat: no class" in disagreements
    assert "No file of rejected rows" in page.section("rejected")


def test_nouns_without_a_class_are_counted_and_how_to_add_one_is_told(labels: Path, tmp_path: Path) -> None:
    nouns = report(labels).section("nouns")
    assert 'words = ["bat"]' in nouns
    assert "All nouns without a class" in nouns
    assert nouns.endswith("bat 1 not in WordNet")
    assert "capparse check-space FILE" in nouns
    caption = "A tractor, two tractors and no cow by a hedge"
    tractor = {"synset": "tractor.n.01", "extended_head": "tractor"}
    mentions = (
        found(0, caption, "tractor", None, None, **tractor),
        found(0, caption, "tractors", None, None, **tractor),
        found(0, caption, "cow", None, None, flags=(Flag.NEGATED,)),
        found(0, caption, "hedge", None, None, synset="hedge.n.01"),
    )
    write_labels(tmp_path / "farm.jsonl", [record(1, (caption,), mentions)])
    nouns = report(tmp_path / "farm.jsonl").section("nouns")
    assert 'name = "tractor" synsets = ["tractor.n.01"]' in nouns
    assert nouns.endswith("tractor 2 tractor.n.01 hedge 1 hedge.n.01"), "what is not there is no noun to be found"
    write_labels(tmp_path / "few.jsonl", [record(1, (caption,), ())])
    assert "capparse label … --keep-unlabelled" in report(tmp_path / "few.jsonl").section("nouns")


def test_evidence_is_marked_in_the_caption(labels: Path) -> None:
    page = report(labels)
    marks = [
        (attributes["class"], text)
        for (_, attributes), text in zip(
            [element for element in page.elements if element[0] == "mark"], page.text_of["mark"], strict=True
        )
    ]
    assert ("foreground", "kitty") in marks
    assert ("attribute", "black") in marks
    assert ("background", "grass") in marks
    assert ("flagged", "dog") in marks
    assert ("unlabelled", "bat") in marks


def test_nothing_comes_from_elsewhere(labels: Path) -> None:
    page = report(labels)
    assert {tag for tag, _ in page.elements} & {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    } == set()
    for tag, attributes in page.elements:
        assert not attributes.keys() & {"src", "srcset", "style", "background", "action", "xlink:href"}, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        if "href" in attributes:
            assert str(attributes["href"]).startswith("#")
    style = page.text_of["style"][0]
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_admits_the_pages_own_script_alone(labels: Path) -> None:
    page = report(labels)
    (script,) = page.text_of["script"]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert f"script-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_hostile_text_stays_text(labels: Path, tmp_path: Path) -> None:
    rejected = tmp_path / "rejected.jsonl"
    entry = {
        "row": "<i>",
        "reason": "<script>",
        "message": "<img src=x>",
        "raw": "</pre><script>alert(1)</script>",
    }
    rejected.write_text(json.dumps(entry) + "\n")
    page = report(labels, rejected=rejected, title="<script>alert(1)</script>")
    assert len(page.text_of["script"]) == 1, "the page's own"
    assert "img" not in {tag for tag, _ in page.elements}
    assert page.text_of["h1"] == ["<script>alert(1)</script>"]
    assert "</p><script>document.title='pwned'" in page.section("classes")
    assert "{{ 7*7 }}" in page.section("classes")
    assert "</pre><script>alert(1)</script>" in page.section("rejected")


def test_people_with_keyboards_and_screen_readers(labels: Path) -> None:
    page = report(labels)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = [str(a["href"])[1:] for tag, a in page.elements if tag == "a"]
    assert set(links) <= set(ids)
    assert ("html", {"lang": "en"}) in page.elements
    labelled = {a["for"] for tag, a in page.elements if tag == "label"}
    assert {a["id"] for tag, a in page.elements if tag in ("input", "select")} == labelled
    assert len(page.text_of["caption"]) == len(page.text_of["table"]), "each table has a caption"
    assert all("scope" in attributes for tag, attributes in page.elements if tag == "th")
    assert all(a.get("aria-hidden") == "true" for tag, a in page.elements if tag == "svg")
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_images_to_search_in(labels: Path, tmp_path: Path) -> None:
    folder = tmp_path / "val"
    folder.mkdir()
    Image.new("RGB", (600, 300), "red").save(folder / "000000000001.jpg")
    (folder / "000000000002.jpg").write_bytes(b"no image")
    page = report(labels, images=str(folder))
    pictures = [a for tag, a in page.elements if tag == "img"]
    assert {a["loading"] for a in pictures} == {"lazy"}
    assert {a["alt"] for a in pictures} == {"image 1"}
    content = base64.b64decode(str(pictures[0]["src"]).removeprefix("data:image/jpeg;base64,"))
    assert Image.open(io.BytesIO(content)).size == (240, 120)
    images = page.section("images")
    assert "All 3 images" in images
    assert "image 2: cannot identify image file" in images
    entries = [a["data-classes"] for tag, a in page.elements if tag == "article"]
    assert entries[:3] == ["16 84", "35", "16"]
    links = {a["data-of"]: a["aria-label"] for tag, a in page.elements if "data-of" in a}
    assert links == {"16": "2 images of cat", "35": "1 images of baseball bat", "84": "1 images of grass"}


def test_pictures_of_a_host_are_the_only_request(labels: Path) -> None:
    page = report(labels, images="https://images.example.org/a b/")
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert "img-src data: https://images.example.org; " in str(policy)
    sources = {a["src"] for tag, a in page.elements if tag == "img"}
    assert sources >= {"https://images.example.org/a b/000000000001.jpg", "https://images.example.org/a b/%3C3%3E"}
    for images, message in (("https://a;b/", "got no host"), ("nowhere", "expected a folder of images, or a URL")):
        with pytest.raises(CapparseError, match=message):
            report(labels, images=images)


def test_a_sample_of_images_has_some_of_each_class(labels: Path) -> None:
    page = report(labels, count=0)
    assert "All 3 images" in page.section("images"), "up to four of each class"
    record = next(read_labels(labels))
    write_labels(labels, [record.model_copy(update={"image_id": n}) for n in range(30)])
    page = report(labels, count=5)
    shown = re.search(r"(\d+) of 30 images", page.section("images"))
    assert shown is not None
    assert 5 <= int(shown[1]) <= 5 + 4 + 4


def test_confidence_and_co_occurrence_by_hand() -> None:
    def record(*labels: tuple[int, float | None]) -> ImageLabels:
        found = tuple(ClassLabel(id=i, name=f"c{i}", votes=1, confidence=c) for i, c in labels)
        return ImageLabels(image_id=1, label_space="x@0", captions=("a",), foreground=found, background=())

    confidence, together = ConfidenceTally(), CoOccurrence()
    for one in (record((1, 1.0), (2, 0.95)), record((1, 0.0), (2, None)), record((1, 0.5)), record((3, 0.15))):
        confidence.add(one)
        together.add(one)
    columns = {column.name: (column.value, column.percent) for column in confidence.columns() if column.value}
    assert columns == {"0.00–0.05": (1, 50), "0.15–0.20": (1, 50), "0.50–0.55": (1, 50), "0.95–1.00": (2, 100)}
    assert confidence.without == 1
    (pair,) = together.pairs({})
    # 2 of 4 images; 3/4 · 2/4 · 4 = 1.5 are to be expected.
    assert (pair.name, pair.images, pair.lift) == ("class 1 + class 2", 2, pytest.approx(2 / 1.5))
    rows = [[cell and (cell.images, cell.shade) for cell in row.cells] for row in together.matrix({})]
    assert rows == [[None, (2, 4), (0, 0)], [(2, 4), None, (0, 0)], [(0, 0), (0, 0), None]]


def test_the_run_that_made_the_labels(labels: Path, tmp_path: Path) -> None:
    assert "capparse label writes) lies beside the labels, or it cannot be read" in report(labels).section("run")
    (tmp_path / "captions.tsv").write_text("image_id\tcaption\n1\tA black cat.\n2\tA dog.\n")
    output = tmp_path / "made.jsonl"
    label_file(tmp_path / "captions.tsv", output, ParserConfig(labeller="exact"))
    run = report(output).section("run")
    for told in ("status complete", "captions.tsv", "labeller exact", "mode visual", "captions read 2"):
        assert told in run


def test_against_ground_truth(labels: Path, write_truth: WriteTruth, tmp_path: Path) -> None:
    records = list(read_labels(labels))[:2]
    write_labels(labels, records)
    other = tmp_path / "other.jsonl"
    write_labels(other, [record.model_copy(update={"foreground": ()}) for record in records])
    page = report(labels, truth=write_truth({1: [17], 2: [17, 18]}), against=other)
    truth = page.section("truth")
    # cat: right in 1, missed in 2; dog: missed in 2, never predicted; the bat in 2 is not there.
    assert "dog IoU 0.000 · 1 missed · 0 too many" in truth
    assert "cat IoU 0.500 · 1 missed · 0 too many" in truth
    assert "image 2 missed: cat missed: dog not there: baseball bat" in truth
    assert "image 1 missed" not in truth
    assert "cat +0.500" in truth
    assert "mIoU (macro)" in page.text_of["dl"][0]
    assert "0.250" in page.text_of["dl"][0]
    assert "baseball bat IoU" not in truth, "it does not occur"


def test_rejected_rows_beside_the_labels(labels: Path) -> None:
    rows = [
        {"row": n, "reason": "empty-caption", "message": "the caption is empty", "raw": "x" * 500}
        for n in range(9)
    ]
    beside = labels.with_name("labels.jsonl.rejected.jsonl")
    beside.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    page = report(labels)
    assert "empty-caption 9" in page.section("rejected")
    assert page.section("rejected").count("the caption is empty") == 5
    assert "x" * 240 + "…" in page.section("rejected")
    beside.write_text('{"row": 1}\n')
    with pytest.raises(InputError, match=r"rejected\.jsonl:1: expected a rejected row"):
        report(labels)


def test_damaged_lines_cost_just_themselves(labels: Path) -> None:
    labels.write_bytes(labels.read_bytes() + b"{broken\n")
    page = report(labels)
    assert "Lines of the label file that are no records: 1." in page.section("rejected")
    assert "labels.jsonl:4" in page.section("rejected")
    assert "3 images" in page.text_of["header"][0]


def test_the_same_seed_gives_the_same_page(labels: Path) -> None:
    pages = []
    for _ in range(2):
        write_report(labels, labels.with_suffix(".html"), ReportOptions(seed=3))
        pages.append(labels.with_suffix(".html").read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"against": "labels.jsonl"}, UsageError, "give --truth as well"),
        ({"label_space": "cocoo"}, Exception, "did you mean 'coco'"),
        ({"truth": "nowhere.json"}, CapparseError, r"nowhere\.json"),
        ({"rejected": "nowhere.jsonl"}, InputError, r"nowhere\.jsonl: cannot be read"),
    ],
)
def test_options_that_do_not_fit(
    labels: Path, options: dict[str, str], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        report(labels, **options)
    assert not labels.with_suffix(".html").exists()


def test_inputs_that_are_no_label_files(tmp_path: Path, labels: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.jsonl: cannot be read: No such file"):
        report(tmp_path / "nothing.jsonl")
    empty = tmp_path / "empty.jsonl"
    empty.write_text("{}\n")
    with pytest.raises(InputError, match=r"got no record.*empty\.jsonl:1"):
        report(empty)
    with pytest.raises(UsageError, match="is the label file"):
        write_report(labels, labels)


def test_labels_of_a_space_that_does_not_ship(labels: Path, write_truth: WriteTruth) -> None:
    labels.write_text(labels.read_text().replace("coco@", "mine@").replace('"label":17', '"label":4242'))
    page = report(labels)
    assert "class 4242" in page.section("flags"), "no record asserts it, so that no record names it"
    with pytest.raises(UsageError, match="give that file as --label-space"):
        report(labels, truth=write_truth({1: [17]}))
    with pytest.raises(InputError, match="got labels of label space 'mine', expected 'coco'"):
        report(labels, truth=write_truth({1: [17]}), label_space="coco")
    with pytest.raises(InputError, match="got labels of label space 'mine', expected 'voc'"):
        report(labels, label_space="voc")


def test_the_command(labels: Path) -> None:
    output = labels.with_suffix(".html")
    done = CliRunner().invoke(app, ["report", str(labels), "-o", str(output)])
    assert done.exit_code == ExitCode.OK, done.output
    assert f"{output}: 3 images, 5 captions" in done.stderr
    assert Page(output.read_text("utf-8")).text_of["h1"] == ["Labels in labels.jsonl"]
    with labels.open("a") as file:
        file.write("[]\n")
    done = CliRunner().invoke(app, ["report", str(labels), "-o", str(output), "--overwrite"])
    assert done.exit_code == ExitCode.PARTIAL
    assert "1 damaged line left out" in done.stderr


def test_the_command_replaces_a_page_only_when_told(labels: Path) -> None:
    output = labels.with_name("page.html")
    output.write_text("mine")
    told = ["report", str(labels), "-o", str(output)]
    refused = CliRunner().invoke(app, told)
    assert (refused.exit_code, output.read_text()) == (ExitCode.USAGE, "mine")
    assert "page.html exists already" in refused.stderr
    assert CliRunner().invoke(app, [*told, "--overwrite"]).exit_code == ExitCode.OK
    assert output.read_text() != "mine"
