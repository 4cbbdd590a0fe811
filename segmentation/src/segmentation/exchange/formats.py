"""The table of layouts that masks are exported to."""

from collections.abc import Mapping

from segmentation.exchange.coco import CocoInstances, CocoPanoptic
from segmentation.exchange.contract import MaskLayout
from segmentation.exchange.folders import DetectronFolders, FiftyOneFolders, HuggingFaceFolder, MmsegFolders
from segmentation.exchange.label_studio import LabelStudioTasks
from segmentation.exchange.voc import CvatMasks, VocMasks
from segmentation.exchange.yolo import YoloPolygons
from shared_runtime.errors import UsageError
from shared_schemas.errors import did_you_mean

LAYOUTS: Mapping[str, type[MaskLayout]] = {
    layout.name: layout
    for layout in (
        CocoInstances,
        CocoPanoptic,
        CvatMasks,
        VocMasks,
        LabelStudioTasks,
        HuggingFaceFolder,
        MmsegFolders,
        DetectronFolders,
        YoloPolygons,
        FiftyOneFolders,
    )
}
_ALIASES = {
    "coco-panoptic": "panoptic",
    "detectron": "detectron2",
    "hf": "imagefolder",
    "huggingface": "imagefolder",
    "labelstudio": "label-studio",
    "mmsegmentation": "mmseg",
    "yolo-seg": "yolo",
}


def mask_layout(name: str) -> type[MaskLayout]:
    """The layout of that name, in any letter case. Raises `UsageError` where there is none."""
    lowered = name.lower()
    known = _ALIASES.get(lowered, lowered)
    if known not in LAYOUTS:
        hint = did_you_mean(lowered, [*LAYOUTS, *_ALIASES])
        raise UsageError(f"--to: got {name!r}, expected one of: {', '.join(LAYOUTS)}.{hint}")
    return LAYOUTS[known]
