"""What predictions need of a trained network, whatever trained it."""

from segmentation.runs.folder import TRAIN_LOCALIZER
from segmentation.runs.trained import StoredModel


def needs_classes(model: StoredModel) -> bool:
    """Whether it finds only classes that it is told of: a localizer, whose maps light up in every picture."""
    return model.config.command == TRAIN_LOCALIZER
