"""The report page: parsed as a browser would, its pictures decoded."""

import base64
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.masks import read_index_mask, write_index_mask
from segmentation.data.truth.opening import open_truth
from segmentation.evaluation.evaluate import evaluate
from segmentation.evaluation.records import ratio, score_table
from segmentation.masks.job import MaskMachine
from segmentation.masks.maps import ScoreRules
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, make_masks
from segmentation.report.maps import shown_maps
from segmentation.report.masks import MaskReportOptions, mask_report
from segmentation.report.page import PageContent, render
from segmentation.report.pictures import heat, mask_png, thumbnail
from segmentation.report.rows import ImageRow, Picture, ShownClass
from segmentation.report.survey import Survey
from segmentation.scores.contract import Heatmaps
from shared_runtime.errors import ExitCode, InputError, OutputError, UsageError


class Page(HTMLParser):
    """Pictures, headings and references of a page; tags must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pictures: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.references: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.append((tag, attributes))
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "img":
            self.pictures.append((attributes["alt"] or "", attributes["src"] or ""))
        if tag not in ("img", "meta", "input"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    @property
    def entries(self) -> dict[str, list[str]]:
        """The images in the order of the page, each with what its pictures show."""
        found: dict[str, list[str]] = {}
        for alt, _ in self.pictures:
            what, key = re.split(" of |, ", alt) if "map" not in alt else alt.removeprefix("map of ").split(", ")
            found.setdefault(key, []).append(what)
        return found


ONE = MaskReportOptions(count=1, per_class=0)


def decoded(data_uri: str) -> np.ndarray:
    found = re.fullmatch(r"data:image/(?:png|jpeg);base64,(.*)", data_uri)
    assert found
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB"))


def test_a_page_shows_everything_of_every_image_the_worst_first(
    small_run: Any, masks: Path, tmp_path: Path
) -> None:
    shown = mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html")
    assert shown == 4
    found = Page((tmp_path / "report.html").read_text())
    keys = list(found.entries)
    assert (keys[0], keys[-1]) == ("000000000003", "000000000001")
    for pictures in found.entries.values():
        assert (pictures[:3], pictures[3], pictures[-1]) == (["image", "mask", "truth"], "apple", "background")
    pictures = {alt: decoded(uri) for alt, uri in found.pictures}
    right = pictures["mask of 000000000001"]
    np.testing.assert_array_equal(right, pictures["truth of 000000000001"])
    assert pictures["image of 000000000001"].shape == (48, 64, 3)
    text = "".join(found.text)
    assert text.count("a red apple on grass") == 4
    assert text.count("labels: apple · grass") == 4
    assert "not in the captions: bicycle" in text
    scores = [str(a["data-scores"]) for tag, a in found.elements if tag == "article"]
    # The mask is all of class 2, the truth 400 pixels of class 48 and the rest background.
    assert scores[0] == "all:0.0000 0:0.0000 2:0.0000 48:0.0000"
    assert scores[-1] == "all:1.0000 0:1.0000 48:1.0000"


def test_a_page_without_a_truth_from_any_folder(
    small_run: Any, masks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's notes are absolute; those of earlier versions are found near the masks."""
    record = json.loads((masks / "run.json").read_text())
    assert [Path(record["notes"][name]).is_absolute() for name in ("run", "labels")] == [True, True]
    shutil.copytree(small_run.images, tmp_path / "pictures")
    shutil.copy(small_run.labels, tmp_path / "mine.jsonl")
    record["notes"] |= {"images": ["pictures"], "labels": "mine.jsonl"}
    (masks / "run.json").write_text(json.dumps(record))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    done = CliRunner().invoke(app, ["report", "../masks"])
    assert (done.exit_code, done.stdout) == (0, f"{tmp_path / 'masks.html'}: 4 images\n"), done.output
    found = Page((tmp_path / "masks.html").read_text())
    assert [pictures[:2] for pictures in found.entries.values()] == [["image", "mask"]] * 4
    assert "truth" not in {what for pictures in found.entries.values() for what in pictures}
    text = "".join(found.text)
    assert "There is no ground truth" in text
    assert "Without" not in text
    scores = {str(a["data-scores"]) for tag, a in found.elements if tag == "article"}
    assert {"all:1.0000 2:1.0000", f"all:{400 / (48 * 64):.4f} 48:{400 / (48 * 64):.4f}"} <= scores


