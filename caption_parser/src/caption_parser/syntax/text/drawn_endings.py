"""Endings and beginnings of captions that say that the rest is drawn: "…, illustration", "In this cartoon, …"."""

import re

_HOW = (
    r"(?:abstract|animated|black and white|black|blank|colou?r(?:ed|ful)?|cartoon|comic|creative"
    r"|cute|decorative|detailed"
    r"|digital|engraved|flat|free(?:hand)?|funny|graphic|hand|drawn|isolated|line|linear"
    r"|minimal(?:ist)?|monochrome"
    r"|modern|old|original|outlined?|pencil|realistic|retro|seamless|simple|stock|stylized|vectors?"
    r"|vintage|watercolou?r"
    r"|white|2d|3d|3-d|ink|pen|charcoal|oil|acrylic|royalty[- ]free)"
)
_NEVER_THINGS = (
    r"(?:vectors?|clip\s?arts?|line art|pixel art|svg|colou?ring (?:page|book)s?|3-?d (?:render(?:ing)?|model)s?"
    r"|vector (?:art|artwork|backgrounds?|cartoons?|clipart|designs?|drawings?|elements?|eps10"
    r"|graphics?|icons?|images?|logos?|patterns?"
    r"|sets?|signs?|silhouettes?|sketch(?:es)?|stock|symbols?)"
    r"|(?:vector|3-?d|stock|flat|cartoon|hand[- ]drawn|digital|drawn|clipart) illustrations?)"
)
"""They stand in no image, and what is before them is what they show."""
_PERHAPS_THINGS = (
    r"(?:illustrations?|drawings?|sketch(?:es)?|cartoons?|icons?|logos?|paintings?|engravings?"
    r"|etchings?|lithographs?"
    r"|watercolou?rs?|silhouettes?|doodles?|artworks?|renderings?|caricatures?|emojis?|prints?|woodcuts?"
    r"|(?:oil|acrylic|watercolou?r|ink|pencil|gouache|pastels?|tempera|mixed media|charcoal|graphite|crayon)"
    r"(?:\s(?:and|&)\s\w+)*\son\s(?:canvas|paper|board|panel|wood|linen|copper|silk|cardboard)"
    r"|(?:art|digital art|anime|manga)(?= style| design|\W*$))"
)
"""They may hang in a room too: they tell only alone behind a comma, without an article."""
_WHAT_OF_IT = (
    r"(?:\s(?:styles?|designs?|also|available|format|eps|eps10|isolated|on|white|background|art|set|icons?|\d+))*"
)
_ALONE = re.compile(rf"(?:{_HOW}[\s,-]+)*(?:{_NEVER_THINGS}|{_PERHAPS_THINGS}){_WHAT_OF_IT}\W*", re.IGNORECASE)
_AT_THE_END = re.compile(
    rf"(?:\s*,\s*|\s)(?P<ending>(?:{_HOW}[\s-]+)*{_NEVER_THINGS}{_WHAT_OF_IT})\W*$", re.IGNORECASE
)
_BEHIND_A_COMMA = re.compile(
    rf"\s*,\s*(?P<ending>(?:{_HOW}[\s-]+)*(?:{_NEVER_THINGS}|{_PERHAPS_THINGS}){_WHAT_OF_IT})\W*$", re.IGNORECASE
)
_TELLING = re.compile(
    r"vect|illustr|clip\s?art|draw|sketch|cartoon|icon|logo|paint|engrav|etching|lithogr|watercol"
    r"|silhou|doodle|artwork"
    r"|render|caric|emoji|print|woodcut| on (?:canvas|paper|board|panel|wood|linen)|line art|pixel"
    r"|svg|ring (?:page|book)"
    r"|3d|anime|manga| art\b|digital"
)
"""Of a text in lower case, which is found several times as fast as in any case."""
_IN_A_PHRASE = re.compile(
    r"(?:^|\s)(?:an?|the|this|that|of|some|any|my|our|for|with|in|on|at|as|is|and|or|to|by|these"
    r"|his|her|from|into)$",
    re.IGNORECASE,
)
_DRAWING = (
    r"(?:illustration|drawing|sketch|cartoon|caricature|comic|rendering|render|clip\s?art|line art|vector art)"
)
_AT_THE_START = re.compile(
    rf"\W*(?:in (?:this|the) (?:{_HOW}[\s-]+)*{_DRAWING}\s*,"
    rf"|(?:this|the) (?:(?:image|picture|artwork) )?is (?:an? )?(?:{_HOW}[\s-]+)*(?:{_DRAWING}|painting)"
    r" (?:of|featuring|depicting|showing)\b)",
    re.IGNORECASE,
)
_HUNG = re.compile(r"painting|drawing|print|logo|artwork|emoji|watercol|doodle", re.IGNORECASE)
_LONGEST_KEYWORD = 2
"""Words of a keyword in a list of what is in a room."""
_LONGEST = 120


def says_drawn(text: str) -> bool:
    """Whether a text by itself says that something is drawn: "3d illustration", "vector also available"."""
    return _TELLING.search(text.lower()) is not None and _ALONE.fullmatch(text.strip()) is not None


def begins_drawn(text: str) -> bool:
    """Whether a text says at its start that it is drawn: "In this cartoon, …", "The image is a drawing of …"."""
    return _AT_THE_START.match(text) is not None


def drawn_from(text: str) -> int:
    """Where an ending begins that says so of what is before it; the length of the text: none does."""
    last = text[-_LONGEST:]
    if _TELLING.search(last.lower()) is None:
        return len(text)
    found = _BEHIND_A_COMMA.search(last) or _AT_THE_END.search(last)
    if found is None:
        return len(text)
    before = text[: len(text) - len(last) + found.start()]
    if not before.strip() or _IN_A_PHRASE.search(before):
        return len(text)
    if _HUNG.search(found["ending"]) and all(len(item.split()) <= _LONGEST_KEYWORD for item in before.split(",")):
        return len(text)  # "couch, chair, painting"
    return len(before)
