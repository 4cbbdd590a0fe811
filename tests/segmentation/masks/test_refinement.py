"""Mean field in NumPy against pydensecrf, and against a sum over all pairs of pixels; all refinements."""

import sys

import numpy as np
import pytest

from segmentation.masks.refinement import (
    PRESETS,
    CrfParameters,
    CrfPreset,
    Refinement,
    check_installed,
    dense_crf,
    mean_field,
    prepare,
    unary_energies,
)
from shared_runtime.errors import MissingResourceError


def scene(height: int = 24, width: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """A dark disc on bright noise, and score maps that know only roughly where the disc is."""
    rng = np.random.default_rng(3)
    rows, columns = np.indices((height, width))
    disc = (rows - height / 2) ** 2 + (columns - width / 2) ** 2 < (height / 3) ** 2
    image = rng.integers(180, 240, (height, width, 3)).astype(np.uint8)
    image[disc] = rng.integers(20, 60, (int(disc.sum()), 3))
    near = np.exp(-((rows - height / 2) ** 2 + (columns - width / 2 - 3) ** 2) / 60).astype(np.float32)
    return image, np.stack([(1 - near) ** 4, near, near * rng.random((height, width), dtype=np.float32) * 0.8])


@pytest.mark.parametrize("preset", CrfPreset)
def test_mean_field_equals_pydensecrf(preset: CrfPreset) -> None:
    pytest.importorskip("pydensecrf")
    image, scores = scene()
    np.testing.assert_allclose(
        mean_field(image, PRESETS[preset])(scores), dense_crf(image, PRESETS[preset])(scores), atol=2e-4
    )


def test_one_iteration_equals_pydensecrf_to_rounding() -> None:
    pytest.importorskip("pydensecrf")
    image, scores = scene()
    one = CrfParameters(1, 3, 3, 80, 13, 10)
    np.testing.assert_allclose(mean_field(image, one)(scores), dense_crf(image, one)(scores), atol=2e-6)


def test_mean_field_approximates_the_sum_over_all_pairs() -> None:
    image, scores = scene(12, 16)
    preset = CrfParameters(1, 3, 3, 80, 13, 10)
    pixels = np.indices((12, 16)).reshape(2, -1)
    colours = image.reshape(-1, 3).T.astype(float)
    logits = -unary_energies(scores).reshape(3, -1).astype(float)
    marginals = np.exp(logits) / np.exp(logits).sum(axis=0)
    messages = logits.copy()
    for features, weight in ((pixels / 3, 3), (np.concatenate([pixels / 80, colours / 13]), 10)):
        kernel = np.exp(-((features[:, :, None] - features[:, None]) ** 2).sum(axis=0) / 2)
        norm = 1 / np.sqrt(kernel.sum(axis=0))
        messages += weight * (marginals * norm @ kernel) * norm
    expected = np.exp(messages - messages.max(axis=0))
    expected /= expected.sum(axis=0)
    found = mean_field(image, preset)(scores).reshape(3, -1)
    assert np.abs(found - expected).mean() < 0.02
    assert (found.argmax(axis=0) == expected.argmax(axis=0)).mean() > 0.97


@pytest.mark.parametrize("how", [how for how in Refinement if how is not Refinement.NONE])
def test_refinement_finds_the_disc(how: Refinement) -> None:
    if how is Refinement.DENSE_CRF:
        pytest.importorskip("pydensecrf")
    image, scores = scene()
    disc = image[..., 0] < 100
    before = (scores.argmax(axis=0) == 1) == disc
    after = (prepare(image, how)(scores).argmax(axis=0) == 1) == disc
    assert before.mean() < 0.9
    assert after.mean() > 0.98


@pytest.mark.parametrize("how", Refinement)
def test_every_refinement_keeps_shape_and_range(how: Refinement) -> None:
    if how is Refinement.DENSE_CRF:
        pytest.importorskip("pydensecrf")
    check_installed(how)
    image, scores = scene()
    refined = prepare(image, how)(scores)
    assert (refined.shape, refined.dtype) == (scores.shape, np.float32)
    assert refined.min() >= 0
    assert refined.max() <= 1


def test_none_and_a_lone_label_change_nothing() -> None:
    image, scores = scene()
    assert prepare(image, Refinement.NONE)(scores) is scores
    alone = scores[:1]
    assert prepare(image, Refinement.MEAN_FIELD)(alone) is alone


@pytest.mark.parametrize(("height", "width"), [(1, 9), (9, 1), (1, 1)])
@pytest.mark.parametrize("how", [how for how in Refinement if how is not Refinement.NONE])
def test_images_of_one_line(how: Refinement, height: int, width: int) -> None:
    if how is Refinement.DENSE_CRF:
        pytest.importorskip("pydensecrf")
    image, scores = scene(height, width)
    refined = prepare(image, how)(scores / scores.sum(axis=0))
    assert refined.shape == scores.shape
    np.testing.assert_allclose(refined.sum(axis=0), 1, atol=1e-5)


def test_views_and_read_only_images_are_taken() -> None:
    pytest.importorskip("pydensecrf")
    image, scores = scene()
    expected = dense_crf(image, PRESETS[CrfPreset.SEC])(scores)
    frozen = np.asfortranarray(image)
    frozen.flags.writeable = False
    found = dense_crf(frozen, PRESETS[CrfPreset.SEC])(np.asfortranarray(scores.astype(np.float64)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_a_missing_crf_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydensecrf.densecrf", None)
    image, _ = scene()
    with pytest.raises(MissingResourceError, match=r"capparse-segmentation\[crf\].*or mean-field"):
        prepare(image)


@pytest.mark.parametrize("how", Refinement)
def test_what_is_prepared_for_an_image_fits_one_map_after_the_other(how: Refinement) -> None:
    """Of different numbers of labels, too; no map leaves anything to the next."""
    if how is Refinement.DENSE_CRF:
        pytest.importorskip("pydensecrf")
    image, scores = scene()
    fit = prepare(image, how)
    for maps in (scores, scores[::-1], scores[:2], scores):
        np.testing.assert_array_equal(fit(maps), prepare(image, how)(maps))
