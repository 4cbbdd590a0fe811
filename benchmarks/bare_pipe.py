"""A rival: the tagger and the parser of a spaCy model over the dump, and nothing else.

    python -m benchmarks.bare_pipe DUMP.tsv.gz MODEL --processes N [--limit N]

Prints how many captions it parsed.
"""

import spacy

from benchmarks.captions import read_dump
from benchmarks.rival import rival_arguments

NOT_NEEDED = ("ner", "attribute_ruler", "lemmatizer", "senter")


def main() -> None:
    """Parse all captions as spaCy's documentation says to, with its defaults."""
    arguments = rival_arguments(__doc__)
    nlp = spacy.load(arguments.model, exclude=NOT_NEEDED)
    docs = nlp.pipe(read_dump(arguments.dump, arguments.limit), n_process=arguments.processes)
    print(sum(1 for _ in docs))


if __name__ == "__main__":
    main()
