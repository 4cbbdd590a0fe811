"""SemCor as JSON Lines, a sentence per line.

{"d": "document", "s": "sentence", "t": [{"w": "dogs", "p": "NNS", "l": "dog", "k": ["dog%1:05:00::"]}]}
"""

from collections.abc import Iterator
from typing import Any

from caption_parser.readers.json_records import decode_json
from caption_parser.readers.lines import whole_lines
from caption_parser.readers.rows import Reason, RejectedRow, RowError
from caption_parser.readers.source import Source
from caption_parser.senses.corpora.inventory import CorpusTally, SenseInventory
from caption_parser.senses.corpora.tokens import TaggedSentence, TaggedToken, running_text, wordnet_pos


def read_jsonl_corpus(source: Source, inventory: SenseInventory, tally: CorpusTally) -> Iterator[TaggedSentence]:
    """The sentences of a JSONL corpus; lines that hold none are counted and skipped.

    Raises:
        InputError: its compression is damaged.
    """
    for line in whole_lines(source):
        if isinstance(line, RejectedRow):
            tally.skipped[line.reason] += 1
        elif line.text and not line.text.isspace():
            yield from _sentence(line.text, inventory, tally)


def _sentence(line: str, inventory: SenseInventory, tally: CorpusTally) -> Iterator[TaggedSentence]:
    """The sentence on a line, or none."""
    try:
        record: Any = decode_json(line)
    except RowError as error:
        tally.skipped[error.reason] += 1
        return
    if not _is_sentence(record):
        tally.skipped[Reason.MALFORMED_LINE] += 1
        return
    tokens = []
    for token in record["t"]:
        word = running_text(token["w"])
        if not word:
            tally.wordless += 1
            continue
        keys = tally.usable_keys(token.get("k", ()), inventory)
        tokens.append(TaggedToken(word, token.get("l", ""), wordnet_pos(token.get("p", "")), sense_keys=keys))
    tally.sentences += 1
    tally.tokens += len(tokens)
    yield TaggedSentence(record.get("d", ""), tuple(tokens))


def _is_sentence(record: Any) -> bool:
    return (
        isinstance(record, dict)
        and isinstance(record.get("d", ""), str)
        and isinstance(record.get("t"), list)
        and all(map(_is_token, record["t"]))
    )


def _is_token(token: Any) -> bool:
    if not isinstance(token, dict) or not isinstance(token.get("w"), str):
        return False
    keys = token.get("k", [])
    texts = (token.get("l", ""), token.get("p", ""))
    return isinstance(keys, list) and all(isinstance(text, str) for text in (*texts, *keys))
