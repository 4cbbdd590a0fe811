"""What a sense model is trained with."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from caption_parser.senses.model_folder import Pooling
from caption_parser.senses.sense_groups import Compression
from shared_runtime.configuration import FrozenModel

Freeze = Literal["none", "partial", "all"]
"""Which part of the encoder stays as it is: none; embeddings and the lower half of the layers; all of it."""


Precision = Literal["int8", "float32"]
"""Of the encoder in the model: a quarter of the size and twice as fast, or exactly what was trained."""

System = Literal["vectors", "classifier"]
"""A vector per sense, fine-tuned with the encoder; or the paper's classifier over groups of senses."""


class TrainingOptions(FrozenModel):
    """Everything that decides the result; written into the model, and compared when a training resumes."""

    system: System = "vectors"
    compression: Compression = Compression.HYPERNYMS
    """The groups of a classifier."""
    corpora: tuple[Path, ...]
    """Sense-tagged corpora, in any format that `read_corpus` takes."""
    encoder: str
    """A folder, or a name on the Hugging Face hub."""
    wordnet: Path | None = None
    """NLTK data root with WordNet 3.0, whose usage examples and glosses are further training texts."""
    freeze: Freeze = "none"
    pooling: Pooling = "mean"
    epochs: float = Field(2.0, gt=0)
    encoder_lr: float = Field(5e-5, gt=0)
    vector_lr: float = Field(1e-3, gt=0)
    """Of the sense vectors, the scale and the prior, or of the classifier."""
    warmup_steps: int = Field(100, ge=0)
    batch_subtokens: int = Field(1100, gt=0)
    """Of a batch with its padding; a batch has one text at least."""
    gloss_share: float = Field(0.3, ge=0, le=1)
    """Of the glosses, drawn anew in each epoch."""
    gloss_weight: float = Field(2.0, ge=0)
    """Of a gloss in a sense's initial vector, where each tagged occurrence weighs 1."""
    max_subtokens: int = Field(128, gt=2)
    """Of a training text; words behind them are left out."""
    dimension: int | None = Field(None, gt=0)
    """Of the vectors in the model, by principal components; none: that of the encoder."""
    seed: int = 0
    bfloat16: bool = False
    """Compute the encoder in bfloat16: twice as fast on processors that have it."""
    precision: Precision = "int8"
    version: str = "1.0.0"
