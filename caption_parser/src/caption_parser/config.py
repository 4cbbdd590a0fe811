"""What decides the labels: the frozen configuration of a `CaptionParser`."""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Self, TypedDict, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from caption_parser.modes import Mode, ModeRules
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_schemas import DOUBTS, Flag, LabelSpaceError
from shared_schemas.class_list import is_class_list
from shared_schemas.errors import did_you_mean, shown
from shared_schemas.label_space_file import label_space_name

ModelT = TypeVar("ModelT", bound=BaseModel)


def checked(model: type[ModelT], **fields: Any) -> ModelT:
    """The model; a value that does not fit is a `UsageError` that names the option and the nearest choice."""
    try:
        return model(**fields)
    except ValidationError as error:
        problem = error.errors()[0]
        if not problem["loc"]:
            # Of several fields, which the message names.
            raise UsageError(problem["msg"]) from None
        option = f"--{str(problem['loc'][0]).replace('_', '-')}"
        expected = problem["msg"].removeprefix("Input should be ")
        choices = re.findall(r"'([^']*)'", expected)
        hint = did_you_mean(str(problem["input"]), choices)
        message = f"{option}: got {shown(problem['input'])}, expected {expected}"
        raise UsageError(f"{message}.{hint}" if hint else message) from None


def check_names(function: str, options: Iterable[str], *models: type[BaseModel]) -> None:
    """Raises `UsageError` for an option of a function that is no field of any of the models."""
    names = [name for model in models for name in model.model_fields]
    for option in options:
        if option not in names:
            hint = did_you_mean(option, names)
            raise UsageError(f"{function}({option}=…): no such option.{hint} There are: {', '.join(names)}")


def with_options(
    function: str, settings: ModelT | None, options: Mapping[str, Any], model: type[ModelT]
) -> ModelT:
    """`settings`, or the defaults, with those of a function's options that are its fields.

    Raises `UsageError` for settings that are none of `model`, else as `checked` does.
    """
    if settings is None:
        settings = model()
    if not isinstance(settings, model):
        raise UsageError(
            f"{function}: got {shown(settings)}, expected a {model.__name__}. Give single options by their names:"
            f" {function}(…, {next(iter(model.model_fields))}=…)"
        )
    own = {name: value for name, value in options.items() if name in model.model_fields}
    return checked(model, **(settings.model_dump(exclude_unset=True) | own)) if own else settings


def parser_config(**fields: Any) -> "ParserConfig":
    """The configuration of a parser; raises `UsageError` as `checked` does."""
    return checked(ParserConfig, **fields)


class AttributeSet(StrEnum):
    """Which words count as attributes (Table 9 of Vilar & Perez 2021)."""

    LOW_LEVEL = "low-level"
    """Those of the label space: colours, materials, textures."""
    ADJECTIVES = "adjectives"
    """All adjectives."""
    VERBS = "verbs"
    """All participles."""
    NOUNS = "nouns"
    """All nouns that modify a noun."""
    ALL = "all"
    """The label space's and every adjective, participle and modifying noun."""


class ParserFields(TypedDict, total=False):
    """The fields of `ParserConfig`, which says what they mean, as named arguments of functions."""

    label_space: str | Sequence[str] | None
    mode: Mode | Literal["visual", "paper"]
    labeller: str
    senses: str
    joint: bool | None
    caption_prior: bool | None
    certainty: float
    margin: float
    skip_undisputed: bool
    objects: Literal["syntax", "sng"]
    spacy_model: str | None
    attributes: AttributeSet | Literal["low-level", "adjectives", "verbs", "nouns", "all"]
    block: str
    without: str
    keep_unlabelled: bool
    also: str
    relations: bool


