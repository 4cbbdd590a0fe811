"""`LocalizerConfig`: all that decides a localization network, but for the images and their labels."""

from pydantic import Field

from segmentation.data.transforms import CropOptions
from segmentation.localization.options import LocalizationOptions
from segmentation.training.options import TrainingOptions
from shared_runtime.configuration import FrozenModel

RANDOM = "random"
"""In place of a checkpoint: a backbone that is trained from scratch."""


class LocalizerConfig(FrozenModel):
    """The network, its training and the images it sees. Defaults: Table 2 of Vilar & Perez, ResNet-50."""

    backbone: str = Field("resnet50", description="Name of a backbone.")
    weights: str | None = Field(None, description="A checkpoint, 'packaged', or 'random'; None: must be given.")
    label_space: str = Field("coco", description="A label space that ships, or a TOML or JSON file.")
    crop: CropOptions = CropOptions()
    network: LocalizationOptions = LocalizationOptions()
    training: TrainingOptions = TrainingOptions()
