"""Builds `imagenet.tsv`: where the 1,000 ImageNet classes stand in WordNet 3.0, and what stands near them.

    python -m segmentation.localization.knowledge.build SYNSETS.txt

SYNSETS.txt holds the ids of the classes ("n01440764") in their order, one per line: a noun's offset in WordNet
3.0. The wheel of timm has it as `timm/data/_info/imagenet_synsets.txt`. Needs NLTK and WordNet 3.0's files
(`NLTK_DATA`); nothing else of the package does.

The table holds every class with all its hypernyms, the parts and wholes of classes, and, for siblings, the
hyponyms of every synset that has at most `MAX_SIBLINGS` classes below it.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from segmentation.data.imagenet_table import TABLE_PATH, SynsetRow, WordnetTable, write_table
from segmentation.localization.knowledge.imagenet_classes import MAX_SIBLINGS


def build_table(ids: Iterable[str], wordnet: Any) -> WordnetTable:
    """The table for the classes `ids`, read from `wordnet`, NLTK's corpus reader."""
    classes = [wordnet.synset_from_pos_and_offset("n", int(class_id.removeprefix("n"))) for class_id in ids]
    columns = {synset: column for column, synset in enumerate(classes)}
    below: dict[Any, set[Any]] = {}
    for synset in classes:
        for ancestor in (synset, *synset.closure(_hypernyms)):
            below.setdefault(ancestor, set()).add(synset)
    narrow = [synset for synset, classes_below in below.items() if len(classes_below) <= MAX_SIBLINGS]
    siblings = {hyponym for synset in narrow for hyponym in (*synset.hyponyms(), *synset.instance_hyponyms())}
    parts = {part for synset in classes for part in _parts(synset)}
    rows = {
        synset.name(): SynsetRow(
            column=columns.get(synset),
            hypernyms=tuple(sorted(h.name() for h in _hypernyms(synset) if h in below)),
            parts=tuple(sorted(part.name() for part in _parts(synset) if part in columns)),
        )
        for synset in below.keys() | siblings | parts
    }
    return dict(sorted(rows.items()))


def _hypernyms(synset: Any) -> list[Any]:
    return [*synset.hypernyms(), *synset.instance_hypernyms()]


def _parts(synset: Any) -> list[Any]:
    return [*synset.part_meronyms(), *synset.part_holonyms()]


def main() -> None:
    """Write the table where it is read from, with the ids in the file that the command names."""
    from nltk.corpus import wordnet

    ids = Path(sys.argv[1]).read_text(encoding="ascii").split()
    write_table(build_table(ids, wordnet), TABLE_PATH)


if __name__ == "__main__":
    main()
