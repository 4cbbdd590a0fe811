"""`Lexicon`: WordNet 3.0 as a read-only table that is mapped, not loaded."""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Literal

from caption_parser.lexicon.container import map_sections
from caption_parser.lexicon.glosses import Glosses
from caption_parser.lexicon.identifiers import (
    POS_NAMES,
    OffsetId,
    SenseKey,
    SynsetName,
    UnknownSynsetError,
    format_sense_key,
    near_synsets,
    parse_identifier,
)
from caption_parser.lexicon.layout import POS_ORDER, Relation, exception_key
from caption_parser.lexicon.morphology import base_forms
from caption_parser.lexicon.remembering import CACHED_LOOKUPS
from caption_parser.lexicon.synset_table import SynsetTable
from caption_parser.lexicon.tables import Runs, StringTable

Synset = int
"""A synset is its number: nouns first, then verbs, adjectives, adverbs, each in the order of offsets."""

PartKind = Literal["member", "part", "substance"]

SHIPPED_LEXICON = Path(__file__).with_name("wordnet-3.0.lex")
GLOSS_SUFFIX = ".gloss"

_HOLONYMS = {
    "member": Relation.MEMBER_HOLONYM,
    "part": Relation.PART_HOLONYM,
    "substance": Relation.SUBSTANCE_HOLONYM,
}
_MERONYMS = {
    "member": Relation.MEMBER_MERONYM,
    "part": Relation.PART_MERONYM,
    "substance": Relation.SUBSTANCE_MERONYM,
}


