"""JSON that is nested without end costs neither time nor memory."""

import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_runtime.coco import CocoLabel, NotInstancesError, stream_list
from shared_runtime.nesting import MAX_DEPTH, NestingError, ShallowStream
from shared_schemas.errors import LabelSpaceError
from shared_schemas.label_space_file import load_label_space

TEXTS = st.text(alphabet='a"\\[]{}\n', max_size=5)
VALUES = st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner))


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


@given(value=VALUES, size=st.integers(1, 9), limit=st.integers(1, 6))
def test_the_depth_is_that_of_the_value_however_it_is_cut(value: Any, size: int, limit: int) -> None:
    content = json.dumps(value).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared_runtime.nesting.MAX_DEPTH", limit)
        stream, passed = ShallowStream(io.BytesIO(content)), b""
        try:
            while piece := stream.read(size):
                passed += piece
        except NestingError:
            assert depth(value) > limit
        else:
            assert depth(value) <= limit
            assert passed == content


@pytest.mark.parametrize("opening", ["[", '{"a":', '[1,{"b":'])
def test_a_truth_that_is_nested_without_end_is_an_error_at_once(tmp_path: Path, opening: str) -> None:
    path = tmp_path / "truth.json"
    path.write_text('{"annotations":' + opening * 200_000)
    begun = time.process_time()
    with pytest.raises(NotInstancesError, match=f"truth.json: .*it is nested more than {MAX_DEPTH} deep"):
        list(stream_list(path, "annotations", CocoLabel))
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("name", ["space.json", "space.toml"])
def test_so_is_such_a_label_space(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(("x = " if name.endswith("toml") else "") + "[" * 100_000)
    with pytest.raises(LabelSpaceError, match="too deep to be read"):
        load_label_space(path)
