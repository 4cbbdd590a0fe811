"""A trained network on expressions with their true regions."""

from collections.abc import Callable, Sequence
from pathlib import Path

from segmentation.data.images import RgbImage
from segmentation.data.referring.expressions import BoolMask, ExpressionSet
from segmentation.evaluation.expressions import ExpressionEvaluation, evaluate_expressions
from segmentation.referring.options import NOTHING
from segmentation.referring.predict import ExpressionPredictor

_RULES = {"spa": "argmax over the image's expressions and the background"}
_RULE, _RELATIVE = "σ(s) > .5", "class activation maps"


def evaluate_referring(
    predictor: ExpressionPredictor,
    truth: ExpressionSet,
    images: Sequence[Path],
    name: str,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ExpressionEvaluation:
    """Scores the masks that a trained network makes of the expressions of `truth` on the images in some folders.

    All expressions of an image are asked together, as at test in Section 4.4; thresholds are fixed. `name`: what
    the protocol calls the network. Raises InputError where not one image is there.
    """

    def predict(image: RgbImage, texts: Sequence[str]) -> BoolMask:
        return predictor.masks(image, predictor.maps(predictor.encode(image), texts))

    kind, used = predictor.network.options.pooling.kind, predictor.options
    rule = _RELATIVE if used.relative else _RULES.get(kind, _RULE)
    rule += f", rivals: {used.rivals}" if used.rivals != NOTHING else ""
    return evaluate_expressions(
        truth,
        images,
        predict,
        prediction=f"{name}: {kind.upper()}, {rule}, nothing tuned on this truth; input {used.input_size}, "
        f"refinement {used.refine}",
        progress=progress,
    )
