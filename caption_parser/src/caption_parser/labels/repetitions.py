"""Numbers that a longer text states of things that it has counted before: they are no further ones.

"Two dogs play. The two dogs are brown." states two, and so does "Two dogs play. One dog is brown, the other dog is
white."; "One dog is brown, the other dog is white" states two as well.
"""

from dataclasses import dataclass

from caption_parser.labels.reading import CaptionReading, CaptionStep, ObjectReading
from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.word_lists import POINTING, THEIR_POSSESSIVES
from shared_schemas import DOUBTS, Rule

_DEFINITE = POINTING | THEIR_POSSESSIVES | {"all", "both", "each", "either", "every", "our"}
_FURTHER = frozenset({"additional", "another", "extra", "further", "more"})
_GENERAL = frozenset({Rule.SYNONYM, Rule.HOLONYM})
"""Rules of words for all of a class: "people", of which "a woman" may be one."""


@dataclass(slots=True)
class _Counted:
    """What a caption has said of one class so far."""

    total: int = 0
    """The sum of the numbers that count."""
    several: int = 0
    """The last number above one, less those of them that were then spoken of one by one."""
    general: bool = False
    """It was said by a word for all of the class."""
    token: int = 0


class Repetitions(CaptionStep):
    """Takes away the numbers of what was counted before."""

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption, whose objects state the numbers of further ones alone."""
        labels = [found.decision.label for found in caption.objects if found.decision and _may_count(found)]
        if len(labels) == len(set(labels)):
            return caption
        counted: dict[int, _Counted] = {}
        return caption.with_objects(lambda found: _recounted(caption.tree, found, counted))


def _may_count(found: ObjectReading) -> bool:
    return DOUBTS.isdisjoint(found.candidate.flags)


def _recounted(tree: Tree, found: ObjectReading, counted: dict[int, _Counted]) -> ObjectReading:
    if found.decision is None or not _may_count(found):
        return found
    before = counted.setdefault(found.decision.label, _Counted())
    stated = found.candidate.instances
    number = _further(tree, found, before, stated)
    _count(found, before, stated, number)
    if number == stated:
        return found
    return found._replace(candidate=found.candidate._replace(instances=number))


def _further(tree: Tree, found: ObjectReading, before: _Counted, stated: int | None) -> int | None:
    """How many the object adds to those that were counted before."""
    token = found.candidate.token
    words = {tree.words[child] for child in tree.children[token] if child < token}
    definite = bool(words & _DEFINITE)
    if stated is None:
        alone = definite and "other" in words and found.candidate.at_least is None
        return 1 if alone and before.total and not before.several else None
    if not before.total or words & _FURTHER:
        return stated
    if definite and "other" not in words:
        return stated - before.total if stated > before.total else None
    if stated <= before.several and (definite or _is_one_of_them(tree, found, before)):
        return None
    return stated


def _is_one_of_them(tree: Tree, found: ObjectReading, before: _Counted) -> bool:
    """Whether "one dog", "a woman" is one of the two dogs, of the people before."""
    token = found.candidate.token
    if tree.first_conjuncts[token] == tree.first_conjuncts[before.token]:
        return False
    numeral = any(tree.deps[child] == "nummod" for child in tree.children[token])
    kind_of_them = before.general and found.decision is not None and found.decision.rule is Rule.HYPONYM
    return numeral or kind_of_them


def _count(found: ObjectReading, before: _Counted, stated: int | None, number: int | None) -> None:
    before.total += number or 0
    if stated is not None and number is None:
        before.several -= min(stated, before.several) if stated < before.total else 0
    elif number is not None and number > 1:
        before.several = number
        before.general = found.decision is not None and found.decision.rule in _GENERAL
        before.token = found.candidate.token
