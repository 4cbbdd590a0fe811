"""Words before a noun that say that it is a likeness of one: "a model plane", "a carousel horse", "Lego truck".

What a thing is made of tells only together with what it is: a wooden horse is none, a wooden boat is one.
"""

from collections.abc import Iterator

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.lexicon.taxonomy import hypernym_distances
from caption_parser.syntax.phrases import ExtendedHead
from caption_parser.syntax.tree import NOUN_TAGS, VERB_TAGS, Tree
from caption_parser.syntax.words.depiction_words import (
    LIFELESS_MODIFIERS,
    LIFELESS_PERSON_MODIFIERS,
    LIKENESS_MODIFIERS,
)
from caption_parser.syntax.words.word_lists import MATERIAL_VERBS

_FURTHEST = 4
"""How many words may stand between the telling word and the noun: "a paper toy airplane"."""

_OF_ANYTHING = LIKENESS_MODIFIERS | frozenset(
    """
    amigurumi animatronic bobblehead cardboard claymation clipart diecast doll
    embroidered emoji felted fondant gingerbread holographic lego legos marzipan matchbox origami papercraft papier
    pixelated plasticine playdough playmobil plush scale topiary toy virtual
    """.split()
)
"""Before any animal, person or vehicle."""
_MAKERS = frozenset(
    {("brio",), ("duplo",), ("hot", "wheels"), ("lego",), ("matchbox",), ("playmobil",), ("tonka",)}
)
"""Who makes nothing but toys: a title that begins with them has no other vehicles and animals."""
_BEHIND_NAMES = frozenset({",", ".", "CC", "IN", "TO"})
_FIRST_WORDS = frozenset(first for first, *_ in _MAKERS)
_OF_VEHICLES = frozenset(
    """
    balsa ceramic chocolate clay crochet crocheted foam gummy knit knitted miniature model paper porcelain tin
    windup
    """.split()
)
_OF_LAND_VEHICLES_AND_AIRCRAFT = frozenset({"wooden", "wood", "plastic"})
"""Boats and carts are made of these, and so are bicycles by now."""
_OF_ANIMALS = frozenset(
    """
    balloon butter candy chocolate crochet felt fiberglass fibreglass gummy hobby ice jelly knit led lollipop neon
    paper resin rocking sand soap straw sugar tin wax windup yarn
    """.split()
)
"""Beside the materials that say so of animals already (`depiction_words`)."""
_OF_PERSONS = (
    LIKENESS_MODIFIERS | LIFELESS_PERSON_MODIFIERS | {"cardboard", "gingerbread", "sand", "topiary", "wax"}
)
_TELLING = frozenset[str]().union(
    _FIRST_WORDS,
    LIFELESS_MODIFIERS,
    _OF_ANIMALS,
    _OF_ANYTHING,
    _OF_LAND_VEHICLES_AND_AIRCRAFT,
    _OF_PERSONS,
    _OF_VEHICLES,
)
"""One of these is in every caption that has a likeness by its name."""
_NAMING_TAGS = NOUN_TAGS | {"JJ", "VBG", "VBN"}
_MODELS = frozenset({"model", "models", "maquette", "maquettes", "mockup", "mockups"})
_FIGURES = frozenset({"figure", "figures"})
_SMALL = frozenset({"scale", "miniature", "small", "3d", "tiny", "paper", "plastic", "wooden", "lego"})
_CAST = _SMALL | frozenset({"bronze", "ceramic", "clay", "metal", "porcelain", "resin", "stone", "vinyl", "wax"})
_SHAPED = frozenset({"shaped", "themed", "inspired", "patterned"})
_TRIGGERS = MATERIAL_VERBS | _MODELS | _FIGURES | _SHAPED
"""One of these is in every caption that says of what a thing is made, or has the shape or is a model."""
_COLOURS_OF_COATS = frozenset({"chocolate", "sugar", "candy", "sand", "butter", "wax", "ice"})
"""Said of the coats and names of dogs and cats."""
_OF_A_YEAR = frozenset(
    """
    classic current different early earlier first good last late later latest new newer newest old older original
    recent same second third vintage year
    """.split()
)
"""Before "model" they speak of a make: "a late model car"."""


