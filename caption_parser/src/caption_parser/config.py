"""What decides the labels: the frozen configuration of a `CaptionParser`."""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


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
    """`first` (WordNet's first sense), `default` (the model that ships), the folder of a model, or
    `glosses:` and a gloss-pair classifier; see `load_disambiguator`."""
    joint: bool | None = None
    """Whether the captions of one image decide the sense of a word together; none: in visual mode."""
    caption_prior: bool | None = None
    """Whether senses are weighed by how often captions mean them; none: in visual mode."""
    certainty: float = Field(default=0.98, gt=0.0, le=1.0)
    """No model is asked where the caption prior gives a label this probability; 1: it is always asked."""
    margin: float = Field(default=0.0, ge=0.0, le=1.0)
    """No label where the best one is not ahead of the next by this much probability."""
    skip_undisputed: bool = True
    """Whether no model is asked where all senses of a word lead to the same label; labels stay the same."""
    objects: Literal["syntax", "sng"] = "syntax"
    """Who finds the noun phrases: our rules, or SceneGraphParser fed with our parses."""
    spacy_model: str | None = None
    """A spaCy pipeline of the user (package name or path); none: the caption pipeline that ships."""
    keep_unlabelled: bool = False
    """Whether records also hold the mentions that got no label."""

    @property
    def uses_joint(self) -> bool:
        """`joint`, or what the mode does."""
        return self.mode is Mode.VISUAL if self.joint is None else self.joint

    @property
    def uses_caption_prior(self) -> bool:
        """`caption_prior`, or what the mode does."""
        return self.mode is Mode.VISUAL if self.caption_prior is None else self.caption_prior
