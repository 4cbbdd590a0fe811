"""Valid captions written by an independent writer are read back exactly; a damaged line costs only itself."""

import csv
import gzip
import io
import json
import tarfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from caption_parser.readers import CaptionRow, ReadingOptions, read_captions
from caption_parser.readers.checks import MISSING, looks_like_a_name
from caption_parser.readers.signatures import SIGNATURES
from shared_runtime.errors import CapparseError, InputError
from shared_schemas.compression import suffix_of
from tests.caption_parser.readers.reading import read

CHARACTERS = st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029")
CAPTIONS = st.lists(
    st.text(CHARACTERS, min_size=1, max_size=40).filter(
        lambda text: (
            not text.isspace()
            and not looks_like_a_name(text.strip())
            and text.strip()[0] not in "[(0123456789"
            and text.strip().lower() not in MISSING
        )
    ),
    min_size=1,
    max_size=8,
)
"""Texts, and no numbers, names of files, written lists or marks of what is missing: those are told apart."""


def as_coco(captions: list[str]) -> bytes:
    images = [{"id": number, "file_name": f"{number}.jpg"} for number in range(1, len(captions) + 1)]
    annotations = [{"id": n, "image_id": n, "caption": text} for n, text in enumerate(captions, 1)]
    return json.dumps({"images": images, "annotations": annotations, "info": {}}, ensure_ascii=False).encode()


def as_coco_indented(captions: list[str]) -> bytes:
    return json.dumps(json.loads(as_coco(captions)), indent=2).encode()


def as_json_array(captions: list[str]) -> bytes:
    return json.dumps([{"image_id": n, "caption": text} for n, text in enumerate(captions, 1)]).encode()


def as_jsonl(captions: list[str]) -> bytes:
    return b"".join(
        json.dumps({"image_id": n, "caption": text}, ensure_ascii=False).encode() + b"\n"
        for n, text in enumerate(captions, 1)
    )


def as_csv(captions: list[str]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["image_id", "caption"])
    writer.writerows([str(n), caption] for n, caption in enumerate(captions, 1))
    return text.getvalue().encode()


def as_tsv(captions: list[str]) -> bytes:
    rows = [f"{n}\t{caption}\n" for n, caption in enumerate(captions, 1)]
    return "".join(["image_id\tcaption\n", *rows]).encode()


def as_txt(captions: list[str]) -> bytes:
    return "".join(f"{caption}\n" for caption in captions).encode()


def as_txt_utf16(captions: list[str]) -> bytes:
    return "".join(f"{caption}\r\n" for caption in captions).encode("utf-16")


def as_flickr(captions: list[str]) -> bytes:
    return "".join(f"{n}#0\t{caption}\n" for n, caption in enumerate(captions, 1)).encode()


def as_parquet(captions: list[str]) -> bytes:
    ids = pa.array(range(1, len(captions) + 1), pa.int64())
    table = pa.table({"image_id": ids, "caption": pa.array(captions, pa.string())})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, row_group_size=3)
    return buffer.getvalue()


def as_tar(captions: list[str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for number, caption in enumerate(captions, 1):
            for name, content in ((f"{number}.jpg", b"not looked at"), (f"{number}.txt", caption.encode())):
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


Writer = Callable[[list[str]], bytes]
WRITERS: dict[str, tuple[str, Writer, type]] = {
    "coco": ("coco", as_coco, int),
    "coco-indented": ("coco", as_coco_indented, int),
    "json-array": ("coco", as_json_array, int),
    "jsonl": ("jsonl", as_jsonl, int),
    "csv": ("csv", as_csv, str),
    "tsv": ("tsv", as_tsv, str),
    "txt": ("txt", as_txt, int),
    "txt-utf-16": ("txt", as_txt_utf16, int),
    "flickr": ("flickr", as_flickr, str),
    "parquet": ("parquet", as_parquet, int),
    "tar": ("webdataset", as_tar, str),
}
"""Name: format, writer, type of the image ids 1, 2, … in it."""

SQUEEZE: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gz": gzip.compress,
    "gz-two-members": lambda content: gzip.compress(content[:7]) + gzip.compress(content[7:]),
    "zst": zstandard.compress,
    "zst-two-frames": lambda content: zstandard.compress(content[:7]) + zstandard.compress(content[7:]),
}


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=30, deadline=None)
@given(captions=CAPTIONS, squeeze=st.sampled_from(sorted(SQUEEZE)))
def test_what_was_written_is_read(name: str, captions: list[str], squeeze: str) -> None:
    reader, write, id_type = WRITERS[name]
    content = write(captions)
    if reader != "parquet":
        content = SQUEEZE[squeeze](content)
    rows = read(content, reader)
    assert all(isinstance(row, CaptionRow) for row in rows), rows
    got = [(row.image_id, row.caption) for row in rows if isinstance(row, CaptionRow)]
    assert got == [(id_type(number), caption) for number, caption in enumerate(captions, 1)]


