"""A disambiguator with the strategies that a configuration asks for."""

from caption_parser.senses.disambiguator import Disambiguator
from caption_parser.senses.first_sense import FirstSense
from caption_parser.senses.strategies import (
    AbstainBelowMargin,
    AskOnce,
    JointOverImage,
    LabelOf,
    Prior,
    SkipUndisputed,
    TrustPrior,
    WithPrior,
)


def with_strategies(
    model: Disambiguator,
    label_of: LabelOf,
    *,
    prior: Prior | None = None,
    certainty: float = 1.0,
    joint: bool = False,
    margin: float = 0.0,
    skip_undisputed: bool = True,
) -> Disambiguator:
    """`model`, asked once for equal queries, joined over images, adjusted by `prior`, silent below `margin`.

    The captions of an image are joined before the prior is counted, so that it counts once, not once a caption.
    Labels that have `certainty` by the prior alone are not asked for (1: ask for all).

    WordNet's first sense stays what it is: it says nothing that could be adjusted or joined.
    """
    if isinstance(model, FirstSense):
        return model
    assembled: Disambiguator = AskOnce(model)
    if joint:
        assembled = JointOverImage(assembled)
    if prior:
        assembled = WithPrior(assembled, prior)
    if margin > 0:
        assembled = AbstainBelowMargin(assembled, label_of, margin)
    if prior and certainty < 1:
        assembled = TrustPrior(assembled, prior, label_of, certainty)
    return SkipUndisputed(assembled, label_of) if skip_undisputed else assembled
