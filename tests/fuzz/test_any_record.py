"""Any line is a record or a `RecordError`, any file a label space or a `LabelSpaceError`; nothing else comes."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from caption_parser.captions import ImageCaptions
from caption_parser.labels.baselines import exact_match_labeller
from caption_parser.labels.decisions import DecisionTable
from caption_parser.lexicon import default_lexicon
from shared_runtime.errors import CapparseError
from shared_schemas import ImageLabels, LabelSpace, LabelSpaceError, RecordError, load_label_space
from shared_schemas.checks import check
from shared_schemas.jsonl import dump, parse
from shared_schemas.label_space_toml import to_toml
from tests.fuzz.examples import fuzz
from tests.fuzz.test_any_input import JSON

RECORD: dict[str, Any] = {
    "schema_version": "1.0",
    "image_id": 7,
    "file_name": "7.jpg",
    "source": {"path": "c.json", "row": 1},
    "label_space": "coco@00000000",
    "captions": ["Two black cats", ""],
    "foreground": [
        {"id": 16, "name": "cat", "votes": 1, "count": 2, "attributes": [{"name": "black", "votes": 1}]}
    ],
    "background": [],
    "mentions": [
        {"caption": 0, "start": 10, "end": 14, "head": "cats", "extended_head": "cat", "synset": "cat.n.01",
         "rule": "synonym", "route": "model", "score": 0.5, "depth": 0, "label": 16, "flags": [],
         "attributes": [{"name": "black", "start": 4, "end": 9}], "phrase_start": 0, "phrase_end": 14}
    ],
}  # fmt: skip
SPACE: dict[str, Any] = {
    "name": "farm",
    "classes": [
        {"name": "hen", "synsets": ["hen.n.02"], "phrases": ["laying hen"], "category_id": 3},
        {"name": "barn", "kind": "background", "synsets": ["barn.n.01"], "words": {"shed": "why"}, "denied": {}},
    ],
    "attributes": {"red": ["reddish"]},
    "neologisms": {"chook": "hen.n.02"},
}
ODD = JSON | st.sampled_from(
    [-1, 0, 2**63, 2**70, 1e308, "1.7", "2.0", "1.x", "", " ", "\ud800", "cat", [[]], {"": {}}]
)


def places(content: Any) -> list[tuple[str | int, ...]]:
    """The path of every value below `content`."""
    pairs = (
        content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    )
    return [path for key, value in pairs for path in ((key,), *((key, *rest) for rest in places(value)))]


def changed(content: dict[str, Any], edits: list[tuple[int, int, Any]]) -> Any:
    """`content` with values removed, replaced, repeated or added."""
    result = json.loads(json.dumps(content))
    for which, how, value in edits:
        paths = places(result)
        if not paths:
            break
        *above, last = paths[which % len(paths)]
        holder = result
        for part in above:
            holder = holder[part]
        if how == 0:
            del holder[last]
        elif how == 1:
            holder[last] = deepcopy(value)
        elif isinstance(holder, list):
            holder.append(deepcopy(holder[last]))
        else:
            holder[str(value)[:12]] = deepcopy(holder[last])
    return result


EDITS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 2), ODD), max_size=4)


@fuzz
@given(EDITS.map(lambda edits: json.dumps(changed(RECORD, edits)).encode()) | st.binary(max_size=80))
@example(b"")
@example(b"[]")
@example(b'{"schema_version": "1.9", "later": 1}')
@example(b'{"schema_version": "99999999999999999999.0"}')
def test_any_line_is_a_record_or_an_error(line: bytes) -> None:
    record = parse(line, ImageLabels)
    if isinstance(record, RecordError):
        assert record.code
        assert str(record)
        return
    assert parse(dump(record), ImageLabels) == record
    for problem in check(record, load_label_space("coco")):
        assert problem.message
    assert record._repr_html_().startswith("<div>")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes, str], LabelSpace]:
    folder: Path = tmp_path_factory.mktemp("spaces")

    def load(content: bytes, suffix: str) -> LabelSpace:
        path = folder / f"space{suffix}"
        path.write_bytes(content)
        return load_label_space(path)

    return load


@fuzz
@given(edits=EDITS, noise=st.binary(max_size=60), suffix=st.sampled_from([".json", ".toml", ".noise.toml"]))
def test_any_file_is_a_label_space_or_an_error(
    loaded: Callable[[bytes, str], LabelSpace], edits: list[tuple[int, int, Any]], noise: bytes, suffix: str
) -> None:
    content = noise if "noise" in suffix else json.dumps(changed(SPACE, edits)).encode()
    try:
        space = loaded(content, suffix)
    except LabelSpaceError:
        return
    assert LabelSpace.model_validate_json(space.model_dump_json()) == space
    again = loaded(to_toml(space).encode(), ".toml")
    assert again.content_hash == space.content_hash
    try:
        decisions = DecisionTable(space, default_lexicon(), reviewed=True)
        labeller = exact_match_labeller(space)
    except CapparseError:
        return
    assert {decision.label for decision in decisions.by_synset.values()} <= space.by_id.keys()
    images = [ImageCaptions(1, ("A hen, a laying hen and a chook in a barn",))]
    found = [mention for of_image in labeller.label(images) for mention in of_image.mentions]
    assert all(mention.label in space.by_id for mention in found)
