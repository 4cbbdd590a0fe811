"""How large images are refined, and how much memory there is."""

import pytest

from segmentation.masks import memory
from segmentation.masks.memory import MOST_BYTES, bytes_per_process, needed_bytes, refinement_size
from segmentation.masks.refinement import Refinement


@pytest.mark.parametrize("how", Refinement)
def test_images_of_ordinary_size_keep_it_and_none_takes_more_than_the_limit(how: Refinement) -> None:
    assert refinement_size(1080, 1920, 3, how) == (1080, 1920)
    for n_labels in (1, 2, 40):
        rows, columns = refinement_size(4_000, 12_000, n_labels, how)
        assert columns / rows == pytest.approx(3, rel=0.01)
        # The image itself and its copies come on top.
        assert needed_bytes(4_000, 12_000, n_labels, how) <= MOST_BYTES + 4_000 * 12_000 * 24


def test_what_is_not_refined_keeps_its_size() -> None:
    """It is enlarged in tiles, so that 80 classes of a panorama take no more than a few."""
    assert refinement_size(4_000, 12_000, 81, Refinement.NONE) == (4_000, 12_000)
    assert needed_bytes(4_000, 12_000, 81, Refinement.NONE) < 1_400_000_000
    assert refinement_size(4_000, 12_000, 1, Refinement.DENSE_CRF) == (4_000, 12_000)


def test_a_panorama_keeps_a_row() -> None:
    assert refinement_size(1, 10**9, 2, Refinement.DENSE_CRF)[0] == 1


def test_the_least_of_what_the_system_and_a_container_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {
        "/proc/meminfo": "MemTotal: 32000000 kB\nMemAvailable: 16000000 kB\n",
        "/proc/self/cgroup": "0::/docker\n",
        "/sys/fs/cgroup/docker/memory.max": "8000000000\n",
        "/sys/fs/cgroup/docker/memory.current": "3000000000\n",
        "/sys/fs/cgroup/docker/memory.stat": "anon 1\ninactive_file 1000000000\n",
        "/sys/fs/cgroup/memory.max": "max\n",
    }
    monkeypatch.setattr(memory, "_text", lambda path: files.get(str(path), ""))
    assert bytes_per_process(1) == 6_000_000_000
    assert bytes_per_process(4) == 1_500_000_000
    # Ordinary images are made, whatever the estimate.
    assert bytes_per_process(64) == 500_000_000
    files.clear()
    assert bytes_per_process(1) is None