def test_images_in_which_nothing_was_found_come_last_without_a_truth(masks: Path, tmp_path: Path) -> None:
    key, *others = sorted(path.stem for path in masks.glob("*.png"))
    write_index_mask(masks / f"{key}.png", np.zeros_like(read_index_mask(masks / f"{key}.png", 81)))
    assert mask_report(masks, None, tmp_path / "page.html", MaskReportOptions(maps=False)) == 4
    scores = [
        str(a["data-scores"]) for tag, a in Page((tmp_path / "page.html").read_text()).elements if tag == "article"
    ]
    assert scores[-1] == "all:0.0000"
    assert len(others) == 3


def test_masks_of_other_programs_alone(masks: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (masks / "run.json").unlink()
    assert mask_report(masks, None, tmp_path / "named.html") == 4
    assert "bicycle" in (tmp_path / "named.html").read_text(), "by id2label.json"
    (masks / "id2label.json").unlink()
    (masks / "bad.png").write_bytes(b"")
    assert mask_report(masks, None, tmp_path / "numbers.html") == 4
    text = "".join(Page((tmp_path / "numbers.html").read_text()).text)
    assert "class 48" in text
    assert "1 mask cannot be read; the first: " in text
    assert "1 mask cannot be used; the page names the first" in caplog.text
    assert "No captions are shown: give the label file as --labels" in text
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match=r"got no file \*\.png, expected a folder of masks"):
        mask_report(empty, None, tmp_path / "none.html")


def test_people_with_keyboards_and_screen_readers(small_run: Any, masks: Path, tmp_path: Path) -> None:
    mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html")
    page = Page((tmp_path / "report.html").read_text())
    ids = [str(a["id"]) for _, a in page.elements if "id" in a]
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.references if link.startswith("#")} <= set(ids)
    labelled = {a["for"] for tag, a in page.elements if tag == "label"}
    assert {a["id"] for tag, a in page.elements if tag in ("input", "select")} == labelled
    assert all(a.get("alt") for tag, a in page.elements if tag == "img")
    assert not [name for _, a in page.elements for name in a if name == "style" or name.startswith("on")]
    assert {a["data-under"] for _, a in page.elements if "data-under" in a} <= set(ids)
    assert {a["data-shows"] for _, a in page.elements if "data-shows" in a} <= set(ids)


def test_a_page_says_that_masks_follow_a_consensus(small_run: Any, masks: Path, tmp_path: Path) -> None:
    mask_report(masks, open_truth(small_run.truth), tmp_path / "without.html", ONE)
    folder = tmp_path / "agreeing"
    options = MaskOptions(refine=Refinement.NONE, consensus=True)
    inputs = MaskInputs(small_run.run, [small_run.images], small_run.labels)
    made = make_masks(inputs, folder, options, MaskMachine(device="cpu"))
    assert made.counts.written == 4
    mask_report(folder, open_truth(small_run.truth), tmp_path / "with.html", ONE)
    told = ["(--consensus)" in (tmp_path / name).read_text() for name in ("without.html", "with.html")]
    assert told == [False, True]


def test_a_page_needs_nothing_beside_it(small_run: Any, masks: Path, tmp_path: Path) -> None:
    mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert all(reference.startswith(("data:image/", "#")) for reference in Page(text).references)
    assert text.count("<script") == 1, "the page's own"
    assert text.index('<meta http-equiv="Content-Security-Policy"') < text.index("<title>")


def test_only_the_worst_are_shown(small_run: Any, masks: Path, tmp_path: Path) -> None:
    truth, page = open_truth(small_run.truth), tmp_path / "report.html"
    assert mask_report(masks, truth, page, ONE) == 1
    assert list(Page(page.read_text()).entries) == ["000000000003"]
    assert (
        mask_report(masks, truth, page, MaskReportOptions(count=2, per_class=0, maps=False, overwrite=True)) == 2
    )
    assert Page(page.read_text()).entries == {
        key: ["image", "mask", "truth"] for key in ("000000000003", "000000000001")
    }


def test_masks_of_other_programs_have_no_maps(small_run: Any, masks: Path, tmp_path: Path) -> None:
    (masks / "run.json").unlink()
    truth, page = open_truth(small_run.truth), tmp_path / "report.html"
    given = MaskReportOptions([small_run.images], small_run.labels, count=1, per_class=0)
    mask_report(masks, truth, page, given)
    found = Page(page.read_text())
    assert [*found.entries.values()] == [["image", "mask", "truth"]]
    text = "".join(found.text)
    assert "No maps are shown: " in text
    assert "masks – mask report" in text
    assert "Masks in masks" not in text
    assert "precision, the share of the masks' pixels that are right" in text
    assert "labels: apple · grass" in "".join(found.text)
    mask_report(masks, truth, tmp_path / "bare.html", ONE)
    assert [*Page((tmp_path / "bare.html").read_text()).entries.values()] == [["mask", "truth"]]


