"""What an installation of the parser must have, and what it may have, each found by trying it."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from shared_runtime.command_line.doctor import Part, doctor_command, importable, label_spaces, python

DISTRIBUTION = "capparse"


def parts() -> list[Part]:
    """All parts, required ones first, in the order in which a person would repair them."""
    return [
        python(),
        _required("capparse", "this package", partial(version, DISTRIBUTION)),
        _required("schemas", "records", _schema_version, "capparse-schemas"),
        _required("spacy", "tokens and parses", partial(version, "spacy"), "spacy"),
        _required("wordnet", "senses of nouns", _lexicon),
        _required("caption pipeline", "parses", _caption_pipeline),
        _required("sense model", "--senses default", _sense_model),
        _required("label spaces", "classes of labels", label_spaces, "capparse-schemas"),
        Part("pyarrow", "Parquet input", importable("pyarrow", "pyarrow"), "pip install pyarrow", required=False),
        _extra("SceneGraphParser", "sng_parser", "--objects sng", "sng"),
        _extra("pycocotools", "pycocotools.mask", "pixel recall", "masks"),
        _extra("nltk", "nltk", "rebuilding the lexicon", "build"),
    ]


command = doctor_command("capparse", parts)
"""`capparse doctor`."""


def _required(name: str, purpose: str, probe: Callable[[], str], distribution: str = DISTRIBUTION) -> Part:
    return Part(name, purpose, probe, f"pip install --force-reinstall {distribution}")


def _extra(distribution: str, module: str, purpose: str, extra: str) -> Part:
    install = f"pip install '{DISTRIBUTION}[{extra}]'"
    return Part(distribution, purpose, importable(distribution, module), install, required=False)


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
