"""Word sense disambiguators behind one protocol."""

from pathlib import Path

from caption_parser.errors import UsageError
from caption_parser.senses.disambiguator import Disambiguator, SenseChoice, SenseQuery
from caption_parser.senses.first_sense import FirstSense

__all__ = ["Disambiguator", "FirstSense", "SenseChoice", "SenseQuery", "load_disambiguator"]

SHIPPED_MODEL = Path(__file__).resolve().parent.parent / "models" / "senses"


def load_disambiguator(senses: str) -> Disambiguator:
    """The disambiguator that `--senses` names: "first", "default" for the model that ships, or a model's folder.

    Raises `UsageError` for any other name, `MissingResourceError` for a folder without a model that can be used.
    """
    if senses == "first":
        return FirstSense()
    if senses == "default" and not SHIPPED_MODEL.is_dir():
        return FirstSense()
    folder = SHIPPED_MODEL if senses == "default" else Path(senses)
    if not folder.is_dir():
        raise UsageError(
            f"--senses {senses}: no such disambiguator. Expected 'first', 'default' or the folder of a model."
        )
    # Only now: without a model neither ONNX Runtime nor tokenizers are needed.
    from caption_parser.senses.encoder_disambiguator import EncoderDisambiguator

    return EncoderDisambiguator(folder)
