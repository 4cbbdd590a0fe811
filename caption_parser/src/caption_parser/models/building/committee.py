"""The teacher: several spaCy pipelines, each asked about several forms of a caption, and a vote.

A single small newswire parser errs on captions in ways that depend on their form: a capitalised first word
becomes a proper noun, a fragment without a final period a clause. Each ballot is one pipeline's tree of one
form, mapped back to the caption's words. Per word the tag and the head are decided by majority (parser
combination by voting: Zeman & Žabokrtský 2005); where the winning arcs do not form a projective forest, the ballot
that agrees most with all others is taken whole.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from caption_parser.models.building.conventions import (
    FINAL_PUNCTUATION,
    common_nouns,
    follow_conventions,
    irregular_plurals,
    is_one_sentence_each,
    repaired,
)
from caption_parser.models.building.trees import CaptionTree, from_doc, is_projective_forest

PRESENT_TAGS = frozenset({"VBZ", "VBP", "MD"})
PAST_AUXILIARIES = frozenset({"was", "were", "had", "did"})
SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "expl"})
EXISTENTIAL_WEIGHT = 3
"""Votes of a fragment read inside "There is …": the form in which a newswire parser is most at home."""
PARTICIPLE_SHARE = 0.25
"""Captions tell in the present: a past form is a participle if this share of the ballots says so."""
CHUNK = 2000

Choice = TypeVar("Choice")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The committee's tree of one caption."""

    tree: CaptionTree
    agreement: float
    """Mean over the words of the share of ballots for the head that won, in [0, 1]."""


def label(
    captions: Iterable[Sequence[str]], teachers: Sequence[Language], *, majority: float = 0.5
) -> Iterator[Verdict]:
    """The verdict on each caption, given as words; a tag that does not win more than `majority` is left out."""
    chunks: Iterator[list[Sequence[str]]] = minibatch(captions, CHUNK)  # type: ignore[no-untyped-call]
    for chunk in chunks:
        plain = [plain_forms(words) for words in chunk]
        ballots = _ballots(plain, teachers)
        drafts = [vote(chunk_ballots, majority) for chunk_ballots in ballots]
        wrapped = [
            [existential_form(words, draft.tree)] if is_fragment(draft.tree) else []
            for words, draft in zip(chunk, drafts, strict=True)
        ]
        for words, first, second in zip(chunk, ballots, _ballots(wrapped, teachers), strict=True):
            verdict = vote([*first, *second * EXISTENTIAL_WEIGHT], majority)
            tree = follow_conventions(verdict.tree)
            tree = repaired(irregular_plurals(common_nouns(replace(tree, words=tuple(words)))))
            yield Verdict(tree, verdict.agreement)


@dataclass(frozen=True, slots=True)
class Form:
    """A caption as one teacher call sees it: `words[start:start + length]` are the caption's own."""

    words: tuple[str, ...]
    start: int
    length: int


def plain_forms(words: Sequence[str]) -> list[Form]:
    """The caption with a lower-case first letter, without and with a final period."""
    lowered = lower_first(words)
    forms = [Form(lowered, 0, len(words))]
    if words[-1] not in FINAL_PUNCTUATION:
        forms.append(Form((*lowered, "."), 0, len(words)))
    else:
        forms.append(Form((lowered[0].capitalize(), *lowered[1:]), 0, len(words)))
    return forms


def existential_form(words: Sequence[str], draft: CaptionTree) -> Form:
    """The caption after "There is" or "There are"; after "There is a" if it was taken for an order."""
    if draft.tags[0] in {"VB", "VBP"}:
        opening: tuple[str, ...] = ("There", "is", "a")
    else:
        plural = draft.tags[draft.roots()[0]] in {"NNS", "NNPS"}
        opening = ("There", "are" if plural else "is")
    period = () if words[-1] in FINAL_PUNCTUATION else (".",)
    return Form((*opening, *lower_first(words), *period), len(opening), len(words))


def lower_first(words: Sequence[str]) -> tuple[str, ...]:
    """The words with a lower-case first letter, or all in lower case where the caption shouts."""
    if sum(map(len, words)) > 1 and not any(character.islower() for word in words for character in word):
        return tuple(word.lower() for word in words)
    first = words[0]
    acronym = len(first) > 1 and first.isupper()
    return (first if acronym or first == "I" else first[0].lower() + first[1:], *words[1:])


