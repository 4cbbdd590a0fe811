"""Pickled files of plain data, read without running what may be in them."""

import pickle
from pathlib import Path
from typing import Any, Never

from shared_runtime.errors import InputError
from shared_runtime.files import reading


class _PlainUnpickler(pickle.Unpickler):
    """Makes lists, tuples, dicts, sets, texts, bytes and numbers, and nothing else.

    Whatever a pickle calls (`os.system`, `eval`, a class's constructor) it first has to find by its name, or asks
    for as a persistent object: neither is given.
    """

    def find_class(self, module: str, name: str) -> Never:
        raise pickle.UnpicklingError(f"it asks for {module}.{name}, and plain data asks for nothing")

    def persistent_load(self, pid: Any) -> Never:
        raise pickle.UnpicklingError(f"it asks for the object {pid!r}, and plain data asks for nothing")


def load_plain(path: Path) -> Any:
    """What a pickle of plain data holds; the texts of Python 2 are read as Latin-1, as numbers in them may be.

    Raises `InputError` where the file cannot be read, is no pickle, or would run code.
    """
    try:
        with reading(path), path.open("rb") as stream:
            return _PlainUnpickler(stream, encoding="latin1").load()
    except pickle.UnpicklingError as error:
        raise InputError(f"{path}: got a pickle that is not read, expected plain data: {error}") from None
    except Exception as error:  # damaged pickles raise a dozen types
        reason = str(error) or type(error).__name__
        raise InputError(f"{path}: is no pickle, or a damaged one: {reason}") from error
