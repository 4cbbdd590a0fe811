"""The label of every synset, decided once per label space (Vilar & Perez 2021, Section III-A2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from caption_parser.labels.claims import WordClaims
from caption_parser.labels.people_groups import PeopleGroups, people_groups
from caption_parser.lexicon import Lexicon, UnknownSynsetError, as_lemma
from caption_parser.lexicon.remembering import remembered
from caption_parser.senses import SenseChoice
from shared_runtime.errors import UsageError
from shared_schemas import Route, Rule
from shared_schemas.label_space import LabelClass, LabelSpace


class Decision(NamedTuple):
    """Why a synset or a phrase carries a label."""

    label: int
    """Contiguous class id."""
    rule: Rule
    depth: int = 0
    """Hypernym steps from the synset to the label's synset."""


class DecisionTable:
    """Which label a synset or a phrase gets; what is not in the table gets none.

    - synonym: the synset is one of the label's, or a usual sense of the name that it has alone.
    - hyponym: it lies below one; the nearest labelled hypernym wins, by the number of hypernym steps; of
      equally near ones the class that stands first in the label space. Instances (Einstein, an instance of
      a physicist) are no hyponyms, and neither is what a class excludes, with all that lies below it alone.
    - holonym: it has meronyms (members, parts, substances) and every one of them carries the same label by
      one of the two rules above.
    - phrase: the text is one of the label's exact phrases.
    - neologism: the text is a word that the label space reads as a synset, which has a label.

    The words that the label space lists and reviews count with `reviewed` alone, and what classes claim with
    `claims`: the paper has neither.
    """

    def __init__(
        self,
        label_space: LabelSpace,
        lexicon: Lexicon,
        *,
        reviewed: bool = False,
        groups: bool = False,
        claims: bool = False,
        usual: Mapping[int, Sequence[int]] = {},
    ) -> None:
        """`groups`: those of people that can be seen carry the label of persons; `usual`: class → the senses of
        the name that it has alone. A synset that another class lists is that one's.

        Raises `UsageError` for a synset that WordNet 3.0 does not have.
        """
        self._lexicon = lexicon
        by_synset = _with_holonyms(_synonyms_and_hyponyms(label_space, lexicon, usual), lexicon)
        self._groups = people_groups(lexicon) if groups else None
        if self._groups and (person := by_synset.get(lexicon.synset("person.n.01"))):
            seen = Decision(person.label, Rule.HOLONYM)
            by_synset = {
                synset: decision
                for synset, decision in by_synset.items()
                if decision != seen or not self._is_unseen(synset, self._groups)
            }
            by_synset = dict.fromkeys(self._groups.synsets, seen) | by_synset
        self.by_synset: Mapping[int, Decision] = by_synset
        self.claims = WordClaims(label_space, lexicon, self.label_of) if claims else None
        """What classes claim; none: it does not count."""
        self.by_phrase: Mapping[str, Decision] = _by_phrase(label_space, self.claims, reviewed=reviewed)
        self.neologisms: Mapping[str, int] = {
            as_lemma(word): _known_synset(synset, f"neologism {word!r}", label_space, lexicon)
            for word, synset in label_space.neologisms.items()
        }
        self._denied: Mapping[str, frozenset[int]] = _denied(label_space) if reviewed else {}

    def _is_unseen(self, synset: int, groups: PeopleGroups) -> bool:
        """Whether its members are somewhere else as a rule: those of a church, those who live in a town."""
        return synset in groups.unseen or self._lexicon.lexname(synset) == "noun.location"

    def label_of(self, synset: int) -> int | None:
        """The label that a synset leads to; none: no label."""
        decision = self.by_synset.get(synset)
        return decision.label if decision else None

    @remembered
    def meant(self, lemmas: tuple[str, ...], synsets: tuple[int, ...]) -> tuple[int, ...]:
        """The synsets of a word (its lemmas and their synsets) with those of classes that claim it, without those
        that it is said not to mean."""
        if self._groups:
            synsets = self._groups.meant(lemmas, synsets)
        if self.claims:
            for lemma in lemmas:
                if added := self.claims.added.get(lemma):
                    of_a_class = (synset for synset in synsets if self.label_of(synset) is not None)
                    synsets = tuple(dict.fromkeys((*of_a_class, *added)))
        denied = frozenset[int]().union(*(self._denied.get(lemma, ()) for lemma in lemmas))
        if not denied:
            return synsets
        return tuple(synset for synset in synsets if self.label_of(synset) not in denied)

    def named_by(self, lemma: str) -> frozenset[int]:
        """The labels that have a sense of the lemma among their synsets, not below them."""
        decisions = map(self.by_synset.get, self._lexicon.synsets(lemma))
        return frozenset(d.label for d in decisions if d is not None and d.rule is Rule.SYNONYM)

    def decide(self, lemma: str, choice: SenseChoice | None) -> Decision | None:
        """The label of a word in the sense chosen for it; without a choice, that of the phrase itself."""
        if choice is None:
            return self.by_phrase.get(lemma)
        if choice.route is Route.ABSTAINED:
            return None
        decision = self.by_synset.get(choice.synset)
        if decision is not None and choice.route is Route.LABEL_SPACE:
            return decision._replace(rule=Rule.NEOLOGISM)
        return decision

    @property
    def label_words(self) -> frozenset[str]:
        """All words, phrases and lemmas of labelled synsets, those below them left out; with underscores."""
        direct = (synset for synset, decision in self.by_synset.items() if decision.rule is Rule.SYNONYM)
        return self.phrases.union(lemma.lower() for synset in direct for lemma in self._lexicon.lemmas(synset))

    @property
    def phrases(self) -> frozenset[str]:
        """The words and phrases to look for beside WordNet's lemmas, with underscores."""
        unknown = (word for word in self.claims.added if not self._lexicon.base_forms(word)) if self.claims else ()
        return frozenset(self.by_phrase) | frozenset(self.neologisms) | frozenset(unknown)


