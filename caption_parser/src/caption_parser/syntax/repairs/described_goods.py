"""Goods whose description stands behind them: "Men's silk necktie navy paisley", "backpack brown handmade".

Shops name a thing and then say what it is like; a parser takes the last of these words for the thing.
"""

import re
from collections.abc import Sequence

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.remembering import remembered
from caption_parser.syntax.repairs.tree_draft import TreeDraft
from caption_parser.syntax.tree import ADJECTIVE_TAGS, NOUN_TAGS, PARTICIPLE_TAGS
from caption_parser.syntax.words.colors import color_words
from caption_parser.syntax.words.verb_words import VerbWords

_DESCRIBING_TAGS = ADJECTIVE_TAGS | PARTICIPLE_TAGS
_BEFORE = frozenset({"compound", "nmod", "amod"})
_UP_TO = _BEFORE | {"nsubj"}
_SAID = frozenset(
    """
    acrylic auto bamboo camo ceramic cotton crossbody denim floral handmade herringbone houndstooth leather nylon
    oak paisley plaid polyester retro rgb silicone stainless steel striped suede tartan titanium tweed unisex
    velvet walnut vintage waterproof windproof wool
    """.split()
)
"""Materials, patterns and what else is said of goods beside their colours."""
_MEASURE = re.compile(
    r"\d+([.,/]\d+)?-?(cl|cm|ft|g|gal|in|inch|kg|l|lb|lbs|liter|litre|m|ml|mm|oz|pc|pcs|pk|qt|tog|w|x\d+\w*)"
)
"""A size in one word: "750ml"."""
_CUT = frozenset({"cut", "sliced", "split"})
_INTO = (["in"], ["into"])
"""Behind what is done to a dish: "a grilled cheese cut in half", or how: "cut diagonally"."""
_SCREENS = frozenset({"hdtv", "television", "tv"})
"""Goods that are a medium, too."""
_MICE = frozenset(
    f"{kind}_mouse" for kind in ("computer", "ergonomic", "gaming", "optical", "performance", "wireless")
)
_DONE_ALONE = frozenset({"close", "off", "open"})
"""What goods do by themselves: "umbrella auto open"."""
_NUMBERED = frozenset({"size", "type"})
"""Behind goods they say which of several they are: "chair size B", "sofa type C"."""
_GRADE = re.compile(r"[a-z]|\d{0,2}x{1,3}[ls]|\d{1,3}")
_MOUNTED = frozenset({"ceiling", "wall"})
"""What goods are mounted on, in this order of words: "TV wall mounted"."""


class DescribedGoods:
    """Makes a thing the head of the colours, materials, sizes and adjectives behind it."""

    def __init__(self, lexicon: Lexicon, words: VerbWords) -> None:
        self._lexicon = lexicon
        self._words = words
        self._said = _SAID | color_words()

    def __call__(self, draft: TreeDraft) -> None:
        """Read each thing again that only seems to modify what is said of it."""
        for noun in range(len(draft.deps) - 1):
            if draft.deps[noun] == "npadvmod" and draft.heads[noun] > noun:
                self._read_measure(draft, noun)
            if draft.deps[noun] in _BEFORE and draft.tags[noun] in NOUN_TAGS and draft.heads[noun] > noun:
                last = self._last_word(draft, noun)
                words = draft.tree.words
                if (
                    words[noun + 1] in _CUT
                    and (words[noun + 2 : noun + 3] in _INTO or draft.tags[noun + 2 : noun + 3] == ["RB"])
                    and draft.heads[noun] == noun + 1
                ):
                    draft.describe(noun, noun + 1)
                    continue
                named = (words[noun], f"{words[noun - 1]}_{words[noun]}" if noun else "")
                if last > noun and any(map(self._is_good, named)):
                    draft.describe(noun, last)

    def _read_measure(self, draft: TreeDraft, noun: int) -> None:
        """Free a thing that the parse takes for the measure of what is said of it.

        "School bus yellow: district 12", "a knife with a wooden handle, hand-forged".
        """
        words, said = draft.tree.words, draft.heads[noun]
        if not self._is_good(words[noun]):
            return
        if said == noun + 1 and words[said] in self._said and words[said + 1 : said + 2] == [":"]:
            draft.describe(noun, said)
            draft.heads[noun], draft.deps[noun] = noun, "ROOT"
        elif draft.tags[said] in PARTICIPLE_TAGS and "," in words[noun:said] and draft.heads[said] == said:
            for token, head in enumerate(draft.heads):
                if head == said and token < said and token != noun and draft.deps[token] != "npadvmod":
                    draft.heads[token] = noun
            draft.heads[noun], draft.deps[noun] = noun, "ROOT"
            draft.heads[said], draft.deps[said] = noun, "acl"

    def _last_word(self, draft: TreeDraft, noun: int) -> int:
        """The last of the words behind a noun that describe it; the noun itself if another is the head of them."""
        words, last = draft.tree.words, draft.heads[noun]
        if words[noun + 1] in _MOUNTED and words[noun + 2 : noun + 3] == ["mounted"] and last == noun + 1:
            return last
        if not all(self._describes(draft, token) for token in range(noun + 1, last + 1)):
            return noun
        if self._words.is_listed(words[noun], words[noun + 1]):
            return noun
        while draft.deps[last] in _UP_TO and draft.heads[last] > last:
            following = range(last + 1, draft.heads[last] + 1)
            if not all(self._describes(draft, token) for token in following):
                return last if draft.deps[last] == "nsubj" else noun
            last = draft.heads[last]
        return last

    def _describes(self, draft: TreeDraft, token: int) -> bool:
        words = draft.tree.words
        word = words[token]
        return (
            word in self._said
            or (word == "hand" and draft.tags[token + 1 : token + 2] == ["VBN"])
            or (token > 0 and words[token - 1] == "auto" and word in _DONE_ALONE)
            or _is_which_of_several(words, token)
            or _is_a_measure(words, token)
            or (
                draft.tags[token] in _DESCRIBING_TAGS
                and self._words.is_a(word, "a")
                and not self._words.is_noun(word)
            )
        )

    @remembered
    def _is_good(self, word: str) -> bool:
        senses = self._lexicon.frequent_senses(word)
        return (
            word in _SCREENS
            or word in _MICE
            or (
                bool(senses)
                and word not in self._said
                and all(self._lexicon.lexname(sense) == "noun.artifact" for sense in senses)
            )
        )


def _is_a_measure(words: Sequence[str], token: int) -> bool:
    """Whether a word is a size, by itself or with the word before or behind it: "750ml", "750 ml"."""
    runs = words[token : token + 1], words[token : token + 2], words[token - 1 : token + 1] if token else ()
    # Few words begin with a digit, as every size does.
    return any(run and run[0][0].isdigit() and _MEASURE.fullmatch("".join(run)) for run in runs)


def _is_which_of_several(words: Sequence[str], token: int) -> bool:
    """Whether a word is the size of "size XL", or the letter or number behind it."""
    first = token if words[token] in _NUMBERED else token - 1
    return (
        0 < first < len(words) - 1 and words[first] in _NUMBERED and _GRADE.fullmatch(words[first + 1]) is not None
    )
