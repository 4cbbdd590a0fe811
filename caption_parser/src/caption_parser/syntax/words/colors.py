"""Words for colours."""

from functools import cache

from caption_parser.lexicon import default_lexicon
from caption_parser.lexicon.taxonomy import with_hyponyms

_GROWN = frozenset({"noun.animal", "noun.food", "noun.plant"})
_OTHERS = frozenset({"blush", "fuchsia", "graphite", "violet"})
"""Words that are plants or things for WordNet, and behind a thing its colour."""


@cache
def color_words() -> frozenset[str]:
    """What WordNet has below colour, and no fruit, flower or animal by its first sense: no "orange"."""
    lexicon = default_lexicon()
    colors = with_hyponyms(lexicon, [lexicon.synset("color.n.01")])
    words = {lemma.lower() for color in colors for lemma in lexicon.lemmas(color)}
    return _OTHERS.union(word for word in words if lexicon.lexname(lexicon.synsets(word)[0]) not in _GROWN)
