"""Words of age, sex and kin: a "baby" is a person, unless it is that of an elephant; so is a "calf" of one.

WordNet lists some of them as persons, some as animals, some as both, and a sense model cannot know whose mother
is meant. The caption tells: where animals are named and the word belongs to them, it is one of them; otherwise it
is a person, or the young of the animal that has the word for its own.
"""

from collections.abc import Iterator, Sequence

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.labels.reading import CaptionReading, CaptionStep, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import Below
from caption_parser.syntax.tree import VERB_TAGS, Tree
from caption_parser.syntax.words.word_lists import SENTENCE_ENDS, THEIR_POSSESSIVES
from shared_schemas import Rule

KIN = frozenset(
    """
    adolescent adult baby brother couple dad daddy daughter family father female grown-up infant juvenile kid male
    mama matriarch mom mommy mother mum newborn offspring pair papa parent sibling sister son twin youngster
    """.split()
)
"""Lemmas that name a member of any kind by its age, its sex or its kin."""

_YOUNG = frozenset({"calf", "cub", "foal", "kid", "kit", "pup", "whelp"})
"""Lemmas for the young of several kinds: a giraffe has a calf as a cow has, and a seal a pup."""
_SEXES = frozenset({"boar", "buck", "bull", "cow", "doe", "hen", "sow"})
"""Lemmas for the sexes of several kinds: there are bulls among moose."""
_LITTLE = frozenset({"dude", "fella", "fellow", "gal", "guy"})
"""Behind "little", what people call the animal that the next sentence names."""
_BEING = frozenset("'s are be been being is was were".split())
_SETTLED = KIN | _YOUNG | _SEXES
_WITH_YOUNG = {
    "calf": (
        "bison.n.01",
        "camel.n.01",
        "elephant.n.01",
        "elk.n.01",
        "giraffe.n.01",
        "hippopotamus.n.01",
        "manatee.n.01",
        "old_world_buffalo.n.01",
        "rhinoceros.n.01",
        "whale.n.02",
    ),
    "cub": ("big_cat.n.01", "fox.n.01"),
}
"""Beings whose young has the same name as that of others: beside them, where no other is named, it is theirs."""
_WITH_COWS = (*_WITH_YOUNG["calf"], "antelope.n.01", "seal.n.09", "walrus.n.01")
"""Beings whose females and males are called so, without a cow among them: "dog, cow" are two."""
_BEHIND = SENTENCE_ENDS | {",", ")", "-"}
_GROUPS = frozenset({"couple", "family", "pair"})
"""Of these, groups of other things have lost their label before."""
_PETS = ("dog.n.01", "cat.n.01")


