"""WordNet 3.0 as a compact read-only table."""

from caption_parser.lexicon.identifiers import UnknownSynsetError
from caption_parser.lexicon.lexicon import Lexicon, Synset, as_lemma, default_lexicon
from caption_parser.lexicon.remembering import CACHED_LOOKUPS

__all__ = ["CACHED_LOOKUPS", "Lexicon", "Synset", "UnknownSynsetError", "as_lemma", "default_lexicon"]
