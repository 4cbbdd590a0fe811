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
    WithPrior,
)


def with_strategies(
    model: Disambiguator,
    label_of: LabelOf,
    *,
    prior: Prior | None = None,
    joint: bool = False,
    margin: float = 0.0,
    skip_undisputed: bool = True,
) -> Disambiguator:
    """`model`, asked once for equal queries, adjusted by `prior`, joined over images, silent below `margin`.

    WordNet's first sense stays what it is: it says nothing that could be adjusted or joined.
    """
    if isinstance(model, FirstSense):
        return model
    assembled: Disambiguator = AskOnce(model)
    if prior:
        assembled = WithPrior(assembled, prior)
    if joint:
        assembled = JointOverImage(assembled)
    if margin > 0:
        assembled = AbstainBelowMargin(assembled, label_of, margin)
    return SkipUndisputed(assembled, label_of) if skip_undisputed else assembled
