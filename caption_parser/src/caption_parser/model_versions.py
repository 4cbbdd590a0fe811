"""Which models the labels of a configuration depend on, and whether that can be told without loading them."""

import json
from importlib.metadata import version
from importlib.resources import files

from caption_parser.config import ParserConfig
from caption_parser.senses.caption_prior import caption_prior_digest
from caption_parser.senses.loading import folder_of_sense_model
from caption_parser.senses.model_folder import NamedMeta, read_meta
from shared_schemas import SCHEMA_VERSION, load_label_space


def package_versions(label_space: str) -> dict[str, str]:
    """Of this package and of its records; `label_space`: the reference of the one that is used."""
    return {"capparse": version("capparse"), "schema": SCHEMA_VERSION, "label_space": label_space}


def model_versions(config: ParserConfig, *, pipeline: str, senses: str) -> dict[str, str]:
    """Of the models of the labeller `synsets`, and of what reads them; `pipeline`, `senses`: their names."""
    versions = {"spacy": version("spacy"), "spacy_model": pipeline, "wordnet": "3.0", "senses": senses}
    if config.uses_caption_prior and (digest := caption_prior_digest(config.uses_senses)):
        versions["caption_prior"] = digest
    return versions


def known_versions(config: ParserConfig) -> dict[str, str] | None:
    """What `CaptionParser(config).versions` are, from the descriptions of what ships and of folders of models.

    None: only the models themselves tell. Raises `LabelSpaceError`; `MissingResourceError` for a damaged folder.
    """
    if config.labeller != "synsets" or config.spacy_model is not None:
        return None
    senses = _sense_model_name(config.uses_senses)
    if senses is None:
        return None
    meta = json.loads((files("caption_parser") / "models" / "caption_pipeline" / "meta.json").read_bytes())
    pipeline = f"{meta['lang']}_{meta['name']} {meta['version']}"
    space = load_label_space(config.uses_label_space)
    return package_versions(space.reference) | model_versions(config, pipeline=pipeline, senses=senses)


def _sense_model_name(senses: str) -> str | None:
    if senses == "first":
        return senses
    folder = folder_of_sense_model(senses)
    return None if folder is None else read_meta(folder, NamedMeta).full_name
