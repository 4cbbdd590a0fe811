"""What a class means that has nothing but its name: the senses that captions usually mean by the word.

Whoever types "dog" expects terriers, and no scoundrels: of the senses of the name those are taken that captions
mean often enough, or, where the prior of captions lacks the word, those that texts mean, of what can be seen.
"Bat (animal)" says itself which of them are meant.
"""

from collections.abc import Mapping

from caption_parser.lexicon import Lexicon, as_lemma
from caption_parser.lexicon.taxonomy import Below, hypernym_distances
from caption_parser.senses.caption_prior import CaptionPrior
from caption_parser.senses.frequency import tag_counts
from shared_schemas.label_space import LabelClass, LabelSpace

LEAST_SHARE = 0.2
"""Of all that is meant by a word. Chosen on LVIS's names, whose senses are reviewed: of 1,081 that WordNet has
and that carry no remark in brackets, 1,065 get their own, and 124 senses are taken that do not lie below it; at .1
they are 1,073 and 189, at .3 1,052 and 86, at .4 1,026 and 60."""


_LEAST_WEIGHT = 0.0001
"""Of a sense that the brackets behind a name ask for, though nobody means it."""


def usual_senses(label_space: LabelSpace, lexicon: Lexicon, prior: CaptionPrior) -> Mapping[int, tuple[int, ...]]:
    """Class → the synsets that its name usually means, the most frequent first; of classes of a name alone."""
    visible = Below(lexicon, "physical_entity.n.01")
    return {
        label.id: _of_class(label, lexicon, prior, visible)
        for label in label_space.classes
        if label.is_named_alone
    }


def senses_of_name(label: LabelClass, lexicon: Lexicon) -> tuple[int, ...]:
    """All that the name of a class may mean as a noun, the most frequent first."""
    return tuple(dict.fromkeys(synset for base in _bases(label, lexicon) for synset in lexicon.synsets(base)))


def _of_class(label: LabelClass, lexicon: Lexicon, prior: CaptionPrior, visible: Below) -> tuple[int, ...]:
    shares: dict[int, float] = {}
    for base in _bases(label, lexicon):
        for synset, share in (prior.get(base) or _shares_in_texts(base, lexicon, visible)).items():
            shares[synset] = max(share, shares.get(synset, 0.0))
    if remarked := _below_remark(label, lexicon):
        weights = {synset: shares.get(synset, 0.0) + _LEAST_WEIGHT for synset in remarked}
        shares = {synset: weight / sum(weights.values()) for synset, weight in weights.items()}
    taken = (synset for synset, share in shares.items() if share >= LEAST_SHARE)
    excluded = set(map(lexicon.synset, label.excluded))
    return tuple(synset for synset in sorted(taken, key=lambda synset: -shares[synset]) if synset not in excluded)


def _below_remark(label: LabelClass, lexicon: Lexicon) -> tuple[int, ...]:
    """The senses of the name that lie below what stands in brackets behind it; empty: that tells nothing."""
    words = (label.remark, *label.remark.split())
    kinds = {
        sense for word in words for base in lexicon.base_forms(as_lemma(word)) for sense in lexicon.synsets(base)
    }
    senses = senses_of_name(label, lexicon) if kinds else ()
    return tuple(sense for sense in senses if not kinds.isdisjoint(hypernym_distances(lexicon, sense)))


def _bases(label: LabelClass, lexicon: Lexicon) -> tuple[str, ...]:
    """The name as a lemma, or the lemmas of which it is a form: "scissors", but "sneaker" of "sneakers"."""
    lemma = as_lemma(label.spoken_name)
    bases = lexicon.base_forms(lemma)
    return (lemma,) if lemma in bases else bases


def _shares_in_texts(lemma: str, lexicon: Lexicon, visible: Below) -> Mapping[int, float]:
    """How often texts mean each sense that can be seen; what they never mean counts less, the later it is listed.

    Of all senses where none can be seen by WordNet, which takes a postcard for a message.
    """
    listed = lexicon.synsets(lemma)
    senses = [synset for synset in listed if synset in visible] or listed
    weights = [count + 1 / place for place, count in enumerate(tag_counts(lexicon, lemma, senses), start=1)]
    return {synset: weight / sum(weights) for synset, weight in zip(senses, weights, strict=True)}
