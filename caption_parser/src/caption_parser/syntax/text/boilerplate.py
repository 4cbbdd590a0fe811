"""Parts of captions that say nothing about the image: names of sites, credits, file names, calls to click.

The words stand in `boilerplate.toml`, each table with its reason; forms (prices, sizes, numbers of images) here.
"""

import re
from enum import StrEnum
from functools import cache
from itertools import chain

from shared_runtime.packaged import packaged_toml


class Dropped(StrEnum):
    """Why a part of a caption is not read."""

    AGENCY = "names who hosts or sells the image"
    CREDIT = "says whose image it is"
    FILE = "a file name, an address or a number"
    NOTICE = "says what kind of file it is, or what to do with it"
    LIKENESS = "says that the rest is drawn"
    SAYING = "quotes what somebody said"
    SITE = "ends as the name of a site or a shop"


_NUMBER = r"\d[\d.,]*"
_UNIT = r"(?:cm|mm|m|in|inch|inches|ft|feet|px|pixels|mp|mb|kb|dpi|\"|''|″|”)"
_FORMS = re.compile(
    rf"(?:[$€£¥₹]\s?{_NUMBER}|{_NUMBER}\s?(?:[$€£¥₹]|usd|eur|gbp|dollars|euros)|{_NUMBER}\s?%(?:\s+off)?)(?:\s?\w+)?"
    rf"|(?:size|dimensions?)?:?\s*{_NUMBER}\s*{_UNIT}?(?:\s*(?:x|×|by)\s*{_NUMBER}\s*{_UNIT}?){{1,2}}"
    r"|(?:(?:image|photo|picture|slide|page|view|figure|fig|gallery|item|pic|no|nr|number|part)\.?\s*)?\#?\d+"
    r"(?:\s*(?:of|/)\s*\d+)?"
    r"|(?:(?:image|photo|picture|item|stock|asset|product|file|article|order|catalog|sku|ref|reference|id|isbn|ean)"
    r"\s*){1,2}(?:id|no|number|code|name)?\.?\s*[:\#]?\s*[\w-]*\d[\w-]*",
    re.IGNORECASE,
)
_FILE = (
    r"(?:https?://|ftp://|www\.)\S+"
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.\w[\w.]*"
    r"|(?<![\w@])@[A-Za-z_][\w.]+"
    r"|(?<![\w.-])[\w-]+\.(?:jpe?g|png|gif|webp|tiff?|bmp|svg|heic|mp4|mov|avi|pdf|psd|eps|html?|php|aspx?)\b"
    r"|(?<![\w.-])(?:[\w-]+\.)+(?:com|net|org|info|biz|co\.uk|edu|gov|io|tv|shop|store|blog)\b(?:/\S*)?"
    r"|(?<![\w-])(?:IMG|DSC|DSCN|DSCF|PXL|MVI|GOPR|DJI|PICT|SAM|CIMG|HPIM|IMGP)[_-]?\d{3,}[\w-]*"
)
FILE_NAMES = re.compile(_FILE, re.IGNORECASE)
"""Addresses, handles and names of files, wherever they stand."""

_MEDIUM = (
    r"(?:[Pp]hoto(?:graph|graphy)?|[Ii]mage|[Pp]icture|[Pp]ic|[Ii]llustration|[Vv]ideo|[Aa]rtwork|PHOTO|IMAGE)s?"
)
_CREDIT = re.compile(
    rf"(?:{_MEDIUM}\s+(?:[Ll]icensed\s+)?(?:[Cc]redits?|[Cc]ourtesy(?:\s+[Oo]f)?|[Cc]opyright|[Bb]y|[Vv]ia|©)"
    rf"|(?:{_MEDIUM}\s+)?(?:[Cc]redits?|[Ss]ource|[Cc]opyright|[Pp]hotographer)\s*(?:[:©]|\([Cc]\)|[Tt]o\s|[Bb]y\s)"
    rf"|(?:[Ii]mage\s+)?[Cc]ourtesy\s+(?:[Oo]f|:)|[Cc]opyright|©|\([Cc]\)(?=\s*\d))"
    r"\s*[:©]?\s*(?!(?:A|An|The|This|My)\s)(?:[A-Z@\d][^\s]*)(?:\s+\S+){0,7}\W*$"
)
_CREDIT_AFTER_COLON = re.compile(
    rf"{_MEDIUM}\s*:\s*(?!(?:A|An|The|This|My)\s)[A-Z@\d]\S*(?:\s+(?:[A-Z@\d(/|&©]\S*|and|of|for|via|by|de|van|von|la)){{0,7}}\W*$"
)
"""Names alone: "Photo: Jane Fisher / Reuters", but not "Photo: Surfer at Bondi"."""
_QUALIFIER = (
    r"(?:stock|royalty[- ]free|free|premium|hd|uhd|4k|editorial|high[- ](?:res(?:olution)?|quality|definition)"
    r"|creative[- ]commons|public[- ]domain)"
)
_KIND = (
    r"(?:photos?|photography|photographs?|images?|pictures?|pics?|footage|videos?|wallpapers?|backgrounds?"
    r"|downloads?|vectors?|illustrations?|clip\s?arts?|graphics?|art|drawings?|icons?|(?:png|jpg|svg))"
)
_ENDING = re.compile(
    rf"\s*,?\s(?P<ending>(?:{_QUALIFIER}\s+)+{_KIND}(?:\s+{_KIND})*(?:\s+\#?\d+)?)\W*$", re.IGNORECASE
)
_BEGINNING = re.compile(rf"(?:{_QUALIFIER}\s+)+{_KIND}\b|{_FILE}", re.IGNORECASE)
_OPENS_A_PHRASE = re.compile(
    r"(?:^|\s)(?:a|an|the|this|that|of|some|any|my|our|for|with|in|as|is|and|these)$", re.I
)
_PREFIX = re.compile(
    rf"(?:download|buy|get|view)\s+(?=(?:(?:this|the)\s+)?(?:{_QUALIFIER}\s+)*{_KIND}\b)|"
    r"(?:photo|image|picture|video|caption|alt(?:\s+(?:text|tag))?|title|description|fig(?:ure)? \d+)\s*[:.]\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_][\w.'’&]*")
