"""The words of many texts as an encoder sees them before it is trained; one that is frozen is asked no more."""

import copy
from collections.abc import Sequence
from itertools import chain

import torch
from torch import Tensor

from caption_parser.senses.training.batches import batch_order, collate
from caption_parser.senses.training.checkpoint import ENCODED_WORDS, load_tensor, save_tensor
from caption_parser.senses.training.job import TrainingJob
from caption_parser.senses.training.loop import EncodedTexts, Network, run_training
from caption_parser.senses.training.sense_model import encode_words
from caption_parser.senses.training.texts import TrainingText

_BATCHES_PER_MESSAGE = 100


def train_on(job: TrainingJob, model: Network, index_of_synset: dict[int, int]) -> None:
    """Train `model` in place on the texts of `job`; see `run_training`."""
    run_training(
        model,
        job.texts,
        index_of_synset,
        job.options,
        job.target.work,
        encoded=frozen_words(job),
        show=job.listener.show,
    )


def frozen_words(job: TrainingJob) -> EncodedTexts | None:
    """All words of the texts, kept in the work folder for a run that resumes; None: the encoder is trained.

    Raises UsageError if what the work folder has belongs to other options.
    """
    if job.options.freeze != "all":
        return None
    texts = [*job.texts.always, *job.texts.sampled]
    vectors = load_tensor(job.target.work, ENCODED_WORDS, job.options)
    if vectors is None:
        vectors = encode_texts(job, texts, "words of the frozen encoder")
        save_tensor(job.target.work, ENCODED_WORDS, job.options, vectors)
    return EncodedTexts(texts, vectors)


@torch.no_grad()
def encode_texts(job: TrainingJob, texts: Sequence[TrainingText], what: str) -> Tensor:
    """(W, D): the words of all texts, in order. `what` is made, for messages.

    In batches that the texts alone decide, so that every run computes the same bits.
    """
    options = job.options
    encoder = job.pretrained.encoder.eval()
    if options.bfloat16:
        # Autocast would convert the weights again in every batch, which costs as much as the batch does.
        encoder = copy.deepcopy(encoder).bfloat16()
    of_text: dict[int, Tensor] = {}
    batches = batch_order([len(text.token_ids) for text in texts], options.batch_subtokens)
    # Which candidates a word has decides nothing here.
    places = dict.fromkeys(chain.from_iterable(word.candidates for text in texts for word in text.words), 0)
    for number, indices in enumerate(batches):
        if number % _BATCHES_PER_MESSAGE == 0:
            job.listener.say(f"{what}: batch {number} of {len(batches)}")
        words = encode_words(encoder, collate([texts[index] for index in indices], places))
        sizes = [len(texts[index].words) for index in indices]
        of_text.update(zip(indices, words.split(sizes), strict=True))
    return torch.cat([of_text[index] for index in range(len(texts))])
