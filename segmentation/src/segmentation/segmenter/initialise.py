"""A segmentation network before its training: its backbone, and class rows from what is known already."""

from pathlib import Path

import torch
from torch import Tensor

from segmentation.backbones.contract import Backbone
from segmentation.backbones.devices import channels_last
from segmentation.backbones.loading import load_backbone, load_classifier, read_tensors
from segmentation.data.transfer import same_foreground
from segmentation.localization.knowledge.imagenet_classes import ImagenetMatcher
from segmentation.localization.knowledge.initialise import mean_rows
from segmentation.localization.network import ClassRows
from segmentation.localization.run import load_localizer
from segmentation.segmenter.config import SegmentationOptions, SegmenterConfig
from segmentation.segmenter.network import LinearHead, SegmentationNetwork
from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace

_BACKBONE = "backbone."


def initial_network(config: SegmenterConfig, n_classes: int, *, weights: Path | None) -> SegmentationNetwork:
    """The network before its training; its backbone with random numbers where `weights` is None."""
    backbone = load_backbone(config.backbone, weights)
    return channels_last(SegmentationNetwork(backbone, n_classes, config.network))


def starting_network(config: SegmenterConfig, label_space: LabelSpace) -> SegmentationNetwork:
    """The network as its training begins; what is new takes random numbers from torch's default generator.

    Raises UsageError and InputError for weights that do not fit.
    """
    network = initial_network(config, len(label_space.foreground), weights=config.starting_weights())
    of_localizer = config.localizer_weights()
    if of_localizer is not None:
        load_localizers_backbone(network.backbone, of_localizer)
    classifier = config.classifier_weights()
    if classifier is not None:
        rows = load_classifier(config.backbone, classifier).rows
        of_classifier = ClassRows(imagenet_rows(rows, label_space), torch.zeros(network.n_classes))
        start_head(network, of_classifier, "the ImageNet classifier", config.network)
    elif of_localizer is not None and config.network.rows == "localizer":
        of_run = _rows_of_run(of_localizer.parent, label_space)
        source = f"the localizer {config.localizer}"
        start_head(network, of_run, source, config.network)
    return network


def load_localizers_backbone(backbone: Backbone, weights: Path) -> None:
    """Fill a backbone with that of a localizer, which may have another output stride or more layers on top.

    Raises InputError where it lacks a layer, or has one of another shape.
    """
    tensors = {
        name.removeprefix(_BACKBONE): tensor
        for name, tensor in read_tensors(weights).items()
        if name.startswith(_BACKBONE)
    }
    own = backbone.state_dict()
    for name, tensor in own.items():
        if name not in tensors or tensors[name].shape != tensor.shape:
            got = f"one of shape {tuple(tensors[name].shape)}" if name in tensors else "none"
            raise InputError(
                f"{weights}: got {got} as the layer {name} of {type(backbone).__name__}, expected shape "
                f"{tuple(tensor.shape)}: the localizer has another backbone. Set backbone to the one that its "
                "run.json names"
            )
    backbone.load_state_dict({name: tensors[name] for name in own})


def imagenet_rows(classifier: Tensor, label_space: LabelSpace) -> Tensor:
    """Rows [K C] of the foreground classes: those of their ImageNet classes in `classifier` [1000 C], less the
    mean.

    What ImageNet does not know starts at 0, like the background.
    """
    found = ImagenetMatcher.shipped().find(label_space.foreground)
    return mean_rows(classifier, found)


def _rows_of_run(run: Path, label_space: LabelSpace) -> ClassRows:
    """Rows and offsets of the foreground classes. UsageError for a localizer of other classes."""
    localizer = load_localizer(run)
    if not same_foreground(localizer.vocabulary.label_space, label_space):
        raise UsageError(
            f"{run}: got a localizer of label space {localizer.vocabulary.label_space.name!r}, expected that of "
            f"the masks, {label_space.name!r}. Set network.rows=random, or make the masks with this localizer"
        )
    rows, offsets, background = localizer.network.class_rows()
    n_foreground = localizer.vocabulary.n_foreground
    return ClassRows(rows[:n_foreground], offsets[:n_foreground], background)


def start_head(network: SegmentationNetwork, start: ClassRows, source: str, options: SegmentationOptions) -> None:
    """Start the linear head with `start`, as `options` change it; the background's row is 0.

    Raises UsageError for rows that read other channels than the backbone has.
    """
    if not isinstance(network.head, LinearHead):
        raise TypeError(
            f"got a head {type(network.head).__name__}, which has no rows over the backbone's channels"
        )
    layer = network.head.classifier
    if start.rows.shape[1] != layer.in_channels:
        raise UsageError(
            f"{source} reads {start.rows.shape[1]} channels, the backbone has {layer.in_channels}; choose a "
            "backbone that ends where it begins, such as efficientnet-lite0-head, or set network.rows=random"
        )
    with torch.no_grad():
        layer.weight.zero_()
        layer.weight[1:] = start.rows[:, :, None, None]
        background = start.background if options.background_logit is None else options.background_logit
        layer.get_parameter("bias")[0] = background
        layer.get_parameter("bias")[1:] = start.offsets
        layer.weight *= options.sharpness
        layer.get_parameter("bias").mul_(options.sharpness)
