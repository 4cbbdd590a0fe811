"""Files that are something else than their names say, told by their first bytes."""

from typing import NamedTuple

from shared_runtime.errors import InputError


class Signature(NamedTuple):
    """What a file is that begins with these bytes, and what to do about it."""

    begins: bytes
    what: str
    advice: str


PARQUET = b"PAR1"

_PAGE = "Its download may have failed: look into it, and fetch the file itself"

SIGNATURES = (
    Signature(b"version https://git-lfs", "a pointer of Git LFS, not the file", "Fetch the file: git lfs pull"),
    Signature(b"<!doctype html", "a web page", _PAGE),
    Signature(b"<html", "a web page", _PAGE),
    Signature(b"<?xml", "XML", "Make it a table, or an object per line (.jsonl)"),
    Signature(b"pk\x03\x04", "a zip archive (or a spreadsheet)", "Unpack it, or save it as CSV"),
    Signature(b"par1", "a Parquet file", "Try --format parquet"),
    Signature(b"\x80\x04\x95", "a Python pickle", "Write it as JSON Lines: reading it would run what is in it"),
    Signature(b"\x80\x03", "a Python pickle", "Write it as JSON Lines: reading it would run what is in it"),
    Signature(b"\x89hdf", "an HDF5 file", "Write its captions as JSON Lines or CSV"),
    Signature(b"arrow1", "an Arrow file", "Save it as Parquet"),
    Signature(b"%pdf", "a PDF", "Take its text out"),
    Signature(b"bzh", "compressed with bzip2", "Unpack it: bunzip2"),
    Signature(b"\xfd7zxz", "compressed with xz", "Unpack it: unxz"),
    Signature(b"sqlite format 3", "an SQLite database", "Write its captions as CSV"),
)
_LONGEST = max(len(signature.begins) for signature in SIGNATURES)
_TAR_MARK, _TAR_AT = b"ustar", 257


def check_signature(name: str, head: bytes) -> None:
    """Raises `InputError` for text that is none."""
    begins = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:_LONGEST].lower()
    for signature in SIGNATURES:
        if begins.startswith(signature.begins):
            raise InputError(f"{name} is {signature.what}. {signature.advice}")
    if head[_TAR_AT : _TAR_AT + len(_TAR_MARK)] == _TAR_MARK:
        raise InputError(f"{name} is a tar archive. Try --format webdataset")
