"""The training loss (Vilar & Perez, Eq. 6 to 8), the weights that balance it, and its negative pairs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, Self

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from segmentation.data.targets import ImageTargets, Vocabulary
from segmentation.localization.config import LocalizationOptions
from segmentation.localization.network import CompoundPairs, FeatureMaps, LabelLocalizer
from segmentation.localization.noisy_labels import LabelDoubts, counted_labels


class BalancedWeights(NamedTuple):
    """w⁺ and w⁻ of Eq. 7, float32 `[K]` (or `[A]`)."""

    positive: Tensor
    negative: Tensor

    @classmethod
    def from_counts(cls, positives: Tensor, total: Tensor | int) -> Self:
        """w⁺ = N / 2N⁺ and w⁻ = N / 2N⁻, for the counts N⁺ `[K]` among `total` = N, `[K]` or one for all.

        Both sides then carry N / 2, and every class N, as much as with all weights 1. A class that has one
        side alone keeps weight 1 there, so that it carries N too; the weight of the missing side is 0.
        """
        counts = torch.stack([positives, total - positives]).to(torch.float64)
        totals = torch.as_tensor(total, dtype=torch.float64).expand_as(counts)
        weights = torch.where(counts == totals, 1.0, totals / (2 * counts.clamp(min=1)))
        return cls(*torch.where((counts == 0) & (totals > 0), 0.0, weights).float())

    @classmethod
    def plain(cls, size: int) -> Self:
        """All weights 1: the ordinary binary cross-entropy."""
        return cls(torch.ones(size), torch.ones(size))

    def of(self, present: Tensor, columns: Tensor | slice = slice(None)) -> Tensor:
        """Per element of `present` (bool), the weight of the side that it is on, for classes `columns`."""
        return torch.where(present, self.positive[columns], self.negative[columns])

    def to(self, device: torch.device) -> "BalancedWeights":
        """The same on another device."""
        return BalancedWeights(self.positive.to(device), self.negative.to(device))


@dataclass(frozen=True, slots=True)
class LossWeights:
    """The weights of Eq. 7 (classes, `[K]`) and Eq. 8 (attributes, `[A]`)."""

    classes: BalancedWeights
    attributes: BalancedWeights

    @classmethod
    def plain(cls, vocabulary: Vocabulary) -> Self:
        """All weights 1 (Table 10, "Standard BCE")."""
        n_classes, n_attributes = vocabulary.n_classes, vocabulary.n_attributes
        return cls(BalancedWeights.plain(n_classes), BalancedWeights.plain(n_attributes))

    def to(self, device: torch.device) -> "LossWeights":
        """The same on another device."""
        return LossWeights(self.classes.to(device), self.attributes.to(device))


def label_weights(
    targets: Iterable[ImageTargets], vocabulary: Vocabulary, *, background: bool = True
) -> LossWeights:
    """The weights of a training set.

    A class counts the images that it labels, out of all in which it is not doubtful; an attribute counts the
    non-empty sets A_{n,c} that contain it, out of all non-empty ones, whatever their class. `background`: whether
    sets of background classes count, as they do where these are supervised.
    """
    n_described_classes = vocabulary.n_classes if background else vocabulary.n_foreground
    classes = torch.zeros(vocabulary.n_classes, dtype=torch.long)
    doubtful = torch.zeros_like(classes)
    attributes = torch.zeros(vocabulary.n_attributes, dtype=torch.long)
    n_images = n_described = 0
    for target in targets:
        n_images += 1
        classes[[class_id - 1 for class_id in (*target.foreground, *target.background)]] += 1
        doubtful[[class_id - 1 for class_id in target.doubtful]] += 1
        for class_id, described in target.attributes.items():
            if described and class_id <= n_described_classes:
                n_described += 1
                attributes[list(described)] += 1
    return LossWeights(
        BalancedWeights.from_counts(classes, n_images - doubtful),
        BalancedWeights.from_counts(attributes, n_described),
    )


class SupervisedPairs(NamedTuple):
    """P_n and the sampled negatives of every image of a batch."""

    pairs: CompoundPairs
    positive: Tensor
    """`[P]` bool: whether the pair is one of its image's P_n."""


