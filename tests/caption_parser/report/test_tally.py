"""Samples are bounded, seeded, and uniform."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from caption_parser.report.tally import Reservoirs


def sample(offers: int, size: int, seed: int, key: str = "k") -> tuple[int, ...]:
    reservoirs: Reservoirs[str, int] = Reservoirs(size, seed, "test")
    for number in range(offers):
        reservoirs.offer(key, lambda number=number: number)  # type: ignore[misc]
    assert reservoirs.offered == ({key: offers} if offers else {})
    return reservoirs.sample(key)


@given(st.integers(0, 50), st.integers(1, 8), st.integers(0, 5))
def test_a_sample_is_bounded_and_without_repetition(offers: int, size: int, seed: int) -> None:
    drawn = sample(offers, size, seed)
    assert len(drawn) == len(set(drawn)) == min(offers, size)
    assert drawn == sample(offers, size, seed)


def test_every_item_is_drawn_as_often() -> None:
    drawn = Counter(number for seed in range(3000) for number in sample(10, 3, seed))
    assert sum(drawn.values()) == 9000
    # 900 expected, standard deviation 25.
    assert all(abs(drawn[number] - 900) < 125 for number in range(10))


def test_keys_do_not_disturb_each_other() -> None:
    reservoirs: Reservoirs[str, int] = Reservoirs(2, 0, "test")
    for number in range(20):
        reservoirs.offer("a", lambda number=number: number)  # type: ignore[misc]
        reservoirs.offer("b", lambda: 0)
    assert reservoirs.sample("a") == sample(20, 2, 0, "a")
    assert reservoirs.sample("never offered") == ()


def test_items_that_are_not_taken_are_not_made() -> None:
    made = []
    reservoirs: Reservoirs[str, int] = Reservoirs(1, 0, "test")
    for number in range(1000):
        reservoirs.offer("k", lambda number=number: made.append(number) or number)  # type: ignore[func-returns-value,misc]
    assert len(made) < 40, "1 + 1/2 + … + 1/1000 is 7.5"
    assert reservoirs.sample("k") == (made[-1],)