def _by_phrase(label_space: LabelSpace, claims: WordClaims | None, *, reviewed: bool) -> dict[str, Decision]:
    """What a text means by itself: exact phrases, reviewed words, and what only one class can be meant by."""
    found = {
        as_lemma(phrase): Decision(label.id, Rule.PHRASE)
        for label in label_space.classes
        for phrase in (*label.phrases, *_words_by_text(label, reviewed=reviewed, claims=claims is not None))
    }
    if claims:
        for word, label_id in claims.phrases.items():
            found.setdefault(word, Decision(label_id, Rule.PHRASE))
    return found


def _words_by_text(label: LabelClass, *, reviewed: bool, claims: bool) -> Iterable[str]:
    """The words of a class that mean it whatever else they may mean; where claims are weighed, those reviewed."""
    if not reviewed:
        return ()
    if claims:
        return label.reviewed_words
    return (label.spoken_name,) if label.is_named_alone else label.words


def _denied(label_space: LabelSpace) -> dict[str, frozenset[int]]:
    """Lemma → the labels that its senses do not lead to."""
    denied: dict[str, set[int]] = defaultdict(set)
    for label in label_space.classes:
        for lemma in label.denied:
            denied[as_lemma(lemma)].add(label.id)
    return {lemma: frozenset(labels) for lemma, labels in denied.items()}


def _synonyms_and_hyponyms(
    label_space: LabelSpace, lexicon: Lexicon, usual: Mapping[int, Sequence[int]]
) -> dict[int, Decision]:
    """Breadth-first from all labelled synsets at once, so that the nearest label reaches a synset first."""
    excluded: dict[int, set[int]] = {}
    decisions: dict[int, Decision] = {}
    for label in label_space.classes:
        where = f"class {label.name!r}"
        excluded[label.id] = {_known_synset(name, where, label_space, lexicon) for name in label.excluded}
        for name in label.synsets:
            decisions[_known_synset(name, where, label_space, lexicon)] = Decision(label.id, Rule.SYNONYM)
    for label_id, synsets in usual.items():
        for synset in synsets:
            decisions.setdefault(synset, Decision(label_id, Rule.SYNONYM))
    frontier = list(decisions)
    while frontier:
        reached: dict[int, Decision] = {}
        for synset in frontier:
            label_id, _, depth = decisions[synset]
            below = Decision(label_id, Rule.HYPONYM, depth + 1)
            for hyponym in lexicon.hyponyms(synset):
                if hyponym in decisions or hyponym in excluded[label_id]:
                    continue
                if hyponym not in reached or label_id < reached[hyponym].label:
                    reached[hyponym] = below
        decisions.update(reached)
        frontier = list(reached)
    return decisions


def _with_holonyms(decisions: dict[int, Decision], lexicon: Lexicon) -> dict[int, Decision]:
    holonyms: dict[int, Decision] = {}
    for labelled in decisions:
        for whole in lexicon.holonyms(labelled):
            if whole in decisions or whole in holonyms:
                continue
            labels = {decisions[part].label if part in decisions else None for part in lexicon.meronyms(whole)}
            if len(labels) == 1 and (label := labels.pop()) is not None:
                holonyms[whole] = Decision(label, Rule.HOLONYM)
    return decisions | holonyms


def _known_synset(name: str, where: str, label_space: LabelSpace, lexicon: Lexicon) -> int:
    try:
        return lexicon.synset(name)
    except UnknownSynsetError as error:
        raise UsageError(f"label space {label_space.name!r}, {where}: {error}") from error
