"""From a trained run to a folder of masks: resumed, refused, rejected."""

import json
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from segmentation.data.masks import read_index_mask
from segmentation.masks.finish import Finisher
from segmentation.masks.job import MaskMachine
from segmentation.masks.options import MaskOptions
from segmentation.masks.overlay import with_overlays
from segmentation.masks.refinement import CrfPreset, Refinement
from segmentation.masks.run import MaskInputs, MaskRun, make_masks
from segmentation.scores.contract import PRESENCE, NetworkTraits
from shared_runtime.errors import MissingResourceError, OutputError, UsageError
from shared_schemas import LabelSpace, load_label_space

ON_CPU = MaskMachine(device="cpu")
UNREFINED = MaskOptions(refine=Refinement.NONE)


def inputs(small_run: Any, labels: Path | None = None) -> MaskInputs:
    return MaskInputs(small_run.run, [small_run.images], labels or small_run.labels)


def traits(backbone: str = "resnet50", *, pretrained: bool = True) -> NetworkTraits:
    return NetworkTraits(backbone, pretrained, crop_size=33, attributes=True, background=True, gives_cells=True)


def masks_of(small_run, output: Path, options: MaskOptions = UNREFINED, **more: object) -> MaskRun:
    return make_masks(inputs(small_run), output, options, ON_CPU, **more)


def test_options_are_resolved_by_the_network(small_run: Any, tmp_path: Path) -> None:
    made = masks_of(small_run, tmp_path / "masks")
    assert (made.options.alpha, made.options.input_size, made.options.propagation) == (4.0, 33, 0)
    assert (made.options.compounds, made.options.positive_background) == (True, True)
    record = json.loads((tmp_path / "masks" / "run.json").read_text())
    assert record["command"] == "make-masks"
    assert record["config"]["alpha"] == 4.0
    assert record["notes"]["run"] == str(small_run.run)


def test_what_is_left_open_depends_on_whether_the_backbone_was_pretrained() -> None:
    known, new = (MaskOptions().resolved(traits(pretrained=pretrained)) for pretrained in (True, False))
    assert (known.input_size, known.propagation, known.consensus) == (66, 2, True)
    assert (new.input_size, new.propagation, new.consensus) == (33, 0, True)
    against = replace(traits(), background_logit=1.0, crop_size=385)
    found = MaskOptions().resolved(against)
    assert (found.input_size, found.absolute, found.sharpness) == (481, 0.5, 3)
    assert (found.refine, known.refine) == (Refinement.PIXEL_WALK, Refinement.DENSE_CRF)
    relative = MaskOptions(absolute=0.0).resolved(against)
    assert (relative.absolute, relative.sharpness, known.sharpness) == (0, 1, 1)
    assert MaskOptions(sharpness=2).resolved(traits()).sharpness == 2
    asked = MaskOptions(input_size=66, propagation=1).resolved(traits(pretrained=False))
    assert (asked.input_size, asked.propagation) == (66, 1)


LOCALIZER = traits()
AGAINST_BACKGROUND = replace(LOCALIZER, background_logit=1.0)
SEGMENTER = NetworkTraits("resnet50", True, 33, False, False, own_background=True, segmentation=True)
REFERRING = replace(SEGMENTER, segmentation=False)


