"""Which disambiguator `--senses` names, and where its model lies."""

from pathlib import Path

from caption_parser.lexicon import default_lexicon
from caption_parser.senses.disambiguator import Disambiguator, FirstSense
from shared_runtime.errors import MissingResourceError, UsageError

GLOSS_PAIRS = "glosses:"
"""Before the folder or the hub id of a gloss-pair classifier, which has no `meta.json` of ours."""

SHIPPED_MODEL = Path(__file__).resolve().parent.parent / "models" / "senses"
SHIPPED_CAPTION_SENSES = SHIPPED_MODEL.with_name("caption_senses")
SHIPPED = {"default", "accurate", "captions"}
"""What ships, by name; `ParserConfig.uses_senses` says what "default" is where captions are labelled."""


def load_disambiguator(senses: str) -> Disambiguator:
    """The disambiguator that `--senses` names: "first", "captions", "accurate" or a model's folder.

    "captions" reads the vectors of the caption pipeline; "accurate", the "default" here, has an encoder of its
    own. What system a folder holds stands in its `meta.json`. "glosses:PATH" and "glosses:HUB_ID" are gloss-pair
    classifiers of Hugging Face's format.

    Raises `UsageError` for any other name, `MissingResourceError` for a model that is not there or cannot be used.
    """
    if senses == "first":
        return FirstSense()
    if senses.startswith(GLOSS_PAIRS):
        return _load_gloss_pairs(senses.removeprefix(GLOSS_PAIRS))
    for needed in (SHIPPED_MODEL, SHIPPED_CAPTION_SENSES) if senses == "captions" else (SHIPPED_MODEL,):
        if senses in SHIPPED and not needed.is_dir():
            raise missing_from_wheel(needed)
    folder = folder_of_sense_model(senses)
    if folder is None:
        raise UsageError(
            f"--senses {senses}: no such disambiguator. Expected 'first', 'default', 'accurate', 'captions', the "
            "folder of a model, or 'glosses:' and the folder or hub id of a gloss-pair classifier"
        )
    from caption_parser.senses.model_folder import SystemMeta, read_meta

    system = read_meta(folder, SystemMeta).system
    if system == "caption-senses":
        from caption_parser.senses.caption_senses import CaptionSenses

        return CaptionSenses(folder)
    try:
        # Only now: without an encoder neither ONNX Runtime nor tokenizers are needed.
        import onnxruntime  # noqa: F401

        if system == "classifier":
            from caption_parser.senses.classifier import ClassifierDisambiguator

            return ClassifierDisambiguator.load(folder)
        from caption_parser.senses.sense_vectors import EncoderDisambiguator

        return EncoderDisambiguator(folder)
    except ImportError as error:
        raise MissingResourceError(
            f"--senses {senses} needs {error.name}, which cannot be imported ({error}). Try: pip install"
            f" --force-reinstall {error.name}, or --senses first to choose senses without a model"
        ) from None


def missing_from_wheel(path: Path) -> MissingResourceError:
    """The error where a part of the model that ships is not there. Labels would differ without a word."""
    return MissingResourceError(
        f"{path}: this part of the sense model that ships with capparse is missing. Try: pip install"
        " --force-reinstall capparse, or --senses first to choose senses without a model"
    )


def folder_of_model(senses: str) -> Path | None:
    """The folder of the model that `senses` names; none: it names no folder that exists.

    The caption prior of all that ships stands beside the encoder.
    """
    folder = SHIPPED_MODEL if senses in SHIPPED else Path(senses)
    return folder if folder.is_dir() else None


def folder_of_sense_model(senses: str) -> Path | None:
    """The folder of what tells senses apart, which is not where its caption prior stands for "captions"."""
    return SHIPPED_CAPTION_SENSES if senses == "captions" else folder_of_model(senses)


def _load_gloss_pairs(source: str) -> Disambiguator:
    try:
        from caption_parser.senses.gloss_pairs import GlossPairs
    except ImportError as error:
        raise MissingResourceError(
            f"--senses {GLOSS_PAIRS}{source} needs {error.name}, which is not installed: "
            "pip install 'capparse[train]'"
        ) from None
    try:
        return GlossPairs.load(source, default_lexicon())
    except MissingResourceError as error:
        raise MissingResourceError(f"--senses {GLOSS_PAIRS}{source}: {error}") from None
