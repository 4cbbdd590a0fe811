"""Words for likenesses: what is "a statue of a man", and what is only a photograph of one."""

from dataclasses import dataclass
from typing import Self

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.plurals import plural_forms
from caption_parser.lexicon.taxonomy import with_hyponyms

_KINDS = ("representation.n.02", "sculpture.n.01", "graphic_art.n.01", "doll.n.01", "cartoon.n.01")
"""WordNet's synsets of likenesses; a noun counts if its first sense lies below one of them."""
_OTHER_LIKENESSES = frozenset(
    """
    ad advert advertisement animation art artwork banner billboard bobblehead bust caricature clipart costume
    cutout decal decoration depiction drawing dummy emblem embroidery emoji emoticon graffiti icon
    illustration imitation jigsaw lego likeness logo mannequin maquette mascot mosaic origami ornament plush
    plushie poster print puzzle relief render rendering rendition sign stamp stencil sticker tapestry tattoo
    toy wallpaper
    """.split()
)
"""Reviewed: WordNet's first sense is another, or it files them as signs, designs, clothes or playthings."""
_NO_LIKENESSES = frozenset(
    """
    backdrop billet bitmap bullfight casting collage corrida encyclical epistle invitation invite letter
    longshot map missive montage naumachia orrery scenery scrabble sham still summons
    """.split()
)
"""Reviewed: below WordNet's likenesses, but said of the photograph itself, of scenes or of writing."""
_PHOTOGRAPHS = frozenset(
    """
    frame image photo photograph pic picture portrait snapshot selfie shot headshot closeup screenshot
    """.split()
)

SELF_LIKENESSES = frozenset(
    "dummies dummy gnome gnomes mannequin mannequins puppet puppets scarecrow scarecrows snowman snowmen".split()
)
"""Nouns that mean a likeness of a person and nothing else in captions; WordNet lists persons among them."""
LIKENESS_MODIFIERS = frozenset({"cartoon", "fake", "imitation", "lego", "pretend", "toy"})
"""Before a noun they say that it is none: "a toy truck"."""
LIFELESS_MODIFIERS = frozenset(
    """
    animatronic animated brass bronze cardboard carousel carved cast cement ceramic clay concrete crocheted foam
    glass inflatable inflated iron knit knitted marble mechanical metal origami paper papier plaster plastic plush
    porcelain robot robotic rubber sculpted statue steel stone stuffed wax wicker wire wood wooden
    """.split()
)
"""Before an animal they say that it is made: "a wooden horse"."""
LIFELESS_PERSON_MODIFIERS = frozenset(
    "animated animatronic carved ceramic inflatable marble papier plastic plush sculpted stuffed wooden".split()
)
"""Before a person they say so too; a metal worker is alive."""


@dataclass(frozen=True, slots=True)
class DepictionWords:
    """Nouns of likenesses, singular and plural."""

    likenesses: frozenset[str]
    """What they show is not there: "a statue of a man"."""
    photographs: frozenset[str]
    """What they show is there if they mean the photograph that is captioned."""

    @classmethod
    def of(cls, lexicon: Lexicon) -> Self:
        """The nouns below WordNet's likenesses, and those reviewed by hand."""
        found = set(_OTHER_LIKENESSES)
        for kind in _KINDS:
            for synset in with_hyponyms(lexicon, [lexicon.synset(kind)]):
                found.update(
                    lemma.lower()
                    for lemma in lexicon.lemmas(synset)
                    if "_" not in lemma and lexicon.synsets(lemma)[0] == synset
                )
        return cls(_with_plurals(found - _NO_LIKENESSES - _PHOTOGRAPHS), _with_plurals(_PHOTOGRAPHS))


def _with_plurals(nouns: set[str] | frozenset[str]) -> frozenset[str]:
    return frozenset(nouns.union(*map(plural_forms, nouns)))
