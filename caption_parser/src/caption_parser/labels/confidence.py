"""How sure a class of an image is, from what its captions say; nothing is learned from labelled images.

Each caption that asserts the class is taken for an independent witness: the class is absent only if all of
them err (noisy or; Pearl 1988, Section 4.3.2). A witness is as reliable as the way in which it came to the
label, times the score of its sense. Captions that mention the class and mean none that can be seen (flags)
speak against it.
"""

import math
from collections.abc import Iterable, Mapping

from shared_schemas import Mention, Rule

_NAMED = 0.8
"""A caption that names the object: a witness errs now and then, and five of them hardly ever."""
_RELIABILITY: Mapping[Rule, float] = {Rule.HOLONYM: 0.7, Rule.AGREEMENT: 0.7, Rule.IMPLIED: 0.6}
_DIGITS = 3


def reliability(mention: Mention) -> float:
    """How far one labelled mention can be trusted, in (0, 1)."""
    trust = _RELIABILITY.get(mention.rule, _NAMED) if mention.rule else _NAMED
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
