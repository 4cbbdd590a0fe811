"""What `capparse --version` prints."""

import json
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

from shared_runtime.files import short_digest


def version_lines() -> list[str]:
    """The versions that labels depend on, without loading any model."""
    from shared_schemas import SCHEMA_VERSION

    pipeline = json.loads((files("caption_parser") / "models" / "caption_pipeline" / "meta.json").read_bytes())
    return [
        f"capparse {version('capparse')}",
        f"record schema {SCHEMA_VERSION}",
        f"caption pipeline {pipeline['version']} (spaCy {version('spacy')})",
        "WordNet 3.0",
        *_sense_model(),
    ]


def _sense_model() -> list[str]:
    """The model that ships and what captions taught it, or that they are missing."""
    folder = files("caption_parser") / "models" / "senses"
    model, prior = folder / "meta.json", folder / "caption_prior.json"
    if not model.is_file() or not prior.is_file():
        return ["sense model missing: see capparse doctor"]
    meta = json.loads(model.read_bytes())
    runtime = f"ONNX Runtime {_installed('onnxruntime')}"
    return [
        f"sense model {meta['name']} {meta['version']} ({meta['system']}, {runtime})",
        f"caption prior {short_digest(prior.read_bytes())}",
    ]


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "missing"
