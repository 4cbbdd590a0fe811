"""Builds `imagenet_texts.tsv`: words and glosses of all synsets that have ImageNet classes.

    python -m segmentation.referring.knowledge.build

Needs NLTK and WordNet 3.0's files (`NLTK_DATA`); nothing else of the package does.
"""

from typing import Any

from segmentation.localization.knowledge.imagenet_classes import ImagenetMatcher
from segmentation.referring.knowledge.texts import TABLE_PATH, SynsetTexts, write_texts


def build_texts(matcher: ImagenetMatcher, wordnet: Any) -> dict[str, SynsetTexts]:
    """The texts of all synsets of which `matcher` knows ImageNet classes, read from NLTK's corpus reader;
    of a reviewed phrase itself."""
    found = {}
    for name in sorted(matcher.table.keys() | matcher.reviewed.keys()):
        columns = matcher.columns(name)
        if columns and ".n." in name:
            synset = wordnet.synset(name)
            lemmas = tuple(lemma.replace("_", " ") for lemma in synset.lemma_names())
            found[name] = SynsetTexts(lemmas, synset.definition(), columns)
        elif columns:
            found[name] = SynsetTexts((name,), "", columns)
    return found


def main() -> None:
    """Write the table where it is read from."""
    from nltk.corpus import wordnet

    write_texts(build_texts(ImagenetMatcher.shipped(), wordnet), TABLE_PATH)


if __name__ == "__main__":
    main()
