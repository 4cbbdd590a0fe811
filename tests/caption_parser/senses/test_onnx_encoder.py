from hypothesis import given
from hypothesis import strategies as st

from caption_parser.senses.onnx_encoder import map_by_length


@given(st.lists(st.lists(st.integers(0, 9), max_size=5)), st.integers(1, 20))
def test_order_is_kept_in_batches_of_equal_length(sequences: list[list[int]], max_tokens: int) -> None:
    batches = []

    def run(batch: list[int]) -> list[list[int]]:
        batches.append(batch)
        return [sequences[position] for position in batch]

    assert map_by_length(sequences, run, max_tokens=max_tokens) == sequences
    for batch in batches:
        (length,) = {len(sequences[position]) for position in batch}
        assert len(batch) == 1 or len(batch) * length <= max_tokens or length == 0


def test_batches_are_as_large_as_they_may_be() -> None:
    sizes = []

    def run(batch: list[int]) -> list[None]:
        sizes.append(len(batch))
        return [None] * len(batch)

    map_by_length([[0, 0]] * 5 + [[0, 0, 0]], run, max_tokens=4)
    assert sizes == [2, 2, 1, 1]
