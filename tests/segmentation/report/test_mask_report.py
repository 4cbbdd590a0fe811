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
from segmentation.masks.maps import ScoreRules
from segmentation.masks.options import MaskOptions
from segmentation.masks.refinement import Refinement
from segmentation.masks.run import MaskInputs, MaskMachine, make_masks
from segmentation.report.maps import shown_maps
from segmentation.report.masks import MaskReportOptions, image_score, mask_report
from segmentation.report.page import ImageRow, Picture, coloured, heat, page, thumbnail
from segmentation.scores.contract import Heatmaps
from shared_runtime.errors import ExitCode, OutputError, UsageError
from shared_runtime.html_page import content_security_policy


class Page(HTMLParser):
    """Pictures, headings and references of a page; tags must be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pictures: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.references: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.references += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "img":
            self.pictures.append((attributes["alt"] or "", attributes["src"] or ""))
        if tag not in ("img", "meta"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def decoded(data_uri: str) -> np.ndarray:
    found = re.fullmatch(r"data:image/(?:png|jpeg);base64,(.*)", data_uri)
    assert found
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(found[1]))).convert("RGB"))


@pytest.fixture
def masks(small_run: Any, tmp_path: Path) -> Path:
    folder = tmp_path / "masks"
    options = MaskOptions(refine=Refinement.NONE, consensus=False)
    inputs = MaskInputs(small_run.run, [small_run.images], small_run.labels)
    make_masks(inputs, folder, options, MaskMachine(device="cpu"))
    # One mask is right and one is all wrong, so that the order is known.
    right = np.zeros((48, 64), dtype=np.uint8)
    right[10:30, 8:28] = 48
    write_index_mask(folder / "000000000001.png", right)
    write_index_mask(folder / "000000000003.png", np.full((48, 64), 2, dtype=np.uint8))
    return folder


def test_a_page_shows_everything_of_every_image_the_worst_first(
    small_run: Any, masks: Path, tmp_path: Path
) -> None:
    shown = mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html")
    assert shown == 4
    found = Page((tmp_path / "report.html").read_text())
    captions = ["image", "class map", "compound map", "background map", "mask", "truth"]
    by_image = [found.pictures[start : start + 6] for start in range(0, 24, 6)]
    keys = [pictures[0][0].removeprefix("image of ") for pictures in by_image]
    assert keys[0] == "000000000003"
    assert keys[-1] == "000000000001"
    for key, pictures in zip(keys, by_image, strict=True):
        assert [alt for alt, _ in pictures] == [f"{caption} of {key}" for caption in captions]
    right = by_image[-1]
    np.testing.assert_array_equal(decoded(right[4][1]), decoded(right[5][1]))
    assert decoded(right[0][1]).shape == (48, 64, 3)
    assert "labels: apple and 1 of the background" in "".join(found.text)


def test_a_page_says_that_masks_follow_a_consensus(small_run: Any, masks: Path, tmp_path: Path) -> None:
    mask_report(masks, open_truth(small_run.truth), tmp_path / "without.html", MaskReportOptions(count=1))
    folder = tmp_path / "agreeing"
    options = MaskOptions(refine=Refinement.NONE, consensus=True)
    inputs = MaskInputs(small_run.run, [small_run.images], small_run.labels)
    made = make_masks(inputs, folder, options, MaskMachine(device="cpu"))
    assert made.counts.written == 4
    mask_report(folder, open_truth(small_run.truth), tmp_path / "with.html", MaskReportOptions(count=1))
    told = ["(--consensus)" in (tmp_path / name).read_text() for name in ("without.html", "with.html")]
    assert told == [False, True]


def test_a_page_needs_nothing_beside_it(small_run: Any, masks: Path, tmp_path: Path) -> None:
    mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert all(reference.startswith("data:image/") for reference in Page(text).references)
    assert "<script" not in text
    assert "url(" not in text
    policy = f'<meta http-equiv="Content-Security-Policy" content="{content_security_policy("")}">'
    assert policy in text
    assert text.index(policy) < text.index("<title>")


def test_only_the_worst_are_shown(small_run: Any, masks: Path, tmp_path: Path) -> None:
    assert (
        mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html", MaskReportOptions(count=1)) == 1
    )
    found = Page((tmp_path / "report.html").read_text())
    assert {alt.rpartition(" ")[2] for alt, _ in found.pictures} == {"000000000003"}


def test_masks_of_other_programs_have_no_maps(small_run: Any, masks: Path, tmp_path: Path) -> None:
    (masks / "run.json").unlink()
    mask_report(
        masks,
        open_truth(small_run.truth),
        tmp_path / "report.html",
        MaskReportOptions([small_run.images], count=1),
    )
    found = Page((tmp_path / "report.html").read_text())
    assert [alt.split(" of ")[0] for alt, _ in found.pictures] == ["image", "mask", "truth"]
    assert "Without maps: " in "".join(found.text)
    mask_report(masks, open_truth(small_run.truth), tmp_path / "bare.html", MaskReportOptions(count=1))
    assert [alt.split(" of ")[0] for alt, _ in Page((tmp_path / "bare.html").read_text()).pictures] == [
        "mask",
        "truth",
    ]


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
    assert [alt.split(" of ")[0] for alt, _ in found.pictures] == ["image", "mask", "truth"] * 4


def test_a_mask_that_is_turned_is_told_on_the_page(small_run: Any, masks: Path, tmp_path: Path) -> None:
    write_index_mask(masks / "000000000001.png", np.full((64, 48), 48, dtype=np.uint8))
    assert mask_report(masks, open_truth(small_run.truth), tmp_path / "report.html") == 3
    text = "".join(Page((tmp_path / "report.html").read_text()).text)
    assert "1 masks are scored like images without one; the first: 000000000001: " in text
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
    assert done.stdout == f"{output}: the 4 worst images\n"


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
        table, line = scored.stdout.splitlines()[-2:]
        assert f"mIoU {table.split()[1]}," in text
        assert line in text
        assert scored.stderr.strip() in text
        said["".join(missing[1:])] = scored.stderr
    assert said[""] == said["background"]
    assert said[""].startswith("1 of 4 images have no mask: scored as all background; --missing skip leaves")
    assert said["skip"].startswith("1 of 4 images have no mask: left out; --missing background")


def test_names_are_escaped(small_run: Any, masks: Path) -> None:
    evaluation = evaluate(masks, open_truth(small_run.truth))
    row = ImageRow("<b>&", 0.5, [("<i>", "#800000")], "<u>", [Picture("<s>", "data:image/png;base64,")])
    text = page(evaluation, [row], ["<script>alert()</script>"])
    assert not re.search(r"<(i|u|s|script)>", text)
    assert Page(text).pictures == [("<s> of <b>&", "data:image/png;base64,")]


def test_image_score_by_hand() -> None:
    true = np.array([[0, 0, 1, 1]], dtype=np.uint8)
    predicted = np.array([[0, 1, 1, 2]], dtype=np.uint8)
    # Background 1/2, class 1 1/3, class 2 0.
    assert image_score(true, predicted, 4) == pytest.approx((1 / 2 + 1 / 3 + 0) / 3)
    assert image_score(np.full((1, 2), 255, np.uint8), predicted[:, :2], 4) == 1.0


def test_shown_maps_by_hand() -> None:
    heatmaps = Heatmaps(
        {1: np.array([[2.0, 0.0]], np.float32), 2: np.array([[0.0, 0.0]], np.float32)},
        {(1, 0): np.array([[1.0, 4.0]], np.float32)},
    )
    found = shown_maps(heatmaps, 80, ScoreRules(alpha=1.0))
    np.testing.assert_allclose(found.classes, [[1, 0]], atol=1e-4)
    np.testing.assert_allclose(found.compounds, [[0.25, 1]], atol=1e-4)
    # M₁ = [3/4, 1]
    np.testing.assert_allclose(found.background, [[0.25, 0]], atol=1e-4)


def test_heat_goes_from_grey_to_white() -> None:
    image = np.full((2, 3, 3), 100, dtype=np.uint8)
    found = heat(image, np.array([[0.0, 0.5, 1.0]], dtype=np.float32))
    np.testing.assert_array_equal(found[0], [[35, 35, 35], [200, 117, 35], [200, 200, 200]])


@pytest.mark.parametrize(
    ("shape", "expected"), [((480, 640), (180, 240)), ((1, 1000), (1, 240)), ((20, 30), (20, 30))]
)
def test_thumbnails(shape: tuple[int, int], expected: tuple[int, int]) -> None:
    assert thumbnail(np.zeros((*shape, 3), np.uint8)).shape == (*expected, 3)
    mask = np.full(shape, 48, dtype=np.uint8)
    assert coloured(mask).shape == (*expected, 3)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.0, ".000"), (0.1234, ".123"), (0.9999, "1.000"), (1.0, "1.000")]
)
def test_ratio(value: float | None, text: str) -> None:
    assert ratio(value) == text


def test_score_table_lists_what_was_seen(small_run: Any, masks: Path) -> None:
    lines = list(score_table(evaluate(masks, open_truth(small_run.truth))))
    assert [line.split()[0] for line in lines] == ["class", "background", "bicycle", "apple", "mean"]
    assert lines[2].split()[1:] == [".000", ".000", "-", "0.00%"]
    assert read_index_mask(masks / "000000000003.png", 81).max() == 2
