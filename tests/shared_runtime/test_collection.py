"""The collector looks rarely while it is told so, and is afterwards as the host left it."""

import gc
from collections.abc import Iterator

import pytest

from shared_runtime.collection import rare_collection


@pytest.fixture
def collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_runs_that_overlap_leave_the_collector_as_it_was() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    first, second = rare_collection(freeze=True), rare_collection(freeze=True)
    first.__enter__()
    second.__enter__()
    assert gc.get_threshold()[0] > before[0][0]
    first.__exit__(None, None, None)
    assert gc.get_threshold()[0] > before[0][0]
    second.__exit__(None, None, None)
    assert (gc.get_threshold(), gc.get_freeze_count()) == before


@pytest.mark.usefixtures("collector")
def test_a_run_leaves_what_the_host_does_with_the_collector() -> None:
    gc.freeze()
    frozen = gc.get_freeze_count()
    gc.set_threshold(0)
    with rare_collection(freeze=True):
        assert gc.get_threshold()[0] == 0
    # Frozen objects may die meanwhile, those of other threads, too; freezing again would add thousands.
    assert frozen - 1000 < gc.get_freeze_count() <= frozen


@pytest.mark.usefixtures("collector")
def test_nothing_is_frozen_unasked_and_a_host_that_collects_more_rarely_is_heeded() -> None:
    frozen = gc.get_freeze_count()
    gc.set_threshold(1_000_000)
    with rare_collection():
        assert gc.get_threshold()[0] == 1_000_000
        assert gc.get_freeze_count() == frozen
        with rare_collection(freeze=True):
            assert gc.get_freeze_count() > frozen
