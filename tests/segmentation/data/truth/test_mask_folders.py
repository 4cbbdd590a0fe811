from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from segmentation.data.truth.mask_folders import MaskFolderTruth, YouTubeObjectsTruth
from segmentation.data.truth.opening import open_truth
from shared_runtime.errors import InputError
from shared_schemas import LabelSpace

MASK = np.array([[0, 1, 2], [3, 255, 0]], dtype=np.uint8)


def with_palette(mask: np.ndarray) -> Image.Image:
    image = Image.fromarray(mask).convert("L")
    # Colours that would change the values if they were converted instead of read.
    image.putpalette([255 - value for value in range(256) for _ in range(3)])
    return image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mask with a palette, the same one in grey, and a file that is no mask."""
    with_palette(MASK).save(tmp_path / "palette.png")
    Image.fromarray(MASK).save(tmp_path / "grey.png")
    (tmp_path / "notes.txt").write_text("")
    return tmp_path


def test_values_are_read_whatever_the_palette(folder: Path, space: LabelSpace) -> None:
    truth = MaskFolderTruth(folder, space)

    assert truth.keys() == ["grey", "palette"]
    for _, mask in truth:
        np.testing.assert_array_equal(mask, MASK)


@pytest.mark.parametrize(
    ("name", "mask", "message"),
    [
        ("ids.png", Image.fromarray(MASK + 15), "got the value 15, expected 0 to 3, or 255 for 'ignore'"),
        ("white.png", Image.fromarray(MASK > 0), "got pixels of mode '1', expected class ids, one byte per pixel"),
        ("rgb.png", Image.fromarray(MASK).convert("RGB"), "got pixels of mode 'RGB', expected class ids"),
        ("deep.png", Image.fromarray(MASK.astype(np.uint16)), "got pixels of mode 'I;16'"),
    ],
)
def test_a_mask_that_is_none_is_refused(
    tmp_path: Path, space: LabelSpace, name: str, mask: Image.Image, message: str
) -> None:
    mask.save(tmp_path / name)

    with pytest.raises(InputError) as caught:
        MaskFolderTruth(tmp_path, space).mask(Path(name).stem)
    assert str(caught.value).startswith(f"{tmp_path / name}: {message}")


def test_a_damaged_mask_and_one_that_went_away(folder: Path, space: LabelSpace) -> None:
    truth = MaskFolderTruth(folder, space)
    (folder / "grey.png").write_bytes((folder / "grey.png").read_bytes()[:50])
    (folder / "palette.png").unlink()

    with pytest.raises(InputError, match=r"grey\.png: the mask cannot be decoded"):
        truth.mask("grey")
    with pytest.raises(InputError, match=r"palette\.png: no such mask file"):
        truth.mask("palette")


def test_a_folder_without_masks_is_refused(tmp_path: Path, space: LabelSpace) -> None:
    with pytest.raises(InputError, match=r"got no file \*\.png, expected a folder of index masks"):
        MaskFolderTruth(tmp_path, space)


def test_black_and_white_masks_are_refused(tmp_path: Path, space: LabelSpace) -> None:
    black_and_white = np.array([[0, 255], [0, 0]], dtype=np.uint8)
    Image.fromarray(black_and_white).save(tmp_path / "a.png")
    Image.fromarray(black_and_white * 0).save(tmp_path / "b.png")
    (tmp_path / "c.png").write_bytes(b"no image")

    with pytest.raises(InputError, match=r"values 0 and 255 alone, .*Is 255 the object\? .*'mini'"):
        open_truth(tmp_path, label_space=space)
    # One object in one of them, and the others are what they seem to be.
    Image.fromarray(MASK).save(tmp_path / "d.png")
    assert len(open_truth(tmp_path, label_space=space)) == 4
    for name in ("a.png", "d.png"):
        (tmp_path / name).unlink()
    assert len(open_truth(tmp_path, label_space=space)) == 2


def save_frame(root: Path, name: str, pixels: np.ndarray) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """A frame of a cat as JPEG with blurred borders, one of a dog as PNG."""
    blurred = np.zeros((16, 16), dtype=np.uint8)
    blurred[:, 8:] = 255
    save_frame(tmp_path, "cat/data/0001/shots/002/labels/00021.jpg", blurred)
    save_frame(
        tmp_path, "dog/data/0003/shots/001/labels/00011.png", np.array([[0, 127, 128, 255]], dtype=np.uint8)
    )
    save_frame(tmp_path, "dog/data/0003/shots/001/images/00011.png", np.zeros((1, 4), dtype=np.uint8))
    return tmp_path


def test_frames_of_videos_are_masks_of_the_class_of_their_folder(videos: Path, space: LabelSpace) -> None:
    truth = YouTubeObjectsTruth(videos, space)

    assert truth.keys() == ["cat_0001_002_00021", "dog_0003_001_00011"]
    assert truth.mask("dog_0003_001_00011").tolist() == [[0, 0, 2, 2]]
    assert truth.mask("cat_0001_002_00021").tolist() == [[0] * 8 + [1] * 8] * 16


def test_a_video_of_an_unknown_class_is_refused(videos: Path, space: LabelSpace) -> None:
    (videos / "dog").rename(videos / "wolf")

    with pytest.raises(
        InputError, match="got a folder 'wolf', expected classes of the label space: cat, dog, cup"
    ):
        YouTubeObjectsTruth(videos, space)


def test_a_folder_without_videos_is_refused(tmp_path: Path, space: LabelSpace) -> None:
    with pytest.raises(InputError, match="got no mask, expected files"):
        YouTubeObjectsTruth(tmp_path, space)


def test_the_kind_of_a_truth_shows_in_what_lies_there(folder: Path, tmp_path: Path) -> None:
    save_frame(tmp_path, "voc/SegmentationClass/2007_000001.png", np.array([[0, 20, 255]], dtype=np.uint8))
    save_frame(tmp_path, "youtube/horse/data/0001/shots/001/labels/00001.png", np.array([[255]], dtype=np.uint8))

    voc, youtube, plain = (open_truth(path) for path in (tmp_path / "voc", tmp_path / "youtube", folder))

    assert (voc.label_space.name, voc.mask("2007_000001").tolist()) == ("voc", [[0, 20, 255]])
    assert voc.class_names[20] == "tvmonitor"
    assert (youtube.label_space.name, youtube.mask("horse_0001_001_00001").tolist()) == ("youtube-objects", [[8]])
    assert (plain.label_space.name, plain.keys()[:2]) == ("coco", ["grey", "palette"])
    assert open_truth(folder, label_space="voc").label_space.name == "voc"
    with pytest.raises(InputError, match="got nothing there, expected a COCO instances file or a folder of masks"):
        open_truth(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["SegmentationClass", "SegmentationClassAug"])
def test_the_folder_of_masks_in_that_of_voc_has_its_classes(tmp_path: Path, name: str) -> None:
    masks = tmp_path / "voc" / name
    masks.mkdir(parents=True)
    with_palette(MASK).save(masks / "a.png")
    assert open_truth(masks).label_space.name == "coco"
    (tmp_path / "voc" / "JPEGImages").mkdir()
    found = open_truth(masks)
    assert (found.label_space.name, found.keys()) == ("voc", open_truth(masks, label_space="coco").keys())


def test_sub_folders_are_read_and_what_systems_leave_behind_is_not(folder: Path, space: LabelSpace) -> None:
    save_frame(folder, "cam1/0001.png", MASK)
    save_frame(folder, "cam2/0001.png", MASK % 2)
    Image.fromarray(MASK).save(folder / "cam2" / "B.PNG")
    (folder / "cam1" / "._0001.png").write_bytes(b"of the system")
    (folder / ".cache").mkdir()
    Image.fromarray(MASK).save(folder / ".cache" / "a.png")

    truth = open_truth(folder, label_space=space)

    assert truth.keys() == ["cam1/0001", "cam2/0001", "cam2/B", "grey", "palette"]
    assert truth.mask("cam2/0001").tolist() == (MASK % 2).tolist()


@pytest.mark.real_data
def test_real_voc_masks_are_read_in_both_modes(real_data: Path) -> None:
    folder = real_data / "voc" / "SegmentationClass"
    modes: dict[str, list[str]] = {"L": [], "P": []}
    for path in sorted(folder.glob("*.png")):
        with Image.open(path) as image:
            modes[image.mode].append(path.stem)
    truth = open_truth(real_data / "voc")

    assert len(truth) == 1216
    for key in modes["P"] + modes["L"][:20]:
        mask = truth.mask(key)
        assert mask.ndim == 2
        assert (np.isin(mask, (0, 255))).mean() < 1
