"""The background classes of a corpus, found round by round (Vilar & Perez 2021, Appendix A-A).

What the appendix leaves open is read as its own examples and Table 12 suggest:

- The frequency of a synset is that of the nouns that mean just it. Were the counts of hyponyms added, the most
  general synset would always be the most frequent one, and the procedure is to find "semantic levels which are
  most frequently used by annotators".
- Parts are the meronyms of a labelled synset and of its hypernyms, which hand them down: "wheel", an example of
  the appendix, is a part of wheeled_vehicle.n.01 alone. Parts of its hyponyms stay.
- A holonym gets the label if all its meronyms have it, as in Section III-A2. railroad_track.n.01 and its part
  track.n.09 both stand in Table 12.
- Named individuals (instances in WordNet: rivers, people) are not candidates.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import NamedTuple

from caption_parser.labels.decisions import DecisionTable
from caption_parser.lexicon import Lexicon, Synset
from caption_parser.lexicon.taxonomy import hypernym_distances, with_hyponyms
from shared_schemas import LabelSpace

NON_VISUAL = ("abstraction.n.06", "part.n.02", "part.n.03", "room.n.01", "location.n.01")
"""The "abstraction", "part", "room" and "location" of step 2; part.n.01 lies below abstraction.n.06."""


@dataclass(frozen=True, slots=True)
class DiscoveryLimits:
    """When discovery ends and what it passes over."""

    threshold: float
    """T: a synset that occurs more often than this becomes a class."""
    dropped: tuple[str, ...] = NON_VISUAL
    """Synsets that, with all their hyponyms, never become classes."""
    max_rounds: int | None = None


class Reason(StrEnum):
    """Why a synset does not become a class."""

    HYPERNYM = "hypernym"
    """It lies above a class: too diverse to look alike."""
    MERONYM = "meronym"
    """It is a part of a class or of what lies above it."""
    DROPPED = "dropped"
    """It is, or lies below, one of `DiscoveryLimits.dropped`."""
    INSTANCE = "instance"
    """It is a named individual."""


class Dismissal(NamedTuple):
    """A synset of the corpus that does not become a class."""

    synset: Synset
    mentions: int
    reason: Reason
    because_of: Synset
    """The class or dropped synset that it is the hypernym, a part or a hyponym of; itself: an instance."""


@dataclass(frozen=True, slots=True)
class Round:
    """One background class, and what its discovery decides about other synsets of the corpus."""

    number: int
    synset: Synset
    mentions: int
    """Of `synset` itself."""
    assigned: Mapping[Synset, int]
    """Hyponyms and holonyms that get the label with it → mentions, the most frequent first."""
    dismissed: tuple[Dismissal, ...]
    """Hypernyms and parts that are out from now on, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """The rounds, with what went before and what would come next."""

    dismissed: tuple[Dismissal, ...]
    """What the given classes and the dropped synsets (steps 1 and 2) rule out, the most frequent first."""
    rounds: tuple[Round, ...]
    following: tuple[Synset, int] | None
    """The most frequent synset that was left, and its mentions; None: none was."""


def discover(
    counts: Mapping[Synset, int], label_space: LabelSpace, lexicon: Lexicon, limits: DiscoveryLimits
) -> Discovery:
    """Run Appendix A-A on the synsets of a corpus.

    `counts`: noun synset → mentions. All classes of `label_space`, background classes too, are labelled from the
    start. Of equally frequent synsets the one whose name comes first in the alphabet is taken.

    Raises `UsageError` or `UnknownSynsetError` for synsets that WordNet 3.0 does not have.
    """
    search = _Search(counts, label_space, lexicon)
    given = [lexicon.synset(name) for label in label_space.classes for name in label.synsets]
    dropped = [lexicon.synset(name) for name in limits.dropped]
    before = (*search.dismiss_around(given), *search.dismiss_below(dropped), *search.dismiss_instances())
    rounds: list[Round] = []
    following = None
    for synset in sorted(counts, key=lambda synset: (-counts[synset], lexicon.name(synset))):
        if synset in search.labels or synset in search.dismissed:
            continue
        # Counts never change, so that one pass in the order of frequency sees every round's most frequent synset.
        if counts[synset] <= limits.threshold or len(rounds) == limits.max_rounds:
            following = (synset, counts[synset])
            break
        assigned = search.label(synset)
        rounds.append(
            Round(
                number=len(rounds) + 1,
                synset=synset,
                mentions=counts[synset],
                assigned=search.occurring(assigned),
                dismissed=_by_count(search.dismiss_around([synset])),
            )
        )
    return Discovery(_by_count(before), tuple(rounds), following)