class Lexicon:
    """WordNet 3.0: lemmas, synsets and the relations between them. All offsets and counts are WordNet's own.

    Read-only, safe to share between threads; processes share its memory, forked or spawned, and a pickled
    lexicon is opened again by its path. Parts of speech are `n`, `v`, `a` (with satellites) and `r`; `s` is
    taken for `a`. Lemmas are accepted in any case, with spaces or underscores.
    """

    max_lemma_words: int
    """Words in the longest noun: the width of the window in which a noun of several words can lie."""

    def __init__(self, path: Path) -> None:
        sections = map_sections(path)
        self.path = path
        self.max_lemma_words = sections["max_lemma_words"][0]
        nouns, verbs, adjectives, adverbs, end = sections["bounds"]
        self._ranges = {
            "n": range(nouns, verbs),
            "v": range(verbs, adjectives),
            "a": range(adjectives, adverbs),
            "s": range(adjectives, adverbs),
            "r": range(adverbs, end),
        }
        self._table = SynsetTable(sections)
        self._strings = StringTable(sections, "lemmas")
        self._lemma_runs, self._lemma_synsets = Runs(sections, "lemma_synsets"), sections["lemma_synsets"]
        exceptions = StringTable(sections, "exceptions")
        self._exceptions = {exceptions[number]: number for number in exceptions.key_numbers()}
        """Few enough to be listed: every form is looked for among them, and hardly any is there."""
        self._exception_runs = Runs(sections, "exception_lemmas")
        self._exception_lemmas = sections["exception_lemmas"]
        self._cached_synsets = lru_cache(CACHED_LOOKUPS)(self._look_up_synsets)
        self._cached_base_forms = lru_cache(CACHED_LOOKUPS)(self._find_base_forms)

    @classmethod
    def open(cls, path: Path | None = None) -> "Lexicon":
        """Map a lexicon file; None: the shipped one (`default_lexicon` opens that once per process).

        Raises MissingResourceError if the file is missing, truncated, corrupt or of another version.
        """
        return cls(path or SHIPPED_LEXICON)

    def __reduce__(self) -> tuple[object, ...]:
        return (default_lexicon, ()) if self.path == SHIPPED_LEXICON else (Lexicon, (self.path,))

    # Lemmas

    def synsets(self, lemma: str, pos: str = "n") -> tuple[Synset, ...]:
        """The synsets of a lemma, first sense first; () if WordNet lacks it. Inflected forms are not resolved."""
        return self._cached_synsets(lemma, pos)

    def __contains__(self, lemma: str) -> bool:
        """Whether `lemma` is a noun of WordNet."""
        return bool(self._cached_synsets(lemma, "n"))

    def base_forms(self, form: str, pos: str = "n") -> tuple[str, ...]:
        """The lemmas that `form` may be an inflected form of, itself included, as NLTK's Morphy orders them."""
        return self._cached_base_forms(form, pos)

    def frequent_senses(self, form: str, pos: str = "n", *, of_each: int = 1) -> list[Synset]:
        """The first senses, as many `of_each`, of the lemmas that `form` may be an inflected form of."""
        return [synset for lemma in self.base_forms(form, pos) for synset in self.synsets(lemma, pos)[:of_each]]

    def lemma_names(self, pos: str = "n") -> Iterator[str]:
        """All lemmas of a part of speech, in lower case, in no meaningful order."""
        synsets = self._ranges[pos]
        for number in self._strings.key_numbers():
            start, end = self._lemma_runs.bounds(number)
            if any(synset in synsets for synset in self._lemma_synsets[start:end]):
                yield self._strings[number].lower()

    # Synsets

    def synset(self, identifier: str) -> Synset:
        """The synset of a name (`dog.n.01`), a sense key (`dog%1:05:00::`) or an ImageNet id (`n02084071`).

        Raises UnknownSynsetError, which names near synsets, if there is none.
        """
        normalized = as_lemma(identifier.strip())
        found: Synset | None = None
        match parse_identifier(normalized):
            case SynsetName(lemma, pos, number):
                senses = self.synsets(lemma, pos)
                reason = f"lists {len(senses)} for this lemma" if senses else f"has no {POS_NAMES[pos]} {lemma!r}"
                if 0 < number <= len(senses) and (pos != "s" or self.pos(senses[number - 1]) == "s"):
                    found = senses[number - 1]
            case SenseKey(lemma, pos, key):
                reason = "has no such sense key"
                lexname = int(key.partition("%")[2].split(":")[1])
                of_file = (one for one in self.synsets(lemma, pos) if self._table.lexname_number(one) == lexname)
                found = next((one for one in of_file if self.sense_key(one, lemma) == key), None)
            case OffsetId(pos, offset):
                return self._at_offset(pos, offset, identifier)
            case None:
                raise UnknownSynsetError(
                    f"{identifier!r} is not a synset identifier: expected a name such as 'dog.n.01', a sense key "
                    "such as 'dog%1:05:00::' or an ImageNet id such as 'n02084071'"
                    + near_synsets(self, normalized, "n")
                )
        if found is None:
            hint = near_synsets(self, lemma, pos)
            raise UnknownSynsetError(f"unknown synset {identifier!r}: WordNet 3.0 {reason}{hint}")
        return found

    def noun_synsets(self) -> range:
        """All nouns."""
        return self._ranges["n"]

    def synset_range(self, pos: str) -> range:
        """All synsets of a part of speech, in the order of their offsets."""
        return self._ranges[pos]

    def name(self, synset: Synset) -> str:
        """`dog.n.01`: the first lemma in lower case, part of speech, sense number.

        As NLTK names it. Satellites keep WordNet's sense number, as in NLTK up to 3.9 (3.10 renumbers them).
        """
        lemma, pos = self.lemmas(synset)[0].lower(), self.pos(synset)
        return f"{lemma}.{pos}.{self.synsets(lemma, pos).index(synset) + 1:02d}"

    def lemmas(self, synset: Synset) -> tuple[str, ...]:
        """The lemmas as WordNet lists and spells them (`Canis_familiaris`)."""
        return tuple([self._strings[spelling] for spelling in self._table.spellings(synset)])

    def pos(self, synset: Synset) -> str:
        """`n`, `v`, `a`, `r`, or `s` for an adjective satellite."""
        if self._table.is_satellite(synset):
            return "s"
        return next(pos for pos in POS_ORDER if synset in self._ranges[pos])

    def offset(self, synset: Synset) -> int:
        """The offset in the data file: Princeton's for nouns (as in ImageNet's ids), the builder's for others."""
        return self._table.offset(synset)

    def lexname(self, synset: Synset) -> str:
        """The lexicographer file, such as `noun.animal`."""
        return self._table.lexname(synset)

    def definition(self, synset: Synset) -> str:
        """The gloss without its examples.

        The first call maps the gloss file, which raises MissingResourceError as `open` does.
        """
        return self._glosses[synset]

    # Senses: a lemma of a synset

    def sense_key(self, synset: Synset, lemma: str) -> str:
        """The sense key of one of the synset's lemmas; ValueError if `lemma` is not one of them."""
        sense = self._table.sense(synset, self._position(synset, lemma))
        head = None
        if self._table.is_satellite(synset):
            (head_synset,) = self._table.related(synset, Relation.SATELLITE_HEAD)
            head_sense = self._table.sense(head_synset, 0)
            head = self._strings[head_sense.spelling], head_sense.lex_id
        lexname = self._table.lexname_number(synset)
        return format_sense_key(self._strings[sense.spelling], self.pos(synset), lexname, sense.lex_id, head)

    def tag_count(self, synset: Synset, lemma: str) -> int:
        """How often SemCor tags `lemma` with this synset; ValueError if it is not one of its lemmas."""
        return self._table.sense(synset, self._position(synset, lemma)).tag_count

    def related_forms(self, synset: Synset, lemma: str) -> tuple[tuple[Synset, str], ...]:
        """Derivationally related senses as (synset, lemma): surf.v.01 "surf" gives (surfer.n.01, "surfer").

        Raises ValueError if `lemma` is not one of the synset's lemmas.
        """
        position = self._position(synset, lemma)
        return tuple(
            (derivation.synset, self.lemmas(derivation.synset)[derivation.target_lemma])
            for derivation in self._table.derivations(synset)
            if derivation.source_lemma == position
        )

    # Relations between synsets, in WordNet's order

    def hypernyms(self, synset: Synset) -> tuple[Synset, ...]:
        """The synsets directly above, without those that it is an instance of."""
        return self._table.related(synset, Relation.HYPERNYM)

    def instance_hypernyms(self, synset: Synset) -> tuple[Synset, ...]:
        """The synsets that a named individual (a city, a person) is an instance of."""
        return self._table.related(synset, Relation.INSTANCE_HYPERNYM)

    def hyponyms(self, synset: Synset) -> tuple[Synset, ...]:
        """The synsets directly below, without instances."""
        return self._table.related(synset, Relation.HYPONYM)

    def instance_hyponyms(self, synset: Synset) -> tuple[Synset, ...]:
        """The named individuals directly below."""
        return self._table.related(synset, Relation.INSTANCE_HYPONYM)

    def holonyms(self, synset: Synset, kind: PartKind | None = None) -> tuple[Synset, ...]:
        """The wholes that it is a member, a part or the substance of, in this order; `kind` selects one."""
        if kind is not None:
            return self._table.related(synset, _HOLONYMS[kind])
        return self._table.related(synset, Relation.MEMBER_HOLONYM, Relation.SUBSTANCE_HOLONYM)

    def meronyms(self, synset: Synset, kind: PartKind | None = None) -> tuple[Synset, ...]:
        """Its members, parts and substances, in this order; `kind` selects one."""
        if kind is not None:
            return self._table.related(synset, _MERONYMS[kind])
        return self._table.related(synset, Relation.MEMBER_MERONYM, Relation.SUBSTANCE_MERONYM)

    def related(self, synset: Synset) -> tuple[Synset, ...]:
        """All synsets that it points to by a relation between whole synsets; one may occur twice.

        Those of `hypernyms` and so on are included; the others are similar adjectives, "also see", attribute,
        verb group, entailment, cause and domain. Not every relation points both ways.
        """
        above_and_below = self._table.related(synset, Relation.HYPERNYM, Relation.INSTANCE_HYPONYM)
        return above_and_below + self._table.related(synset, Relation.SIMILAR, Relation.DOMAIN)

    # Uncached work

    def _at_offset(self, pos: str, offset: int, identifier: str) -> Synset:
        candidates = self._ranges[pos]
        position = bisect_left(candidates, offset, key=self.offset)
        if position < len(candidates) and self.offset(candidates[position]) == offset:
            return candidates[position]
        raise UnknownSynsetError(
            f"unknown synset {identifier!r}: no {POS_NAMES[pos]} of WordNet 3.0 has this offset "
            "(other versions of WordNet have other offsets)"
        )

    @cached_property
    def _glosses(self) -> Glosses:
        return Glosses(self.path.with_suffix(GLOSS_SUFFIX))

    def _look_up_synsets(self, lemma: str, pos: str) -> tuple[Synset, ...]:
        synsets = self._ranges[pos]
        number = self._strings.find(as_lemma(lemma))
        if number is None:
            return ()
        start, end = self._lemma_runs.bounds(number)
        return tuple([synset for synset in self._lemma_synsets[start:end] if synset in synsets])

    def _find_base_forms(self, form: str, pos: str) -> tuple[str, ...]:
        lemma, index_pos = as_lemma(form), "a" if pos == "s" else pos
        irregular = self._exceptions.get(exception_key(lemma, index_pos))
        exceptions = None if irregular is None else self._irregular_bases(irregular)
        return base_forms(lemma, index_pos, exceptions, lambda candidate: self._is_listed(candidate, index_pos))

    def _is_listed(self, lemma: str, pos: str) -> bool:
        """Most of what is asked for is no lemma, and not worth remembering."""
        return self._strings.find(lemma) is not None and bool(self._cached_synsets(lemma, pos))

    def _irregular_bases(self, number: int) -> list[str]:
        start, end = self._exception_runs.bounds(number)
        return [self._strings[lemma].lower() for lemma in self._exception_lemmas[start:end]]

    def _position(self, synset: Synset, lemma: str) -> int:
        """Where the lemma stands in the synset: the exact spelling if it is there, else in any case."""
        spellings = self.lemmas(synset)
        wanted = lemma.replace(" ", "_")
        if wanted in spellings:
            return spellings.index(wanted)
        lemmas = [spelling.lower() for spelling in spellings]
        if wanted.lower() not in lemmas:
            raise ValueError(f"{lemma!r} is not a lemma of {self.name(synset)} (has: {', '.join(spellings)})")
        return lemmas.index(wanted.lower())


@cache
def default_lexicon() -> Lexicon:
    """The shipped lexicon, opened once per process."""
    return Lexicon.open()


def as_lemma(text: str) -> str:
    """A word or phrase as lemmas are looked up: lower-case, with underscores."""
    return text.lower().replace(" ", "_")
