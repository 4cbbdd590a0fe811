"""Captions in, labels for weakly supervised segmentation out."""

from typing import TYPE_CHECKING

from shared_runtime.public_names import public_names

if TYPE_CHECKING:
    from caption_parser.commands import evaluate, explain, label_file
    from caption_parser.config import ParserConfig
    from caption_parser.evaluation.space_check import check_space
    from caption_parser.given import RejectedCaptionWarning
    from caption_parser.models.loading import load
    from caption_parser.modes import Mode
    from caption_parser.pipeline import CaptionParser
    from caption_parser.readers import InputOptions
    from caption_parser.runs.options import RunOptions
    from caption_parser.scene_graphs.graph import SceneGraph
    from caption_parser.scene_graphs.parser import scene_graph

__version__ = "0.1.0"
__all__ = [
    "CaptionParser",
    "InputOptions",
    "Mode",
    "ParserConfig",
    "RejectedCaptionWarning",
    "RunOptions",
    "SceneGraph",
    "check_space",
    "evaluate",
    "explain",
    "label_file",
    "load",
    "scene_graph",
]

_HOMES = {
    "CaptionParser": "caption_parser.pipeline",
    "InputOptions": "caption_parser.readers",
    "Mode": "caption_parser.modes",
    "ParserConfig": "caption_parser.config",
    "RejectedCaptionWarning": "caption_parser.given",
    "RunOptions": "caption_parser.runs.options",
    "SceneGraph": "caption_parser.scene_graphs.graph",
    "check_space": "caption_parser.evaluation.space_check",
    "evaluate": "caption_parser.commands",
    "explain": "caption_parser.commands",
    "label_file": "caption_parser.commands",
    "load": "caption_parser.models.loading",
    "scene_graph": "caption_parser.scene_graphs.parser",
}

__getattr__, __dir__ = public_names(__name__, _HOMES)
