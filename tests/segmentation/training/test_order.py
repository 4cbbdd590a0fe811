"""Which samples a step sees: whole epochs, the same whatever the processes, and random numbers that differ."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.training.order import BatchPlan, Stream, plan_steps, random_generator, step_seed
from shared_runtime.errors import UsageError


@given(
    n_samples=st.integers(1, 12), batch_size=st.integers(1, 9), epochs=st.integers(1, 3), seed=st.integers(0, 3)
)
def test_every_epoch_holds_every_sample_once(n_samples: int, batch_size: int, epochs: int, seed: int) -> None:
    steps = plan_steps(n_samples, batch_size, epochs)
    plan = BatchPlan(n_samples, batch_size, steps, seed)
    keys = [key for step in range(steps) for key in plan.step_keys(step)]
    assert len(keys) == steps * batch_size
    for epoch in range(len(keys) // n_samples):
        counts = Counter(key.sample for key in keys if key.epoch == epoch)
        assert counts == Counter(range(n_samples))


@given(accumulation=st.sampled_from([1, 2, 3]), processes=st.sampled_from([1, 2]), first=st.integers(0, 4))
def test_parts_of_all_processes_together_are_the_batch(accumulation: int, processes: int, first: int) -> None:
    plan = BatchPlan(7, 12, 5, seed=1, accumulation=accumulation, processes=processes)
    parts = [list(plan.part_keys(process, first)) for process in range(processes)]
    for step in range(first, 5):
        seen = Counter()
        for of_process in parts:
            for part in of_process[(step - first) * accumulation : (step - first + 1) * accumulation]:
                assert len(part) == plan.part_size
                seen.update(part)
        assert seen == Counter(plan.step_keys(step))
    assert all(len(of_process) == (5 - first) * accumulation for of_process in parts)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    def order(seed: int, epoch: int) -> list[int]:
        return [key.sample for key in BatchPlan(20, 20, 3, seed).step_keys(epoch)]

    assert order(0, 0) == order(0, 0)
    assert len({tuple(order(seed, epoch)) for seed in range(3) for epoch in range(3)}) == 9


def test_random_numbers_differ_by_purpose_and_place() -> None:
    places = [
        (Stream.ORDER, 1),
        (Stream.SAMPLE, 1),
        (Stream.SAMPLE, 1, 1),
        (Stream.SAMPLE, 2, 1),
        (Stream.STEP, 1),
    ]
    drawn = [random_generator(0, *place).integers(2**62) for place in places]
    assert len(set(drawn)) == len(places)
    assert random_generator(0, Stream.SAMPLE, 2, 1).integers(2**62) == drawn[3]
    assert step_seed(0, 4, 0) != step_seed(0, 4, 1)
    # What torch and numpy take as a seed.
    assert all(0 <= step_seed(0, step, 0) < 2**63 for step in range(100))


def test_steps_are_whole_batches_and_one_at_least() -> None:
    assert plan_steps(82_783, 18, 15) == 68_985
    assert plan_steps(3, 18, 2) == 1


def test_a_batch_that_cannot_be_cut_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"a batch of 18 cannot be cut into 2 .* × 4 .* multiple of 8 as --batch-size"
    ):
        BatchPlan(100, 18, 5, 0, accumulation=2, processes=4)


def test_epochs_done_counts_samples() -> None:
    assert BatchPlan(10, 4, 9, 0).epochs_done(5) == pytest.approx(2.0)
    assert np.isclose(BatchPlan(10, 4, 9, 0).epochs_done(1), 0.4)
