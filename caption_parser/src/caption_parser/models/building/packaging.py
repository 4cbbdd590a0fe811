"""From a trained pipeline to the folder that ships: no training vocabulary, parts of speech, no surprises."""

from pathlib import Path

import spacy
from spacy.language import Language

from caption_parser.models.tag_to_pos import PTB_TO_UPOS

NOT_SHIPPED = ["vocab", "config", "meta"]
"""Strings of the training captions, paths of the training run, its scores."""


def package(trained: Language, folder: Path, *, version: str) -> Language:
    """Write the pipeline to `folder` with a vocabulary of labels only, and return what was written.

    The strings of the training captions are left behind: they are most of a saved vocabulary, and weights
    are addressed by hash.
    """
    config = {section: trained.config[section] for section in ("nlp", "components")}
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    nlp.from_bytes(trained.to_bytes(exclude=NOT_SHIPPED), exclude=NOT_SHIPPED)
    if "caption_tag_to_pos" not in nlp.pipe_names:
        nlp.add_pipe("caption_tag_to_pos")
    for label in [*PTB_TO_UPOS, *nlp.pipe_labels["tagger"], *nlp.pipe_labels["parser"]]:
        nlp.vocab.strings.add(label)
    nlp.meta.update(
        name="caption_pipeline",
        version=version,
        description="English tagger and dependency parser for image captions, blind to case",
        license="Apache-2.0",
    )
    nlp.to_disk(folder)
    return nlp


def size_in_bytes(folder: Path) -> int:
    """The size of all files of a saved pipeline."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
