"""`read_corpus`: a sense-tagged corpus in any of the formats, and key files, which hold the answers to one."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.readers.lines import whole_lines
from caption_parser.readers.rows import RejectedRow
from caption_parser.readers.source import open_source
from caption_parser.senses.corpora.inventory import CorpusTally, SenseInventory
from caption_parser.senses.corpora.jsonl_corpus import read_jsonl_corpus
from caption_parser.senses.corpora.tokens import TaggedSentence
from caption_parser.senses.corpora.xml_corpus import read_xml_corpus
from shared_runtime.errors import InputError
from shared_schemas.errors import shown

_SHOWN = 20
_EXPECTED = '<sentence> elements with <wf>, <instance> or <word>, or lines such as {"t": [{"w": "dogs"}]}'


def read_corpus(
    path: Path,
    *,
    gold: Path | Mapping[str, Collection[str]] | None = None,
    lexicon: Lexicon | None = None,
    tally: CorpusTally | None = None,
) -> Iterator[TaggedSentence]:
    """The sentences of a corpus, one at a time: SemCor as JSONL, XML as in Raganato et al. (2017), or UFSAC.

    The file may be compressed (gzip, zstandard). Sense keys are matched to WordNet 3.0 and repaired where that
    is safe (`KeyRepair`); others are dropped and counted in `tally`, like sentences that cannot be read.

    `gold`: the key file of an XML corpus whose instances carry no keys, or its keys by instance id; None:
    `X.gold.key.txt` beside `X.data.xml`, if it is there. It is held in memory; the corpus is not.

    Raises:
        InputError: a file does not exist, is damaged, is none of these formats, or holds no sentence.
    """
    inventory = SenseInventory(lexicon or default_lexicon())
    tally = CorpusTally() if tally is None else tally
    before = tally.sentences
    if _is_xml(path):
        if gold is None:
            gold = gold_beside(path) or {}
        keys = read_key_file(gold).keys if isinstance(gold, Path) else gold
        # As bytes: the XML declaration says how it is encoded.
        with open_source(path, "bytes") as source:
            yield from read_xml_corpus(source, keys, inventory, tally)
    else:
        with open_source(path, "text") as source:
            yield from read_jsonl_corpus(source, inventory, tally)
    if tally.sentences == before:
        raise InputError(f"{path} holds no sentence{_passed_over(tally)}. Expected {_EXPECTED}")


def _is_xml(path: Path) -> bool:
    """False: it is JSON Lines."""
    with open_source(path, "text") as source:
        beginning = source.head.lstrip()[:_SHOWN]
    if beginning[:1] not in (b"<", b"{"):
        raise InputError(f"{path} starts with {beginning!r}. Expected a corpus in XML or JSON Lines")
    return beginning.startswith(b"<")


def _passed_over(tally: CorpusTally) -> str:
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in tally.skipped.items())
    return f" (lines skipped: {reasons})" if reasons else ""


_EXAMPLE = "d000.s000.t000 dog%1:05:00::"
_DATA_SUFFIX, _GOLD_SUFFIX = ".data.xml", ".gold.key.txt"


class KeyFile(NamedTuple):
    """Sense keys by instance id, and the lines that were left out."""

    keys: dict[str, frozenset[str]]
    """Of an instance on several lines, the keys of all of them, as the official scorer takes them."""
    without_key: list[int]
    """1-based numbers of lines with an instance but no key, which the official scorer passes over."""


def read_key_file(path: Path) -> KeyFile:
    """A key file, plain or compressed.

    Raises:
        InputError: it cannot be read, is damaged, or holds something else than instances and keys.
    """
    keys: defaultdict[str, set[str]] = defaultdict(set)
    without_key = []
    with open_source(path, "text") as source:
        for line in whole_lines(source):
            if isinstance(line, RejectedRow):
                raise InputError(f"{path}:{line.row}: {line.message}")
            instance, *found = line.text.split() or [""]
            if found and not any("%" in key for key in found):
                message = f"got {shown(line.text)}, expected an instance and its sense keys"
                raise InputError(f"{path}:{line.row}: {message}, such as: {_EXAMPLE}")
            if found:
                keys[instance].update(found)
            elif instance:
                without_key.append(line.row)
    if not keys:
        raise InputError(f"{path} holds no sense key. Expected lines such as: {_EXAMPLE}")
    return KeyFile({instance: frozenset(found) for instance, found in keys.items()}, without_key)


def gold_beside(data: Path) -> Path | None:
    """The key file that belongs to `X.data.xml`, `X.gold.key.txt` in the same folder; None if there is none."""
    stem, suffix, compression = data.name.partition(_DATA_SUFFIX)
    if not suffix:
        return None
    candidates = [data.with_name(f"{stem}{_GOLD_SUFFIX}{ending}") for ending in ("", compression)]
    return next((path for path in candidates if path.is_file()), None)
