"""How `refer predict` and `refer evaluate` look at images: the options that they share, and what these become."""

from dataclasses import dataclass
from typing import Annotated

import typer

from segmentation.cli.masks import PrecisionOption, option_errors
from segmentation.cli.viewing import ViewingArguments
from segmentation.masks.refinement import CrfPreset, Refinement
from segmentation.referring.options import AUTO, IMAGE, NOTHING, ReferringPrediction
from segmentation.scores.contract import MOST_STEPS
from shared_schemas import load_label_space


@dataclass(frozen=True, slots=True)
class ReferringArguments(ViewingArguments):
    """How a network looks at images, and where."""

    input_size: Annotated[
        str,
        typer.Option(
            metavar="auto|original|PIXELS",
            help="Side at which the network sees an image; auto: that of the training crops, or 1.25 times that "
            "beside the names of a label space.",
        ),
    ] = "auto"
    propagation: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=MOST_STEPS,
            metavar="N",
            help="Steps by which maps are carried to cells that look alike  [default: 2 beside the names of a "
            "label space if the backbone was pre-trained, else 0]",
        ),
    ] = None
    relative: Annotated[
        bool | None,
        typer.Option(
            "--relative/--no-relative",
            help="Take every image to show what every text says, and mark where it does most; else only what "
            "rises above the background  [default: as the network was trained]",
        ),
    ] = None
    rivals: Annotated[
        str,
        typer.Option(
            "--rivals",
            metavar="auto|none|image|LABEL_SPACE",
            help="What else may be seen, and competes for each part of an image: nothing, what else is asked of "
            "it, or the class names of a label space, as coco; auto: those that the network learned beside, if it "
            "did.",
        ),
    ] = AUTO
    min_score: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            metavar="S",
            help="A text that scores less in an image gets an empty mask: .5 where texts may speak of what is not "
            "there; 0: each is taken to be there, as in the paper.",
        ),
    ] = 0.0
    refine: Annotated[
        Refinement | None,
        typer.Option(help="How masks are fitted to edges  [default: pixel-walk]"),
    ] = None
    crf_preset: Annotated[CrfPreset, typer.Option(help="Parameters of the CRF.")] = CrfPreset.SEC
    precision: PrecisionOption = "float32"
    device: Annotated[str, typer.Option(help="cpu, cuda, …; auto: what is there.")] = "auto"

    def options(self) -> ReferringPrediction:
        """What they ask for. Raises UsageError for wrong ones, LabelSpaceError for a file that is none."""
        with option_errors():
            asked = ReferringPrediction.model_validate(
                self.values()
                | {
                    "propagation": self.propagation,
                    "relative": self.relative,
                    "rivals": self.rivals,
                    "min_score": self.min_score,
                    "refine": self.refine,
                    "crf_preset": self.crf_preset,
                    "precision": self.precision,
                }
            )
        if asked.rivals not in (AUTO, NOTHING, IMAGE):
            load_label_space(asked.rivals)
        return asked
