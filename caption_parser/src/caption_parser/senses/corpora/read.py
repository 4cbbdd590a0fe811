"""`read_corpus`: a sense-tagged corpus in any of the formats, told apart by what the file holds."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from caption_parser.lexicon import Lexicon, default_lexicon
from caption_parser.readers.source import open_source
from caption_parser.senses.corpora.inventory import SenseInventory
from caption_parser.senses.corpora.jsonl_corpus import read_jsonl_corpus
from caption_parser.senses.corpora.key_file import gold_beside, read_key_file
from caption_parser.senses.corpora.tally import CorpusTally
from caption_parser.senses.corpora.tokens import TaggedSentence
from caption_parser.senses.corpora.xml_corpus import read_xml_corpus
from shared_runtime.errors import InputError

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
    return f" (lines passed over: {reasons})" if reasons else ""
