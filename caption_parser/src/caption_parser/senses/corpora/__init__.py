"""Sense-tagged corpora as streams of sentences: SemCor as JSONL, Raganato et al.'s XML, UFSAC."""

from caption_parser.senses.corpora.inventory import CorpusTally
from caption_parser.senses.corpora.read import read_corpus
from caption_parser.senses.corpora.tokens import TaggedSentence, TaggedToken

__all__ = ["CorpusTally", "TaggedSentence", "TaggedToken", "read_corpus"]