@pytest.mark.parametrize(
    ("network", "given", "named"),
    [
        (SEGMENTER, {"alpha": 3.0}, "--alpha: got 3.0"),
        (SEGMENTER, {"absolute": 0.5}, "--absolute: got 0.5"),
        (SEGMENTER, {"propagation": 2}, "--propagation: got 2"),
        (SEGMENTER, {"background_logit": 2.0}, "--background-logit: got 2.0"),
        (REFERRING, {"gamma": 0.5}, "--gamma: got 0.5"),
        (REFERRING, {"conversion": "midpoint", "refine": "none"}, "--conversion: got midpoint"),
        (REFERRING, {"presence": 0.5}, "--presence: got 0.5"),
        (LOCALIZER, {"presence": 0.0}, "--presence: got 0.0"),
        (LOCALIZER, {"background_logit": 2.0}, "--background-logit: got 2.0"),
        (AGAINST_BACKGROUND, {"sharpness": 2.0, "refine": "none"}, "--sharpness: got 2.0"),
        (AGAINST_BACKGROUND, {"absolute": 0.2, "conversion": "midpoint", "refine": "none"}, "--absolute: got 0.2"),
        (AGAINST_BACKGROUND, {"absolute": 1.0, "alpha": 900.0}, "--alpha: got 900.0"),
        (LOCALIZER, {"absolute": 1.0, "gamma": 0.0}, "--gamma: got 0.0"),
        (LOCALIZER, {"positive_background": False, "gamma": 0.5}, "--gamma: got 0.5"),
        (replace(LOCALIZER, background=False), {"gamma": 0.5}, "--gamma: got 0.5"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(
    network: NetworkTraits, given: dict[str, object], named: str
) -> None:
    with pytest.raises(UsageError, match=f"{named}, which would change nothing: .*Leave it out"):
        MaskOptions.model_validate(given).resolved(network)


def test_what_has_the_value_that_it_would_have_anyway_is_taken() -> None:
    paper = MaskOptions(alpha=8, propagation=0, absolute=0, presence=0, consensus=False).resolved(SEGMENTER)
    assert (paper.propagation, paper.presence, paper.viewing.presence) == (0, 0, 0)
    assert MaskOptions(propagation=3, conversion="algorithm-1").resolved(REFERRING).propagation == 3
    midpoint = MaskOptions(conversion="midpoint", absolute=0, refine=Refinement.NONE)
    assert [midpoint.resolved(network).absolute for network in (LOCALIZER, AGAINST_BACKGROUND)] == [0, 0]
    believing = MaskOptions().resolved(SEGMENTER)
    assert believing.presence == believing.viewing.presence == PRESENCE
    assert MaskOptions().resolved(LOCALIZER).presence is None


def test_a_consensus_is_sought_where_there_are_cells_and_shares() -> None:
    assert not MaskOptions(consensus=True).resolved(replace(LOCALIZER, gives_cells=False)).consensus
    midpoint = MaskOptions(conversion="midpoint", refine=Refinement.NONE)
    assert not midpoint.resolved(LOCALIZER).consensus


def test_midpoints_make_the_same_masks_whether_or_not_a_consensus_was_asked_for(
    small_run: Any, tmp_path: Path
) -> None:
    midpoint = MaskOptions(conversion="midpoint", refine=Refinement.NONE)
    masks_of(small_run, tmp_path / "default", midpoint)
    masks_of(small_run, tmp_path / "alone", midpoint.model_copy(update={"consensus": False}))
    found, expected = (
        {path.name: read_index_mask(path, 81).tolist() for path in (tmp_path / name).glob("*.png")}
        for name in ("default", "alone")
    )
    assert found == expected
    assert any(0 in set(np.unique(mask)) and np.any(mask) for mask in map(np.array, found.values()))
    record = json.loads((tmp_path / "default" / "run.json").read_text())
    assert record["config"]["consensus"] is False
    assert "presence" not in record["config"]


@pytest.mark.parametrize(
    ("backbone", "alpha"),
    [("resnet50", 8), ("vgg16", 4), ("resnet38", 5), ("efficientnet-lite0-head", 4)],
)
def test_alpha_follows_the_backbone(backbone: str, alpha: float) -> None:
    assert MaskOptions().resolved(traits(backbone)).alpha == alpha


@pytest.mark.parametrize(("asked", "side"), [("auto", 66), ("train", 33), ("original", "original"), (97, 97)])
def test_the_input_size_follows_the_crops(asked: int | str, side: int | str) -> None:
    assert MaskOptions.model_validate({"input_size": asked}).resolved(traits()).input_size == side


def test_masks_have_the_size_of_their_images_and_only_labelled_classes(small_run: Any, tmp_path: Path) -> None:
    made = masks_of(small_run, tmp_path / "masks")
    assert made.counts.written == 4
    sizes = {path.stem: read_index_mask(path, 81).shape for path in (tmp_path / "masks").glob("*.png")}
    assert sizes == {
        "000000000001": (48, 64),
        "000000000002": (64, 48),
        "000000000003": (48, 64),
        "000000000004": (40, 40),
    }
    values = {
        value for path in (tmp_path / "masks").glob("*.png") for value in np.unique(read_index_mask(path, 81))
    }
    assert values <= {0, 48}
    assert not (tmp_path / "masks" / "rejected.jsonl").exists()


def test_a_second_call_makes_what_is_missing(small_run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    masks_of(small_run, folder)
    before = {path.name: path.read_bytes() for path in folder.glob("*.png")}
    (folder / "000000000003.png").unlink()
    made = masks_of(small_run, folder)
    assert (made.counts.written, made.counts.present) == (1, 3)
    assert {path.name: path.read_bytes() for path in folder.glob("*.png")} == before


def test_other_options_are_refused_with_the_difference_unless_overwriting(small_run: Any, tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    masks_of(small_run, folder)
    other = UNREFINED.model_copy(update={"alpha": 2.0})
    with pytest.raises(UsageError, match=r"config.alpha: 4.0 in the folder, 2.0 asked for"):
        masks_of(small_run, folder, other)
    assert masks_of(small_run, folder, other, overwrite=True).counts.written == 4


def test_the_folder_of_a_training_is_never_overwritten(small_run: Any) -> None:
    weights = small_run.run / "model.safetensors"
    before = weights.read_bytes()
    with pytest.raises(UsageError, match="train-localizer"):
        masks_of(small_run, small_run.run, overwrite=True)
    assert weights.read_bytes() == before


def test_images_without_a_mask_stand_in_a_file(small_run: Any, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    lines = small_run.labels.read_text().splitlines()
    missing = json.loads(lines[0]) | {"image_id": 99, "file_name": "missing.png"}
    labels.write_text("\n".join([*lines, json.dumps(missing), "no record"]) + "\n")
    made = make_masks(inputs(small_run, labels), tmp_path / "masks", UNREFINED, ON_CPU)
    assert made.counts.written == 4
    rejected = [json.loads(line) for line in (tmp_path / "masks" / "rejected.jsonl").read_text().splitlines()]
    assert [(entry["line"], entry["image_id"]) for entry in rejected] == [(5, 99), (6, None)]


def test_rle_results_are_what_pycocotools_loads(
    small_run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    masks_of(small_run, tmp_path / "masks", rle=tmp_path / "results.json")
    results = json.loads((tmp_path / "results.json").read_text())
    truth = COCO(str(small_run.truth))
    loaded = truth.loadRes(str(tmp_path / "results.json")) if results else truth
    capsys.readouterr()
    assert set(loaded.getImgIds()) == {1, 2, 3, 4}
    masks = {int(path.stem): read_index_mask(path, 81) for path in (tmp_path / "masks").glob("*.png")}
    assert {entry["image_id"] for entry in results} == {key for key, mask in masks.items() if mask.any()}
    assert {entry["category_id"] for entry in results} <= {53}


def test_a_missing_crf_is_told_before_anything_is_read(
    small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pydensecrf.densecrf", None)
    with pytest.raises(MissingResourceError, match=r"\[crf\]"):
        masks_of(small_run, tmp_path / "masks", MaskOptions())
    assert not (tmp_path / "masks").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"crf_preset": "mine"}, "should be 'sec', 'readme', 'irn', 'deeplab' or 'reference'"),
        ({"gamma": 1.5}, "less than or equal to 1"),
        ({"scales": ()}, "at least 1 item"),
        ({"alpha": 0}, "greater than 0"),
    ],
)
def test_impossible_options(options: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        MaskOptions.model_validate(options)


def test_attributes_that_the_network_does_not_know_are_left_out(small_run: Any, tmp_path: Path) -> None:
    masks_of(small_run, tmp_path / "masks")
    labels = tmp_path / "labels.jsonl"
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    for record in records:
        record["foreground"][0]["attributes"].append({"name": "delicious", "votes": 1})
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    made = make_masks(inputs(small_run, labels), tmp_path / "more", UNREFINED, ON_CPU)
    assert made.counts.written == 4
    for path in (tmp_path / "masks").glob("*.png"):
        assert path.read_bytes() == (tmp_path / "more" / path.name).read_bytes()


def test_no_results_are_written_over_an_input(small_run: Any, tmp_path: Path) -> None:
    """Not by another path, nor through a link, nor with `overwrite`."""
    link = tmp_path / "link.json"
    link.symlink_to(small_run.labels)
    image = next(iter(small_run.images.iterdir()))
    by_detour = small_run.images / ".." / small_run.labels.name
    read = [
        small_run.labels,
        by_detour,
        link,
        image,
        small_run.run / "model.safetensors",
        *(small_run.run / name for name in ("run.json", "label_space.json", "metrics.jsonl")),
    ]
    before = [path.read_bytes() for path in read]
    for path in read:
        with pytest.raises(UsageError, match="writing it would destroy it"):
            masks_of(small_run, tmp_path / "masks", rle=path, overwrite=True)
    assert [path.read_bytes() for path in read] == before
    assert not (tmp_path / "masks").exists()


def test_results_may_lie_among_the_masks_of_a_new_folder(small_run: Any, tmp_path: Path) -> None:
    masks_of(small_run, tmp_path / "masks", rle=tmp_path / "masks" / "all.json")
    rows = json.loads((tmp_path / "masks" / "all.json").read_text())
    shown = {
        int(path.stem)
        for path in (tmp_path / "masks").glob("*.png")
        if np.isin(read_index_mask(path, 256), range(1, 81)).any()
    }
    assert {row["image_id"] for row in rows} == shown != set()
    with pytest.raises(UsageError, match=r"does not exist\. Try: mkdir -p"):
        masks_of(small_run, tmp_path / "other", rle=tmp_path / "elsewhere" / "all.json")


def test_results_are_json_lines_where_their_name_says_so(small_run: Any, tmp_path: Path) -> None:
    rows, lines = (tmp_path / name for name in ("all.json", "all.jsonl"))
    masks_of(small_run, tmp_path / "masks", rle=rows)
    masks_of(small_run, tmp_path / "masks", rle=lines)
    assert json.loads(rows.read_text()) == [json.loads(line) for line in lines.read_text().splitlines()] != []


def test_a_folder_with_all_its_masks_needs_no_network(
    small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    masks_of(small_run, tmp_path / "masks")
    monkeypatch.setattr("segmentation.localization.run.TrainedLocalizer.score_source", None)
    assert masks_of(small_run, tmp_path / "masks").counts.present == 4


def test_a_finisher_that_also_draws_overlays_has_all_that_it_had(tmp_path: Path) -> None:
    plain = Finisher(Refinement.PAMR, CrfPreset.IRN, 5, (0.2, 0.4))
    drawing = with_overlays(plain, tmp_path, ["cat"])
    assert all(getattr(drawing, field.name) == getattr(plain, field.name) for field in fields(plain))
    assert (drawing.folder, drawing.class_names) == (tmp_path, ("cat",))


def test_results_replace_what_the_same_command_wrote_and_nothing_else(small_run: Any, tmp_path: Path) -> None:
    other, own = tmp_path / "other.json", tmp_path / "own.json"
    other.write_text("mine")
    with pytest.raises(UsageError, match=r"other\.json exists already"):
        masks_of(small_run, tmp_path / "masks", rle=other)
    masks_of(small_run, tmp_path / "masks", rle=own)
    first = own.read_bytes()
    masks_of(small_run, tmp_path / "masks", rle=own)
    assert (own.read_bytes(), other.read_text()) == (first, "mine")
    with pytest.raises(UsageError, match=r"run\.json is run\.json of the masks"):
        masks_of(small_run, tmp_path / "masks", rle=tmp_path / "masks" / "run.json", overwrite=True)
    with pytest.raises(UsageError, match=r"label_space\.json is label_space\.json of the masks"):
        masks_of(small_run, tmp_path / "masks", rle=tmp_path / "masks" / "label_space.json", overwrite=True)
    masks_of(small_run, tmp_path / "masks", rle=other, overwrite=True)
    assert other.read_bytes() == first


def test_results_are_whole_or_absent(small_run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, *_: object, **_named: object) -> None:
        path.write_text("[")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("segmentation.masks.folder.write_coco_results", full)
    with pytest.raises(OutputError, match=r"results\.json: cannot be written: No space"):
        masks_of(small_run, tmp_path / "masks", rle=tmp_path / "results.json")
    assert [path.name for path in tmp_path.iterdir()] == ["masks"]


def test_masks_are_not_written_among_the_images(small_run: Any, tmp_path: Path) -> None:
    """A folder of masks is a folder of pictures: with `overwrite` it would be emptied before it is read."""
    folder = tmp_path / "masks"
    masks_of(small_run, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UsageError, match="is a folder of images that are read"):
        masks_of(small_run._replace(images=folder), folder, overwrite=True)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_classes_that_another_data_set_lacks_do_not_compete(small_run: Any, tmp_path: Path) -> None:
    """Section V-D: their rows are dropped before the argmax; the background's stays."""
    voc, coco = load_label_space("voc"), load_label_space("coco")
    cat, apple = coco.by_name["cat"], coco.by_name["apple"]
    labels = tmp_path / "labels.jsonl"
    records = [json.loads(line) for line in small_run.labels.read_text().splitlines()]
    for record in records[1:]:
        record["foreground"].insert(0, {"id": cat.id, "name": "cat", "votes": 1})
    records[0]["background"] = []
    labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    given = replace(inputs(small_run, labels), target=voc)
    alone = UNREFINED.model_copy(update={"consensus": False})
    made = make_masks(given, tmp_path / "masks", alone, ON_CPU)
    assert [image.image_id for image in made.counts.rejected] == [1]  # an apple alone
    values = [set(np.unique(read_index_mask(tmp_path / "masks" / f"{n:012}.png", 81))) for n in (2, 3, 4)]
    assert all(cat.id in seen and apple.id not in seen for seen in values)
    with pytest.raises(UsageError, match="target"):
        make_masks(replace(given, target=None), tmp_path / "masks", alone, ON_CPU)


def test_a_data_set_without_a_common_class_is_refused(small_run: Any, tmp_path: Path, space: LabelSpace) -> None:
    with pytest.raises(UsageError, match="--only-classes-of: got label space 'mini', none of whose"):
        make_masks(replace(inputs(small_run), target=space), tmp_path / "masks", UNREFINED, ON_CPU)
