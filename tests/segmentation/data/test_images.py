import io
import json
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from segmentation.data.images import image_size, pixels_of, read_image
from shared_runtime.errors import InputError

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
CORNERS = np.array([[RED, GREEN, BLUE], [WHITE, (0, 0, 0), (9, 8, 7)]], dtype=np.uint8)
"""2 rows, 3 columns, no two pixels alike."""


def saved(folder: Path, image: Image.Image, name: str = "image.png", **options: object) -> Path:
    path = folder / name
    image.save(path, **options)
    return path


def test_an_rgb_image_comes_back_as_it_is(tmp_path: Path) -> None:
    pixels = read_image(saved(tmp_path, Image.fromarray(CORNERS)))

    assert pixels.dtype == np.uint8
    assert pixels.flags.writeable
    np.testing.assert_array_equal(pixels, CORNERS)


def test_grey_becomes_three_equal_channels(tmp_path: Path) -> None:
    grey = np.array([[0, 100], [200, 255]], dtype=np.uint8)

    np.testing.assert_array_equal(
        read_image(saved(tmp_path, Image.fromarray(grey))), np.stack([grey] * 3, axis=-1)
    )


def test_bilevel_is_black_and_white(tmp_path: Path) -> None:
    bits = Image.fromarray(np.array([[True, False]]))
    assert bits.mode == "1"

    np.testing.assert_array_equal(read_image(saved(tmp_path, bits)), [[WHITE, (0, 0, 0)]])


@pytest.mark.parametrize("name", ["deep.png", "deep.tif", "deep.pgm"])
def test_sixteen_bits_keep_their_upper_eight(tmp_path: Path, name: str) -> None:
    deep = np.array([[0x0000, 0x1234, 0x80FF, 0xFFFF]], dtype=np.uint16)

    pixels = read_image(saved(tmp_path, Image.fromarray(deep), name))

    np.testing.assert_array_equal(pixels[..., 0], [[0x00, 0x12, 0x80, 0xFF]])
    np.testing.assert_array_equal(pixels[..., 0], pixels[..., 2])


def test_whole_numbers_up_to_255_are_bytes() -> None:
    grey = np.array([[0, 7, 255]], dtype=np.int32)
    np.testing.assert_array_equal(pixels_of(Image.fromarray(grey))[..., 0], grey)
    np.testing.assert_array_equal(pixels_of(Image.fromarray(grey * 256))[..., 0], grey)


@pytest.mark.parametrize("name", ["deep.png", "deep.tif", "deep.pgm"])
def test_dark_pixels_of_16_bits_stay_dark(tmp_path: Path, name: str) -> None:
    deep = np.array([[0, 7, 255]], dtype=np.uint16)
    assert not read_image(saved(tmp_path, Image.fromarray(deep), name)).any()


def test_cmyk_becomes_rgb(tmp_path: Path) -> None:
    inks = np.zeros((8, 8, 4), dtype=np.uint8)
    inks[..., 1:3] = 255  # magenta and yellow

    pixels = read_image(saved(tmp_path, Image.fromarray(inks, mode="CMYK"), "print.jpg", quality=100))

    assert pixels.shape == (8, 8, 3)
    assert np.abs(pixels.astype(int) - RED).max() <= 3


def test_a_palette_gives_its_colours_and_not_its_indices(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1, 2]], dtype=np.uint8)).convert("L")
    image.putpalette([*BLUE, *RED, *GREEN])

    np.testing.assert_array_equal(read_image(saved(tmp_path, image)), [[BLUE, RED, GREEN]])


def test_a_transparent_palette_colour_shows_white(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 1]], dtype=np.uint8)).convert("L")
    image.putpalette([*BLUE, *RED])

    np.testing.assert_array_equal(read_image(saved(tmp_path, image, transparency=0)), [[WHITE, RED]])


@pytest.mark.parametrize(
    ("alpha", "expected"),
    [(255, (200, 100, 0)), (0, WHITE), (128, (227, 177, 127))],
    ids=["opaque", "clear", "half"],
)
def test_alpha_lies_on_white(tmp_path: Path, alpha: int, expected: tuple[int, int, int]) -> None:
    image = Image.new("RGBA", (2, 2), (200, 100, 0, alpha))

    pixels = read_image(saved(tmp_path, image))

    assert pixels.shape == (2, 2, 3)
    np.testing.assert_allclose(pixels[0, 0], expected, atol=1)


