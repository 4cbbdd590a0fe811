"""Word sense disambiguators behind one protocol."""

from caption_parser.errors import UsageError
from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.first_sense import FirstSense

__all__ = ["Disambiguator", "FirstSense", "SenseChoice", "SenseQuery", "load_disambiguator"]


def load_disambiguator(senses: str) -> Disambiguator:
    """The disambiguator that `--senses` names: "first", or "default" for the best that ships.

    Raises `UsageError` for any other name.
    """
    if senses in ("first", "default"):
        return FirstSense()
    raise UsageError(f"--senses {senses}: no such disambiguator. Expected 'first' or 'default'.")
