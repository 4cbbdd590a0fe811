"""The models that ship, and how each is rebuilt: `load_nlp` gives the pipeline that parses captions."""

from caption_parser.models.loading import load_nlp

__all__ = ["load_nlp"]
