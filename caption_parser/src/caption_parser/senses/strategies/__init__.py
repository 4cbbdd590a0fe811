"""What a disambiguator gains around its model: each strategy is a disambiguator that wraps another.

`SkipUndisputed(TrustPrior(AbstainBelowMargin(WithPrior(JointOverImage(AskOnce(model))))))` is the whole of it;
each can be left out.
"""

from caption_parser.senses.strategies.abstention import AbstainBelowMargin
from caption_parser.senses.strategies.cache import AskOnce
from caption_parser.senses.strategies.certainty import TrustPrior
from caption_parser.senses.strategies.joint import JointOverImage
from caption_parser.senses.strategies.prior import Observation, Prior, Recorder, WithPrior, estimate_prior
from caption_parser.senses.strategies.undisputed import LabelOf, SkipUndisputed

__all__ = [
    "AbstainBelowMargin",
    "AskOnce",
    "JointOverImage",
    "LabelOf",
    "Observation",
    "Prior",
    "Recorder",
    "SkipUndisputed",
    "TrustPrior",
    "WithPrior",
    "estimate_prior",
]
