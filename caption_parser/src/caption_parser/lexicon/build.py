"""Build the lexicon files from WordNet 3.0: `python -m caption_parser.lexicon.build --wordnet NLTK_DATA_ROOT`.

The same WordNet files give the same bytes (the glosses: with the same zlib).
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from caption_parser.lexicon.compile import compile_lexicon, synset_entries
from caption_parser.lexicon.container import WORDNET_VERSION, encode_sections
from caption_parser.lexicon.glosses import encode_glosses
from caption_parser.lexicon.lexicon import GLOSS_SUFFIX, SHIPPED_LEXICON
from caption_parser.lexicon.wordnet_files import read_wordnet
from shared_runtime.errors import CapparseError, ExitCode, InputError
from shared_schemas.files import replace_file


def build_lexicon(wordnet_root: Path, output: Path = SHIPPED_LEXICON) -> tuple[Path, Path]:
    """Write the lexicon to `output` and the glosses beside it; return both paths.

    `wordnet_root` is an NLTK data root, which holds `corpora/wordnet` or `corpora/wordnet.zip`.
    Raises MissingResourceError if NLTK or the files are missing, InputError if they are not WordNet 3.0.
    """
    wordnet = read_wordnet(wordnet_root)
    if wordnet.version != WORDNET_VERSION:
        raise InputError(
            f"{wordnet_root}: this is WordNet {wordnet.version}, expected {WORDNET_VERSION}: offsets, sense keys "
            f"and the label spaces depend on it. NLTK's package 'wordnet' is {WORDNET_VERSION}."
        )
    glosses = output.with_suffix(GLOSS_SUFFIX)
    definitions = [entry.definition for entry in synset_entries(wordnet)]
    # Writing into the old file would crash processes that map it.
    replace_file(output, encode_sections(compile_lexicon(wordnet)))
    replace_file(glosses, encode_sections(encode_glosses(definitions)))
    return output, glosses


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m caption_parser.lexicon.build", description=__doc__)
    parser.add_argument("--wordnet", type=Path, required=True, metavar="NLTK_DATA_ROOT")
    parser.add_argument("--output", type=Path, default=SHIPPED_LEXICON, metavar="FILE.lex")
    options = parser.parse_args(arguments)
    try:
        written = build_lexicon(options.wordnet, options.output)
    except CapparseError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    for path in written:
        print(f"{path}: {path.stat().st_size:,} bytes", file=sys.stderr)
    return ExitCode.OK


if __name__ == "__main__":
    sys.exit(main())
