"""Supervision by masks and boxes, its evaluation, and classes found by words, on a tiny network of class names."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from segmentation.cli import app
from segmentation.data.crops import CropOptions
from segmentation.data.images import RgbImage, read_image
from segmentation.data.masks import IndexMask
from segmentation.data.referring.opening import open_expressions
from segmentation.data.targets import ImageTargets
from segmentation.data.truth.opening import open_truth
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.refinement import Refinement
from segmentation.referring.config import (
    ExpressionOptions,
    ReferringConfig,
    ReferringOptions,
    ReferringTraining,
    TextOptions,
)
from segmentation.referring.evaluate import evaluate_referring
from segmentation.referring.expression_run import train_on_expressions
from segmentation.referring.names import namesakes, rival_names
from segmentation.referring.options import ReferringPrediction
from segmentation.referring.region_samples import RegionSamples
from segmentation.referring.run import load_referring
from segmentation.referring.zero_shot import ClassFinder, evaluate_zero_shot, joint_shares
from segmentation.training.config import MachineOptions
from shared_runtime.errors import InputError, UsageError
from shared_schemas import load_label_space

SIDE = 64
MACHINE = MachineOptions(device="cpu", workers=0)
OPTIONS = ReferringPrediction(refine=Refinement.NONE)
CONFIG = ReferringConfig(
    backbone="tiny",
    weights="random",
    supervision="masks",
    crop=CropOptions(size=65),
    network=ReferringOptions(dimension=16, scale=10, text=TextOptions(encoder="classes")),
    expressions=ExpressionOptions(source="classes"),
    training=ReferringTraining(epochs=20, batch_size=4, learning_rate=0.01, optimizer="adamw"),
)


class World(NamedTuple):
    """Pictures of a red apple and a blue cat, their truth, and a network that learned from their masks."""

    images: Path
    truth: Path
    run: Path


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("regions")
    world = World(root / "images", root / "instances.json", root / "run")
    world.images.mkdir()
    rng = np.random.default_rng(0)
    images, objects = [], []
    for number in range(1, 9):
        pixels = np.full((SIDE, SIDE, 3), (40, 160, 60), dtype=np.uint8)
        for category, colour, left, width in ((53, (220, 30, 30), 0, 24), (17, (30, 30, 220), 32, 20)):
            top, start = int(rng.integers(0, 36)), int(left + rng.integers(0, 8))
            pixels[top : top + 28, start : start + width] = colour
            right, bottom = start + width, top + 28
            objects.append(
                {
                    "id": len(objects) + 1,
                    "image_id": number,
                    "category_id": category,
                    "bbox": [start, top, width, 28],
                    "segmentation": [[start, top, right, top, right, bottom, start, bottom]],
                }
            )
        Image.fromarray(pixels).save(world.images / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "height": SIDE, "width": SIDE})
    categories = [{"id": 53, "name": "apple"}, {"id": 17, "name": "cat"}]
    world.truth.write_text(json.dumps({"images": images, "annotations": objects, "categories": categories}))
    train_on_expressions([world.images], open_expressions(world.truth), world.run, CONFIG, MACHINE)
    torch.set_num_threads(threads)
    return world


def score(run: Path, world: World) -> float:
    predictor = load_referring(run).predictor(OPTIONS, "cpu")
    found = evaluate_referring(predictor, open_expressions(world.truth), [world.images], str(run))
    assert found.masks.expressions == 16
    assert "MPA, σ(s) > .5, nothing tuned on this truth; input 65, refinement none" in found.protocol.prediction
    return found.masks.miou


def test_masks_are_learned_and_a_run_goes_on_from_another(world: World, tmp_path: Path) -> None:
    learned = score(world.run, world)
    assert learned > 0.6  # the whole image: .13, the central box: .25
    start = CONFIG.model_copy(update={"start": str(world.run)})
    short = {"epochs": 1, "learning_rate": 1e-9}
    training = start.training.model_copy(update=short)
    truth = open_expressions(world.truth, regions="boxes")
    boxes = start.model_copy(update={"supervision": "boxes", "training": training})
    report = train_on_expressions([world.images], truth, tmp_path / "on", boxes, MACHINE)
    assert report.n_images == 8
    assert score(tmp_path / "on", world) == pytest.approx(learned, abs=0.01)
    # Boxes of boxes are masks: their loss is small from the beginning where masks were learned.
    assert json.loads((tmp_path / "on" / "metrics.jsonl").read_text().splitlines()[0])["loss"] < 0.3

    other = boxes.model_copy(update={"network": CONFIG.network.model_copy(update={"dimension": 8})})
    with pytest.raises(UsageError, match="got a network of another kind, expected the same encoders: size"):
        train_on_expressions([world.images], truth, tmp_path / "other", other, MACHINE)


def test_a_run_is_not_started_over_in_the_folder_that_it_starts_from(world: World, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(world.run, run)
    start = CONFIG.model_copy(update={"start": str(run)})
    truth = open_expressions(world.truth)
    with pytest.raises(UsageError, match=r"run/model\.safetensors is the run that it starts from"):
        train_on_expressions([world.images], truth, run, start, MACHINE, overwrite=True)
    assert (run / "model.safetensors").is_file()
    # Told before labels are read and a folder is made.
    gone = CONFIG.model_copy(update={"start": str(tmp_path / "gone")})
    with pytest.raises(InputError, match="gone is not the folder of a run"):
        train_on_expressions([world.images], truth, tmp_path / "new", gone, MACHINE)
    assert not (tmp_path / "new").exists()


def test_what_a_truth_lacks_is_told(world: World, tmp_path: Path) -> None:
    truth = open_expressions(world.truth)
    with pytest.raises(InputError, match=r"got 0 images of 8, and 0 damaged entries.* 1: in none of the image"):
        train_on_expressions([tmp_path], truth, tmp_path, CONFIG)


def test_a_share_without_an_image_is_told(world: World, tmp_path: Path) -> None:
    expressions = CONFIG.expressions.model_copy(update={"share": 1e-9})
    config = CONFIG.model_copy(update={"expressions": expressions})
    with pytest.raises(InputError, match=r"got no image in a share of 1e-09 of 8 images.*expressions\.share"):
        train_on_expressions([world.images], open_expressions(world.truth), tmp_path, config)


def test_samples_are_cropped_with_their_regions(world: World) -> None:
    truth = open_expressions(world.truth)
    images = [(world.images / f"{of[0].key}.png", of) for of in truth.by_image()]
    samples = RegionSamples(images, ["apple", "cat"], CONFIG.crop, 3)
    drawn = [samples.sample(index, np.random.default_rng(index)) for index in range(8)]
    for sample in drawn:
        for number, region in zip(sample.expressions, sample.regions, strict=True):
            colour = sample.image.astype(int)
            shown = colour[..., 0 if number == 0 else 2] > 150
            assert (shown == (region == 1)).mean() > 0.97
    cells = np.zeros((2, 2, 4), dtype=np.float16)
    of_cells = [samples.of_cells(0, np.random.default_rng(0), np.random.default_rng(n), cells) for n in range(9)]
    for place, number in enumerate(drawn[0].expressions):
        regions = [of.regions[of.expressions.index(number)] for of in of_cells if number in of.expressions]
        assert regions
        assert all((region == drawn[0].regions[place]).all() for region in regions), (
            "the crop is that of the cells"
        )
    one = RegionSamples(images, ["apple", "cat"], CONFIG.crop, 1)
    both = next(index for index, (_, of) in enumerate(images) if len(of) == 2)
    numbers = {
        one.of_cells(both, np.random.default_rng(0), np.random.default_rng(n), cells).expressions
        for n in range(20)
    }
    assert numbers == {(0,), (1,)}, "expressions are not those of the crop"
    batch = samples.collate(drawn[:2])
    assert batch.owners.tolist() == [0] * len(drawn[0].expressions) + [1] * len(drawn[1].expressions)
    assert batch.regions.shape == (len(batch.owners), 65, 65)
    Image.new("RGB", (5, 5)).save(world.images / "small.png")
    with pytest.raises(InputError, match=r"small\.png: got 5 × 5 pixels, expected 64 × 64, as in the truth"):
        RegionSamples([(world.images / "small.png", images[0][1])], [], CONFIG.crop, 3).sample(
            0, np.random.default_rng(0)
        )


def mask_of(finder: ClassFinder, image: RgbImage) -> IndexMask:
    (maps,) = finder.maps([image], [ImageTargets(1, None, Path("1.png"), (), ())])
    assert isinstance(maps, ScoreMaps)
    return finder.finisher(processes=1).mask(image, maps)


def test_classes_are_found_by_their_words(world: World, tmp_path: Path) -> None:
    space = load_label_space("coco")
    apple, cat = space.by_name["apple"].id, space.by_name["cat"].id
    predictor = load_referring(world.run).predictor(OPTIONS, "cpu")
    image = read_image(world.images / "1.png")
    maps = predictor.maps(predictor.encode(image), ["apple", "cat"])
    red, blue = predictor.masks(image, maps)
    # Never trained to tell images apart: every score is let in.
    finder = ClassFinder(predictor, {apple: ["apple"], cat: ["cat"]}, threshold=0)
    mask = mask_of(finder, image)
    assert np.array_equal(mask > 0, red | blue)
    assert (mask[red & ~blue] == apple).all()
    # In a batch, an image is seen as it is alone.
    images = [read_image(world.images / f"{number}.png") for number in (1, 2, 3)]
    for together, one in zip(predictor.encode_batch(images), images, strict=True):
        alone = predictor.encode(one)
        assert together.image is one
        np.testing.assert_allclose(
            *(predictor.maps(of, ["apple", "cat"]).logits for of in (together, alone)), atol=1e-4
        )
    # A class has what any of its words has; words that are not there leave nothing.
    assert (mask_of(ClassFinder(predictor, {apple: ["apple", "cat"]}, threshold=0), image) == apple).sum() == (
        red | blue
    ).sum()
    assert not mask_of(ClassFinder(predictor, {apple: ["apple"]}, threshold=1), image).any()

    found, lost = evaluate_zero_shot(finder, open_truth(world.truth), [world.images], tmp_path / "masks")
    ious = {of.name: of.iou for of in found.classes if of.true_pixels}
    assert min(ious.values()) > 0.5
    assert not lost
    assert len([*(tmp_path / "masks").glob("*.png")]) == 8
    # Encoded together: the same masks; what cannot be read is lost alone, and told.
    images = tmp_path / "images"
    shutil.copytree(world.images, images)
    (images / "3.png").write_bytes(b"")
    (images / "4.png").unlink()
    _, lost = evaluate_zero_shot(finder, open_truth(world.truth), [images], tmp_path / "again", batch_size=3)
    assert [reason.partition(": ")[0] for reason in lost] == ["4", str(images / "3.png")]
    for path in (tmp_path / "again").glob("*.png"):
        assert path.read_bytes() == (tmp_path / "masks" / path.name).read_bytes()
    assert len([*(tmp_path / "again").glob("*.png")]) == 6
    # Where an earlier evaluation left masks, none of it is scored.
    (images / "5.png").unlink()
    again = {path: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    with pytest.raises(UsageError, match=r"again/\d\.png exists already\. Name another folder .* or --overwrite"):
        evaluate_zero_shot(finder, open_truth(world.truth), [images], tmp_path / "again")
    assert {path: path.read_bytes() for path in (tmp_path / "again").iterdir()} == again
    evaluate_zero_shot(finder, open_truth(world.truth), [images], tmp_path / "again", overwrite=True)
    assert len([*(tmp_path / "again").glob("*.png")]) == 5
    assert (tmp_path / "masks" / "id2label.json").is_file()
    with pytest.raises(InputError, match="not one image of the truth has a mask; the first reason is: "):
        evaluate_zero_shot(finder, open_truth(world.truth), [tmp_path])


def test_rivals_compete_for_cells(world: World) -> None:
    image = read_image(world.images / "1.png")
    # The network has embeddings of the foreground's classes alone.
    names = rival_names("coco")[:80]
    beside = load_referring(world.run).predictor(OPTIONS.model_copy(update={"rivals": "coco"}), "cpu")
    encoded = beside.encode(image)
    maps = beside.maps(encoded, names)
    # Each against all others: one softmax over all classes. No bear is seen in the place of a teddy bear.
    whole = torch.from_numpy(maps.logits).softmax(dim=0).numpy()
    apple, cat, teddy = map(names.index, ("apple", "cat", "teddy bear"))
    np.testing.assert_allclose(maps.shares[[apple, cat]], whole[[apple, cat]], atol=1e-5)
    assert (maps.shares[teddy] > whole[teddy]).all()
    assert (beside.options.relative, beside.options.alpha) == (True, 4)
    same = namesakes(load_label_space("voc"), "coco")
    aeroplane, person = (load_label_space("voc").by_name[name].id for name in ("aeroplane", "person"))
    assert (same[aeroplane], same[person]) == ({"airplane"}, {"person"})
    spared = beside.maps(encoded, ["cat", "apple"], [(), ("cat",)]).shares[1]
    others = np.delete(maps.logits, cat, axis=0)
    np.testing.assert_allclose(spared, torch.from_numpy(others).softmax(dim=0)[apple - (cat < apple)], atol=1e-5)
    # A word is in an image where it has enough of any cell.
    greatest = maps.shares[apple].max()
    seen = [mask_of(ClassFinder(beside, {53: ["apple"]}, greatest * by), image).any() for by in (0.99, 1.01)]
    assert seen == [True, False]
    # Words of a class stand for it together, however little each has: as in a softmax over them and the rivals.
    words = ["apple", "cat", "zebra"]
    mine = beside.maps(encoded, words, [words] * 3)
    others = [place for place, name in enumerate(names) if name not in words]
    weights = np.exp(maps.logits.astype(np.float64))
    three = weights[[names.index(word) for word in words]].sum(axis=0)
    expected = three / (three + weights[others].sum(axis=0))
    (class_id,), (joint,) = joint_shares([53] * 3, mine.shares)
    np.testing.assert_allclose(joint, expected, atol=1e-5)
    assert mine.shares.max(axis=0).mean() < joint.mean()
    seen = [mask_of(ClassFinder(beside, {53: words}, joint.max() * by), image).any() for by in (0.99, 1.01)]
    assert (class_id, seen) == (53, [True, False])
    alone = load_referring(world.run).predictor(OPTIONS.model_copy(update={"rivals": "image"}), "cpu")
    pair = alone.maps(alone.encode(image), ["apple", "cat", "zebra"], [("cat",), ("apple",), ()])
    _, (joint, zebra) = joint_shares([1, 1, 2], pair.shares)
    np.testing.assert_allclose(joint + zebra, 1, atol=1e-5)
    pair = alone.maps(alone.encode(image), ["apple", "cat"])
    np.testing.assert_allclose(pair.shares.sum(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(pair.scores, maps.scores[[apple, cat]], atol=1e-5)
    # What has no rival there has what it has against the background, and not the whole image.
    for texts in (["apple"], ["apple", "the apple"]):
        single = alone.maps(alone.encode(image), texts)
        np.testing.assert_allclose(single.shares[0], 1 / (1 + np.exp(-single.logits[0])), atol=1e-5)
        assert alone.masks(image, single)[0].mean() < 0.9
    strongest = pair.shares[0] / pair.shares[0].max()
    np.testing.assert_allclose(alone.strengths(pair)[0], strongest, atol=1e-4)


def test_texts_and_rivals_are_projected_once_for_all_images(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = load_referring(world.run).predictor(OPTIONS.model_copy(update={"rivals": "coco"}), "cpu")
    images = [read_image(world.images / f"{number}.png") for number in (1, 2)]
    projected: list[int] = []
    project = predictor.network.directions
    monkeypatch.setattr(
        predictor.network, "directions", lambda vectors: (projected.append(len(vectors)), project(vectors))[1]
    )
    first, *_ = [predictor.maps(predictor.encode(image), ["apple", "cat"]).logits for image in images]
    n_names = len(rival_names("coco")[:80])
    assert projected == [n_names]
    again = predictor.maps(predictor.encode(images[0]), ["cat", "apple"]).logits
    np.testing.assert_array_equal(again, first[::-1])
    assert projected == [n_names]


def test_the_command_prints_a_table_or_json(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    common = [
        *("refer", "evaluate", str(world.run), "--images", str(world.images), "--truth", str(world.truth)),
        *("--refine", "none", "--quiet", "--device", "cpu"),
    ]
    table = CliRunner().invoke(app, common)
    assert table.exit_code == 0, table.output
    assert [line.split()[0] for line in table.stdout.splitlines()[1:4]] == ["masks", "whole", "central"]
    assert "8 images, 0 without a prediction" in table.stdout
    page = tmp_path / "page.html"
    opening = Mock(side_effect=load_referring)
    monkeypatch.setattr("segmentation.referring.run.load_referring", opening)
    found = json.loads(CliRunner().invoke(app, [*common, "--json", "--report", str(page)]).stdout)
    monkeypatch.undo()
    opening.assert_called_once_with(world.run)
    assert page.read_text().count("<article") == 8
    assert CliRunner().invoke(app, [*common, "--report", str(page)]).exit_code == 2
    for read in (world.run / "run.json", world.truth, next(world.images.iterdir())):
        refused = CliRunner().invoke(app, [*common, "--report", str(read), "--overwrite"])
        assert (refused.exit_code, "would destroy it" in refused.stderr) == (2, True)
    for folder in (world.images, world.run):
        refused = CliRunner().invoke(app, [*common, "--zero-shot", "-o", str(folder)])
        assert refused.exit_code == 2
        assert "Name another folder for the masks" in refused.stderr
    assert found["masks"]["miou"] > found["central_box"]["miou"] > found["whole_image"]["miou"]
    zero_shot = CliRunner().invoke(
        app, [*common, "--zero-shot", "--score-threshold", "0", "--words", "labels", "-o", str(tmp_path / "masks")]
    )
    assert zero_shot.exit_code == 0, zero_shot.output
    assert {"apple", "cat"} <= {line.split()[0] for line in zero_shot.stdout.splitlines()}
    assert len([*(tmp_path / "masks").glob("*.png")]) == 8
    assert (tmp_path / "masks" / "id2label.json").is_file()
    relative = CliRunner().invoke(app, [*common, "--relative"]).stdout
    assert "MPA, class activation maps, nothing tuned" in relative
    beside = CliRunner().invoke(app, [*common, "--rivals", "coco"]).stdout
    assert "class activation maps, rivals: coco" in beside
    wrong = CliRunner().invoke(app, [*common, "--split", "val"])
    assert wrong.exit_code == 2
    assert "has no split 'val'" in wrong.output


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            ["--zero-shot", "--split", "val"],
            "--split: got val, which would change nothing: it is about",
        ),
        (["--zero-shot", "--regions", "boxes"], "--regions: got boxes, which would change nothing"),
        (
            ["--zero-shot", "--instances", "a.json", "--instances", "b.json"],
            "--instances: got a.json, b.json,",
        ),
        (["--zero-shot", "--labels", "labels.jsonl"], "--labels: got labels.jsonl, which would change nothing"),
        (
            ["--zero-shot", "--min-score", "0.5"],
            "--min-score: got 0.5, which would change nothing: --score-threshold",
        ),
        (["--zero-shot", "--report", "page.html"], "the page of --report is about expressions"),
        (["-o", "masks"], "--output: got masks, which would change nothing: it is about the classes that"),
        (["--words", "paper"], "--words: got paper, which would change nothing"),
        (["--score-threshold", "0"], "--score-threshold: got 0.0, which would change nothing"),
        (["--label-space", "voc"], "--label-space: got voc, which would change nothing"),
        (["--image-list", "train.txt"], "--image-list: got train.txt, which would change nothing"),
        (["--processes", "2"], "--processes: got 2, which would change nothing"),
        (["--batch-size", "2"], "--batch-size: got 2, which would change nothing"),
    ],
)
def test_options_of_the_other_half_are_refused(tmp_path: Path, given: list[str], why: str) -> None:
    missing = str(tmp_path / "missing")
    done = CliRunner().invoke(
        app, ["refer", "evaluate", missing, "--images", missing, "--truth", missing, *given], color=False
    )
    assert done.exit_code == 2
    assert why in " ".join(done.stderr.split())