def test_images_are_found_whatever_folder_the_truth_names(small_run: Any, masks: Path, tmp_path: Path) -> None:
    (masks / "run.json").unlink()
    content = json.loads(small_run.truth.read_text())
    for image, folder in zip(content["images"], ("train", "../images", "C:", "/data"), strict=True):
        image["file_name"] = f"{folder}/{image['file_name']}"
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps(content))
    options = MaskReportOptions([small_run.images])

    assert mask_report(masks, open_truth(truth), tmp_path / "report.html", options) == 4

    found = Page((tmp_path / "report.html").read_text())
    assert [*found.entries.values()] == [["image", "mask", "truth"]] * 4


def test_a_mask_that_is_turned_is_told_on_the_page(small_run: Any, masks: Path, tmp_path: Path) -> None:
    write_index_mask(masks / "000000000001.png", np.full((64, 48), 48, dtype=np.uint8))
    assert mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html") == 3
    text = "".join(Page((tmp_path / "report.html").read_text()).text)
    assert "1 mask is scored like images without one; the first: 000000000001: " in text
    assert "One is the other turned: masks are upright, as the EXIF orientation of the image says" in text


def test_a_run_that_is_gone_costs_the_maps_alone(small_run: Any, masks: Path, tmp_path: Path) -> None:
    record = json.loads((masks / "run.json").read_text())
    record["notes"]["run"] = str(tmp_path / "gone")
    (masks / "run.json").write_text(json.dumps(record))
    assert mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html") == 4
    assert "is not the folder of a run" in "".join(Page((tmp_path / "report.html").read_text()).text)


def test_an_image_that_went_bad_is_told(small_run: Any, masks: Path, tmp_path: Path) -> None:
    images = tmp_path / "images"
    shutil.copytree(small_run.images, images)
    (images / "000000000003.png").write_bytes(b"")
    record = json.loads((masks / "run.json").read_text())
    record["notes"]["images"] = [str(images)]
    (masks / "run.json").write_text(json.dumps(record))
    assert mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html") == 3
    assert "Not shown: " in "".join(Page((tmp_path / "report.html").read_text()).text)


def test_a_page_that_cannot_be_written(
    small_run: Any, masks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"does not exist\. Try: mkdir -p"):
        mask_report(masks, open_truth(small_run.truth), tmp_path / "no" / "report.html")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("segmentation.report.masks.replace_file", full)
    with pytest.raises(OutputError, match="cannot be written: No space"):
        mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html")


def test_no_page_takes_the_place_of_an_input(small_run: Any, masks: Path, tmp_path: Path) -> None:
    link, image = tmp_path / "link.html", small_run.images / "000000000001.png"
    link.symlink_to(small_run.truth)
    inputs = {
        small_run.truth: "is the ground truth;",
        link: "is the ground truth;",
        small_run.labels: "is the label file of the masks;",
        masks / "run.json": "is a file of the masks;",
        masks / "000000000001.png": "is a file of the masks;",
        small_run.run / "run.json": "is a file of the run that made the masks;",
        image: f"is a file of the images {small_run.images};",
    }
    before = {path: path.read_bytes() for path in inputs}
    for path, message in inputs.items():
        told = [str(masks), "--truth", str(small_run.truth), "-o", str(path), "--overwrite"]
        done = CliRunner().invoke(app, ["report", *told])
        assert (done.exit_code, message in done.stderr) == (ExitCode.USAGE, True), done.output
    (masks / "run.json").unlink()
    with pytest.raises(UsageError, match="is a file of the images"):
        mask_report(
            masks, open_truth(small_run.truth), image, MaskReportOptions([small_run.images], overwrite=True)
        )
    assert before.items() >= {path: path.read_bytes() for path in inputs if path.exists()}.items()
    assert link.is_symlink()


def test_another_page_is_replaced_when_told_to(small_run: Any, masks: Path) -> None:
    page, truth = masks / "report.html", open_truth(small_run.truth)
    page.write_text("mine")
    with pytest.raises(UsageError, match=r"exists already\. Choose another file, or --overwrite"):
        mask_report(masks, truth, page)
    assert page.read_text() == "mine"
    assert mask_report(masks, truth, page, MaskReportOptions(overwrite=True)) == 4


