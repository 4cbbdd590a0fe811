"""The steps from senses to labels, in their order: each reads all captions of an image and adds to them."""

import math
from collections.abc import Callable, Mapping, Sequence

from caption_parser.labels.agreement import Agreement
from caption_parser.labels.decisions import DecisionTable
from caption_parser.labels.drawn_again import DrawnAgain
from caption_parser.labels.group_members import MembersOfGroups
from caption_parser.labels.implied import ImpliedObjects
from caption_parser.labels.indefinite_people import IndefinitePeople
from caption_parser.labels.kin import Kin
from caption_parser.labels.named_people import NamedPeople
from caption_parser.labels.named_things import NamedThings
from caption_parser.labels.potted import PottedPlants
from caption_parser.labels.reading import CaptionReading, CaptionStep, LabelStep, ObjectReading
from caption_parser.labels.repetitions import Repetitions
from caption_parser.labels.truck_beds import TruckBeds
from caption_parser.lexicon import Lexicon
from caption_parser.modes import ModeRules
from caption_parser.senses import SenseChoice
from shared_schemas import Flag, Rule


class Decide(CaptionStep):
    """Looks up the label of every object in its sense: all that the paper does."""

    def __init__(self, decisions: DecisionTable) -> None:
        self._decisions = decisions

    def of_caption(self, caption: CaptionReading) -> CaptionReading:
        """The caption with the decisions of its objects."""
        return caption.with_objects(self._decided)

    def _decided(self, one: ObjectReading) -> ObjectReading:
        choice, decision = one.choice, self._decisions.decide(one.lemma, one.choice)
        if choice and decision and decision.rule is Rule.HOLONYM and choice.distribution:
            choice = self._of_all_groups(choice, one.candidate.synsets, decision.label)
        # Made anew, since `_replace` takes several times as long.
        return self._unflagged(ObjectReading(one.candidate, choice, decision))

    def _of_all_groups(self, choice: SenseChoice, synsets: Sequence[int], label: int) -> SenseChoice:
        """The choice with the score of all senses that lead to its label: a family is persons in most of them.

        Of what is no group it would say more than is there: each sense of "table" that is furniture is at times
        a desk to annotators.
        """
        shares = zip(synsets, choice.distribution, strict=True)
        score = math.fsum(share for synset, share in shares if self._decisions.label_of(synset) == label)
        return choice._replace(score=min(score, 1.0))

    def _unflagged(self, found: ObjectReading) -> ObjectReading:
        """The object without flags that speak against the very thing that its class is named after.

        A piggy bank is no pig, but it is what a class of that name looks for.
        """
        candidate, decision, claims = found.candidate, found.decision, self._decisions.claims
        if not candidate.flags or decision is None or claims is None:
            return found
        if decision.rule is not Rule.PHRASE and not claims.names(found.lemma, decision.label):
            return found
        of_others = set[Flag]()
        if "_" in found.lemma or "-" in found.lemma:
            of_others.add(Flag.IDIOM)
            if not candidate.synsets:
                # A make that the label space lists, whatever else its model is called: "Volkswagen Beetle".
                of_others.add(Flag.NAMED_ENTITY)
        kept = tuple(flag for flag in candidate.flags if flag not in of_others)
        return found if kept == candidate.flags else found._replace(candidate=candidate._replace(flags=kept))


def label_steps(
    rules: ModeRules, decisions: DecisionTable, lexicon: Lexicon, implied: ImpliedObjects | None
) -> tuple[LabelStep, ...]:
    """Those that `rules` ask for; `implied`, where they ask for what words entail."""
    # What makes the step of a rule.
    beyond_the_paper: Mapping[str, Callable[[], LabelStep | None]] = {
        "people_groups": lambda: MembersOfGroups(lexicon),
        "drawn_again": lambda: DrawnAgain(lexicon),
        "kin": lambda: Kin(decisions, lexicon),
        "agreement": lambda: Agreement(decisions, lexicon),
        "figures": lambda: TruckBeds(lexicon),
        "implied": lambda: implied,
        "potted": lambda: PottedPlants(decisions, lexicon),
        "indefinite_people": lambda: IndefinitePeople(decisions, lexicon),
        "named_people": lambda: NamedPeople(decisions, lexicon),
        "named_things": lambda: NamedThings(decisions, lexicon),
        "repetitions": Repetitions,
    }
    made = (make() for name, make in beyond_the_paper.items() if getattr(rules, name))
    return (Decide(decisions), *(step for step in made if step is not None))
