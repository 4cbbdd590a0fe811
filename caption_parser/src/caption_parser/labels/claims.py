"""What a label space says about senses by naming its classes: a class has a claim on its own words.

A prior of captions, or the first sense of a dictionary, knows nothing of the task: "lamp" may be a light of any
kind in most captions, but in a space whose only lamp is the piece of furniture the word names that class. Words
are claimed by classes that are named so, that list the word, or whose synsets have it as a lemma. A claim weighs,
it does not decide: what a caption says can outweigh it, and the senses of other classes compete.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from caption_parser.lexicon import Lexicon, as_lemma
from caption_parser.lexicon.plurals import plural_forms
from caption_parser.senses.caption_prior import CaptionPrior
from caption_parser.senses.frequency import tag_counts
from shared_schemas.label_space import LabelClass, LabelSpace


class Strength(NamedTuple):
    """The least probability of the senses that a claim is about, before the caption is read."""

    against_others: float
    """Against senses of another kind, and those of classes that claim the word less."""
    against_near: float
    """Against senses of no class that WordNet's lexicographers put into the same field, such as artifacts."""


# The numbers of all three are set by hand.
NAMED = Strength(0.94, 0.985)
"""Of a class that is named by the word or lists it."""
FIRST_LEMMA = Strength(0.9, 0.97)
"""Of a class whose first synset has the word for its first lemma."""
LEMMA = Strength(0.3, 0.3)
"""Of a class that has it among its other lemmas: some of these are accidents ("picture" of a painting)."""

_LEAST_SEEN = 0.01
"""How often a claimed sense is taken to occur at least, where several of one class share what a claim gives."""
_PSEUDO_COUNT = 2.0

LabelOf = Callable[[int], int | None]


class Claim(NamedTuple):
    """The claim of a class on a word."""

    label: int
    synsets: tuple[int, ...]
    """The senses that the word has in the class."""
    strength: Strength


