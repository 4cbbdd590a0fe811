"""How often captions mean each sense of a word: a file beside a sense model, and what it makes of an answer.

WordNet orders senses by their frequency in texts of 1961, and a model that was trained on those has learned it; in
captions a "mouse" is seldom an animal. The prior of captions takes the place of half of that frequency.
`discovery.caption_prior` learns it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from caption_parser.lexicon import Lexicon, UnknownSynsetError, default_lexicon
from caption_parser.senses.disambiguator import SenseChoice, choose, product_of_experts
from caption_parser.senses.loading import SHIPPED_MODEL, folder_of_model, missing_from_wheel
from shared_runtime.errors import MissingResourceError
from shared_runtime.files import short_digest
from shared_schemas import Route

CaptionPrior = Mapping[str, Mapping[int, float]]
"""Lemma → synset → how often captions mean it, adding up to 1 per lemma; in files lemma → sense key → that."""

FILE_NAME = "caption_prior.json"
_DIGITS = 4
_LEAST_PROBABILITY = 0.0001
"""In the file: a sense that was weighed and found wanting is not one that never came up."""


def load_caption_prior(senses: str) -> CaptionPrior:
    """The prior beside the model that `senses` names; empty if it names no folder or the folder has none.

    Raises `MissingResourceError` where the model that ships lacks its own.
    """
    folder = folder_of_model(senses)
    if senses == "default" and not (SHIPPED_MODEL / FILE_NAME).is_file():
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

    Raises `MissingResourceError` for a file that is damaged or names senses that WordNet 3.0 does not have.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return {}
    try:
        content: Mapping[str, Mapping[str, float]] = json.loads(path.read_text("utf-8"))
        return {
            lemma: {lexicon.synset(key): float(probability) for key, probability in of_lemma.items()}
            for lemma, of_lemma in content.items()
        }
    except (ValueError, AttributeError, TypeError, UnknownSynsetError) as error:
        raise MissingResourceError(
            f"{path}: got a damaged caption prior ({error}), expected what 'capparse senses prior' writes"
        ) from error


def write_caption_prior(path: Path, prior: CaptionPrior) -> None:
    """Write the prior in the order of lemmas."""
    lexicon = default_lexicon()
    content = {
        lemma: {
            _key(lexicon, synset, lemma): max(round(probability, _DIGITS), _LEAST_PROBABILITY)
            for synset, probability in sorted(of_lemma.items(), key=lambda item: (-item[1], item[0]))
        }
        for lemma, of_lemma in sorted(prior.items())
    }
    path.write_text(json.dumps(content, indent=0, ensure_ascii=False) + "\n", "utf-8")


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
