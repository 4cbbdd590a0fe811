"""The base of every record: immutable, strict about unknown fields and numbers, compact as JSON."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen pydantic model that refuses unknown fields, so that a typo in a label file is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
