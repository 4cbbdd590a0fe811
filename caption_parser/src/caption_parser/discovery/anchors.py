"""What people have said that words mean in images: categories of annotated data sets, classes of label spaces.

A category names a synset and the words for it, chosen by people who looked at pictures. It anchors the prior of
captions, which would otherwise have nothing but SemCor's texts of 1961 and what a model makes of captions.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from caption_parser.lexicon import Lexicon, UnknownSynsetError
from caption_parser.lexicon.taxonomy import hypernym_distances
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_schemas import load_label_space

Anchors = Mapping[str, Mapping[int, float]]
"""Lemma → synset → how many observations it is worth that an image was annotated with the synset by that word."""

_IMAGES_OF_A_CLASS = 100
"""A class of a label space counts as so many annotated images."""


class Category(NamedTuple):
    """A class of images: a synset and the words for it."""

    synset: str
    words: tuple[str, ...]
    images: int


class _FileCategory(FrozenModel, extra="ignore"):
    """A category of a data set as LVIS writes it."""

    name: str
    synset: str
    synonyms: tuple[str, ...] = ()
    image_count: int = _IMAGES_OF_A_CLASS


def read_categories(source: str) -> list[Category]:
    """The categories of a JSON list as LVIS has it, or the classes of a label space (shipped, TOML or JSON).

    Raises `UsageError` for a file that is neither.
    """
    path = Path(source)
    if path.suffix == ".json" and path.is_file() and path.read_bytes().lstrip().startswith(b"["):
        try:
            entries = [_FileCategory.model_validate(entry) for entry in json.loads(path.read_bytes())]
        except (ValueError, RecursionError, ValidationError) as error:
            reason = str(error).splitlines()[0]
            raise UsageError(f"{source}: got {reason}, expected a list of categories with name, synset") from error
        return [
            Category(entry.synset, tuple(map(_word, (entry.name, *entry.synonyms))), entry.image_count)
            for entry in entries
        ]
    return [
        Category(synset, (label.name.lower().replace(" ", "_"),), _IMAGES_OF_A_CLASS)
        for label in load_label_space(source).classes
        for synset in label.synsets
    ]


def anchors_of(categories: Iterable[Category], lexicon: Lexicon) -> Anchors:
    """The anchors of all categories; those whose synset WordNet 3.0 lacks are left out.

    The words of a category are those listed; where none of them names its synset, the lemmas of that. A word that
    names the synset only by a sense below it ("baby" of a category of persons) anchors that sense. Images count by
    half their square root: ten times the images do not make a sense ten times as frequent in captions.
    """
    anchors: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for category in categories:
        try:
            synset = lexicon.synset(category.synset)
        except UnknownSynsetError:
            continue
        lemmas = (lemma.lower() for lemma in lexicon.lemmas(synset))
        worth = math.sqrt(category.images) / 2
        meant = {word: sense for word in category.words if (sense := _meant(word, synset, lexicon)) is not None}
        if synset not in meant.values():
            meant |= dict.fromkeys(lemmas, synset)
        for word, sense in meant.items():
            anchors[word][sense] += worth
    return anchors


def _meant(word: str, synset: int, lexicon: Lexicon) -> int | None:
    """The synset if the word has it, else the first of the word's senses below it."""
    senses = lexicon.synsets(word)
    below = (sense for sense in senses if synset in hypernym_distances(lexicon, sense))
    return synset if synset in senses else next(below, None)


def _word(name: str) -> str:
    """ "mouse" of "mouse_(computer_equipment)"."""
    return name.partition("_(")[0].lower()
