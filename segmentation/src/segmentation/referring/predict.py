"""Images and texts through a trained network: a map, a score and a mask of every expression.

Axis letters: N expressions of one image, D channels of the space that patches and texts share.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from segmentation.backbones.devices import in_precision
from segmentation.data.images import RgbImage
from segmentation.data.phrases import check_texts, expression_text
from segmentation.masks.finish import Finisher
from segmentation.masks.maps import ScoreMaps, negative_background, normalized
from segmentation.masks.memory import bytes_per_process
from segmentation.masks.refinement import check_installed
from segmentation.referring.latest_vectors import LatestVectors
from segmentation.referring.names import rival_names
from segmentation.referring.network import ReferringNetwork
from segmentation.referring.options import IMAGE, NOTHING, ResolvedReferring
from segmentation.referring.pooling import pooled
from segmentation.referring.rivals import competing, contested_shares
from segmentation.referring.text_encoder import TextEncoder
from segmentation.scores.affinity import propagate
from segmentation.scores.contract import FloatMap, Viewing
from segmentation.scores.views import ImageViews
from shared_runtime.errors import InputError, UsageError

BoolMasks = npt.NDArray[np.bool_]

_MOST_COMPETING = 254
"""Labels that an index mask of bytes can tell apart, beside the background and 255."""


@dataclass(frozen=True, slots=True, eq=False)
class EncodedImage:
    """An image as the network sees it, whatever is asked of it later."""

    image: RgbImage
    views: Sequence[tuple[Tensor, bool]]
    """Patches `[1 D h w]` of each view, and whether it is mirrored."""
    mid_features: Tensor
    """`[C h w]` of the first view, at the cells of scale 1: what cells look like."""


@dataclass(frozen=True, slots=True, eq=False)
class ExpressionMaps:
    """What a network says of N expressions of one image."""

    logits: FloatMap
    """(N, h, w): similarities of cells and texts, after the temperature; the background has 0, unless it was
    trained with another logit."""
    shares: FloatMap
    """(N, h, w) in [0, 1]: M, of which masks are made. Those of SPA compete with each other; where there are
    rivals, they are what these leave."""
    scores: FloatMap
    """(N,) logits z: above 0, the image shows what the expression says (Eq. 8)."""
    margin: float
    """As that of heatmaps: see `scores.grid`."""

    @property
    def confidences(self) -> FloatMap:
        """(N,) in [0, 1]: σ(z)."""
        confidences: FloatMap = np.asarray(1 / (1 + np.exp(-self.scores)), dtype=np.float32)
        return confidences


@dataclass(frozen=True, slots=True)
class ExpressionPredictor:
    """A trained network, what makes vectors of texts for it, and how it looks at images.

    Raises LabelSpaceError where the options name rivals of a label space that cannot be read.
    """

    network: ReferringNetwork
    """On `device`, in evaluation mode."""
    encoder: TextEncoder
    device: torch.device
    options: ResolvedReferring
    _known: LatestVectors = field(default_factory=LatestVectors, repr=False)
    """Texts and rivals where patches are, `[D]`: none depends on an image."""
    _names: tuple[str, ...] = field(init=False, repr=False)
    """The class names that are rivals, of those that have vectors; read once, and not for every text."""

    def __post_init__(self) -> None:
        space = self.options.names
        names = () if space is None else tuple(filter(self.encoder.knows, rival_names(space)))
        object.__setattr__(self, "_names", names)

    def encode(self, image: RgbImage) -> EncodedImage:
        """What is seen of an image (H, W, 3): the larger part of the work, done once for all its expressions."""
        (encoded,) = self.encode_batch([image])
        return encoded

    @torch.inference_mode()
    def encode_batch(self, images: Sequence[RgbImage]) -> list[EncodedImage]:
        """As `encode`, of images of the same `sizes` together."""
        seen, mid_features = [], None
        for view in self.views.of(images):
            with in_precision(self.options.precision, self.device):
                cells = self.network.backbone.cells(view.images.to(self.device)).float()
            seen.append((self.network.project_image(cells.features), view.mirrored))
            mid_features = cells.mid_features if mid_features is None else mid_features
        assert mid_features is not None, "there is a view"
        return [
            EncodedImage(
                image,
                [(patches[place, None], mirrored) for patches, mirrored in seen],
                self.views.tensor_on(mid_features[place], image),
            )
            for place, image in enumerate(images)
        ]

    @torch.inference_mode()
    def maps(
        self, encoded: EncodedImage, texts: Sequence[str], namesakes: Sequence[Collection[str]] = ()
    ) -> ExpressionMaps:
        """Maps and scores of N expressions of an image.

        `namesakes`: by text, the names of a label space, or the other texts, that are no rivals to it, beside
        those that share its words. Raises UsageError for an empty text, InputError where the network gives NaN or
        infinite values.
        """
        rivals, names = self.options.rivals, self._names
        embedded = self._embedded([*texts, *names])
        views = self.views
        seen = []
        for patches, mirrored in encoded.views:
            maps = self.network.similarities(patches, embedded)[0]
            seen.append(views.tensor_on(maps.flip(-1) if mirrored else maps, encoded.image))
        logits = propagate(torch.stack(seen).mean(dim=0), encoded.mid_features, self.options.propagation)
        if not logits.isfinite().all():
            raise InputError("the network's maps hold NaN or infinite values")
        own = logits[: len(texts)]
        scores, (shares,) = pooled(own[None], self.network.options.pooling)
        if rivals != NOTHING:
            others, called = (own, texts) if rivals == IMAGE else (logits[len(texts) :], names)
            against = competing(texts, called)
            for text, same in enumerate(namesakes):
                against[text] &= torch.tensor([name not in same for name in called])
            background = self.network.options.pooling.background_logit
            shares = contested_shares(own, others, against.to(self.device), background)
        return ExpressionMaps(own.cpu().numpy(), shares.cpu().numpy(), scores[0].cpu().numpy(), views.margin)

    def masks(self, image: RgbImage, maps: ExpressionMaps) -> BoolMasks:
        """Masks (N, H, W) at the size of an image (H, W, 3), fitted to its edges.

        A pixel is an expression's where its share is above that of the background: σ(s) > .5 for MPA; for SPA,
        where it is also above those of the image's other expressions; for GAP and GMP, or where the options say
        so, by the procedure of class activation maps. An expression that scores less than `min_score` has an empty
        mask; that of SPA competes nevertheless. Raises MissingResourceError where what fits masks to edges
        is not installed, UsageError for more expressions than can compete.
        """
        options = self.options
        check_installed(options.refine)
        finisher = Finisher(options.refine, options.crf_preset, bytes_per_process(1))
        found = np.zeros((len(maps.logits), *image.shape[:2]), dtype=np.bool_)
        is_there = maps.confidences >= options.min_score
        if self.network.options.pooling.competing and options.rivals == NOTHING and not options.relative:
            if len(found) > _MOST_COMPETING:
                raise UsageError(
                    f"got {len(found)} expressions of one image, expected {_MOST_COMPETING} at most: those of a "
                    "network that was trained with SPA compete for pixels"
                )
            background = 1 - maps.shares.sum(axis=0, keepdims=True)
            ids = tuple(range(1, len(found) + 1))
            mask = finisher.mask(image, ScoreMaps(ids, np.concatenate([background, maps.shares]), maps.margin))
            for number in ids:
                found[number - 1] = is_there[number - 1] & (mask == number)
            return found
        seen = (self._beside_background(own, maps.margin) for own in self.strengths(maps)[is_there])
        for place, mask in zip(np.flatnonzero(is_there), finisher.masks(image, seen), strict=True):
            found[place] = mask == 1
        return found

    def _beside_background(self, own: FloatMap, margin: float) -> ScoreMaps:
        """Of one expression, class 1, with strengths (h, w)."""
        relative, alpha = self.options.relative, self.options.alpha
        background = negative_background(own[None], alpha) if relative else 1 - own
        return ScoreMaps((1,), np.stack([background, own]), margin)

    def strengths(self, maps: ExpressionMaps) -> FloatMap:
        """What masks are made of, (N, h, w) in [0, 1]: shares; or similarities, or shares beside rivals, relative
        to their maximum."""
        if not self.options.relative:
            return maps.shares
        found = maps.logits if self.options.rivals == NOTHING else maps.shares
        relative: FloatMap = np.array([normalized(of) for of in found]).reshape(found.shape)
        return relative

    def _embedded(self, texts: Sequence[str]) -> Tensor:
        """[N D] of texts, on the device."""
        if not texts:
            return torch.zeros(0, self.network.options.dimension, device=self.device)
        check_texts(texts)
        return self._known.of([expression_text(text) for text in texts], self._directions)

    def _directions(self, texts: Sequence[str]) -> Tensor:
        """[N D] of texts that were not asked for before."""
        return self.network.directions(self.encoder.vectors(texts).to(self.device))

    @property
    def views(self) -> ImageViews:
        """What the network sees of images."""
        options, backbone = self.options, self.network.backbone
        size, precision = options.input_size, options.precision
        viewing = Viewing(size, options.scales, options.flip, options.propagation, precision=precision)
        return ImageViews(viewing, backbone.stride, backbone.first_cell)
