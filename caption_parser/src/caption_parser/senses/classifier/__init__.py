"""The paper's disambiguator: an encoder and a linear classifier over groups of senses."""

from caption_parser.senses.classifier.disambiguator import ClassifierDisambiguator

__all__ = ["ClassifierDisambiguator"]
