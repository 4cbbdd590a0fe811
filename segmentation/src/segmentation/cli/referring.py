"""How `refer predict` and `refer evaluate` look at images: the options that they share, and what these become."""

from typing import Annotated, Any

import typer

from segmentation.cli.masks import option_errors
from segmentation.masks.refinement import CrfPreset, Refinement
from segmentation.referring.options import IMAGE, ReferringPrediction
from shared_schemas import load_label_space

InputSize = Annotated[
    str,
    typer.Option(
        metavar="auto|original|PIXELS",
        help="Side at which the network sees an image; auto: that of the training crops.",
    ),
]
Scales = Annotated[str, typer.Option(metavar="S[,S…]", help="Scales of the input, to average over.")]
Flip = Annotated[bool, typer.Option("--flip", help="Also average over the mirrored image.")]
Propagation = Annotated[
    int, typer.Option(min=0, metavar="N", help="Steps by which maps are carried to cells that look alike.")
]
Relative = Annotated[
    bool | None,
    typer.Option(
        "--relative/--absolute",
        help="Take every image to show what every text says, and mark where it does most; absolute: only what "
        "rises above the background  [default: as the network was trained]",
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--rivals",
        metavar="image|LABEL_SPACE",
        help="What else may be seen, and competes for each part of an image: what else is asked of it, or the "
        "class names of a label space, as coco.",
    ),
]
Refine = Annotated[
    Refinement | None,
    typer.Option(help="How masks are fitted to edges  [default: dense-crf if it is installed, else pamr]"),
]
Preset = Annotated[CrfPreset, typer.Option(help="Parameters of the CRF.")]
Device = Annotated[str, typer.Option(help="cpu, cuda, …; auto: what is there.")]
PROPAGATION = ReferringPrediction().propagation


def prediction_options(input_size: str, scales: str, **others: Any) -> ReferringPrediction:
    """The options as they were given, `others` by the names of the fields.

    Raises UsageError for wrong ones, LabelSpaceError for rivals of no label space.
    """
    with option_errors():
        options = ReferringPrediction.model_validate(
            {
                "input_size": int(input_size) if input_size.isdecimal() else input_size,
                "scales": tuple(scales.split(",")),
                **others,
            }
        )
    if options.rivals is not None and options.rivals != IMAGE:
        load_label_space(options.rivals)
    return options
