"""A trained network on expressions with their true regions."""

from collections.abc import Callable, Sequence
from pathlib import Path

from segmentation.data.images import RgbImage
from segmentation.data.referring.expressions import BoolMask, ExpressionSet
from segmentation.evaluation.expressions import ExpressionEvaluation, evaluate_expressions
from segmentation.referring.options import ReferringPrediction
from segmentation.referring.run import load_referring

_RULES = {"spa": "argmax over the image's expressions and the background"}
_RULE, _RELATIVE = "σ(s) > .5", "class activation maps"


def evaluate_referring(
    run: Path,
    truth: ExpressionSet,
    images: Sequence[Path],
    options: ReferringPrediction | None = None,
    *,
    device: str = "auto",
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ExpressionEvaluation:
    """Scores the masks that a finished run makes of the expressions of `truth` on the images in some folders.

    All expressions of an image are asked together, as at test in Section 4.4; thresholds are fixed. Raises
    InputError where `run` is no finished one, and where not one image is there.
    """
    trained = load_referring(run)
    predictor = trained.predictor(options, device)

    def predict(image: RgbImage, texts: Sequence[str]) -> BoolMask:
        return predictor.masks(image, predictor.maps(predictor.encode(image), texts))

    kind, used = trained.config.network.pooling.kind, predictor.options
    rule = _RELATIVE if predictor.relative else _RULES.get(kind, _RULE)
    rule += f", rivals: {used.rivals}" if used.rivals else ""
    return evaluate_expressions(
        truth,
        images,
        predict,
        prediction=f"{run}: {kind.upper()}, {rule}, nothing tuned on this truth; input {used.input_size}, "
        f"refinement {used.refine}",
        progress=progress,
    )
