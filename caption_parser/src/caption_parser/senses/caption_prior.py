"""The caption prior as a file beside a sense model: lemma → sense key → how often captions mean it."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import blake2b
from pathlib import Path

from caption_parser.lexicon import Lexicon, UnknownSynsetError, default_lexicon
from caption_parser.readers import ReadingOptions, read_captions
from caption_parser.readers.rows import CaptionRow
from caption_parser.senses import folder_of_model, load_disambiguator
from caption_parser.senses.priors import tag_counts
from caption_parser.senses.strategies import AskOnce, JointOverImage, Prior, Recorder, estimate_prior
from shared_runtime.errors import MissingResourceError

FILE_NAME = "caption_prior.json"
_DIGITS = 4
_LEAST_PROBABILITY = 0.0001
"""In the file: a sense that was weighed and found wanting is not one that never came up."""
_LEAST_OCCURRENCES = 5
"""Of a lemma in the corpus; below that the model alone knows more."""


def load_caption_prior(senses: str) -> Prior:
    """The prior beside the model that `senses` names; empty if it names no folder or the folder has none."""
    folder = folder_of_model(senses)
    return read_caption_prior(folder, default_lexicon()) if folder else {}


def caption_prior_digest(senses: str) -> str | None:
    """Twelve hexadecimal digits over the prior beside the model that `senses` names; none: there is none."""
    folder = folder_of_model(senses)
    if folder is None or not (folder / FILE_NAME).is_file():
        return None
    return blake2b((folder / FILE_NAME).read_bytes(), digest_size=6).hexdigest()


def read_caption_prior(folder: Path, lexicon: Lexicon) -> Prior:
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


def write_caption_prior(path: Path, prior: Prior) -> None:
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


def learn_caption_prior(
    sources: Sequence[str | Path], *, senses: str = "default", mode: str = "visual", format: str | None = None
) -> Prior:
    """The prior of all nouns that the captions of `sources` name often enough, by the model `senses`.

    The captions of an image tell the senses of a word together; equal ones count each; what is no caption is
    passed over. Raises what `label_file` raises for the input and the model.
    """
    # The parser imports this module to read a prior.
    from caption_parser.pipeline import CaptionParser
    from caption_parser.runs.batches import into_batches
    from caption_parser.runs.grouping import group_by_image
    from caption_parser.runs.options import parser_config

    recorder = Recorder(JointOverImage(AskOnce(load_disambiguator(senses))))
    config = parser_config(
        mode=mode,
        senses=senses,
        joint=False,
        caption_prior=False,
        skip_undisputed=False,
        without="reviewed_words",  # they leave senses out that other label spaces ask for
    )
    parser = CaptionParser(config, sense_model=recorder)
    for source in sources:
        rows = (row for row in read_captions(source, ReadingOptions(format=format)) if isinstance(row, CaptionRow))
        with group_by_image(rows) as images:
            for batch in into_batches(images):
                parser.label_images(batch.images)
    counts = partial(tag_counts, default_lexicon())
    return estimate_prior(recorder.observations, least=_LEAST_OCCURRENCES, counts=counts)


def _key(lexicon: Lexicon, synset: int, lemma: str) -> str:
    """The sense key of the lemma; of another base form of a plural, that of the synset's first lemma."""
    names = lexicon.lemmas(synset)
    own = next((name for name in names if name.lower() == lemma.lower()), names[0])
    return lexicon.sense_key(synset, own)