class MadeThings:
    """Tells likenesses by the words before their names."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        synset = lexicon.synset
        self._vehicles = frozenset({synset("vehicle.n.01"), synset("public_transport.n.01")})
        self._of_any_material = frozenset(
            map(synset, ("vessel.n.02", "cart.n.01", "carriage.n.02", "wagon.n.01", "bicycle.n.01", "sled.n.01"))
        )
        self._house_pets = frozenset({synset("dog.n.01"), synset("domestic_cat.n.01")})

    def may_tell(self, tree: Tree) -> bool:
        """Whether any word of the caption may say so of a name; if none does, none needs to be asked about."""
        return not _TELLING.isdisjoint(tree.words)

    def is_likeness(self, tree: Tree, head: ExtendedHead) -> bool:
        """Whether one of the words right before the name says that it is none."""
        senses = head.synsets or self._lexicon.synsets(head.lemmas[0])
        telling = self._telling(senses)
        if telling is _OF_PERSONS and not head.synsets:
            telling = LIKENESS_MODIFIERS  # a name of the label space: who is called a hot dog is none on a bun
        may_be_a_toy = not senses or telling not in (_OF_PERSONS, LIKENESS_MODIFIERS)
        if may_be_a_toy and _is_of_a_maker(tree, head):
            return True
        if telling.isdisjoint(tree.words):
            return False
        start = _start_of_coordination(tree, head)
        token = start - 1
        while token >= max(0, start - _FURTHEST):
            word = tree.words[token]
            if word in telling and not (word == "model" and _is_of_a_make(tree, token)):
                # "A wooden horse cart", "on a wooden board using eggs".
                of_another = word in LIFELESS_MODIFIERS and not head.start <= tree.heads[token] < head.end
                return not of_another and tree.tags[token] not in ("VB", "VBP", "VBZ", "VBD")
            if tree.tags[token] not in NOUN_TAGS and tree.tags[token] not in ("JJ", "VBN", "HYPH", "VBG"):
                return False
            token -= 1
        return False

    def __call__(self, tree: Tree) -> set[int]:
        """The nouns that a model is of, and those that give a thing its shape."""
        if _TRIGGERS.isdisjoint(tree.words):
            return set()
        made = {
            noun
            for token, word in enumerate(tree.words)
            if word in MATERIAL_VERBS
            for noun in self._made_of(tree, token)
        }
        return made | {
            noun
            for token, word in enumerate(tree.words)
            if word in _SHAPED or (word == "of" and _is_of_a_model(tree, token))
            for noun in (_shape(tree, token) if word in _SHAPED else _modelled(tree, token))
        }

    def _made_of(self, tree: Tree, participle: int) -> Iterator[int]:
        """ "a bear made of ice"; of what is no likeness by its material, nothing: "a boat made of wood"."""
        materials = {
            tree.words[material]
            for preposition in tree.children_by(participle, "prep")
            if tree.words[preposition] in ("of", "from", "out")
            for inner in (preposition, *tree.children_by(preposition, "prep"))
            for material in tree.children_by(inner, "pobj")
        }
        if not materials:
            return
        subjects = list(tree.children_by(participle, "nsubjpass"))
        if tree.deps[participle] == "acl":
            subjects.append(tree.heads[participle])
        for noun in subjects:
            senses = [
                s for lemma in self._lexicon.base_forms(tree.words[noun]) for s in self._lexicon.synsets(lemma)
            ]
            if not senses:
                continue
            if self._lexicon.lexname(senses[0]) == "noun.animal" or not materials.isdisjoint(
                self._telling(tuple(senses))
            ):
                yield noun

    @remembered
    def _telling(self, synsets: tuple[int, ...]) -> frozenset[str]:
        """What says of a name that it is none, by its most frequent sense."""
        if not synsets:
            return LIKENESS_MODIFIERS
        above = hypernym_distances(self._lexicon, synsets[0])
        lexname = self._lexicon.lexname(synsets[0])
        if lexname == "noun.animal":
            pet = not self._house_pets.isdisjoint(above)
            return _OF_ANYTHING | _OF_ANIMALS - (_COLOURS_OF_COATS if pet else frozenset()) | LIFELESS_MODIFIERS
        if lexname == "noun.person":
            return _OF_PERSONS
        if self._vehicles.isdisjoint(above):
            return LIKENESS_MODIFIERS
        sturdy = any(
            not self._of_any_material.isdisjoint(hypernym_distances(self._lexicon, synset)) for synset in synsets
        )
        return _OF_ANYTHING | _OF_VEHICLES | (frozenset() if sturdy else _OF_LAND_VEHICLES_AND_AIRCRAFT)


def _is_of_a_maker(tree: Tree, head: ExtendedHead) -> bool:
    """Whether the name is of what a maker of toys, with whom the text begins, has made: "LEGO Passenger Train".

    What the toy is with, beside or on is no part of the name: "Lego bricks on a rug beside a dog".
    """
    if not tree.capitals or tree.capitals[0] or tree.words[0] not in _FIRST_WORDS:
        return False
    makers = (tuple(tree.words[:1]), tuple(tree.words[:2]) if tree.has_capital(1) else ())
    if not _BEHIND_NAMES.isdisjoint(tree.tags[: head.start]):
        return False
    is_said = any(tag in VERB_TAGS and word.isalpha() for tag, word in zip(tree.tags, tree.words, strict=True))
    return not is_said and not _MAKERS.isdisjoint(makers)


def _start_of_coordination(tree: Tree, head: ExtendedHead) -> int:
    """Where the name begins, or the first of those that share what stands before it: "a toy train and truck"."""
    noun = head.end - 1
    shares = head.start and tree.tags[head.start - 1] == "CC" and tree.deps[noun] == "conj"
    return tree.first_conjuncts[noun] if shares else head.start


def _is_of_a_make(tree: Tree, model: int) -> bool:
    """Whether "model" means a make: "a late model car", "an old model bus", "1950s model"."""
    before = tree.word(model - 1)
    return before in _OF_A_YEAR or any(map(str.isdigit, before))


def _is_of_a_model(tree: Tree, preposition: int) -> bool:
    """Whether "of" follows a model that stands for a thing: "a scale model of a ship", "a model of the train"."""
    model = tree.heads[preposition]
    if tree.words[model] in _FIGURES:
        return any(tree.words[child] in _CAST for child in tree.children[model])
    if tree.words[model] not in _MODELS:
        return False
    said = any(tree.words[child] in _SMALL for child in tree.children[model])
    return said or any(tree.has_child(noun, "det") for noun in tree.children_by(preposition, "pobj"))


def _modelled(tree: Tree, preposition: int) -> Iterator[int]:
    for noun in tree.children_by(preposition, "pobj"):
        yield from tree.conjuncts(noun)


def _shape(tree: Tree, participle: int) -> Iterator[int]:
    """ "giraffe" of "a giraffe themed cake", "a giraffe-shaped lamp"."""
    token = participle - 1
    if token > 0 and tree.words[token] == "-":
        token -= 1
    behind = participle + 1
    if token >= 0 and tree.is_noun(token) and behind < len(tree) and tree.tags[behind] in _NAMING_TAGS:
        yield token
