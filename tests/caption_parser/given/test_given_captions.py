"""What `CaptionParser.label` takes: a caption per image, tables by column, streams; what it refuses by name."""

import itertools
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from caption_parser.given import ColumnChoice, RejectedCaptionWarning, images_of
from caption_parser.readers import RejectedRow
from shared_runtime.errors import InputError, UsageError
from tests.parsers import parser_of

NAN = float("nan")


class Frame:
    """As much of a frame as pandas and polars share."""

    def __init__(self, **columns: list[Any]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __getitem__(self, name: str) -> list[Any]:
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)


class Dataset:
    """As much of a `datasets.Dataset` as is read; other columns than the chosen ones are costly to decode."""

    def __init__(self, **columns: list[Any]) -> None:
        self._columns = columns
        self.column_names = list(columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def __getitem__(self, name: str) -> list[Any]:
        return self._columns[name]

    def select_columns(self, names: list[str]) -> "Dataset":
        return Dataset(**{name: self._columns[name] for name in names})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in zip(*self._columns.values(), strict=True):
            yield dict(zip(self.column_names, row, strict=True))


def images(
    source: Any, caption: str | None = None, image: str | None = None, grouped: bool | None = None
) -> list[tuple[int | str, tuple[str, ...]]]:
    found = images_of(source, ColumnChoice(caption, image), grouped=grouped)
    return [(image.image_id, image.captions) for image in found]


TWO = [(7, ("A cat", "A black cat")), (8, ("A dog",))]
IDS, CAPTIONS = [7, 8, 7], ["A cat", "A dog", "A black cat"]


@pytest.mark.parametrize(
    "source",
    [
        {7: ["A cat", "A black cat"], 8: ["A dog"]},
        {7: ("A cat", "A black cat"), 8: "A dog"},
        {7: iter(["A cat", "A black cat"]), 8: "A dog"},
        list(zip(IDS, CAPTIONS, strict=True)),
        [[7, "A cat"], [8, "A dog"], [7, "A black cat"]],
        [(7, ["A cat", "A black cat"]), (8, "A dog")],
        Frame(image_id=IDS, caption=CAPTIONS, url=["", "", ""]),
        Dataset(image_id=IDS, caption=CAPTIONS, pixels=[None, None, None]),
        list(Dataset(image_id=IDS, text=CAPTIONS)),
    ],
)
def test_the_captions_of_an_image_come_together(source: Any) -> None:
    assert images(source) == TWO


@pytest.mark.parametrize("table", [Frame, Dataset, dict])
def test_columns_may_be_named(table: Any) -> None:
    assert images(table(photo=IDS, words=CAPTIONS, caption=["", "", ""]), "words", "photo") == TWO


def test_tables_of_pyarrow_are_read_by_column() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"image_id": IDS, "caption": CAPTIONS})
    assert images(table) == TWO
    assert images(table.select(["caption"])) == list(enumerate([(text,) for text in CAPTIONS], 1))


def test_numbers_of_numpy_are_ids() -> None:
    numpy = pytest.importorskip("numpy")
    assert images({numpy.int64(7): "A cat"}) == [(7, ("A cat",))]
    assert images(numpy.array(["A cat", "A dog"])) == [(1, ("A cat",)), (2, ("A dog",))]
    with pytest.raises(UsageError, match="item 1"):
        images(numpy.array([["A cat", "A dog"]]))


def test_one_string_per_image_is_a_caption_not_letters() -> None:
    (record,) = parser_of(senses="first").label({7: "A black cat"})
    assert (record.image_id, record.captions) == (7, ("A black cat",))
    assert [label.name for label in record.foreground] == ["cat"]


