"""The outputs of a classifier: the groups of synsets that its training corpus shows."""

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from caption_parser.lexicon import Lexicon, Synset


class SenseVocabulary:
    """Which output stands for a synset. Synsets of groups that the corpus does not show have none.

    Synsets are told by the sense key of their first lemma, which outlives other numberings.
    """

    def __init__(self, keys_of_output: Sequence[Collection[str]]) -> None:
        self.keys_of_output = keys_of_output

    def __len__(self) -> int:
        return len(self.keys_of_output)

    @cached_property
    def _output_of_key(self) -> dict[str, int]:
        return {key: output for output, keys in enumerate(self.keys_of_output) for key in keys}

    def outputs(self, synsets: Iterable[Synset], lexicon: Lexicon) -> list[int | None]:
        """The output of each synset, None for those that have none."""
        return [self._output_of_key.get(synset_key(synset, lexicon)) for synset in synsets]

    def to_text(self) -> str:
        """One line per output: its synsets' keys."""
        return "".join(" ".join(keys) + "\n" for keys in self.keys_of_output)

    @classmethod
    def from_text(cls, text: str) -> "SenseVocabulary":
        """The inverse of `to_text`."""
        return cls([line.split() for line in text.splitlines()])


def build_vocabulary(groups: Sequence[Synset], seen: Iterable[Synset], lexicon: Lexicon) -> SenseVocabulary:
    """One output per group of which at least one synset is in `seen`, in the order of the groups.

    `groups`: for every synset the one that stands for its group, as `sense_groups` gives them.
    """
    members: dict[Synset, list[str]] = {group: [] for group in sorted({groups[synset] for synset in seen})}
    for synset, group in enumerate(groups):
        if group in members:
            members[group].append(synset_key(synset, lexicon))
    return SenseVocabulary(list(members.values()))


def synset_key(synset: Synset, lexicon: Lexicon) -> str:
    """The sense key of the synset's first lemma."""
    return lexicon.sense_key(synset, lexicon.lemmas(synset)[0])
