"""A WordNet of a few nouns, written by hand, whose rounds can be followed on paper."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.compile import compile_lexicon
from caption_parser.lexicon.container import encode_sections
from caption_parser.lexicon.glosses import encode_glosses
from caption_parser.lexicon.wordnet_files import Pointer, SynsetEntry, WordNet

BuildLexicon = Callable[[Sequence[tuple[str, str]], Sequence[tuple[str, str]]], Lexicon]

ABOVE = [
    ("entity", "object"),
    ("entity", "abstraction"),
    ("object", "vehicle"),
    ("vehicle", "car"),
    ("object", "way"),
    ("way", "street"),
    ("way", "trail"),
    ("street", "avenue"),
    ("object", "plant"),
    ("plant", "tree"),
    ("tree", "palm"),
    ("object", "forest"),
    ("object", "park"),
    ("object", "wheel"),
    ("object", "bumper"),
    ("object", "pavement"),
    ("object", "leaf"),
    ("object", "lawn"),
    ("abstraction", "group"),
]
"""Hypernym, hyponym."""

PARTS = [
    ("vehicle", "wheel"),
    ("car", "bumper"),
    ("street", "pavement"),
    ("plant", "leaf"),
    ("forest", "tree"),
    ("park", "tree"),
    ("park", "lawn"),
]
"""Whole, part."""


@pytest.fixture
def build_lexicon(tmp_path: Path) -> BuildLexicon:
    """Makes a lexicon of pairs: hypernym and hyponym, whole and part. Each word has one synset."""

    def build(above: Sequence[tuple[str, str]], parts: Sequence[tuple[str, str]]) -> Lexicon:
        lemmas = list(dict.fromkeys(lemma for pair in (*above, *parts) for lemma in pair))
        offsets = {lemma: 100 + number for number, lemma in enumerate(lemmas)}
        relations = [
            *((upper, "~", lower) for upper, lower in above),
            *((lower, "@", upper) for upper, lower in above),
            *((whole, "%p", part) for whole, part in parts),
            *((part, "#p", whole) for whole, part in parts),
        ]
        entries = [
            SynsetEntry(
                pos="n",
                offset=offsets[lemma],
                lexname=3,
                lemmas=((lemma, 0),),
                pointers=tuple(
                    Pointer(symbol, "n", offsets[target], None)
                    for own, symbol, target in relations
                    if own == lemma
                ),
                definition="",
                examples=(),
            )
            for lemma in lemmas
        ]
        nothing: dict[str, dict[str, list[str]]] = {pos: {} for pos in "nvar"}
        wordnet = WordNet(
            version="3.0",
            lexnames=("noun.Tops",) * 45,
            synsets={"n": entries, "v": [], "a": [], "r": []},
            index={"n": {lemma: [offset] for lemma, offset in offsets.items()}, "v": {}, "a": {}, "r": {}},
            exceptions=nothing,
            tag_counts={f"{lemma}%1:03:00::": 0 for lemma in lemmas},
        )
        path = tmp_path / "mini.lex"
        path.write_bytes(encode_sections(compile_lexicon(wordnet)))
        path.with_suffix(".gloss").write_bytes(encode_sections(encode_glosses(["" for _ in lemmas])))
        return Lexicon.open(path)

    return build


@pytest.fixture
def miniature(build_lexicon: BuildLexicon) -> Lexicon:
    """Twenty nouns: a car with its parts, streets, trees and what they are parts of."""
    return build_lexicon(ABOVE, PARTS)