class WordClaims:
    """The words of a label space, lower-case and with underscores, and what their classes claim."""

    def __init__(self, label_space: LabelSpace, lexicon: Lexicon, label_of: LabelOf) -> None:
        """`label_of`: the label that a synset leads to."""
        self._lexicon = lexicon
        self._label_of = label_of
        self.phrases: dict[str, int] = {}
        """Words that mean a class by their text: no sense that WordNet lists leads to any."""
        self.added: dict[str, tuple[int, ...]] = {}
        """The synsets of classes that claim a word which WordNet gives to other classes alone; they take the place
        of its senses of no class."""
        self._claims: dict[str, dict[int, Claim]] = defaultdict(dict)
        own_words = {label.id: _own_words(label) for label in label_space.classes}
        claimants: dict[str, list[LabelClass]] = defaultdict(list)
        for label in label_space.classes:
            for word in own_words[label.id]:
                claimants[word].append(label)
        for word, classes in claimants.items():
            self._claim(word, classes)
        for label in label_space.classes:
            self._claim_lemmas(label)

    def _claim(self, word: str, classes: list[LabelClass]) -> None:
        """What follows from the names and the listed words of classes."""
        by_label: dict[int | None, list[int]] = defaultdict(list)
        for synset in self._senses(word):
            by_label[self._label_of(synset)].append(synset)
        by_senses = {label.id for label in classes if label.id in by_label and not _by_text(label, classes)}
        undecided = [label for label in classes if label.id not in by_senses]
        only_unlabelled = not any(label is not None for label in by_label)
        if only_unlabelled and len(classes) == 1:
            self.phrases[word] = classes[0].id
            return
        for label in classes:
            senses = tuple(by_label.get(label.id, ()))
            if label in undecided:
                senses = tuple(self._lexicon.synset(name) for name in label.synsets)
                if not senses and any(one.is_named_alone for one in classes if one.id in by_senses):
                    continue  # another that has nothing but this name has what it may mean
                if not senses:
                    self.phrases.setdefault(word, label.id)
                    continue
                self.added[word] = (*self.added.get(word, ()), *senses)
            self._claims[word][label.id] = Claim(label.id, senses, NAMED)

    def _claim_lemmas(self, label: LabelClass) -> None:
        denied = {as_lemma(word) for word in label.denied}
        for number, name in enumerate(label.synsets):
            synset = self._lexicon.synset(name)
            for place, written in enumerate(self._lexicon.lemmas(synset)):
                lemma = written.lower()
                if lemma in denied or lemma in self.phrases or label.id in self._claims[lemma]:
                    continue
                senses = tuple(s for s in self._senses(lemma) if self._label_of(s) == label.id)
                self._claims[lemma][label.id] = Claim(label.id, senses, LEMMA if number or place else FIRST_LEMMA)

    def _senses(self, word: str) -> tuple[int, ...]:
        found = (synset for base in self._lexicon.base_forms(word) for synset in self._lexicon.synsets(base))
        return tuple(dict.fromkeys(found))

    @cached_property
    def of_lemma(self) -> Mapping[str, Mapping[int, Claim]]:
        """Lemma → class → its claim, also of lemmas that a form of the word may belong to.

        "glasses" may be several of "glass", "axes" several of "axis".
        """
        claims: dict[str, dict[int, Claim]] = {word: dict(found) for word, found in self._claims.items() if found}
        for word, found in self._claims.items():
            plurals = (plural.replace(" ", "_") for plural in plural_forms(word.replace("_", " ")))
            for form in (word, *plurals):
                for base in self._lexicon.base_forms(form):
                    for label, claim in found.items():
                        claims.setdefault(base, {}).setdefault(label, claim)
        return claims

    @cached_property
    def _of_plurals(self) -> Mapping[str, frozenset[int]]:
        """Lemma → what classes claim by a plural of it that is a word of its own: spectacles, of "glass"."""
        found: dict[str, set[int]] = defaultdict(set)
        for word, claims in self._claims.items():
            for base in self._lexicon.base_forms(word):
                if base != word:
                    found[base].update(synset for claim in claims.values() for synset in claim.synsets)
        return {base: frozenset(synsets) for base, synsets in found.items()}

    @cached_property
    def kept_whole(self) -> Mapping[str, frozenset[int]]:
        """Claimed words of several parts → the senses that they have in the classes that claim them."""
        return {
            word: frozenset(synset for claim in found.values() for synset in claim.synsets)
            for word, found in self._claims.items()
            if "_" in word or "-" in word
        }

    def names(self, lemma: str, label: int) -> bool:
        """Whether a class is named by the word, or lists it."""
        claim = self._claims[lemma].get(label) if lemma in self._claims else None
        return self.phrases.get(lemma) == label or (claim is not None and claim.strength == NAMED)

    def adjusted(self, lemma: str, prior: Mapping[int, float] | None) -> Mapping[int, float]:
        """The prior of a claimed lemma as the claims change it, or as it is; None: captions know nothing of it."""
        weights = dict(prior) if prior else self._frequencies(lemma)
        strongest = max(claim.strength for claim in self.of_lemma[lemma].values())
        claims = [claim for claim in self.of_lemma[lemma].values() if claim.strength == strongest]
        labels = {claim.label for claim in claims}
        claimed = {synset for claim in claims for synset in claim.synsets}
        claimed |= {synset for synset in weights if self._label_of(synset) in labels}
        fields = {self._lexicon.lexname(synset) for synset in claimed}
        rivals: dict[float, list[int]] = defaultdict(list)
        for synset in weights.keys() - claimed:
            near = self._lexicon.lexname(synset) in fields and self._label_of(synset) is None
            rivals[strongest.against_near if near else strongest.against_others].append(synset)
        by_plurals = claimed & self._of_plurals.get(lemma, frozenset())
        if prior and not by_plurals and not _is_over(weights, claimed, rivals):
            return prior
        seen = max(weights.values(), default=1.0)
        for synset in claimed:
            weights[synset] = max(weights.get(synset, 0.0), _LEAST_SEEN * seen)
        # Captions are counted by lemma: what they say of "glass" says nothing of "glasses".
        most = max(weights[synset] for synset in claimed)
        weights |= dict.fromkeys(by_plurals, most)
        mass = sum(weights[synset] for synset in claimed)
        for share, group in rivals.items():
            _hold_down(weights, group, mass * (1 - share) / share)
        total = sum(weights.values())
        return {synset: weight / total for synset, weight in weights.items()}

    def _frequencies(self, lemma: str) -> dict[int, float]:
        senses = self._senses(lemma)
        counts = tag_counts(self._lexicon, lemma, senses)
        return {synset: _PSEUDO_COUNT / len(senses) + count for synset, count in zip(senses, counts, strict=True)}


