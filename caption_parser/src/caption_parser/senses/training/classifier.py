"""`train_classifier`: an encoder and a linear classifier over groups of senses, as in Vial et al. 2019."""

import torch

from caption_parser.lexicon import Synset
from caption_parser.senses.classifier import build_vocabulary, write_head
from caption_parser.senses.sense_groups import sense_groups
from caption_parser.senses.training.classifier_model import ClassifierModel
from caption_parser.senses.training.export import write_encoder
from caption_parser.senses.training.job import TrainingJob
from caption_parser.senses.training.loop import run_training
from caption_parser.senses.training.sense_model import freeze
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
    job.say(f"{len(vocabulary)} groups of senses ({options.compression})")
    candidates = sorted({synset for word in words for synset in word.candidates})
    outputs = vocabulary.outputs(candidates, job.lexicon)
    # The loss looks up the outputs of right senses alone; the others only need some number.
    output_of_synset: dict[Synset, int] = {
        synset: output or 0 for synset, output in zip(candidates, outputs, strict=True)
    }
    freeze(encoder, options.freeze)
    torch.manual_seed(options.seed)  # the classifier begins at random
    model = ClassifierModel(encoder, job.pretrained.dimension, len(vocabulary))
    run_training(model, job.texts, output_of_synset, options, job.work, show=job.show)
    job.say("trained; exporting")
    model.eval()
    write_encoder(job.folder, encoder, job.pretrained.tokenizer, job.calibration, precision=options.precision)
    write_head(
        job.folder,
        model.weights(),
        vocabulary,
        name=job.name,
        version=options.version,
        compression=options.compression,
        pooling=options.pooling,
        max_subtokens=job.pretrained.max_subtokens,
        training=job.training,
    )
