"""Groups of people: "a couple", "a family", "the band" show persons, though no way of WordNet leads there.

WordNet keeps groups apart from their members, and lists the members of few: the holonym rule finds "people" and
misses "couple". `people_groups.toml` says which groups can be seen.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.taxonomy import with_hyponyms
from shared_runtime.configuration import FrozenModel
from shared_runtime.packaged import packaged_toml


class _GroupsFile(FrozenModel):
    """`people_groups.toml`."""

    synsets: tuple[str, ...]
    alone: tuple[str, ...]
    excluded: tuple[str, ...]
    unseen: tuple[str, ...]
    denied: Mapping[str, str]


class PeopleGroups(NamedTuple):
    """Which synsets are groups of people that can be seen."""

    synsets: frozenset[int]
    unseen: frozenset[int]
    """Bodies whose members nobody sees where the body is named."""
    denied: frozenset[str]
    """Lemmas that are not read as one of them."""

    def meant(self, lemmas: Sequence[str], synsets: tuple[int, ...]) -> tuple[int, ...]:
        """The synsets of a word without the groups that it does not mean."""
        if self.denied.isdisjoint(lemmas):
            return synsets
        return tuple(synset for synset in synsets if synset not in self.synsets)


@cache
def people_groups(lexicon: Lexicon) -> PeopleGroups:
    """Those that come with the package."""
    listed = _GroupsFile.model_validate(packaged_toml(__package__, "people_groups.toml"))
    stops = {*map(lexicon.synset, listed.alone)}
    excluded = {*map(lexicon.synset, listed.excluded)}
    found = dict.fromkeys(map(lexicon.synset, listed.synsets))
    waiting = list(found)
    for group in waiting:
        if group not in stops:
            below = [one for one in lexicon.hyponyms(group) if one not in found and one not in excluded]
            found.update(dict.fromkeys(below))
            waiting += below
    unseen = frozenset(with_hyponyms(lexicon, map(lexicon.synset, listed.unseen))) - found.keys()
    return PeopleGroups(frozenset(found), unseen, frozenset(listed.denied))
