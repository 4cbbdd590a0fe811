"""Labels every caption of the corpus with the committee, and keeps for training what it agrees on."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import spacy
from spacy.language import Language

from caption_parser.models.building.committee import Verdict, label
from caption_parser.models.building.conventions import is_one_sentence_each
from caption_parser.models.building.corpus import CaptionCorpus
from caption_parser.models.building.trees import write_treebank
from caption_parser.models.loading import UNUSED_COMPONENTS
from shared_runtime.errors import MissingResourceError

MIN_AGREEMENT = 0.75
HELD_OUT_LIMIT = 5000
"""Captions of each held-out set that are labelled, evenly spaced over the set."""


def load_teacher(name: str) -> Language:
    """A teacher by package name or folder, with tagger and parser alone.

    Raises:
        MissingResourceError: It is not installed.
    """
    try:
        return spacy.load(name, exclude=[*UNUSED_COMPONENTS, "attribute_ruler"])
    except OSError as error:
        raise MissingResourceError(
            f"teacher {name}: no such spaCy package or folder. "
            "The model card lists the commands that install the teachers"
        ) from error


def build_treebanks(corpus: CaptionCorpus, teachers: Sequence[Language], folder: Path) -> dict[str, int]:
    """Write `train.jsonl` and one file per held-out set to `folder`; return the number of trees in each."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for name, captions in corpus.held_out.items():
        step = max(1, len(captions) // HELD_OUT_LIMIT)
        verdicts = label(tokenize(captions[::step][:HELD_OUT_LIMIT]), teachers)
        counts[name] = write_treebank((verdict.tree for verdict in verdicts), folder / f"{name}.jsonl")
    verdicts = label(tokenize(corpus.train), teachers)
    kept = (verdict.tree for verdict in verdicts if is_trusted(verdict))
    counts["train"] = write_treebank(kept, folder / "train.jsonl")
    return counts


def is_trusted(verdict: Verdict) -> bool:
    """Whether the committee's tree is good enough to train on."""
    return verdict.agreement >= MIN_AGREEMENT and is_one_sentence_each(verdict.tree)


def tokenize(captions: Iterable[str]) -> Iterator[list[str]]:
    """The words of each caption as the standard English tokenizer finds them."""
    tokenizer = spacy.blank("en").tokenizer
    for caption in captions:
        yield [token.text for token in tokenizer(caption)]
