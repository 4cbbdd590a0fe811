"""The XML of Raganato et al. (2017), with its key file, and that of UFSAC (Vial et al. 2018).

<sentence> <wf lemma="the" pos="DET">the</wf> <instance id="d0.s0.t0" lemma="dog" pos="NOUN">dogs</instance>
<sentence> <word surface_form="dogs" lemma="dog" pos="NNS" wn30_key="dog%1:05:00::;dog%1:18:01::"/>
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from caption_parser.readers.source import Source
from caption_parser.senses.corpora.inventory import SenseInventory
from caption_parser.senses.corpora.tally import CorpusTally
from caption_parser.senses.corpora.tokens import TaggedSentence, TaggedToken, running_text, wordnet_pos
from caption_parser.senses.corpora.xml_events import Start, xml_events

_DOCUMENT_ELEMENTS = ("text", "document")
_TOKEN_ELEMENTS = ("wf", "instance", "word")
_NO_ATTRIBUTES: dict[str, str] = {}


def read_xml_corpus(
    source: Source,
    gold: Mapping[str, Collection[str]],
    inventory: SenseInventory,
    tally: CorpusTally,
) -> Iterator[TaggedSentence]:
    """The sentences of an XML corpus. `gold`: the keys by instance id, for a corpus that has them beside it.

    Raises:
        InputError: as `xml_events`.
    """
    document, tokens, attributes = "", list[TaggedToken](), _NO_ATTRIBUTES
    for event in xml_events(source):
        if isinstance(event, Start):
            attributes = event.attributes
            if event.name in _DOCUMENT_ELEMENTS:
                document = attributes.get("id", "")
            elif event.name == "sentence":
                tokens = []
        elif event.name in _TOKEN_ELEMENTS:
            word = running_text(attributes.get("surface_form", event.text))
            if not word:
                tally.wordless += 1
                continue
            keys = tally.usable_keys(_keys(attributes, gold), inventory)
            tokens.append(
                TaggedToken(
                    word,
                    attributes.get("lemma", ""),
                    wordnet_pos(attributes.get("pos", "")),
                    attributes.get("id"),
                    keys,
                )
            )
        elif event.name == "sentence":
            tally.sentences += 1
            tally.tokens += len(tokens)
            yield TaggedSentence(document, tuple(tokens))


def _keys(attributes: Mapping[str, str], gold: Mapping[str, Collection[str]]) -> Sequence[str]:
    if "wn30_key" in attributes:
        return [key for key in attributes["wn30_key"].split(";") if key.strip()]
    return sorted(gold.get(attributes.get("id", ""), ()))
