"""Captions in, labels for weakly supervised segmentation out."""

from typing import TYPE_CHECKING

from shared_runtime.public_names import public_names

if TYPE_CHECKING:
    from caption_parser.commands import evaluate, explain, export_labels, find, label_file
    from caption_parser.config import ParserConfig
    from caption_parser.evaluation.space_check import check_space
    from caption_parser.export.find import Query
    from caption_parser.export.options import ExportOptions
    from caption_parser.frames.tables import to_arrow, to_dataset, to_pandas, to_polars
    from caption_parser.given import RejectedCaptionWarning
    from caption_parser.models.loading import load
    from caption_parser.modes import Mode
    from caption_parser.pipeline import CaptionParser
    from caption_parser.readers import InputOptions
    from caption_parser.runs.options import RunOptions
    from caption_parser.scene_graphs.graph import SceneGraph
    from caption_parser.scene_graphs.parser import scene_graph
    from caption_parser.shards.labelling import label_shards
    from caption_parser.shards.merging import merge_shards
    from caption_parser.shards.planning import make_plan

__version__ = "0.1.0"
__all__ = [
    "CaptionParser",
    "ExportOptions",
    "InputOptions",
    "Mode",
    "ParserConfig",
    "Query",
    "RejectedCaptionWarning",
    "RunOptions",
    "SceneGraph",
    "check_space",
    "evaluate",
    "explain",
    "export_labels",
    "find",
    "label_file",
    "label_shards",
    "load",
    "make_plan",
    "merge_shards",
    "scene_graph",
    "to_arrow",
    "to_dataset",
    "to_pandas",
    "to_polars",
]

_HOMES = {
    "CaptionParser": "caption_parser.pipeline",
    "ExportOptions": "caption_parser.export.options",
    "InputOptions": "caption_parser.readers",
    "Mode": "caption_parser.modes",
    "ParserConfig": "caption_parser.config",
    "Query": "caption_parser.export.find",
    "RejectedCaptionWarning": "caption_parser.given",
    "RunOptions": "caption_parser.runs.options",
    "SceneGraph": "caption_parser.scene_graphs.graph",
    "check_space": "caption_parser.evaluation.space_check",
    "evaluate": "caption_parser.commands",
    "explain": "caption_parser.commands",
    "export_labels": "caption_parser.commands",
    "find": "caption_parser.commands",
    "label_file": "caption_parser.commands",
    "label_shards": "caption_parser.shards.labelling",
    "load": "caption_parser.models.loading",
    "make_plan": "caption_parser.shards.planning",
    "merge_shards": "caption_parser.shards.merging",
    "scene_graph": "caption_parser.scene_graphs.parser",
    "to_arrow": "caption_parser.frames.tables",
    "to_dataset": "caption_parser.frames.tables",
    "to_pandas": "caption_parser.frames.tables",
    "to_polars": "caption_parser.frames.tables",
}

__getattr__, __dir__ = public_names(__name__, _HOMES)