_LONGEST_NOTICE = 12
_LONGEST_SITE = 6
"""Words."""
_IN_NO_NAME = frozenset("a an in with is are on at by from near his her their".split())


@cache
def boilerplate_words() -> "BoilerplateWords":
    """Those that ship, read once per process."""
    return BoilerplateWords()


class BoilerplateWords:
    """Tells parts of captions that assert nothing."""

    def __init__(self) -> None:
        tables = packaged_toml(__package__, "boilerplate.toml")
        self._strong = frozenset(tables["words"]["strong"])
        self._weak = frozenset(tables["words"]["weak"])
        self._likenesses = _phrases(tables["likenesses"]["names"])
        self._site_endings = frozenset(tables["sites"]["endings"])
        agencies = "|".join(re.escape(name) for name in sorted(tables["agencies"]["names"], key=len, reverse=True))
        self._agency = re.compile(rf"(?<![\w-])(?:{agencies})(?:\.com|\.net)?(?![\w-])", re.IGNORECASE)
        self._agency_at_end = re.compile(
            rf"\s(?:(?:photos?|images?|pictures?)\s+)?(?:by\s[^.]{{1,40}}\s)?(?:on|via|from|at|by|/)\s(?:{agencies})\W*$",
            re.IGNORECASE,
        )

    def why(self, part: str, *, follows: bool, hard: bool = False) -> Dropped | None:
        """Why a part says nothing about the image; none: it may.

        `follows`: it stands behind another part, `hard`: and behind a separator that stands in no sentence.
        """
        words = [word.rstrip(".'’").lower() for word in _WORD.findall(part)]
        if not words:
            return None
        if _FORMS.fullmatch(part.strip(" .()[]")) or FILE_NAMES.fullmatch(part.strip(" .,()[]")):
            return Dropped.FILE
        if _CREDIT.match(part.strip("([ ")) or _CREDIT_AFTER_COLON.match(part.strip("([ ")):
            return Dropped.CREDIT
        if len(words) > _LONGEST_NOTICE:
            return None
        rest = self._agency.sub(" ", part)
        if rest != part and self._is_small_print(rest):
            return Dropped.AGENCY
        if follows and self._says_likeness(words):
            return Dropped.LIKENESS
        if any(word in self._strong for word in words) and self._is_small_print(part):
            return Dropped.NOTICE
        named = follows and (hard or part[:1].isupper())
        if named and 1 < len(words) <= _LONGEST_SITE and self._names_site(words):
            return Dropped.SITE
        return None

    def begins(self, text: str) -> bool:
        """Whether "stock photo", "free download" and the like stand at the beginning."""
        return _BEGINNING.match(text) is not None

    def kept_length(self, part: str) -> int:
        """How far a part says something about the image: to where a credit or "stock photo" begins."""
        end = len(part)
        for _ in range(3):
            text = part[:end]
            ending = _ENDING.search(text, max(0, end - 120))
            if ending and not _OPENS_A_PHRASE.search(text[: ending.start()]):
                end = ending.start()
                continue
            agency = self._agency_at_end.search(text, max(0, end - 120))
            if agency is None:
                break
            end = agency.start()
        return end

    def likeness_at_end(self, ending: str) -> bool:
        """Whether what ends a part says that the part is drawn: "stock vector"."""
        return self._says_likeness([word.lower() for word in _WORD.findall(ending)])

    def _is_small_print(self, text: str) -> bool:
        return all(
            word in self._strong or word in self._weak or word.isdigit()
            for word in (word.rstrip(".'’").lower() for word in _WORD.findall(text))
        )

    def _says_likeness(self, words: list[str]) -> bool:
        rest = list(words)
        found = False
        for length in (2, 1):
            for start in range(len(rest) - length + 1):
                if tuple(rest[start : start + length]) in self._likenesses:
                    rest[start : start + length] = ["free"] * length
                    found = True
        return found and all(word in self._strong or word in self._weak or word.isdigit() for word in rest)

    def _names_site(self, words: list[str]) -> bool:
        return words[-1].split(".")[-1] in self._site_endings and _IN_NO_NAME.isdisjoint(words)


def prefix_length(part: str) -> int:
    """The length of "Photo: " and the like before a caption."""
    found = _PREFIX.match(part)
    return found.end() if found else 0


def _phrases(names: list[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(name.split()) for name in chain(names))