def test_the_command(small_run: Any, masks: Path, tmp_path: Path) -> None:
    output = tmp_path / "report.html"
    done = CliRunner().invoke(app, ["report", str(masks), "--truth", str(small_run.truth), "-o", str(output)])
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{output}: 4 images\n"


def test_report_and_evaluate_count_images_without_a_mask_alike(
    small_run: Any, masks: Path, tmp_path: Path
) -> None:
    (masks / "000000000001.png").unlink()
    page, truth = tmp_path / "report.html", str(small_run.truth)
    said = {}
    for missing in ([], ["--missing", "background"], ["--missing", "skip"]):
        scored = CliRunner().invoke(app, ["evaluate", str(masks), "--truth", truth, *missing])
        told = ["report", str(masks), "--truth", truth, "-o", str(page), "--overwrite", *missing]
        shown = CliRunner().invoke(app, told)
        assert (scored.exit_code, shown.exit_code) == (ExitCode.OK, ExitCode.OK), shown.output
        text = "".join(Page(page.read_text()).text)
        *rows, line = scored.stdout.splitlines()
        (mean,) = (row for row in rows if row.startswith("mean"))
        assert f"mIoU{mean.split()[1]}" in text
        assert line in text
        assert scored.stderr.strip() in text
        said["".join(missing[1:])] = scored.stderr
    assert said[""] == said["background"]
    assert said[""].startswith("1 of 4 images have no mask: scored as all background; --missing skip leaves")
    assert said["skip"].startswith("1 of 4 images have no mask: left out; --missing background")


def test_names_are_escaped(small_run: Any, masks: Path) -> None:
    evaluation = evaluate(masks, open_truth(small_run.truth))
    picture = Picture("<s>", "data:image/png;base64,")
    row = ImageRow("image-1", "<b>&", 0.5, [ShownClass(1, "<i>", 0.5)], "", [picture], labels="<u>")
    text = render(PageContent("<h1>", ["", "<i>"], Survey(1, 1), [row], ["<script>alert()</script>"], evaluation))
    assert not re.search(r"<(i|u|s|b)>", text)
    assert text.count("<script>") == 1
    assert Page(text).pictures == [("<s> of <b>&", "data:image/png;base64,")]


def test_shown_maps_by_hand() -> None:
    heatmaps = Heatmaps(
        {1: np.array([[2.0, 0.0]], np.float32), 2: np.array([[0.0, 0.0]], np.float32)},
        {(1, 0): np.array([[1.0, 4.0]], np.float32)},
    )
    found = shown_maps(heatmaps, ["cat", "dog"], ScoreRules(alpha=1.0)).maps
    assert list(found) == ["cat", "compounds of cat", "dog", "background"], "only those that exist"
    np.testing.assert_allclose(found["cat"], [[1, 0]], atol=1e-4)
    np.testing.assert_allclose(found["compounds of cat"], [[0.25, 1]], atol=1e-4)
    # M₁ = [3/4, 1]
    np.testing.assert_allclose(found["background"], [[0.25, 0]], atol=1e-4)


def test_heat_goes_from_grey_to_white() -> None:
    image = np.full((2, 3, 3), 100, dtype=np.uint8)
    found = heat(image, np.array([[0.0, 0.5, 1.0]], dtype=np.float32))
    np.testing.assert_array_equal(found[0], [[35, 35, 35], [200, 117, 35], [200, 200, 200]])


@pytest.mark.parametrize(
    ("shape", "expected"), [((480, 640), (240, 320)), ((1, 1000), (1, 320)), ((20, 30), (20, 30))]
)
def test_thumbnails(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert thumbnail(np.zeros((*shape, 3), np.uint8)).shape == (*expected, 3)
    mask = np.full(shape, 48, dtype=np.uint8)
    assert decoded(mask_png(mask)).shape == (*expected, 3)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.0, ".000"), (0.1234, ".123"), (0.9999, "1.000"), (1.0, "1.000")]
)
def test_ratio(value: float | None, text: str) -> None:
    assert ratio(value) == text


def test_score_table_lists_what_was_seen(small_run: Any, masks: Path) -> None:
    lines = list(score_table(evaluate(masks, open_truth(small_run.truth))))
    assert [line.split()[0] for line in lines] == ["class", "background", "apple", "mean", "1", "78"]
    assert lines[4].startswith("1 class appears in masks alone, with no part in the means: bicycle (")
    assert read_index_mask(masks / "000000000003.png", 81).max() == 2
