"""Directions of texts among the features of an ImageNet classifier, by ridge regression: a start without training.

Every ImageNet class is a synset of WordNet, with words, a gloss and hypernyms, and a row of the classifier. What
maps the vectors of these texts to those rows maps those of any other text, too. Names of classes may have the rows
that a localizer learned from captions in the place of ImageNet's.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from segmentation.data.phrases import expression_text
from segmentation.localization.directions import leading_directions, principal_directions
from segmentation.referring.knowledge.learned_rows import NamedRows
from segmentation.referring.knowledge.texts import read_texts
from segmentation.referring.network import ReferringNetwork
from segmentation.referring.text_encoder import TextEncoder
from shared_runtime.errors import UsageError


def known_texts(classifier: Tensor, *, glosses: bool = True) -> tuple[list[str], Tensor]:
    """All texts of WordNet that ImageNet's classes are below of, and their rows [n C].

    A text's row is the mean of those of its classes, less the mean of `classifier` [1000 C]. A word of several
    synsets stands there as often.
    """
    centred = classifier - classifier.mean(dim=0)
    texts, rows = [], []
    for lemmas, gloss, columns in read_texts().values():
        row = centred[list(columns)].mean(dim=0)
        for text in filter(None, (*lemmas, gloss if glosses else "")):
            texts.append(expression_text(text))
            rows.append(row)
    return texts, torch.stack(rows)


def ridge(inputs: Tensor, outputs: Tensor, penalty: float) -> Tensor:
    """The matrix W [C T] of least |inputs Wᵀ - outputs|² + `penalty` |W|², for `inputs` [n T], `outputs` [n C].

    Raises ValueError where there are not as many inputs as outputs.
    """
    if len(inputs) != len(outputs):
        raise ValueError(f"got {len(inputs)} inputs and {len(outputs)} outputs, expected as many")
    known, wanted = inputs.double(), outputs.double()
    normal = known.T @ known + penalty * torch.eye(known.shape[1], dtype=torch.float64)
    found: Tensor = torch.linalg.solve(normal, known.T @ wanted).T.to(outputs.dtype)
    return found


def start_from_knowledge(
    network: ReferringNetwork, encoder: TextEncoder, classifier: Tensor, learned: NamedRows | None = None
) -> None:
    """Fill both projections, so that a cosine is that of a cell's features and of a text's direction among them.

    `classifier` [1000 C] reads the backbone's channels, and so do the rows of `learned`, whose texts point there.
    The shared space has the directions in which these rows vary, and then those in which `classifier` varies most.
    Raises UsageError if the channels do not fit.
    """
    channels = network.backbone.channels
    _check_channels("the ImageNet classifier", classifier, channels, "network.knowledge")
    if learned is None:
        directions = principal_directions(classifier - classifier.mean(dim=0))[: network.options.dimension]
    else:
        _check_channels("the localizer", learned.rows, channels, "localizer")
        directions = leading_directions(learned.rows, classifier, network.options.dimension)
    texts, rows = _with_learned(*known_texts(classifier), learned)
    vectors = encoder.vectors(texts)
    of_text = ridge(vectors, rows, network.options.ridge)
    columns = directions @ of_text
    if network.known is not None:
        # Once more: two classes may be called the same.
        words, wanted = _distinct(*_with_learned(*_distinct(*known_texts(classifier, glosses=False)), learned))
        place = {text: number for number, text in enumerate(texts)}
        of_words = vectors[[place[word] for word in words]]
        missed = wanted - of_words @ of_text.T
        # About as long as vectors of texts, so that both halves of the projection learn at one rate.
        length = missed.norm(dim=1).mean()
        network.known.fill(of_words, missed / length)
        columns = torch.cat([columns, length * directions], dim=1)
    with torch.no_grad():
        _fill(network.project_image.weight.flatten(1), network.project_image.bias, directions)
        _fill(network.project_text.weight, network.project_text.bias, columns)


def _check_channels(source: str, rows: Tensor, channels: int, option: str) -> None:
    if rows.shape[1] != channels:
        raise UsageError(
            f"{source} reads {rows.shape[1]} channels, the backbone has {channels}; {option} needs a backbone "
            "that ends where its rows begin, such as efficientnet-lite0-head or resnet50"
        )


def _with_learned(texts: Sequence[str], rows: Tensor, learned: NamedRows | None) -> tuple[Sequence[str], Tensor]:
    """Texts and rows of ImageNet's classes with those of `learned`, which are made as long, in their place."""
    if learned is None:
        return texts, rows
    taken = frozenset(learned.texts)
    kept = [place for place, text in enumerate(texts) if text not in taken]
    own = learned.rows * (rows.norm(dim=1).mean() / learned.rows.norm(dim=1).mean())
    return [*(texts[place] for place in kept), *learned.texts], torch.cat([rows[kept], own])


def _distinct(texts: Sequence[str], rows: Tensor) -> tuple[list[str], Tensor]:
    """Each text once, with the mean of its rows."""
    places: dict[str, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(text, []).append(place)
    return list(places), torch.stack([rows[same].mean(dim=0) for same in places.values()])


def _fill(weight: Tensor, bias: Tensor | None, rows: Tensor) -> None:
    """The first rows of a projection; what is left of it is 0."""
    weight.zero_()
    weight[: len(rows)] = rows
    if bias is not None:
        bias.zero_()
