"""What words tell of names by themselves: which begin the name of a person, and which are those of places."""

from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.words.word_kinds import WordKinds

_ROMAN = frozenset("ivx")
GIVEN = frozenset(
    """
    art ash bill bob carol christian dale daisy dick don drew faith frank gene grace grant hank harry heather henry
    herb hope ivy jack james jane jay jean jimmy john joy june ken lance lee lily luke maria mark martin mason max
    may mike miles nick pat penny peter ray rich rob robin rod rose ruby sam sandy shane sue terry tom tommy tony
    victor victoria wade will willow woody
    """.split()
)
"""Names that are words, too, for somebody whose other name follows."""
BODIES = frozenset(
    """
    athletic albion building city club college company county district division forest hospital hotel hotspur
    house institute motors motorsport orient palace park press racing railway rangers rovers school state
    stores team thistle town united university villa wanderers wednesday works
    """.split()
)
"""Last words of the names of teams, firms and places."""
_DOGS = frozenset({"bichon_frise", "jack_russell", "lhasa_apso", "shiba_inu", "shih_tzu"})
"""Breeds that are read as the name of a person."""
HIS_OR_HER = frozenset({"her", "herself", "him", "himself", "his"})
"""Behind a name of several words they speak of a person, whatever is done."""


class NameWords(WordKinds):
    """Tells words of the names of persons from others."""

    def begins_a_name(self, word: str) -> bool:
        """Whether somebody may be called so first: by a given name that is a word, or by no word and no town."""
        return word in GIVEN or (self.is_uncommon(word) and not self._is_other_name(word))

    def _may_be_a_name(self, word: str) -> bool:
        """Whether WordNet lacks the word, or has it for somebody ("Smith"), or it is a numeral ("II")."""
        senses = self._lexicon.synsets(word)
        return (
            not senses
            or _ROMAN.issuperset(word)
            or any(self._lexicon.instance_hypernyms(sense) and self._kind(sense) == "person" for sense in senses)
        )

    @remembered
    def _is_other_name(self, name: str) -> bool:
        return name in _DOGS or any(
            self._kind(synset) in ("location", "group", "object") for synset in self._lexicon.synsets(name)
        )
