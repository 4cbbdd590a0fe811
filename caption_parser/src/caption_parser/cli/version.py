"""What `capparse --version` prints."""

import json
from importlib.metadata import version
from importlib.resources import files


def version_lines() -> list[str]:
    """The versions that labels depend on, without loading any model."""
    from shared_schemas import SCHEMA_VERSION

    pipeline = json.loads((files("caption_parser") / "models" / "caption_pipeline" / "meta.json").read_bytes())
    return [
        f"capparse {version('capparse')}",
        f"record schema {SCHEMA_VERSION}",
        f"caption pipeline {pipeline['version']} (spaCy {version('spacy')})",
        "WordNet 3.0",
    ]
