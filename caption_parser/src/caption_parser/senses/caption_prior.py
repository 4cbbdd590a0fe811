"""How often captions mean each sense of a word: a file beside a sense model, and what it makes of an answer.

WordNet orders senses by their frequency in texts of 1961, and a model that was trained on those has learned it; in
captions a "mouse" is seldom an animal. The prior of captions takes the place of half of that frequency.
`discovery.caption_prior` learns it.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from caption_parser.lexicon import Lexicon, UnknownSynsetError, default_lexicon
from caption_parser.senses.disambiguator import SenseChoice, choose, product_of_experts
from caption_parser.senses.loading import SHIPPED, SHIPPED_MODEL, folder_of_model, missing_from_wheel
from shared_runtime.errors import MissingResourceError
from shared_runtime.files import short_digest
from shared_schemas import Route
from shared_schemas.files import replace_file

CaptionPrior = Mapping[str, Mapping[int, float]]
"""Lemma → synset → how often captions mean it, adding up to 1 per lemma."""

FILE_NAME = "caption_prior.json"
_DIGITS = 4
_LEAST_PROBABILITY = 0.0001
"""In the file: a sense that was weighed and found wanting is not one that never came up."""


def load_caption_prior(senses: str) -> CaptionPrior:
    """The prior beside the model that `senses` names; empty if it names no folder or the folder has none.

    Raises `MissingResourceError` where the model that ships lacks its own.
    """
    folder = folder_of_model(senses)
    if senses in SHIPPED and not (SHIPPED_MODEL / FILE_NAME).is_file():
        raise missing_from_wheel(SHIPPED_MODEL / FILE_NAME)
    return read_caption_prior(folder, default_lexicon()) if folder else {}


def caption_prior_digest(senses: str) -> str | None:
    """Twelve hexadecimal digits over the prior beside the model that `senses` names; none: there is none."""
    folder = folder_of_model(senses)
    if folder is None or not (folder / FILE_NAME).is_file():
        return None
    return short_digest((folder / FILE_NAME).read_bytes())


def read_caption_prior(folder: Path, lexicon: Lexicon) -> CaptionPrior:
    """The prior beside the model in `folder`; empty if there is none.

    Raises `MissingResourceError` for a file that is damaged; for one that names senses that WordNet 3.0 does not
    have, when their lemma is asked for.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        content = TypeAdapter(dict[str, dict[str, float]]).validate_json(path.read_bytes())
    except ValidationError as error:
        raise _damaged(path, error.errors(include_url=False)[0]["msg"]) from error
    return _StoredPrior(path, content, lexicon)


class _StoredPrior(Mapping[str, Mapping[int, float]]):
    """Finds the synsets of a lemma when it is first asked for: those of all lemmas would take half a second."""

    def __init__(self, path: Path, content: Mapping[str, Mapping[str, float]], lexicon: Lexicon) -> None:
        self._path = path
        self._content = content
        self._lexicon = lexicon
        self._found: dict[str, Mapping[int, float]] = {}

    def __getitem__(self, lemma: str) -> Mapping[int, float]:
        found = self._found.get(lemma)
        if found is None:
            of_lemma = self._content[lemma]
            try:
                found = {self._lexicon.synset(key): number for key, number in of_lemma.items()}
            except UnknownSynsetError as error:
                raise _damaged(self._path, str(error)) from error
            self._found[lemma] = found
        return found

    def __contains__(self, lemma: object) -> bool:
        return lemma in self._content

    def __iter__(self) -> Iterator[str]:
        return iter(self._content)

    def __len__(self) -> int:
        return len(self._content)


def _damaged(path: Path, reason: str) -> MissingResourceError:
    return MissingResourceError(
        f"{path}: got a damaged caption prior ({reason}), expected what 'capparse senses prior' writes"
    )


def write_caption_prior(path: Path, prior: CaptionPrior) -> None:
    """Write the prior in the order of lemmas, one to a line."""
    lexicon = default_lexicon()
    lines = []
    for lemma, of_lemma in sorted(prior.items()):
        senses = {
            _key(lexicon, synset, lemma): _rounded(probability)
            for synset, probability in sorted(of_lemma.items(), key=lambda item: (-item[1], item[0]))
        }
        lines.append(f"{json.dumps(lemma, ensure_ascii=False)}: {json.dumps(senses, ensure_ascii=False)}")
    replace_file(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())


def _rounded(number: float) -> float:
    return max(round(number, _DIGITS), _LEAST_PROBABILITY)


def _key(lexicon: Lexicon, synset: int, lemma: str) -> str:
    """The sense key of the lemma; of another base form of a plural, that of the synset's first lemma."""
    names = lexicon.lemmas(synset)
    own = next((name for name in names if name.lower() == lemma.lower()), names[0])
    return lexicon.sense_key(synset, own)


def under_prior(
    prior: Mapping[int, float], candidates: Sequence[int], evidence: Sequence[float] | None = None
) -> tuple[float, ...]:
    """The candidates' distribution under the prior; a sense that it has not seen is as rare as its rarest."""
    rarest = min(prior.values())
    weights = [prior.get(synset, rarest) for synset in candidates]
    return product_of_experts([weights] if evidence is None else [weights, evidence])


def evidence_of(choice: SenseChoice) -> tuple[float, ...]:
    """A model's distribution without half of its own prior, normalised.

    All of the prior would make a mouse an animal; none of it would make a person a body (person.n.02), which
    hardly any text means, but which the vectors of senses do not tell apart. Of a model that does not say what
    its distribution would be without the prior, the distribution as it is.
    """
    if not choice.evidence:
        return choice.distribution
    pairs = zip(choice.distribution, choice.evidence, strict=True)
    return product_of_experts([[math.sqrt(given * alone) for given, alone in pairs]])


def prior_choice(prior: Mapping[int, float], candidates: Sequence[int]) -> SenseChoice:
    """What captions mean most by a word, whatever this one says."""
    return choose(candidates, under_prior(prior, candidates), SenseChoice(candidates[0], Route.PRIOR))