def test_grey_with_alpha(tmp_path: Path) -> None:
    image = Image.merge(
        "LA", [Image.new("L", (1, 2), 40), Image.fromarray(np.array([[255], [0]], dtype=np.uint8))]
    )

    np.testing.assert_array_equal(read_image(saved(tmp_path, image)), [[(40, 40, 40)], [WHITE]])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(tmp_path, Image.fromarray(CORNERS), exif=exif)

    with Image.open(path) as image:
        expected = np.asarray(ImageOps.exif_transpose(image))
    assert (expected.shape[:2] == (3, 2)) == (orientation >= 5)
    np.testing.assert_array_equal(read_image(path), expected)
    assert image_size(path) == expected.shape[:2]


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    np.testing.assert_array_equal(read_image(saved(tmp_path, Image.fromarray(CORNERS), exif=exif)), CORNERS)


def test_an_image_is_turned_even_if_its_other_tags_are_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Image.Exif, _offset: int = 8) -> bytes:
        raise ValueError("tags that cannot be written anew")

    exif = Image.Exif()
    exif[0x0112] = 3
    path = saved(tmp_path, Image.fromarray(CORNERS), exif=exif)
    monkeypatch.setattr(Image.Exif, "tobytes", fail)
    np.testing.assert_array_equal(read_image(path), CORNERS[::-1, ::-1])


def test_a_damaged_exif_block_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, Image.fromarray(CORNERS), exif=b"Exif\0\0II*\0\xff\xff\xff\xff")

    np.testing.assert_array_equal(read_image(path), CORNERS)

    monkeypatch.setattr(Image.Image, "getexif", lambda _self: 1 / 0)
    np.testing.assert_array_equal(pixels_of(Image.fromarray(CORNERS)), CORNERS)


@pytest.mark.parametrize(("width", "height"), [(1, 300), (300, 1), (1, 1)])
def test_lines_and_dots_are_images(tmp_path: Path, width: int, height: int) -> None:
    assert read_image(saved(tmp_path, Image.new("RGB", (width, height), RED))).shape == (height, width, 3)


def test_of_an_animation_the_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 4), RED), Image.new("RGB", (4, 4), BLUE)]
    path = saved(tmp_path, frames[0], "moving.gif", save_all=True, append_images=frames[1:])

    np.testing.assert_array_equal(read_image(path)[0, 0], RED)


def noise(seed: int = 0) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_image(path)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such image file" in refused(tmp_path / "nowhere.jpg")


@pytest.mark.parametrize(
    "content", [b"", b"<html>404 Not Found</html>", b"\xff\xd8"], ids=["empty", "html", "stub"]
)
def test_a_file_that_is_no_image_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "image.jpg"
    path.write_bytes(content)

    assert "no image of a known format" in refused(path)


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png"])
def test_a_file_that_was_cut_off_is_refused_and_not_filled_with_grey(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path, Image.fromarray(noise()), name)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    assert "cannot be decoded" in refused(path)


def test_damaged_pixels_are_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(noise()))
    content = bytearray(path.read_bytes())
    content[content.index(b"IDAT") + 40] ^= 0xFF
    path.write_bytes(content)

    assert "cannot be decoded" in refused(path)


def test_an_address_is_no_file() -> None:
    for image in ("https://x.invalid/a.jpg", Path("https://x.invalid/a.jpg")):
        with pytest.raises(InputError, match=r"^https://x\.invalid/a\.jpg: got a URL, .*download the image first"):
            pixels_of(image)


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png"])
def test_a_pillow_image_is_read_as_its_file_is(tmp_path: Path, name: str) -> None:
    """Pillow decodes when it is asked for pixels: what is cut off, turned or damaged is as in files."""
    exif = Image.Exif()
    exif[0x0112] = 6
    noise = np.random.default_rng(0).integers(0, 256, (64, 48, 3), dtype=np.uint8)
    path = saved(tmp_path, Image.fromarray(noise), name, exif=exif)
    with Image.open(path) as image:
        np.testing.assert_array_equal(pixels_of(image), read_image(path))
        assert image.size == (48, 64), "the user's image stays as it is"
    path.write_bytes(path.read_bytes()[:900])
    with Image.open(path) as image, pytest.raises(InputError, match=f"{name}: the image cannot be decoded: "):
        pixels_of(image)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert f"got a folder, expected an image file. Of all images in it: capseg predict {tmp_path} -o" in refused(
        tmp_path
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(CORNERS))
    path.chmod(0)

    assert "Permission denied" in refused(path)