class ParserConfig(FrozenModel):
    """Everything that the labels of a run depend on; saved with the output and compared when a run resumes."""

    label_space: str | None = None
    """A shipped label space (coco, voc, …), the path of a TOML or JSON file, or names of classes, as a list or
    with commas between; none: `coco`, of which paper mode takes the paper's version, `coco-paper`."""
    mode: Mode = Mode.VISUAL
    labeller: str = "synsets"
    """`synsets` (the parser), `exact` (class names and plurals), or `synonyms:FILE`."""
    senses: str = "default"
    """`first` (WordNet's first sense), `captions` (by the vectors of the caption pipeline), `accurate` (by an
    encoder of its own), `default` (see `uses_senses`), the folder of a model, or `glosses:` and a gloss-pair
    classifier."""
    joint: bool | None = None
    """Whether the captions of one image decide the sense of a word together; none: in visual mode."""
    caption_prior: bool | None = None
    """Whether senses are weighed by how often captions mean them; none: in visual mode."""
    certainty: float = Field(default=0.95, gt=0.0, le=1.0)
    """No model is asked where the caption prior gives a label this probability; 1: it is always asked."""
    margin: float = Field(default=0.0, ge=0.0, le=1.0)
    """No label where the best one is not ahead of the next by this much probability."""
    skip_undisputed: bool = True
    """Whether no model is asked where all senses of a word lead to the same label; labels stay the same."""
    objects: Literal["syntax", "sng"] = "syntax"
    """Who finds the noun phrases: our rules, or SceneGraphParser fed with our parses."""
    spacy_model: str | None = None
    """A spaCy pipeline of the user (package name or path); none: the caption pipeline that ships."""
    attributes: AttributeSet = AttributeSet.LOW_LEVEL
    """Which words count as attributes: those of the label space, or all of a kind by their lemmas."""
    block: str = "all"
    """The flags of a mention that keep it from asserting its class: all that raise doubts (but for `part`),
    none, or names with commas between."""
    without: str = ""
    """Rules of `ModeRules` that the mode has and this run leaves out, with commas between."""
    keep_unlabelled: bool = False
    """Whether records also hold the mentions that got no label."""
    also: str = ""
    """Rules of `ModeRules` that the mode lacks and this run takes in, with commas between."""
    relations: bool = False
    """Whether records hold the relations between their mentions, which a run takes about a twelfth longer for."""

    @property
    def uses_label_space(self) -> str:
        """`label_space`, or what the mode does."""
        return self.label_space or ("coco" if self.mode is Mode.VISUAL else "coco-paper")

    @property
    def uses_senses(self) -> str:
        """`senses`, or where that is `default`: `captions` in visual mode, whose prior it needs, and `accurate` in
        paper mode and with a pipeline of the user's."""
        if self.senses != "default":
            return self.senses
        return "captions" if self.mode is Mode.VISUAL and self.spacy_model is None else "accurate"

    @property
    def uses_joint(self) -> bool:
        """`joint`, or what the mode does."""
        return self.mode is Mode.VISUAL if self.joint is None else self.joint

    @property
    def uses_caption_prior(self) -> bool:
        """`caption_prior`, or what the mode does."""
        return self.mode is Mode.VISUAL if self.caption_prior is None else self.caption_prior

    @property
    def blocking_flags(self) -> frozenset[Flag]:
        """What `block` names."""
        names = frozenset(self.block.split(",")) - {"none"}
        return frozenset(map(Flag, names - {"all"})) | (DOUBTS if "all" in names else frozenset())

    @property
    def rules(self) -> ModeRules:
        """Those of the mode but for what `without` names, and what `also` names."""
        return ModeRules.of(self.mode, self.without.split(","), self.also.split(","))

    @field_validator("label_space", mode="before")
    @classmethod
    def _name_label_space(cls, given: Any) -> Any:
        """A list of classes as the text that stands for it; a path as its text."""
        try:
            return label_space_name(given) if isinstance(given, list | tuple | Path) else given
        except LabelSpaceError as error:
            raise PydanticCustomError("class_names", "Input should be {expected}", vars(error)) from None

    @field_validator("without", "also")
    @classmethod
    def _check_rules(cls, given: str) -> str:
        """The same rules always in the same order, so that they compare equal."""
        names = {name.strip() for name in given.split(",")} - {""}
        rules = ModeRules.names()
        if not names.issubset(rules):
            choices = ", ".join(f"'{rule}'" for rule in rules)
            raise PydanticCustomError("unknown_rule", f"Input should be {choices} (several with commas between)")
        return ",".join(rule for rule in rules if rule in names)

    @model_validator(mode="after")
    def _check_apart(self) -> Self:
        """No rule is both left out and taken in."""
        if both := sorted(set(self.without.split(",")) & set(self.also.split(",")) - {""}):
            raise PydanticCustomError("both", f"--without and --also: got {both[0]} in both, expected it in one")
        return self

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        """Paper mode reads synsets and phrases alone, and classes that are given by their names have neither."""
        by_names = self.label_space is not None and is_class_list(self.label_space)
        if by_names and self.mode is Mode.PAPER and self.labeller == "synsets":
            raise PydanticCustomError(
                "names_in_paper_mode",
                "--label-space: got names of classes in paper mode, expected a file with their synsets, which "
                "'capparse check-space {names}' lists",
                {"names": shlex.quote(str(self.label_space))},
            )
        return self

    @field_validator("block")
    @classmethod
    def _check_block(cls, block: str) -> str:
        """The same flags always in the same order, so that they compare equal."""
        if block == "none":
            return block
        names = {name.strip() for name in block.split(",")}
        if not names <= {"all", *Flag}:
            choices = ", ".join(f"'{choice}'" for choice in ("all", "none", *Flag))
            raise PydanticCustomError("unknown_flag", f"Input should be {choices} (several with commas between)")
        if "all" in names:
            names -= DOUBTS
        return ",".join(name for name in ("all", *Flag) if name in names)
