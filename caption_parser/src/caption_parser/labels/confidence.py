"""How sure a class of an image is, from what its captions say; nothing is learned from labelled images.

Each caption that asserts the class is taken for an independent witness: the class is absent only if all of
them err (noisy or; Pearl 1988, Section 4.3.2). A witness is as reliable as the way in which it came to the
label, times the score of its sense. Captions that mention the class and mean none that can be seen (flags)
speak against it.
"""

import math
from collections.abc import Iterable

from caption_parser.modes import TRUST
from shared_schemas import Mention, Rule

_DIGITS = 3


def reliability(mention: Mention) -> float:
    """How far one labelled mention can be trusted, in (0, 1)."""
    trust = TRUST[mention.rule or Rule.SYNONYM].reliability
    return trust if mention.score is None else trust * mention.score


def confidence(asserted: Iterable[Mention], contrary: int = 0) -> float:
    """The confidence in a class, in [0, 1], from the mentions that assert it.

    `contrary`: captions that mention the class without asserting it. They lower the confidence as their share
    of all captions that mention it.
    """
    witnesses: dict[int, float] = {}
    for mention in asserted:
        witnesses[mention.caption] = max(witnesses.get(mention.caption, 0.0), reliability(mention))
    error = math.prod(1.0 - trust for trust in sorted(witnesses.values()))
    return round((1.0 - error) * len(witnesses) / max(1, len(witnesses) + contrary), _DIGITS)
