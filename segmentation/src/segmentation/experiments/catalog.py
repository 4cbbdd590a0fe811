"""All experiments by name."""

from difflib import get_close_matches
from functools import cache
from types import MappingProxyType

from segmentation.experiments import paper, small
from segmentation.experiments.experiment import Experiment
from shared_runtime.errors import UsageError

DEFAULT = "lite0-321"
"""What needs no checkpoint of the user's, and no GPU."""


@cache
def experiments() -> MappingProxyType[str, Experiment]:
    """Experiments in the order of the paper, then the small ones."""
    groups = (
        paper.table_6(),
        paper.backbones(),
        paper.table_9(),
        paper.table_10(),
        small.lite0(321),
        small.lite0(224),
        small.synthetic(),
    )
    return MappingProxyType({experiment.name: experiment for group in groups for experiment in group})


def find_experiment(name: str) -> Experiment:
    """The experiment of that name. UsageError, with the nearest name, if there is none."""
    found = experiments().get(name)
    if found is None:
        close = get_close_matches(name, experiments(), n=1)
        hint = f"Did you mean {close[0]}?" if close else "'capseg experiments' lists them"
        raise UsageError(f"no experiment is named {name!r}. {hint}")
    return found