@pytest.mark.parametrize(
    ("source", "caption", "image", "message"),
    [
        ("A dog", None, None, "got one string: 'A dog'"),
        (5, None, None, "got 5, expected captions, pairs"),
        (Frame(camera=IDS, caption=CAPTIONS), None, None, r"ids among 'camera', 'caption'.*image='NAME'"),
        (Frame(image_id=IDS, words=CAPTIONS), None, None, r"captions among 'image_id', 'words'.*caption='NAME'"),
        (Frame(image_id=IDS, caption=CAPTIONS), "captoin", None, "Did you mean 'caption'"),
        (
            Dataset(image_id=IDS, caption=CAPTIONS),
            None,
            "photo",
            "image='photo'.: no such column among 'image_id'",
        ),
        (Dataset(image=[object()] * 3, caption=CAPTIONS), None, None, "'image' holds object, expected image ids"),
        ({"image_id": IDS, "caption": CAPTIONS}, None, None, "look like columns.*caption='caption'"),
        ({"caption": CAPTIONS}, None, None, "look like columns. For columns give caption='caption';"),
        ({"text": CAPTIONS, "camera": IDS}, None, None, "look like columns. For columns give caption='text';"),
        (
            [{"caption": "A cat"}, {"caption": "A dog", "image_id": 1}],
            None,
            None,
            "item 2: got the column 'image_id'",
        ),
        ([["A cat", "A black cat"]], None, None, "expected a caption.*give a mapping"),
        (["A dog", ("7", "A cat")], None, None, "item 2: got .'7', 'A cat'."),
        ([(7, "A cat"), "A dog"], None, None, "item 2: got 'A dog', expected a pair"),
        ([(7, "A cat", 1)], None, None, "item 1: got .7, 'A cat', 1."),
        (CAPTIONS, "caption", None, "got 'A cat' first, but caption= and image= name columns of tables"),
    ],
)
def test_what_is_no_captions_is_refused_by_name(source: Any, caption: Any, image: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        images(source, caption, image)


def test_several_splits_are_refused_by_name() -> None:
    class Splits(dict[str, Dataset]):
        @property
        def column_names(self) -> Mapping[str, list[str]]:
            return {name: split.column_names for name, split in self.items()}

    with pytest.raises(UsageError, match=r"several splits \(train, test\)"):
        images(Splits(train=Dataset(caption=[]), test=Dataset(caption=[])))


@pytest.mark.parametrize(
    "source",
    [
        {1: "A cat", 2: None, 3: NAN, 4: ["A dog", None, "  "], 5: [], 6: 7, 7: "a\0b", 8: "x" * 20_001},
        [(1, "A cat"), (2, None), (3, NAN), (4, "A dog"), (4, None), (4, " "), (6, 7), (7, "\ud800"), (None, "A")],
        Frame(id=[1, 2, 3, 4, 4, NAN, 5], caption=["A cat", None, NAN, "A dog", "", "A", b"\xff"]),
    ],
)
def test_missing_and_damaged_captions_are_left_out_as_in_files_and_counted(source: Any) -> None:
    with (
        pytest.warns(RejectedCaptionWarning, match=r"captions left out in all: [3-5] wrong-type, "),
        pytest.warns(RejectedCaptionWarning, match=r"captions left out so far: 1 wrong-type; item 2: .*null"),
    ):
        assert images(source) == [(1, ("A cat",)), (4, ("A dog",))]
    rejected: list[RejectedRow] = []
    assert len(list(images_of(source, ColumnChoice(), on_rejected=rejected.append))) == 2
    assert len(rejected) >= 5
    assert {row.reason for row in rejected} >= {"wrong-type", "empty-caption"}


def test_every_call_warns_at_the_line_that_asked() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()  # as in a session of Python
        for _ in range(2):
            images([None])
            list(parser_of(labeller="exact").label([None]))
    assert {warning.filename for warning in caught} == {__file__}
    assert len({warning.lineno for warning in caught}) == 2
    assert len(caught) == 4


def test_white_space_is_folded_as_in_files() -> None:
    assert images(["A cat\non a\tsofa"]) == [(1, ("A cat on a sofa",))]


def endless(items: list[Any], drawn: list[int]) -> Iterator[Any]:
    for number in itertools.count():
        drawn.append(number)
        yield items[number % len(items)] if isinstance(items[0], str) else (number // 2, "A cat")


def test_an_endless_source_gives_its_first_record_at_once() -> None:
    parser = parser_of(senses="first")
    drawn: list[int] = []
    assert next(parser.label(endless(["A cat", "A dog"], drawn))).image_id == 1
    assert len(drawn) == 1
    drawn.clear()
    assert next(parser.label(endless([(0, "A cat")], drawn))).captions == ("A cat", "A cat")
    assert len(drawn) == 3
    assert [record.image_id for record in itertools.islice(parser.label(endless(["A cat"], [])), 600)][-1] == 600


def test_a_stream_in_which_an_image_comes_back_is_refused_unless_all_of_it_is_read() -> None:
    pairs = list(zip(IDS, CAPTIONS, strict=True))
    with pytest.raises(InputError, match=r"item 3: image 7 comes back.*grouped=False"):
        images(iter(pairs))
    assert images(iter(pairs), grouped=False) == TWO
    with pytest.raises(InputError, match="comes back"):
        images(pairs, grouped=True)


@pytest.mark.parametrize("source", [[], {}, iter([]), Frame(image_id=[], caption=[])])
def test_nothing_gives_nothing(source: Any) -> None:
    assert images(source) == []


@pytest.mark.parametrize("gap", [None, 5, "x", ["A dog"]])
@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_what_is_no_row_among_rows_is_left_out_and_told(gap: Any, at: int, streamed: bool, named: bool) -> None:
    rows: list[Any] = [
        {"caption": text} | ({"image": image} if named else {}) for text, image in (("a", "x"), ("b", "y"))
    ]
    if at == 0 and gap is not None:
        return  # the first item that there is tells what all are
    rows.insert(at, gap)
    with pytest.warns(RejectedCaptionWarning, match=f"1 wrong-type; item {at + 1}: got .*, expected a row"):
        found = images(iter(rows) if streamed else rows)
    assert [captions for _, captions in found] == [("a",), ("b",)]
    kept = [number for number in (1, 2, 3) if number != at + 1]
    assert [image for image, _ in found] == (["x", "y"] if named else kept)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_so_is_nothing_among_pairs_and_captions(at: int) -> None:
    for items in ([(7, "A cat"), (8, "A dog")], ["A cat", "A dog"]):
        with pytest.warns(RejectedCaptionWarning, match=f"1 wrong-type; item {at + 1}: "):
            assert len(images([*items[:at], None, *items[at:]])) == 2


def test_nothing_at_all_is_told() -> None:
    with pytest.warns(RejectedCaptionWarning, match="item 1: .*null"):
        assert images([None]) == []