BASE = [f"a dog with {number} bones" for number in range(1, 7)]
DAMAGE = st.binary(min_size=1, max_size=12).filter(lambda damage: not set(damage) & set(b"\n\r"))


@pytest.mark.parametrize("name", ["jsonl", "tsv", "txt", "flickr"])
@settings(max_examples=60, deadline=None)
@given(line=st.integers(1, 6), position=st.integers(0, 200), damage=DAMAGE)
def test_a_damaged_line_costs_no_other(name: str, line: int, position: int, damage: bytes) -> None:
    reader, write, _ = WRITERS[name]
    lines = write(BASE).splitlines(keepends=True)
    damaged = lines[-7 + line]
    cut = position % len(damaged)
    # The line keeps its end, so that it stays one line.
    lines[-7 + line] = damaged[:cut] + damage + damaged[cut + len(damage) :].rstrip(b"\n") + b"\n"
    content = b"".join(lines)
    assume(not suffix_of(content))  # what begins as a compressed file does is read as one
    assume(not any(content.lower().startswith(signature.begins) for signature in SIGNATURES))  # or refused
    try:
        captions = [row.caption for row in read(content, reader) if isinstance(row, CaptionRow)]
    except InputError:
        # Where the first record has lost the field of its image, all others have a field too many.
        assert (name, line) == ("jsonl", 1)
        return
    assert set(BASE) - {BASE[line - 1]} <= set(captions)


@settings(max_examples=60, deadline=None)
@given(
    line=st.integers(1, 6), position=st.integers(0, 200), damage=DAMAGE.filter(lambda damage: b'"' not in damage)
)
def test_a_damaged_csv_line_costs_no_other(line: int, position: int, damage: bytes) -> None:
    quoted = [f'{number},"{caption}"\n'.encode() for number, caption in enumerate(BASE, 1)]
    cut = position % len(quoted[line - 1])
    damaged = quoted[line - 1]
    quoted[line - 1] = damaged[:cut] + damage + damaged[cut + len(damage) :].rstrip(b"\n") + b"\n"
    captions = [
        row.caption for row in read(b"image_id,caption\n" + b"".join(quoted), "csv") if isinstance(row, CaptionRow)
    ]
    assert set(BASE) - {BASE[line - 1]} <= set(captions)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
@settings(max_examples=80, deadline=None)
@given(
    number=st.integers(1, 6),
    position=st.integers(0, 200),
    damage=st.binary(min_size=1, max_size=4).filter(lambda damage: not set(damage) & set(b'"[]{}\\')),
)
def test_a_damaged_annotation_costs_no_other(
    separators: tuple[str, str], number: int, position: int, damage: bytes
) -> None:
    elements = [
        json.dumps({"image_id": n, "id": n, "caption": text}, separators=separators).encode()
        for n, text in enumerate(BASE, 1)
    ]
    element = elements[number - 1]
    cut = position % len(element)
    elements[number - 1] = element[:cut] + damage + element[cut + len(damage) :]
    content = b'{"annotations":[' + separators[0].encode().join(elements) + b"]}"
    captions = [row.caption for row in read(content, "coco") if isinstance(row, CaptionRow)]
    assert set(BASE) - {BASE[number - 1]} <= set(captions)


@pytest.mark.parametrize("name", sorted(set(WRITERS) - {"parquet"}))
@settings(max_examples=20, deadline=None)
@given(share=st.floats(0, 1), squeeze=st.sampled_from(sorted(SQUEEZE)))
def test_a_cut_input_gives_a_prefix(name: str, share: float, squeeze: str) -> None:
    """Cut anywhere, an input gives its first captions; where the cut shows, not even the last is altered."""
    reader, write, _ = WRITERS[name]
    content = SQUEEZE[squeeze](write(BASE))
    content = content[: int(len(content) * share)]
    captions = []
    try:
        captions = [
            row.caption
            for row in read_captions(io.BytesIO(content), ReadingOptions(format=reader))
            if isinstance(row, CaptionRow)
        ]
    except CapparseError:
        return
    assert captions[:-1] == BASE[: max(len(captions) - 1, 0)]
    # A cut between two lines or frames looks like an end; so does one within the bytes that tell zstandard.
    if squeeze in ("gz", "zst") and len(content) > 4:
        assert captions == BASE[: len(captions)]