def _by_count(dismissals: Iterable[Dismissal]) -> tuple[Dismissal, ...]:
    return tuple(sorted(dismissals, key=lambda dismissal: (-dismissal.mentions, dismissal.synset)))


class _Search:
    """Which synsets are labelled and which are out, as the rounds go on."""

    def __init__(self, counts: Mapping[Synset, int], label_space: LabelSpace, lexicon: Lexicon) -> None:
        decisions = DecisionTable(label_space, lexicon).by_synset
        self.labels: dict[Synset, int] = {synset: decision.label for synset, decision in decisions.items()}
        self.dismissed: set[Synset] = set()
        self._counts = counts
        self._lexicon = lexicon
        self._new_ids = count(len(label_space.classes) + 1)

    def label(self, synset: Synset) -> list[Synset]:
        """Make `synset` a class; return the other synsets that become part of it."""
        label = next(self._new_ids)
        below = [found for found in with_hyponyms(self._lexicon, [synset]) if found not in self.labels]
        self.labels.update(dict.fromkeys(below, label))
        wholes = [
            whole for part in below for whole in self._lexicon.holonyms(part) if self._consists_of(whole, label)
        ]
        self.labels.update(dict.fromkeys(wholes, label))
        return [found for found in (*below, *wholes) if found != synset]

    def occurring(self, synsets: Iterable[Synset]) -> dict[Synset, int]:
        """Those of `synsets` that the corpus mentions, the most frequent first."""
        found = {synset: self._counts[synset] for synset in synsets if synset in self._counts}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    def dismiss_around(self, classes: Iterable[Synset]) -> list[Dismissal]:
        """Rule out the hypernyms of `classes`, and the parts of both; return what the corpus mentions of them."""
        dismissals: list[Dismissal] = []
        for label_synset in classes:
            lineage = list(hypernym_distances(self._lexicon, label_synset))
            parts = [part for synset in lineage for part in self._lexicon.meronyms(synset)]
            dismissals += self._dismiss(lineage[1:], Reason.HYPERNYM, label_synset)
            dismissals += self._dismiss(parts, Reason.MERONYM, label_synset)
        return dismissals

    def dismiss_below(self, roots: Iterable[Synset]) -> list[Dismissal]:
        """Rule out `roots` and all their hyponyms, instances included."""
        return [
            dismissal
            for root in roots
            for dismissal in self._dismiss(with_hyponyms(self._lexicon, [root]), Reason.DROPPED, root)
        ]

    def dismiss_instances(self) -> list[Dismissal]:
        """Rule out all named individuals."""
        individuals = [synset for synset in self._counts if self._lexicon.instance_hypernyms(synset)]
        return [found for synset in individuals for found in self._dismiss([synset], Reason.INSTANCE, synset)]

    def _dismiss(self, synsets: Iterable[Synset], reason: Reason, because_of: Synset) -> Iterator[Dismissal]:
        for synset in synsets:
            if synset in self._counts and synset not in self.labels and synset not in self.dismissed:
                self.dismissed.add(synset)
                yield Dismissal(synset, self._counts[synset], reason, because_of)

    def _consists_of(self, whole: Synset, label: int) -> bool:
        labels = {self.labels.get(part) for part in self._lexicon.meronyms(whole)}
        return whole not in self.labels and labels == {label}
