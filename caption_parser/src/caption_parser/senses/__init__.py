"""Word sense disambiguators behind one protocol."""

from caption_parser.senses.disambiguator import Disambiguator, FirstSense, SenseChoice, SenseQuery
from caption_parser.senses.loading import load_disambiguator

__all__ = ["Disambiguator", "FirstSense", "SenseChoice", "SenseQuery", "load_disambiguator"]
