"""Trees of what captions say too rarely for a parser to learn it, made out of parts of many captions.

"A cow grazing", "a man kite surfing", "a suit and tie": other captions have other words and the same trees.
Subjects of some captions are put before participles of others, and of any verb; nouns that are verbs elsewhere
are joined with the last noun of a caption.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from caption_parser.lexicon import default_lexicon
from caption_parser.models.building.trees import CaptionTree, insert, part, subtree
from caption_parser.syntax.words.acts_and_beings import ActsAndBeings, incorporated_nouns

OTHER_VERBS = 0.4
"""Share of participles in whose place any verb of WordNet stands."""
TAKEN_IN = 0.25
"""Share of participles with a noun that they take in ("kite surfing")."""
ON_THEIR_OWN = 0.25
"""Share of participles with nothing after them."""
BEFORE_A_NOUN = frozenset({"det", "amod", "nummod", "compound", "poss"})
NOUN_SUBJECTS = frozenset({"ROOT", "nsubj"})
LONGEST_SUBJECT = 5
LONGEST_PARTICIPLE_PHRASE = 10


@dataclass(frozen=True, slots=True)
class Parts:
    """What the captions of a treebank are made of."""

    subjects: tuple[CaptionTree, ...]
    """Noun phrases up to their heads: "two brown dogs"."""
    participles: tuple[CaptionTree, ...]
    """Participles in -ing with what follows them: "running on the beach"."""
    endings: tuple[CaptionTree, ...]
    """Captions whose last word is a noun, final punctuation aside."""
    doubtful_nouns: tuple[tuple[str, str], ...]
    """Nouns that are verbs elsewhere, with their tags: "tie", "skis"."""

    @classmethod
    def of(cls, trees: Sequence[CaptionTree]) -> "Parts":
        """The parts of all captions; each subject and participle once."""
        lexicon = default_lexicon()
        nouns = {
            (word.lower(), tag)
            for tree in trees
            for word, tag in zip(tree.words, tree.tags, strict=True)
            if tag in ("NN", "NNS") and word.isalpha()
        }
        return cls(
            tuple(dict.fromkeys(one for tree in trees for one in _subjects(tree))),
            tuple(dict.fromkeys(one for tree in trees for one in _participles(tree))),
            tuple(tree for tree in trees if _ending(tree) is not None),
            tuple(sorted((word, tag) for word, tag in nouns if lexicon.base_forms(word, "v"))),
        )


def participle_phrase(parts: Parts, rng: random.Random) -> CaptionTree | None:
    """ "Two brown dogs | kite surfing on the beach": a subject of one caption and a participle of another."""
    if not parts.subjects or not parts.participles:
        return None
    subject, phrase = rng.choice(parts.subjects), rng.choice(parts.participles)
    if rng.random() < ON_THEIR_OWN:
        phrase = part(phrase, [0], 0)
    chance = rng.random()
    if chance < TAKEN_IN:
        participle = rng.choice(sorted(incorporated_nouns()))
        noun = rng.choice(sorted(incorporated_nouns()[participle]))
        phrase = replace(phrase, words=(participle, *phrase.words[1:]))
        phrase = insert(phrase, 0, (noun,), ("NN",), (1,), ("compound",))
    elif chance < TAKEN_IN + OTHER_VERBS:
        phrase = replace(phrase, words=(rng.choice(acts()), *phrase.words[1:]))
    head, shift, act = subject.roots()[0], len(subject.words), phrase.roots()[0]
    return CaptionTree(
        subject.words + phrase.words,
        subject.tags + phrase.tags,
        (*subject.heads, *(head if index == act else other + shift for index, other in enumerate(phrase.heads))),
        (*subject.deps, *("acl" if index == act else dep for index, dep in enumerate(phrase.deps))),
    )


def joined_noun(parts: Parts, rng: random.Random) -> CaptionTree | None:
    """ "A man in a hat | and tie": one more noun, which may be a verb elsewhere."""
    if not parts.endings or not parts.doubtful_nouns:
        return None
    tree = rng.choice(parts.endings)
    last = _ending(tree)
    if last is None:
        return None
    word, tag = rng.choice(parts.doubtful_nouns)
    at = last + 1
    if tag == "NN" and rng.random() < 0.3:
        return insert(tree, at, ("and", "a", word), ("CC", "DT", tag), (last, at + 2, last), ("cc", "det", "conj"))
    return insert(tree, at, ("and", word), ("CC", tag), (last, last), ("cc", "conj"))


@cache
def acts() -> tuple[str, ...]:
    """Verbs of WordNet in their -ing form, but for those that also name a thing ("building")."""
    lexicon = default_lexicon()
    words = ActsAndBeings(lexicon)
    forms = {_ing(verb) for verb in lexicon.lemma_names("v") if verb.isalpha() and verb.islower()}
    return tuple(sorted(form for form in forms if words.names_an_act(form, True)))


def _ing(verb: str) -> str:
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if verb.endswith("e") and not verb.endswith(("ee", "oe", "ye")):
        return verb[:-1] + "ing"
    short = len(verb) > 2 and verb[-1] not in "aeiouwxy" and verb[-2] in "aeiou" and verb[-3] not in "aeiou"
    return verb + (verb[-1] if short and sum(letter in "aeiou" for letter in verb) == 1 else "") + "ing"


def _subjects(tree: CaptionTree) -> Iterator[CaptionTree]:
    for noun, (tag, dep) in enumerate(zip(tree.tags, tree.deps, strict=True)):
        if tag not in ("NN", "NNS") or dep not in NOUN_SUBJECTS:
            continue
        before = [child for child in tree.children(noun) if child < noun]
        first = before[0] if before else noun
        inside = range(first, noun + 1)
        if (
            len(inside) <= LONGEST_SUBJECT
            and all(tree.deps[index] in BEFORE_A_NOUN for index in inside[:-1])
            and all(tree.heads[index] in inside for index in inside[:-1])
        ):
            yield part(tree, list(inside), noun)


def _participles(tree: CaptionTree) -> Iterator[CaptionTree]:
    for verb, (tag, dep) in enumerate(zip(tree.tags, tree.deps, strict=True)):
        if tag != "VBG" or not (dep == "acl" or _has_auxiliary(tree, verb)) or not tree.words[verb].islower():
            continue
        whole = subtree(tree, verb)
        at = whole.roots()[0]
        inside = range(at, len(whole.words))
        if len(inside) <= LONGEST_PARTICIPLE_PHRASE and "punct" not in whole.deps[at:]:
            yield part(whole, list(inside), at)


def _has_auxiliary(tree: CaptionTree, verb: int) -> bool:
    return any(tree.deps[child] == "aux" for child in tree.children(verb))


def _ending(tree: CaptionTree) -> int | None:
    """The last word, if it is a noun that ends a phrase of its own."""
    last = len(tree.words) - 1
    if tree.deps[last] == "punct":
        last -= 1
    if last < 1 or not tree.tags[last].startswith("NN") or any(child > last for child in tree.children(last)):
        return None
    return last if tree.deps[last] in {"pobj", "dobj", "ROOT"} else None
