"""Further networks whose maps are mixed into those of a first one: two that err differently err less together."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segmentation.masks.job import HeatmapMaps
from segmentation.masks.options import MaskOptions, ResolvedMaskOptions
from segmentation.runs.folder import RunFolder
from segmentation.runs.trained import open_trained
from segmentation.scores.contract import TrainedNetwork
from shared_runtime.errors import UsageError
from shared_runtime.files import file_digest


@dataclass(frozen=True, slots=True)
class OtherNetwork:
    """A finished run beside the first, and the options of the masks as its network resolves them."""

    run: Path
    trained: TrainedNetwork[Any]
    options: ResolvedMaskOptions

    @property
    def identity(self) -> dict[str, Any]:
        """What of it decides the masks, for the record of their run."""
        weights = file_digest(RunFolder(self.run).weights)[:16]
        return {"weights": weights, "options": self.options.model_dump(mode="json")}

    def maps(self, device: str) -> HeatmapMaps[Any]:
        """Its score maps."""
        source = self.trained.score_source(self.options.viewing, device)
        return HeatmapMaps(source, self.trained.vocabulary.n_foreground, self.options)


def open_others(
    runs: Sequence[Path], first: TrainedNetwork[Any], first_run: Path, options: MaskOptions
) -> list[OtherNetwork]:
    """The finished runs `runs`, to be mixed into `first`, that of `first_run`.

    Raises InputError where one is no finished run, UsageError for one of other classes, for a model that is asked
    for phrases beside one that is not, and for scores that are no shares.
    """
    if runs and options.conversion == "midpoint":
        raise UsageError(
            "scores of --conversion midpoint are no shares, which --with mixes. Leave out one of them"
        )
    others = []
    for run in runs:
        trained = open_trained(run)
        own, wanted = (of.vocabulary.label_space.reference for of in (trained, first))
        if own != wanted:
            raise UsageError(
                f"--with {run}: got a network of the label space {own}, expected {wanted}, that of "
                f"{first_run}. Train both with the same --label-space"
            )
        if trained.traits.phrases != first.traits.phrases:
            raise UsageError(
                f"--with {run}: got a model that is asked for phrases beside one that is asked for classes. "
                "Mix two of a kind"
            )
        others.append(OtherNetwork(run, trained, options.resolved(trained.traits)))
    return others
