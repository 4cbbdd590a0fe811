"""The steps from senses to labels, in their order: each reads all captions of an image and adds to them."""

from collections.abc import Callable, Mapping, Sequence

from caption_parser.labels.agreement import Agreement
from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.group_members import MembersOfGroups
from caption_parser.labels.implied import ImpliedObjects
from caption_parser.labels.indefinite_people import IndefinitePeople
from caption_parser.labels.kin import Kin
from caption_parser.labels.potted import PottedPlants
from caption_parser.labels.reading import CaptionReading, LabelStep, ObjectReading
from caption_parser.lexicon import Lexicon
from caption_parser.modes import ModeRules

_BEYOND_THE_PAPER: Mapping[str, Callable[[DecisionTable, Lexicon], LabelStep]] = {
    "people_groups": lambda _, lexicon: MembersOfGroups(lexicon),
    "kin": Kin,
    "agreement": Agreement,
    "implied": ImpliedObjects,
    "potted": PottedPlants,
    "indefinite_people": IndefinitePeople,
}
"""What makes the step of a rule of `ModeRules`."""


class Decide:
    """Looks up the label of every object in its sense: all that the paper does."""

    def __init__(self, decisions: DecisionTable) -> None:
        self.phrases = decisions.phrases
        self._decisions = decisions

    def __call__(self, captions: Sequence[CaptionReading]) -> list[CaptionReading]:
        """The captions with the decisions of their objects."""
        decide = self._decisions.decide
        # Made anew, since `_replace` takes several times as long.
        return [
            caption._replace(
                objects=tuple(
                    [
                        ObjectReading(one.candidate, one.choice, decide(one.lemma, one.choice))
                        for one in caption.objects
                    ]
                )
            )
            for caption in captions
        ]


def label_steps(rules: ModeRules, decisions: DecisionTable, lexicon: Lexicon) -> tuple[LabelStep, ...]:
    """Those that `rules` ask for."""
    further = (make(decisions, lexicon) for name, make in _BEYOND_THE_PAPER.items() if getattr(rules, name))
    return (Decide(decisions), *further)
