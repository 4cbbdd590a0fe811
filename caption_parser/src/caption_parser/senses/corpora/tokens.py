"""`TaggedSentence`: a tokenized sentence some of whose words carry WordNet 3.0 sense keys."""

from typing import NamedTuple

_POS_OF_PENN_PREFIX = {"NN": "n", "VB": "v", "JJ": "a", "RB": "r"}
_POS_OF_UNIVERSAL_TAG = {"NOUN": "n", "PROPN": "n", "VERB": "v", "ADJ": "a", "ADV": "r"}


class TaggedToken(NamedTuple):
    """A word, or several that are one lemma of WordNet ("old age")."""

    word: str
    """As it stands in running text, with spaces between the words of a lemma of several."""
    lemma: str
    """As the corpus writes it; empty where it gives none."""
    pos: str | None
    """`n`, `v`, `a` or `r`; None for word classes that WordNet lacks."""
    instance_id: str | None = None
    """Of the words to disambiguate in an evaluation set."""
    sense_keys: tuple[str, ...] = ()
    """Keys that WordNet 3.0 has, each of which is right; empty where the word is not tagged."""


class TaggedSentence(NamedTuple):
    """A sentence and the id of its document (empty where the corpus names none)."""

    document: str
    tokens: tuple[TaggedToken, ...]

    @property
    def text(self) -> str:
        """The words with a space between any two."""
        return " ".join([token.word for token in self.tokens])

    @property
    def starts(self) -> list[int]:
        """The character offset in `text` at which each token starts."""
        starts, start = [], 0
        for token in self.tokens:
            starts.append(start)
            start += len(token.word) + 1
        return starts


def wordnet_pos(tag: str) -> str | None:
    """WordNet's part of speech for a tag of the Penn Treebank or of the universal tag sets."""
    return _POS_OF_UNIVERSAL_TAG.get(tag) or _POS_OF_PENN_PREFIX.get(tag[:2])


def running_text(word: str) -> str:
    """A word as text: corpora join the words of a lemma by underscores. Empty if there is no text in it."""
    text = " ".join(word.replace("_", " ").split()) or word.strip()
    # JSON can hold halves of UTF-16 pairs, which no tokenizer takes.
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
