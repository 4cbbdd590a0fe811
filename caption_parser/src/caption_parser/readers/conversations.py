"""Conversations about images (LLaVA, ShareGPT, messages of chat models): which of the answers are captions.

The answer to a request for a description is one; what answers another question ("What colour is the bus?", "Yes.")
names things that may not be there and is left out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_ROLE, _TEXT = ("from", "role", "speaker"), ("value", "content", "text", "message")
_ANSWERING = frozenset({"gpt", "assistant", "chatgpt", "bot", "model", "ai", "answer", "bard", "caption"})
_SILENT = frozenset({"system", "tool", "function", "observation"})
_PAIRS = (("user", "assistant"), ("human", "gpt"), ("question", "answer"), ("prompt", "response"))

_PLACEHOLDER = re.compile(
    r"<\s*/?\s*(?:image|images|img|imagehere|im_start|im_end|video|\|image(?:_\d+)?\||\|vision_start\||"
    r"\|vision_end\||\|image_pad\|)[^<>]*>|\[(?:IMG|IMAGE|img)\]|<\|(?:image|vision)[^|<>]*\|>",
    re.IGNORECASE,
)

_THE_IMAGE = (
    r"(?:image|images|picture|pictures|photo|photos|photograph|snapshot|scene|shot|visual|visuals|view|artwork|"
    r"painting|illustration|screenshot|region|contents|you\s+(?:can\s+)?see)"
)
_REQUEST = re.compile(
    rf"""
    \b(?:describ|depict|portray|narrat|summari[sz]|caption|characteri[sz]|illustrat)\w*\b
    | \b(?:description|depiction|summary|narrative|rundown|overview)\b
    | \b(?:portrayal|account|explanation|interpretation|
          analysis|observation)s?\b .{{0,60}} \b{_THE_IMAGE}\b
    | \b(?:explain|analy[sz]e|examine|clarify|detail|elaborate|interpret|express|break\s+down|walk\s+\w*\s*through|
          tell\s+me|share|convey|relay)\b .{{0,60}} \b{_THE_IMAGE}\b
    | \bwhat(?:'s|\s+is|\s+do\s+you\s+think\s+is)\s+(?:happening|going\s+on|taking\s+place|shown|depicted|pictured|
          displayed|visible|presented|in\s+(?:the|this)\s+(?:image|picture|photo|scene))
    | \bwhat\s+(?:do|can|did)\s+(?:you|we)\s+(?:see|observe|notice)\b
    | \bwhat\s+(?:does|do)\s+(?:this|the|these)\s+(?:image|picture|photo|photograph|scene)s?\s+
          (?:show|depict|portray|contain)
    | \bwhat\s+is\s+(?:this|the)\s+(?:image|picture|photo|photograph)\s+(?:about|of|showing)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:bounding box|bbox|coordinates?|which region|true or false|yes or no|single word|one word|"
    r"option's letter|multiple[- ]choice|why|how (?:many|might|could|would|can)|"
    r"what (?:might|could|would|challenges|factors|steps)|translate|code|poem|story|"
    r"recipe|instructions?\b.{0,20}\bfor)\b",
    re.IGNORECASE,
)


class Turn(NamedTuple):
    """One utterance."""

    role: str
    text: Any


class Answer(NamedTuple):
    """What answers the question before it."""

    text: Any
    is_description: bool


def is_conversation(values: Sequence[Any]) -> bool:
    """Whether these are the turns of a conversation."""
    first = values[0] if len(values) else None
    return isinstance(first, Mapping) and bool(list(_turns([first])))


def answers(values: Sequence[Any]) -> Iterator[Answer]:
    """The answers of a conversation, each with whether it describes the image."""
    question = ""
    for turn in _turns(values):
        role = turn.role.lower()
        if role in _ANSWERING:
            text = turn.text
            yield Answer(_without_placeholders(text), asks_for_a_description(question))
            question = ""
        elif role not in _SILENT and isinstance(turn.text, str):
            question = turn.text


def asks_for_a_description(question: str) -> bool:
    """Whether the answer says what an image shows: nothing is asked but the image itself, or for a description."""
    asked = _PLACEHOLDER.sub(" ", question).strip()
    if not asked:
        return True
    return _REQUEST.search(asked) is not None and _OF_SOMETHING_ELSE.search(asked) is None


def _turns(values: Sequence[Any]) -> Iterator[Turn]:
    for value in values:
        if not isinstance(value, Mapping):
            continue
        role = next((value[name] for name in _ROLE if isinstance(value.get(name), str)), None)
        text = next((value[name] for name in _TEXT if name in value), None)
        if role is not None and text is not None:
            yield Turn(role, _joined(text))
            continue
        for asking, answering in _PAIRS:
            if asking in value and answering in value:
                yield Turn("user", _joined(value[asking]))
                yield Turn("assistant", _joined(value[answering]))
                break


def _joined(text: Any) -> Any:
    """The text of a message that may consist of parts, some of which are images."""
    if not isinstance(text, list):
        return text
    parts = [part.get("text") for part in text if isinstance(part, Mapping)]
    return "\n".join(part for part in parts if isinstance(part, str))


def _without_placeholders(text: Any) -> Any:
    if not isinstance(text, str) or ("<" not in text and "[" not in text):
        return text
    return _PLACEHOLDER.sub("", text).strip() if _PLACEHOLDER.search(text) else text