class Kin(CaptionStep):
    """Settles whether words of age, sex and kin are persons."""

    def __init__(self, decisions: DecisionTable, lexicon: Lexicon) -> None:
        self._person = decisions.by_synset.get(lexicon.synset("person.n.01"))
        self._people = Below(lexicon, "person.n.01")
        self._animals = Below(lexicon, "animal.n.01")
        self._with_young = {young: Below(lexicon, *kinds) for young, kinds in _WITH_YOUNG.items()}
        self._with_cows = Below(lexicon, *_WITH_COWS)
        self._pets = Below(lexicon, *_PETS)
        self._labels_of_animals = labels_below(decisions, self._animals)
        self._labels_of_pets = labels_below(decisions, self._pets)

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with what its words of kin name."""
        person, tree, others = self._person, caption.tree, caption.objects
        if person is None or not (any(one.lemma in _SETTLED for one in others) or _speaks_of_little(caption)):
            return caption
        if any(found.lemma in _SEXES for found in others):
            caption = caption.with_objects(lambda found: self._of_sex(tree, found, others))
        parents = [found for found in caption.objects if found.lemma not in _YOUNG and self._may_be_animal(found)]
        if parents:
            caption = caption.with_objects(lambda found: self._young(tree, found, parents))
        animals = [found for found in caption.objects if self._is_animal(found)]
        named = [*animals, *(found for found in caption.objects if found.lemma in _YOUNG and found.decision)]
        if named and "little" in tree.words:
            little = {one.candidate.token for one in caption.objects if _is_little(tree, one, named)}
            caption = caption.without_label(little)
        people = [found for found in caption.objects if self._is_person(found, person.label)]
        return caption.with_objects(
            lambda found: self._settled(tree, found, person, animals, people) if found.lemma in KIN else found
        )

    def _of_sex(self, tree: Tree, found: ObjectReading, others: Sequence[ObjectReading]) -> ObjectReading:
        """A cow, a bull or a sow with the label of its kind: "an elephant cow", "African elephant, bull"."""
        if found.lemma not in _SEXES:
            return found
        of_kind = [*tree.children_by(found.candidate.token, "compound", "nmod")]
        kinds = [one for one in others if one.candidate.token in of_kind and one.synset in self._animals]
        if not kinds and _is_added(tree, found.candidate.token):
            animals = [one for one in others if one.synset in self._animals and one is not found]
            kinds = [one for one in animals if one.candidate.token < found.candidate.token and len(animals) == 1]
            kinds = [one for one in kinds if one.synset in self._with_cows]
        return _of_kind(found, kinds[-1]) if kinds else found

    def _young(self, tree: Tree, young: ObjectReading, parents: Sequence[ObjectReading]) -> ObjectReading:
        """A young animal with the label of its kind, if that is told: "a seal pup", "a giraffe and her calf"."""
        token = young.candidate.token
        if young.lemma not in _YOUNG:
            return young
        of_kind = [*tree.children_by(token, "compound", "nmod", "amod")]
        kinds = [found for found in parents if found.candidate.token in of_kind]
        if not young.decision:
            return _of_kind(young, kinds[-1]) if kinds and kinds[-1].synset in self._animals else young
        if not kinds and not _owners(tree, token).isdisjoint(THEIR_POSSESSIVES):
            kinds = [found for found in parents if found.candidate.token < token and self._is_animal(found)]
        if not kinds and all(found.decision != young.decision for found in parents):
            kinds = [found for found in parents if found.synset in self._with_young.get(young.lemma, ())]
        if not kinds:
            return young
        # The seal of a pup is no stamp.
        decision = kinds[-1].decision if kinds[-1].synset in self._animals else None
        if decision and decision.label == young.decision.label:
            return young
        return young._replace(decision=decision and decision._replace(rule=Rule.AGREEMENT))

    def _settled(
        self,
        tree: Tree,
        kin: ObjectReading,
        person: Decision,
        animals: Sequence[ObjectReading],
        people: Sequence[ObjectReading],
    ) -> ObjectReading:
        if kin.decision is not None and kin.decision.label != person.label:
            return kin
        if self._is_of_animals(tree, kin.candidate.token, animals, people):
            return kin._replace(decision=None)
        sense = next((synset for synset in kin.candidate.synsets if synset in self._people), None)
        if kin.decision is None and kin.choice and sense is not None and kin.lemma not in _GROUPS:
            choice = kin.choice._replace(synset=sense)
            return kin._replace(choice=choice, decision=person._replace(rule=Rule.HYPONYM, depth=1))
        return kin

    def _is_of_animals(
        self, tree: Tree, kin: int, animals: Sequence[ObjectReading], people: Sequence[ObjectReading]
    ) -> bool:
        """Whether it belongs to the animals of the caption.

        It does if it is "theirs", or if it stands beside them where no person is named: "a zebra and a baby". Pets
        live with people, so that "a dog and a baby" are two.
        """
        before = [found for found in animals if found.candidate.token < kin]
        owners = [found for found in people if found.candidate.token < kin]
        whose = _owners(tree, kin)
        if "its" in whose:
            return True
        if not whose.isdisjoint(THEIR_POSSESSIVES) and before:
            return not owners
        wild = [found for found in animals if not self._is_pet(found)]
        if people or not wild:
            return False
        beside = {*_coordinated(tree, kin)}
        return any(found.candidate.token < kin or found.candidate.token in beside for found in wild)

    def _may_be_animal(self, found: ObjectReading) -> bool:
        return any(synset in self._animals for synset in found.candidate.synsets)

    def _is_animal(self, found: ObjectReading) -> bool:
        """A phrase of the label space, which has no sense, is what its label is: "polar cub"."""
        is_one = found.synset in self._animals or _has_label_alone(found, self._labels_of_animals)
        return is_one and found.lemma not in KIN and not found.candidate.flags

    def _is_pet(self, found: ObjectReading) -> bool:
        return found.synset in self._pets or _has_label_alone(found, self._labels_of_pets)

    def _is_person(self, found: ObjectReading, person: int) -> bool:
        return found.decision is not None and found.decision.label == person and found.lemma not in KIN


def labels_below(decisions: DecisionTable, kind: Below) -> set[int]:
    """The labels that list synsets of a kind."""
    return {
        decision.label
        for synset, decision in decisions.by_synset.items()
        if decision.rule is Rule.SYNONYM and synset in kind
    }


def _has_label_alone(found: ObjectReading, labels: set[int]) -> bool:
    return found.synset is None and found.decision is not None and found.decision.label in labels


def _speaks_of_little(caption: CaptionReading) -> bool:
    return "little" in caption.tree.words and any(found.lemma in _LITTLE for found in caption.objects)


def _is_little(tree: Tree, found: ObjectReading, animals: Sequence[ObjectReading]) -> bool:
    """Whether a "little guy" is the animal that the next sentence names: "Found this little guy. A hedgehog!"."""
    guy = found.candidate.token
    return (
        found.lemma in _LITTLE
        and guy > 0
        and tree.words[guy - 1] == "little"
        and any(_is_named_next(tree, guy, one.candidate.token) for one in animals)
    )


def _is_named_next(tree: Tree, guy: int, animal: int) -> bool:
    """Whether the next sentence says no more than what it is: an animal that somebody sees or has is another."""
    ends = [token for token in range(guy, animal) if tree.words[token] in SENTENCE_ENDS]
    if len(ends) != 1 or not _owners(tree, animal).isdisjoint(THEIR_POSSESSIVES):
        return False
    said = range(ends[0] + 1, animal)
    return any(tree.words[token : token + 2] == ["to", "be"] for token in said) or all(
        tree.tags[token] not in VERB_TAGS or tree.words[token] in _BEING for token in said
    )


def _of_kind(found: ObjectReading, kind: ObjectReading) -> ObjectReading:
    """A word with the sense and the label of the kind that it is of."""
    decision = kind.decision and kind.decision._replace(rule=Rule.AGREEMENT)
    return found._replace(choice=kind.choice, decision=decision)


def _is_added(tree: Tree, noun: int) -> bool:
    """Whether a noun in the singular stands alone behind a comma, which may have parted what was parsed.

    A cow of which something is said is one that is there: "An elephant by a fence, cow behind it".
    """
    if noun < 1 or tree.tags[noun] != "NN":
        return False
    if noun + 1 < len(tree) and tree.words[noun + 1] not in _BEHIND:
        return tree.starts[noun + 1] > tree.ends[noun] + 1
    return tree.words[noun - 1] in (",", "(") or tree.starts[noun] == tree.ends[noun - 1] + len(", ")


def _owners(tree: Tree, noun: int) -> set[str]:
    """The words for those whose it is."""
    return {tree.words[owner] for owner in tree.children_by(noun, "poss")}


def _coordinated(tree: Tree, noun: int) -> Iterator[int]:
    """All nouns of the coordination that a noun is part of."""
    yield from tree.conjuncts(tree.first_conjuncts[noun])
