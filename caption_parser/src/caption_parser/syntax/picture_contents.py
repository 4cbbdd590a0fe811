"""What the sentence behind a picture says that it shows: "The image is a poster. It depicts a woman"."""

from collections.abc import Iterator

from caption_parser.syntax.tree import Tree
from caption_parser.syntax.words.depiction_words import DepictionWords
from caption_parser.syntax.words.word_lists import SENTENCE_ENDS

_SHOWING = frozenset({"depicts", "portrays", "shows"})
_MAIN = frozenset({"ROOT", "attr", "dobj", "nsubj", "nsubjpass"})
"""What a sentence is about, or what it says that an image shows."""
_ENDS = SENTENCE_ENDS | {";"}
_FINITE = frozenset({"VBP", "VBZ"})
_JOINING = frozenset({"and", "but", "while"})
_STAINED_GLASS = ["stained", "glass", "window"]


class PictureContents:
    """Finds the nouns of such sentences in the parse of a whole caption."""

    def __init__(self, words: DepictionWords) -> None:
        self._likenesses = words.likenesses
        self._photographs = words.photographs

    def __call__(self, tree: Tree) -> set[int]:
        if _SHOWING.isdisjoint(tree.words) or "it" not in tree.words:
            return set()
        return {
            noun
            for verb, word in enumerate(tree.words)
            if word in _SHOWING and self._is_of_a_picture(tree, verb)
            for noun in _listed(tree, verb)
        }

    def _is_of_a_picture(self, tree: Tree, verb: int) -> bool:
        """Whether "it" is what the sentence before is about, or what the image shows, and that is a likeness."""
        end = verb - 2
        if end < 1 or tree.words[verb - 1] != "it" or tree.words[end] not in _ENDS:
            return False
        beginning = next((token + 1 for token in range(end - 1, -1, -1) if tree.words[token] in _ENDS), 0)
        for noun in range(beginning, end):
            word = tree.words[noun]
            if tree.is_noun(noun) and tree.deps[noun] in _MAIN and word not in self._photographs:
                return word in self._likenesses or tree.words[max(0, noun - 2) : noun + 1] == _STAINED_GLASS
        return False


def _listed(tree: Tree, verb: int) -> Iterator[int]:
    """The nouns up to the end of the sentence, or to what else the picture does: "and hangs above a couch"."""
    for token in range(verb + 1, len(tree)):
        joined = tree.words[token - 1] == "and" and tree.tags[token] in _FINITE
        if tree.words[token] in _ENDS or joined or _begins_a_clause(tree, token):
            return
        if tree.is_noun(token):
            yield token


def _begins_a_clause(tree: Tree, token: int) -> bool:
    """Whether a word joined by "and" or "while" is the subject of what is no more said of the picture."""
    first = tree.left_edges[token] if tree.deps[token] == "nsubj" else 0
    return tree.word(first - 1) in _JOINING
