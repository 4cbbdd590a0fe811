"""What decides the labels: the frozen configuration of a `CaptionParser`."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Mode(StrEnum):
    """Which rules turn a parse into object candidates."""

    PAPER = "paper"
    """Faithful to Vilar & Perez 2021, Section III-A, with the scene-graph rules that it takes over."""
    VISUAL = "visual"
    """What a person would expect to see in the image: quantities looked through, heads guarded, flags."""


class ParserConfig(BaseModel):
    """Everything that the labels of a run depend on; saved with the output and compared when a run resumes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label_space: str = "coco"
    """A shipped label space (coco, voc, youtube-objects) or the path of a TOML or JSON file."""
    mode: Mode = Mode.PAPER
    labeller: str = "synsets"
    """`synsets` (the parser), `exact` (class names and plurals), or `synonyms:FILE`."""
    senses: str = "default"
    """`first` (WordNet's first sense), `default` (the best that ships), or the path of a model."""
    objects: Literal["syntax", "sng"] = "syntax"
    """Who finds the noun phrases: our rules, or SceneGraphParser fed with our parses."""
    spacy_model: str | None = None
    """A spaCy pipeline of the user (package name or path); none: the caption pipeline that ships."""
    keep_unlabelled: bool = False
    """Whether records also hold the mentions that got no label."""
