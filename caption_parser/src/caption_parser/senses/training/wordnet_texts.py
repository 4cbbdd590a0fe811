"""WordNet's usage examples and glosses as sense-tagged sentences, for senses that no corpus shows."""

import re
from collections.abc import Iterator
from pathlib import Path

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.layout import POS_ORDER
from caption_parser.lexicon.wordnet_files import read_wordnet
from caption_parser.senses.corpora import TaggedSentence, TaggedToken

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
