"""What an installation must have, and what it may have, each found by trying it."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One line of the doctor's report."""

    name: str
    ok: bool
    optional: bool
    found: str
    fix: str | None
    """The command that mends it."""


OPTIONAL_DISTRIBUTIONS = {
    "pyarrow": ("Parquet input", "pip install 'capparse[parquet]'"),
    "SceneGraphParser": ("--objects sng", "pip install 'capparse[sng]'"),
    "pycocotools": ("pixel recall", "pip install 'capparse[masks]'"),
    "nltk": ("rebuilding the lexicon", "pip install 'capparse[build]'"),
}


def diagnose() -> list[Diagnosis]:
    """All checks, in the order in which a person would mend them."""
    reinstall = "pip install --force-reinstall capparse"
    required = [
        _check("python", lambda: f"{platform.python_version()} on {platform.machine()}, {_cores()} cores", None),
        _check("capparse", lambda: version("capparse"), reinstall),
        _check("schemas", _schema_version, "pip install --force-reinstall capparse-schemas"),
        _check("spacy", lambda: version("spacy"), "pip install --force-reinstall spacy"),
        _check("wordnet", _lexicon, reinstall),
        _check("caption pipeline", _caption_pipeline, reinstall),
        _check("sense model", _sense_model, reinstall),
        _check("label spaces", _label_spaces, "pip install --force-reinstall capparse-schemas"),
    ]
    return required + [_optional(name, *use) for name, use in OPTIONAL_DISTRIBUTIONS.items()]


def _check(name: str, find: Callable[[], str], fix: str | None) -> Diagnosis:
    try:
        return Diagnosis(name, ok=True, optional=False, found=find(), fix=fix)
    except Exception as error:  # noqa: BLE001  a doctor reports whatever is broken
        return Diagnosis(name, ok=False, optional=False, found=f"{type(error).__name__}: {error}", fix=fix)


def _optional(distribution: str, use: str, fix: str) -> Diagnosis:
    try:
        return Diagnosis(distribution, True, True, f"{version(distribution)} ({use})", fix)
    except PackageNotFoundError:
        return Diagnosis(distribution, False, True, f"not installed ({use})", fix)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _schema_version() -> str:
    from shared_schemas import SCHEMA_VERSION

    return f"{version('capparse-schemas')}, records {SCHEMA_VERSION}"


def _lexicon() -> str:
    from caption_parser.lexicon import default_lexicon

    lexicon = default_lexicon()
    return f"3.0, {len(lexicon.noun_synsets()):,} noun synsets; cat = {lexicon.name(lexicon.synsets('cat')[0])}"


def _caption_pipeline() -> str:
    from caption_parser.models import load_nlp

    nlp = load_nlp()
    tags = [token.tag_ for token in nlp("a cat sleeps")]
    return f"{nlp.meta['name']} {nlp.meta['version']}; 'a cat sleeps' = {' '.join(tags)}"


def _sense_model() -> str:
    from caption_parser.lexicon import default_lexicon
    from caption_parser.senses import SenseQuery, load_disambiguator
    from caption_parser.senses.caption_prior import load_caption_prior

    lexicon, model = default_lexicon(), load_disambiguator("default")
    query = SenseQuery("a cat sleeps on a sofa", 2, 5, "cat", lexicon.synsets("cat"))
    (choice,) = model.disambiguate([query])
    nouns = len(load_caption_prior("default"))
    return f"{model.name}; cat = {lexicon.name(choice.synset)}; caption prior of {nouns:,} nouns"


def _label_spaces() -> str:
    from shared_schemas.label_space_file import load_label_space

    return ", ".join(load_label_space(name).reference for name in ("coco", "voc", "youtube-objects"))
