"""XML as a stream of events, in memory that does not grow with the file, without entities of its own."""

from collections.abc import Iterator
from typing import NamedTuple
from xml.parsers import expat

from caption_parser.readers.source import Source
from shared_runtime.errors import InputError

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
        InputError: it is no well-formed XML, declares entities, is in an encoding that cannot be read, or its
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
