"""Errors that cross from a worker process to its parent."""

import pickle

import pytest

from shared_runtime.coco import NotInstancesError, OtherClassesError
from shared_runtime.errors import CapparseError, InputError, UsageError


@pytest.mark.parametrize(
    "error",
    [
        UsageError("no"),
        InputError("no"),
        NotInstancesError("no"),
        OtherClassesError("no", "coco"),
        CapparseError("no"),
    ],
)
def test_errors_survive_pickling(error: CapparseError) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == "no"
    assert vars(copy) == vars(error)
