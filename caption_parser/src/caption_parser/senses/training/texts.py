"""Training texts: token ids, the words to disambiguate in them, and their candidates."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.identifiers import SYNSET_TYPES
from caption_parser.lexicon.layout import POS_ORDER
from caption_parser.lexicon.wordnet_files import read_wordnet
from caption_parser.senses.corpora import TaggedSentence, TaggedToken
from caption_parser.senses.frequency import tag_counts
from caption_parser.senses.word_encoder import SubtokenLocator

NAMED_ENTITY_LEMMAS = frozenset({"person", "group", "location", "other"})
"""SemCor tags names ("Fulton County Grand Jury") as these; the word in the text is none of their forms."""

TEXTS_PER_CALL = 1024

_POS_OF_TYPE = {str(number): pos for pos, number in SYNSET_TYPES.items()}


class TrainingWord(NamedTuple):
    """A tagged word, at subtokens [start, end) of its text."""

    start: int
    end: int
    candidates: tuple[int, ...]
    gold: tuple[int, ...]
    """Positions of the right senses in `candidates`; at least one."""
    counts: tuple[int, ...]
    """SemCor's counts of the candidates without this occurrence."""


class TrainingText(NamedTuple):
    """A text that fits into the encoder, with at least one word."""

    token_ids: tuple[int, ...]
    words: tuple[TrainingWord, ...]
    natural: bool
    """Running text, where frequent senses are frequent; False for WordNet's texts, which show each sense once."""


def training_texts(
    sentences: Iterable[TaggedSentence],
    locator: SubtokenLocator,
    lexicon: Lexicon,
    *,
    natural: bool,
    least_senses: int = 2,
) -> Iterator[TrainingText]:
    """The tagged words of `sentences` that have `least_senses`; sentences without such words are left out.

    Words that fall into windows of their own, since the text is too long, make texts of their own.
    """
    pending = iter(sentences)
    while batch := list(islice(pending, TEXTS_PER_CALL)):
        tagged = [_tagged_words(sentence, lexicon, least_senses, natural=natural) for sentence in batch]
        spans = [[span for span, _ in words] for words in tagged]
        located = locator.locate([sentence.text for sentence in batch], spans)
        for words, positions in zip(tagged, located, strict=True):
            words_of_passage: dict[tuple[int, ...], list[TrainingWord]] = {}
            for (_, word), position in zip(words, positions, strict=True):
                if position is not None:
                    placed = word._replace(start=position.start, end=position.end)
                    words_of_passage.setdefault(position.passage.token_ids, []).append(placed)
            for token_ids, placed_words in words_of_passage.items():
                yield TrainingText(token_ids, tuple(placed_words), natural)


def senses_of_keys(keys: Sequence[str], lexicon: Lexicon) -> tuple[str, tuple[int, ...], tuple[int, ...]]:
    """The lemma of sense keys, its synsets, and the positions among them that the keys name."""
    lemma, _, rest = keys[0].partition("%")
    candidates = lexicon.synsets(lemma, _POS_OF_TYPE[rest[0]])
    gold = tuple(
        position for position, synset in enumerate(candidates) if lexicon.sense_key(synset, lemma) in keys
    )
    return lemma, candidates, gold


def _tagged_words(
    sentence: TaggedSentence, lexicon: Lexicon, least_senses: int, *, natural: bool
) -> list[tuple[tuple[int, int], TrainingWord]]:
    """Character spans of the first words of tagged lemmas, and what is known of them but their subtokens."""
    words = []
    for start, token in zip(sentence.starts, sentence.tokens, strict=True):
        if not token.sense_keys or _stands_for_a_name(token, lexicon):
            continue
        lemma, candidates, gold = senses_of_keys(token.sense_keys, lexicon)
        if len(candidates) < least_senses or not gold:
            continue
        held_out = {candidates[position] for position in gold} if natural else ()
        counts = tuple(tag_counts(lexicon, lemma, candidates, held_out))
        end = start + len(token.word.partition(" ")[0])
        words.append(((start, end), TrainingWord(0, 0, candidates, gold, counts)))
    return words


def _stands_for_a_name(token: TaggedToken, lexicon: Lexicon) -> bool:
    return token.lemma in NAMED_ENTITY_LEMMAS and token.lemma not in lexicon.base_forms(token.word)


USAGE_EXAMPLES = "wordnet/examples"
GLOSSES = "wordnet/glosses"

_WORD = re.compile(r"[^\W\d_][\w'-]*")
_LONGEST_LEMMA = 4


def gloss_sentences(lexicon: Lexicon) -> Iterator[TaggedSentence]:
    """`bank : sloping land …` for each synset that is one of several senses of a word.

    The word is that of its lemmas which has the most senses: there the gloss says the most.
    """
    for pos in POS_ORDER:
        for synset in lexicon.synset_range(pos):
            if ambiguous := ambiguous_lemmas(synset, pos, lexicon):
                lemma = max(ambiguous, key=lambda lemma: len(lexicon.synsets(lemma, pos)))
                key = lexicon.sense_key(synset, lemma)
                word = TaggedToken(lemma.replace("_", " "), lemma, pos, sense_keys=(key,))
                rest = (TaggedToken(":", "", None), TaggedToken(lexicon.definition(synset), "", None))
                yield TaggedSentence(GLOSSES, (word, *rest))


def example_sentences(root: Path, lexicon: Lexicon) -> Iterator[TaggedSentence]:
    """The usage examples in which a lemma of several senses of their synset is found, inflected or not.

    Raises MissingResourceError as `read_wordnet` does.
    """
    wordnet = read_wordnet(root)
    for pos in POS_ORDER:
        synset_of_offset = {lexicon.offset(synset): synset for synset in lexicon.synset_range(pos)}
        for entry in wordnet.synsets[pos]:
            synset = synset_of_offset.get(entry.offset)
            if synset is None or not entry.examples:
                continue
            lemmas = frozenset(ambiguous_lemmas(synset, pos, lexicon))
            for example in entry.examples if lemmas else ():
                if (sentence := _tag_example(example, synset, pos, lemmas, lexicon)) is not None:
                    yield sentence


def ambiguous_lemmas(synset: int, pos: str, lexicon: Lexicon) -> list[str]:
    """The lemmas of a synset, in lower case, that have other senses too."""
    lemmas = dict.fromkeys(lemma.lower() for lemma in lexicon.lemmas(synset))
    return [lemma for lemma in lemmas if len(lexicon.synsets(lemma, pos)) > 1]


def _tag_example(
    example: str, synset: int, pos: str, lemmas: frozenset[str], lexicon: Lexicon
) -> TaggedSentence | None:
    """The example with the longest of the lemmas tagged; None without one, or where the lemma is all of it."""
    words = list(_WORD.finditer(example))
    for length in range(min(_LONGEST_LEMMA, len(words) - 1), 0, -1):
        for first in range(len(words) - length + 1):
            form = "_".join(word.group() for word in words[first : first + length])
            found = next((base for base in lexicon.base_forms(form, pos) if base in lemmas), None)
            if found is not None:
                start, end = words[first].start(), words[first + length - 1].end()
                key = lexicon.sense_key(synset, found)
                tagged = TaggedToken(example[start:end], found, pos, sense_keys=(key,))
                context = (example[:start].strip(), example[end:].strip())
                before, after = (((TaggedToken(text, "", None),) if text else ()) for text in context)
                return TaggedSentence(USAGE_EXAMPLES, (*before, tagged, *after))
    return None
