"""Parts of bodies: what shows its owner wherever it is seen."""

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import Below

_FREQUENT_SENSES = 2
_NO_PARTS = frozenset(
    """
    antler antlers blood bone bones bust chest chopper crown feather feathers gland heart hide hides horn
    horns milk mitt mitts organ seat seats skin skins skull skulls tissue tissues tusk tusks
    """.split()
)
"""Words that WordNet lists as parts of bodies and that captions say of what is left of a body, or of things."""
_OTHER_PARTS = frozenset("butt butts rear trunk trunks".split())
"""Words whose first senses are others, and which are parts of a body where a person or an animal has them."""


class BodyParts:
    """Tells words for parts of bodies."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._animals = Below(lexicon, "animal.n.01")

    def __contains__(self, word: str) -> bool:
        """Whether a lower-cased word, singular or plural, often means a part of a body."""
        return self._is_part(word)

    @remembered
    def _is_part(self, word: str) -> bool:
        if word in _OTHER_PARTS:
            return True
        if word in _NO_PARTS:
            return False
        return any(
            self._is_of_a_body(synset)
            for lemma in self._lexicon.base_forms(word)
            for synset in self._lexicon.synsets(lemma)[:_FREQUENT_SENSES]
        )

    def _is_of_a_body(self, synset: int) -> bool:
        lexname = self._lexicon.lexname(synset)
        if lexname == "noun.animal":
            return synset not in self._animals
        return lexname == "noun.body"
