"""What the systems have in common when they are trained."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caption_parser.lexicon import Lexicon
from caption_parser.senses.training.loop import ShowProgress, TrainingTexts
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.pretrained import PretrainedEncoder
from caption_parser.senses.training.texts import TrainingText

_CALIBRATION_TEXTS = 200


@dataclass(frozen=True, slots=True)
class TrainingJob:
    """All that is there before the network is: options, encoder, texts, and where the results go."""

    options: TrainingOptions
    pretrained: PretrainedEncoder
    occurrences: list[TrainingText]
    """Texts in which senses occur: corpora, then usage examples."""
    glosses: list[TrainingText]
    lexicon: Lexicon
    folder: Path
    """Of the model."""
    work: Path
    """Of checkpoints and metrics."""
    name: str
    training: dict[str, Any]
    """What `meta.json` says of the training."""
    say: Callable[[str], None]
    show: ShowProgress | None

    @property
    def texts(self) -> TrainingTexts:
        """What is trained on: glosses only where WordNet's texts are asked for."""
        return TrainingTexts(self.occurrences, self.glosses if self.options.wordnet else [])

    @property
    def calibration(self) -> list[tuple[int, ...]]:
        """Token ids of some texts, for the ranges of a quantized encoder."""
        every = max(1, len(self.occurrences) // _CALIBRATION_TEXTS)
        return [text.token_ids for text in self.occurrences[::every]]