class ClaimedPrior(Mapping[str, Mapping[int, float]]):
    """The prior of captions with what a label space claims; worked out for a lemma when it is first asked for."""

    def __init__(self, prior: CaptionPrior, claims: WordClaims) -> None:
        self._prior = prior
        self._claims = claims
        self._found: dict[str, Mapping[int, float]] = {}

    def __getitem__(self, lemma: str) -> Mapping[int, float]:
        found = self._found.get(lemma)
        if found is None:
            found = self._prior.get(lemma)
            if lemma in self._claims.of_lemma:
                found = self._claims.adjusted(lemma, found)
            if found is None:
                raise KeyError(lemma)
            self._found[lemma] = found
        return found

    @cached_property
    def unmoved(self) -> CaptionPrior:
        """The prior without the lemmas that a claim moves: no claim is so strong that a caption has no say."""
        return _Unmoved(self._prior, self)

    def __contains__(self, lemma: object) -> bool:
        return lemma in self._claims.of_lemma or lemma in self._prior

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(self._prior), **dict.fromkeys(self._claims.of_lemma)})

    def __len__(self) -> int:
        return len(self._prior.keys() | self._claims.of_lemma.keys())

    def __bool__(self) -> bool:
        return bool(self._prior) or bool(self._claims.of_lemma)  # without counting both


class _Unmoved(Mapping[str, Mapping[int, float]]):
    """What two priors have in common."""

    def __init__(self, prior: CaptionPrior, other: CaptionPrior) -> None:
        self._prior = prior
        self._other = other

    def __getitem__(self, lemma: str) -> Mapping[int, float]:
        found = self._prior[lemma]
        if found is not self._other[lemma]:
            raise KeyError(lemma)
        return found

    def __iter__(self) -> Iterator[str]:
        return (lemma for lemma in self._prior if lemma in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _by_text(label: LabelClass, claimants: list[LabelClass]) -> bool:
    """Whether a word means a class whatever its sense: it alone has nothing but this name."""
    return label.is_named_alone and not label.remark and sum(one.is_named_alone for one in claimants) == 1


def _own_words(label: LabelClass) -> list[str]:
    """The name and the listed words of a class that no review has decided."""
    words = (label.spoken_name, *label.listed_words)
    reviewed = {as_lemma(word) for word in (*label.denied, *label.phrases, *label.reviewed_words)}
    return [word for word in dict.fromkeys(map(as_lemma, words)) if word not in reviewed]


def _is_over(weights: Mapping[int, float], claimed: set[int], rivals: Mapping[float, list[int]]) -> bool:
    """Whether some group has more than its share beside what is claimed."""
    mass = sum(weights.get(synset, 0.0) for synset in claimed)
    return any(
        sum(weights[synset] for synset in group) > mass * (1 - share) / share for share, group in rivals.items()
    )


def _hold_down(weights: dict[int, float], group: list[int], most: float) -> None:
    """Scale the weights of a group so that they add up to no more than `most`."""
    total = sum(weights[synset] for synset in group)
    if total > most:
        for synset in group:
            weights[synset] *= most / total
