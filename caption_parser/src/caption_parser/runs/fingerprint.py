"""A running hash of caption rows: two runs that read the same rows have the same fingerprint."""

import hashlib

from pydantic import BaseModel, ConfigDict, NonNegativeInt

from caption_parser.readers.rows import CaptionRow


class Fingerprint(BaseModel):
    """How many caption rows were read, and the BLAKE2b-128 digest of them in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: NonNegativeInt
    digest: str


class RunningFingerprint:
    """Hashes rows one by one: all of a row that a label file can show."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=16)
        self._rows = 0

    def update(self, row: CaptionRow) -> None:
        """Take in the next row."""
        # repr is unambiguous: it tells 1 from "1" and shows where each string ends.
        self._hash.update(repr((row.image_id, row.caption, row.row, row.file_name)).encode())
        self._rows += 1

    @property
    def value(self) -> Fingerprint:
        """Of the rows that were taken in so far."""
        return Fingerprint(rows=self._rows, digest=self._hash.hexdigest())
