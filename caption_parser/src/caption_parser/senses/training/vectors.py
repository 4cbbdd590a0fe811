"""`train_vectors`: an encoder and a vector per sense."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 (the name that the field uses)

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.layout import POS_ORDER
from caption_parser.senses.training.checkpoint import INITIAL_VECTORS, load_tensor, save_tensor
from caption_parser.senses.training.export import export_model
from caption_parser.senses.training.frozen import encode_texts, train_on
from caption_parser.senses.training.job import TrainingJob
from caption_parser.senses.training.sense_model import SenseModel, build_sense_rows, freeze
from caption_parser.senses.training.texts import TrainingText, ambiguous_lemmas
from shared_runtime.errors import UsageError


def train_vectors(job: TrainingJob) -> None:
    """Train sense vectors and write their folder.

    Raises UsageError if there is a training with other options, or for vectors longer than the encoder's.
    """
    options, lexicon, encoder = job.options, job.lexicon, job.pretrained.encoder
    synsets = {
        synset for pos in POS_ORDER for synset in lexicon.synset_range(pos) if _is_ambiguous(synset, lexicon)
    }
    rows = build_sense_rows(synsets, lexicon)
    index_of_synset = {synset: index for index, synset in enumerate(rows.synsets)}
    vectors = _initial_vectors(job, index_of_synset)
    dimension = vectors.shape[1]
    if options.dimension is not None and options.dimension > dimension:
        raise UsageError(f"--dimension {options.dimension}: the encoder's vectors have {dimension}")
    freeze(encoder, options.freeze)
    model = SenseModel(encoder, vectors, rows)
    train_on(job, model, index_of_synset)
    job.listener.say("trained; exporting")
    export_model(job, model, rows.synsets)


def _is_ambiguous(synset: int, lexicon: Lexicon) -> bool:
    pos = lexicon.pos(synset)
    return bool(ambiguous_lemmas(synset, pos, lexicon))


def _initial_vectors(job: TrainingJob, index_of_synset: dict[int, int]) -> Tensor:
    """(S, D); kept in the work folder, for they take minutes and a resumed training needs them no more."""
    kept = load_tensor(job.target.work, INITIAL_VECTORS, job.options)
    if kept is not None:
        return kept

    def word_vectors(texts: Sequence[TrainingText]) -> Tensor:
        return encode_texts(job, texts, "initial vectors")

    vectors = initial_vectors(
        job.occurrences, job.glosses, index_of_synset, word_vectors, job.options.gloss_weight
    )
    save_tensor(job.target.work, INITIAL_VECTORS, job.options, vectors)
    return vectors


_RIDGE = 5.0
_MOST_OCCURRENCES = 10.0

WordVectors = Callable[[Sequence[TrainingText]], Tensor]
"""The unit vectors (W, D) of the words of some texts, in order."""


def initial_vectors(
    occurrences: Sequence[TrainingText],
    glosses: Sequence[TrainingText],
    index_of_synset: dict[int, int],
    word_vectors: WordVectors,
    gloss_weight: float,
) -> Tensor:
    """Unit vectors (S, D): the sum over a sense's occurrences plus `gloss_weight` times its mapped gloss.

    Glosses lie elsewhere than words in running text: a ridge regression over the senses that have both maps
    them. A sense without occurrences has the vector of its mapped gloss alone.
    """
    sums, n_occurrences = _sum_by_sense(occurrences, index_of_synset, word_vectors(occurrences))
    gloss_sums, n_glosses = _sum_by_sense(glosses, index_of_synset, word_vectors(glosses))
    both = (n_occurrences > 0) & (n_glosses > 0)
    mapped = _map(gloss_sums, both, F.normalize(sums[both], dim=-1), n_occurrences[both])
    # A sense that has neither must not be a zero vector, which has no direction.
    weights = torch.where(n_glosses > 0, gloss_weight, torch.where(n_occurrences > 0, 0.0, 1.0))
    return F.normalize(sums + weights.unsqueeze(1) * mapped, dim=-1)


def _sum_by_sense(
    texts: Sequence[TrainingText], index_of_synset: dict[int, int], vectors: Tensor
) -> tuple[Tensor, Tensor]:
    """Sums (S, D) of the vectors of each sense, and how many there are (S,)."""
    words = [word for text in texts for word in text.words]
    pairs = [
        (index_of_synset[word.candidates[gold]], number) for number, word in enumerate(words) for gold in word.gold
    ]
    n_senses = len(index_of_synset)
    senses, numbers = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).unbind(1)
    sums = torch.zeros(n_senses, vectors.shape[1]).index_add_(0, senses, vectors[numbers])
    return sums, torch.bincount(senses, minlength=n_senses)


def _map(glosses: Tensor, known: Tensor, targets: Tensor, n_occurrences: Tensor) -> Tensor:
    """Glosses (S, D) mapped by a ridge regression from `glosses[known]` to `targets`; unit vectors."""
    affine = torch.cat([glosses, torch.ones(len(glosses), 1)], dim=1)
    sources = affine[known]
    weighted = sources * n_occurrences.clamp(max=_MOST_OCCURRENCES).unsqueeze(1)
    ridge = _RIDGE * torch.eye(affine.shape[1])
    mapping = torch.linalg.solve(weighted.T @ sources + ridge, weighted.T @ targets)
    return F.normalize(affine @ mapping, dim=-1)
