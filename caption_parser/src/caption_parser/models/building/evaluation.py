"""How well a pipeline agrees with a treebank under perturbed surface forms, and how fast it is beside another."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass

from spacy.language import Language
from spacy.tokens import Doc

from caption_parser.models.building.perturb import EVALUATION_FORMS, Perturbation
from caption_parser.models.building.trees import CaptionTree

BATCH_SIZE = 512


@dataclass(frozen=True, slots=True)
class Agreement:
    """Shares in [0, 1] over the words that are not punctuation; the words are given, not tokenized again."""

    tag_accuracy: float
    noun_f1: float
    """Over the words tagged as nouns (NN*) by the one and the other: what objects are found by."""
    uas: float
    las: float


@dataclass(frozen=True, slots=True)
class Speed:
    """Captions per second of CPU time, of two pipelines on the same captions in the same run."""

    candidate: float
    baseline: float

    @property
    def ratio(self) -> float:
        """How many times as fast the candidate is."""
        return self.candidate / self.baseline


def agreement_by_form(nlp: Language, trees: Sequence[CaptionTree]) -> dict[str, Agreement]:
    """The agreement under each of `EVALUATION_FORMS`."""
    return {name: agreement(nlp, perturbed(trees, form)) for name, form in EVALUATION_FORMS.items()}


def perturbed(trees: Sequence[CaptionTree], form: Perturbation) -> list[CaptionTree]:
    """Every tree in one form, the same for every pipeline that is measured."""
    rng = random.Random(0)
    return [form(tree, rng) for tree in trees]


def agreement(nlp: Language, trees: Sequence[CaptionTree]) -> Agreement:
    """Compare the pipeline's analysis of the trees' words with the trees."""
    words = tagged = tags_right = heads_right = labels_right = 0
    nouns_found = nouns_expected = nouns_shared = 0
    docs = nlp.pipe((Doc(nlp.vocab, words=list(tree.words)) for tree in trees), batch_size=BATCH_SIZE)
    for doc, tree in zip(docs, trees, strict=True):
        for token, tag, head, dep in zip(doc, tree.tags, tree.heads, tree.deps, strict=True):
            if dep == "punct":
                continue
            words += 1
            head_right = token.head.i == head
            heads_right += head_right
            labels_right += head_right and token.dep_ == dep
            if tag:
                tagged += 1
                tags_right += token.tag_ == tag
                found, expected = token.tag_.startswith("NN"), tag.startswith("NN")
                nouns_found += found
                nouns_expected += expected
                nouns_shared += found and expected
    return Agreement(
        tag_accuracy=tags_right / tagged,
        noun_f1=2 * nouns_shared / (nouns_found + nouns_expected),
        uas=heads_right / words,
        las=labels_right / words,
    )


def compare_speed(candidate: Language, baseline: Language, captions: Sequence[str], *, rounds: int = 30) -> Speed:
    """Time both pipelines in turns, so that a busy machine slows both; the best round of each counts."""
    best = {"candidate": 0.0, "baseline": 0.0}
    for _ in range(rounds):
        for name, nlp in (("candidate", candidate), ("baseline", baseline)):
            best[name] = max(best[name], _rate(nlp, captions))
    return Speed(**best)


def _rate(nlp: Language, captions: Sequence[str]) -> float:
    start = time.process_time()
    for _ in nlp.pipe(captions, batch_size=BATCH_SIZE):
        pass
    return len(captions) / (time.process_time() - start)
