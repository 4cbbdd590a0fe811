"""WordNet 3.0 as a compact read-only table."""

from caption_parser.lexicon.identifiers import UnknownSynsetError
from caption_parser.lexicon.lexicon import CACHED_LOOKUPS, Lexicon, Synset, as_lemma, default_lexicon

__all__ = ["CACHED_LOOKUPS", "Lexicon", "Synset", "UnknownSynsetError", "as_lemma", "default_lexicon"]