def is_fragment(tree: CaptionTree) -> bool:
    """Whether the caption has no finite clause, so that it can stand after "There is"."""
    if len(tree.roots()) > 1 and is_one_sentence_each(tree):
        return False
    return not any(_is_finite_clause(tree, index) for index in range(len(tree.words)))


def _is_finite_clause(tree: CaptionTree, verb: int) -> bool:
    """Whether a finite verb and its subject agree on being a clause.

    A present form without a subject is most often a noun ("stop sign"): captions give no orders. A past form
    without an object is most often a participle ("bicycle parked near wall").
    """
    tag, dep, word = tree.tags[verb], tree.deps[verb], tree.words[verb].lower()
    relations = {tree.deps[child] for child in tree.children(verb)}
    if tag in PRESENT_TAGS or (tag == "VBD" and word in PAST_AUXILIARIES):
        return dep in {"aux", "auxpass"} or bool(SUBJECTS & relations)
    return tag == "VBD" and "dobj" in relations


def vote(ballots: Sequence[CaptionTree], majority: float) -> Verdict:
    """The tree that the ballots (at least one, all over the same words) elect; ties go to the earlier ballot."""
    heads, arc_votes = zip(
        *(_winner(heads) for heads in zip(*(b.heads for b in ballots), strict=True)), strict=True
    )
    if not is_projective_forest(heads):
        heads = max(ballots, key=lambda ballot: _arcs_shared(ballot, ballots)).heads
    deps = tuple(
        _winner([ballot.deps[index] for ballot in ballots if ballot.heads[index] == head])[0]
        for index, head in enumerate(heads)
    )
    tags = tuple(_elect_tag(tags, majority) for tags in zip(*(ballot.tags for ballot in ballots), strict=True))
    agreement = sum(arc_votes) / (len(arc_votes) * len(ballots))
    return Verdict(CaptionTree(ballots[0].words, tags, heads, deps), agreement)


def _elect_tag(tags: Sequence[str], majority: float) -> str:
    """The family of tags (NN*, VB*, JJ* …) by majority, then the tag within it."""
    families = Counter(tag[:2] for tag in tags)
    family, count = families.most_common(1)[0]
    if count <= majority * len(tags):
        return ""
    votes = Counter(tag for tag in tags if tag[:2] == family)
    if votes["VBN"] >= PARTICIPLE_SHARE * count and votes["VBN"] + votes["VBD"] > majority * count:
        return "VBN"
    return votes.most_common(1)[0][0]


def _winner(choices: Sequence[Choice]) -> tuple[Choice, int]:
    return Counter(choices).most_common(1)[0]


def _arcs_shared(ballot: CaptionTree, ballots: Sequence[CaptionTree]) -> int:
    return sum(
        head == other_head for other in ballots for head, other_head in zip(ballot.heads, other.heads, strict=True)
    )


def _ballots(forms: Sequence[Sequence[Form]], teachers: Sequence[Language]) -> list[list[CaptionTree]]:
    """Per caption the valid ballots on its forms, in the order of the teachers."""
    flat = [(index, form) for index, caption_forms in enumerate(forms) for form in caption_forms]
    ballots: list[list[CaptionTree]] = [[] for _ in forms]
    for teacher in teachers:
        docs = teacher.pipe(Doc(teacher.vocab, words=list(form.words)) for _, form in flat)
        for (index, form), doc in zip(flat, docs, strict=True):
            ballot = cut_out(from_doc(doc), form)
            if ballot is not None:
                ballots[index].append(ballot)
    return ballots


def cut_out(tree: CaptionTree, form: Form) -> CaptionTree | None:
    """The caption's own words of a form's tree; None where they do not stand on their own.

    Inside "There is …" the word that is the verb's attribute becomes the root, and its sisters hang on it.
    """
    own = range(form.start, form.start + form.length)
    outside = [index for index in own if tree.heads[index] not in own]
    heads = list(tree.heads)
    deps = list(tree.deps)
    if outside:
        root = next((index for index in outside if tree.deps[index] in {"attr", "nsubj"}), None)
        if root is None:
            return None
        for index in outside:
            heads[index] = root
        deps[root] = "ROOT"
    return CaptionTree(
        tuple(tree.words[index] for index in own),
        tuple(tree.tags[index] for index in own),
        tuple(heads[index] - form.start for index in own),
        tuple(deps[index] for index in own),
    )
