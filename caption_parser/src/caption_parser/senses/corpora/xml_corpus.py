"""The XML of Raganato et al. (2017), with its key file, and that of UFSAC (Vial et al. 2018).

<sentence> <wf lemma="the" pos="DET">the</wf> <instance id="d0.s0.t0" lemma="dog" pos="NOUN">dogs</instance>
<sentence> <word surface_form="dogs" lemma="dog" pos="NNS" wn30_key="dog%1:05:00::;dog%1:18:01::"/>
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple
from xml.parsers import expat

from caption_parser.readers.source import Source
from caption_parser.senses.corpora.inventory import CorpusTally, SenseInventory
from caption_parser.senses.corpora.tokens import TaggedSentence, TaggedToken, running_text, wordnet_pos
from shared_runtime.errors import InputError

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


_CHUNK = 1 << 16


class Start(NamedTuple):
    """A start tag."""

    name: str
    attributes: dict[str, str]


class End(NamedTuple):
    """An end tag, with the element's text since the last tag before it."""

    name: str
    text: str


def xml_events(source: Source) -> Iterator[Start | End]:
    """The tags of an XML document in order.

    Entity declarations are refused: a few lines of them can expand to gigabytes, and no corpus needs any.

    Raises:
        InputError: it is not well-formed XML, declares entities, is in an encoding that cannot be read, or its
            compression is damaged.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    events: list[Start | End] = []
    text: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        text.clear()
        events.append(Start(name, attributes))

    def end(name: str) -> None:
        events.append(End(name, "".join(text)))
        text.clear()

    def refuse_entity(name: str, *_declaration: object) -> None:
        message = f"declares the entity {name!r}; corpora are read without entities. Expand it: xmllint --noent"
        raise InputError(f"{source.name}:{parser.CurrentLineNumber}: {message}")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text.append
    parser.EntityDeclHandler = refuse_entity
    while True:
        chunk = source.stream.read(_CHUNK)
        if not chunk and source.damage is not None:
            raise InputError(f"{source.name}: {source.damage}. Fetch the file again")
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            message = f"not well-formed XML: {expat.ErrorString(error.code)} at character {error.offset}"
            raise InputError(f"{source.name}:{error.lineno}: {message}") from None
        except (LookupError, ValueError) as error:
            # An encoding that Python does not know, or that expat cannot use.
            message = f"{error}. Recode the file to UTF-8, in its XML declaration too"
            raise InputError(f"{source.name}:1: {message}") from None
        yield from events
        events.clear()
        if not chunk:
            return
