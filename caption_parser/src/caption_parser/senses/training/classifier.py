"""`train_classifier`: an encoder and a linear classifier over groups of senses, as in Vial et al. 2019."""

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from caption_parser.lexicon import Synset
from caption_parser.senses.classifier import build_vocabulary, write_head
from caption_parser.senses.sense_groups import sense_groups
from caption_parser.senses.training.batches import Batch
from caption_parser.senses.training.export import write_encoder
from caption_parser.senses.training.frozen import train_on
from caption_parser.senses.training.job import TrainingJob
from caption_parser.senses.training.options import TrainingOptions
from caption_parser.senses.training.sense_model import encode_words, encoder_groups, freeze, sense_loss
from shared_runtime.errors import UsageError


def train_classifier(job: TrainingJob) -> None:
    """Train a classifier over the groups that the texts show, and write its folder.

    Raises UsageError if there is a training with other options, or for an option of sense vectors alone.
    """
    options, encoder = job.options, job.pretrained.encoder
    if options.dimension is not None:
        raise UsageError("--dimension reduces sense vectors; a classifier has none. Leave it out")
    words = [word for texts in job.texts for text in texts for word in text.words]
    vocabulary = build_vocabulary(
        sense_groups(job.lexicon, options.compression),
        {word.candidates[gold] for word in words for gold in word.gold},
        job.lexicon,
    )
    job.listener.say(f"{len(vocabulary)} groups of senses ({options.compression})")
    candidates = sorted({synset for word in words for synset in word.candidates})
    outputs = vocabulary.outputs(candidates, job.lexicon)
    # The loss looks up the outputs of right senses alone; the others only need some number.
    output_of_synset: dict[Synset, int] = {
        synset: output or 0 for synset, output in zip(candidates, outputs, strict=True)
    }
    freeze(encoder, options.freeze)
    torch.manual_seed(options.seed)  # the classifier begins at random
    model = ClassifierModel(encoder, job.pretrained.dimension, len(vocabulary))
    train_on(job, model, output_of_synset)
    job.listener.say("trained; exporting")
    model.eval()
    write_encoder(job, encoder)
    write_head(
        job.target.folder,
        model.weights(),
        vocabulary,
        name=job.target.name,
        version=options.version,
        compression=options.compression,
        pooling=options.pooling,
        max_subtokens=job.pretrained.max_subtokens,
        training=job.target.training,
    )


class ClassifierModel(nn.Module):
    """logits = W h + b, where h is the encoder's last layer at a word, (W, D), scaled to the length √D.

    That is about its length behind a layer normalization, with which most encoders end.
    `Batch.candidates` are indices of outputs.
    """

    def __init__(self, encoder: nn.Module, dimension: int, n_outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(dimension, n_outputs)
        self._scale = math.sqrt(dimension)

    def forward(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """Logits (W, G) of all outputs."""
        logits: Tensor = self.head(self._scale * encode_words(self.encoder, batch, bfloat16=bfloat16))
        return logits

    def loss(self, batch: Batch, *, bfloat16: bool = False) -> Tensor:
        """Mean over the words of -ln P(one of the right outputs), where all outputs compete."""
        logits = self(batch, bfloat16=bfloat16)
        is_gold = torch.zeros_like(logits).scatter_add_(1, batch.candidates, batch.is_gold.to(logits.dtype)) > 0
        return sense_loss(logits, is_gold)

    def optimizers(self, options: TrainingOptions) -> dict[str, torch.optim.Optimizer]:
        """AdamW for the encoder, as far as it is trained, and for the classifier."""
        head = {"params": [*self.head.parameters()], "lr": options.vector_lr, "weight_decay": 0.0}
        return {"dense": torch.optim.AdamW([*encoder_groups(self.encoder, options), head])}

    def metrics(self) -> dict[str, float]:
        """What the training log says beside the loss: nothing."""
        return {}

    def weights(self) -> npt.NDArray[np.float32]:
        """(G, D + 1): for each output the weights of a unit vector, and the bias."""
        with torch.no_grad():
            weights = torch.cat([self._scale * self.head.weight, self.head.bias.unsqueeze(1)], dim=1)
        rows: npt.NDArray[np.float32] = weights.float().numpy()
        return rows