def test_floating_point_pixels_are_refused(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0.25, 1e6]], dtype=np.float32))

    assert "floating-point" in refused(saved(tmp_path, image, "depth.tif"))


def test_a_decompression_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path, Image.fromarray(noise()))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)

    assert "exceeds limit" in refused(path)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(0, 10_000),
    st.binary(min_size=1, max_size=6),
    st.sampled_from(["JPEG", "PNG", "GIF", "TIFF", "BMP"]),
)
def test_damage_anywhere_gives_an_image_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes, kind: str
) -> None:
    buffer = io.BytesIO()
    Image.fromarray(noise(1)).save(buffer, kind)
    content = bytearray(buffer.getvalue())
    start = place % len(content)
    content[start : start + len(damage)] = damage
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content)

    with suppress(InputError):
        pixels = read_image(path)
        assert pixels.dtype == np.uint8
        assert pixels.shape[2:] == (3,)


@pytest.mark.real_data
def test_real_photographs_have_the_size_that_their_annotations_state(real_data: Path) -> None:
    photographs = real_data / "coco" / "val2017"
    annotations = json.loads((real_data / "coco" / "annotations" / "instances_val2017_masked.json").read_text())

    for image in annotations["images"][:60]:
        assert read_image(photographs / image["file_name"]).shape == (image["height"], image["width"], 3)


@pytest.mark.real_data
def test_grey_photographs_have_equal_channels(real_data: Path) -> None:
    n_grey = 0
    for path in (real_data / "coco").glob("*2017/*.jpg"):
        with Image.open(path) as image:
            is_grey = image.mode == "L"
        if is_grey:
            pixels = read_image(path)
            assert (pixels == pixels[..., :1]).all()
            n_grey += 1
    assert n_grey > 0


def test_channels_may_stand_on_either_side() -> None:
    torch = pytest.importorskip("torch")
    first = np.ascontiguousarray(np.moveaxis(CORNERS, -1, 0))
    np.testing.assert_array_equal(pixels_of(torch.from_numpy(first)), CORNERS)
    np.testing.assert_array_equal(pixels_of(torch.from_numpy(CORNERS[:, :2])), CORNERS[:, :2])
    # 3 × 2 × 3: of an array the last are the channels, of a tensor the first.
    either = np.concatenate([CORNERS, CORNERS[:1]])
    np.testing.assert_array_equal(pixels_of(either), either)
    np.testing.assert_array_equal(pixels_of(torch.from_numpy(either)), np.moveaxis(either, 0, -1))
    wide = np.tile(CORNERS, (1, 3, 1))
    np.testing.assert_array_equal(pixels_of(np.moveaxis(wide, -1, 0)), wide)
    grey = np.array([[0, 100], [200, 255]], dtype=np.uint8)
    for image in (grey[..., None], torch.from_numpy(grey), torch.from_numpy(grey)[None]):
        np.testing.assert_array_equal(pixels_of(image), np.stack([grey] * 3, axis=-1))
    with pytest.raises(InputError, match=r"a tensor of float32 of shape \(3, 2, 3\), expected bytes"):
        pixels_of(torch.from_numpy(first) / 255)
    with pytest.raises(InputError, match=r"shape \(1, 2, 3, 3\), .* Of several images, give a list"):
        pixels_of(CORNERS[None])


def test_bytes_of_a_file_are_read_as_the_file_is(tmp_path: Path) -> None:
    Image.fromarray(CORNERS).save(tmp_path / "image.png")
    encoded = (tmp_path / "image.png").read_bytes()
    np.testing.assert_array_equal(pixels_of(encoded), CORNERS)
    with pytest.raises(InputError, match="got 5 bytes that are no image"):
        pixels_of(b"GIF89")
    with pytest.raises(InputError):
        pixels_of(encoded[:50])


def test_shares_are_told_how_they_become_bytes() -> None:
    with pytest.raises(InputError, match=r"Of values from 0 to 1: \(255 \* values\)\.astype\('uint8'\)"):
        pixels_of(CORNERS / 255)  # type: ignore[arg-type]