def supervised_pairs(
    classes: Tensor, attributes: Tensor, negatives: int, generator: torch.Generator
) -> SupervisedPairs:
    """All pairs of Eq. 8, ordered by image, class and attribute, each once.

    Per positive pair (c, a) of an image: all (c, ã) whose attribute the class lacks there, and `negatives`
    random (c̃, a) whose class the image lacks (fewer if fewer classes are absent). As in the paper both are
    sets: a pair drawn for two positives counts once.

    `classes` `[B K]` bool, the labels C_n; `attributes` `[B K A]` bool, A_{n,c}, of present classes only.
    `generator` lives on the CPU, so that every device draws the same pairs.
    """
    described = attributes.any(dim=-1, keepdim=True)
    negative = described & ~attributes
    images, _, wanted = attributes.nonzero(as_tuple=True)
    absent = ~classes[images]
    draws = torch.rand(absent.shape, generator=generator).to(absent.device).masked_fill(~absent, -1.0)
    chosen, drawn = draws.topk(min(negatives, classes.shape[1]), dim=1)
    row, column = (chosen >= 0).nonzero(as_tuple=True)
    negative[images[row], drawn[row, column], wanted[row]] = True
    pairs = CompoundPairs(*(attributes | negative).nonzero(as_tuple=True))
    return SupervisedPairs(pairs, attributes[pairs])


def class_loss(scores: Tensor, present: Tensor, weights: BalancedWeights, counted: Tensor | None = None) -> Tensor:
    """Eq. 7, mean over images and classes: logits `scores` and labels `present` (bool), both `[B K]` of one kind.

    Labels that are not `counted` (bool; None: all are) add nothing to the sum, as if they were learned already.
    """
    of_sides = weights.of(present).to(scores.dtype)
    return binary_cross_entropy_with_logits(
        scores, present.to(scores.dtype), of_sides if counted is None else of_sides * counted
    )


def compound_loss(scores: Tensor, sampled: SupervisedPairs, weights: BalancedWeights, n_images: int) -> Tensor:
    """Eq. 8, mean over the images: logits `scores` `[P]` of the pairs `sampled`.

    Each image's terms are divided by their number, |P_n| + |P̃⁻_n|. An image without a pair adds nothing to
    the sum, yet counts in the mean, as any image counts in Eq. 6.
    """
    images, _, attributes = sampled.pairs
    terms = binary_cross_entropy_with_logits(
        scores,
        sampled.positive.to(scores.dtype),
        weights.of(sampled.positive, attributes).to(scores.dtype),
        reduction="none",
    )
    shares = 1.0 / images.bincount(minlength=n_images)[images]
    return (terms * shares.to(scores.dtype)).sum() / n_images


@dataclass(frozen=True, slots=True)
class LocalizationLoss:
    """Eq. 6: λ_fg ℓ_fg + λ_bg ℓ_bg + λ_comp ℓ_comp, of what the options switch on.

    Without background classes the compounds are those of foreground classes alone, negatives included.
    """

    options: LocalizationOptions
    weights: LossWeights
    """On the device of the batches."""
    n_foreground: int

    def __call__(
        self,
        network: LabelLocalizer,
        maps: FeatureMaps,
        classes: Tensor,
        attributes: Tensor,
        generator: torch.Generator,
        doubts: LabelDoubts | None = None,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of a batch and its unweighted parts by name: "foreground", "background", "compound".

        `classes` `[B K]` and `attributes` `[B K A]` are bool; `generator` (CPU) draws the negatives. `doubts`: of
        the same classes; None: what is no label is absent.
        """
        scores = network.class_scores(maps.cls)
        foreground, background = slice(0, self.n_foreground), slice(self.n_foreground, classes.shape[1])
        parts = {"foreground": self._class_loss(scores, classes, foreground, doubts)}
        total = self.options.lambda_fg * parts["foreground"]
        if self.options.background and background.start < background.stop:
            parts["background"] = self._class_loss(scores, classes, background, doubts)
            total = total + self.options.lambda_bg * parts["background"]
        if maps.comp is not None:
            used = slice(None) if self.options.background else foreground
            possible = classes if doubts is None else classes | doubts.doubtful
            sampled = supervised_pairs(possible[:, used], attributes[:, used], self.options.negatives, generator)
            compounds = network.compound_scores(maps.comp, sampled.pairs)
            parts["compound"] = compound_loss(compounds, sampled, self.weights.attributes, classes.shape[0])
            total = total + self.options.lambda_comp * parts["compound"]
        return total, {name: part.detach() for name, part in parts.items()}

    def _class_loss(self, scores: Tensor, classes: Tensor, columns: slice, doubts: LabelDoubts | None) -> Tensor:
        weights = BalancedWeights(self.weights.classes.positive[columns], self.weights.classes.negative[columns])
        scores, classes = scores[:, columns], classes[:, columns]
        if doubts is None:
            return class_loss(scores, classes, weights)
        counted = counted_labels(scores, classes, doubts.of(columns), self.options.rejection)
        return class_loss(scores, classes, weights, counted)
