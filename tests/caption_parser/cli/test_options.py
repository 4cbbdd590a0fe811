"""Options of commands go by their names to the objects that have fields of these names: a typo would be silent."""

from collections.abc import Callable
from inspect import signature

import pytest
from pydantic import BaseModel

from caption_parser.cli.check_space import check_space_command
from caption_parser.cli.discover import discover_command
from caption_parser.cli.explain import explain_command
from caption_parser.cli.export import export_command
from caption_parser.cli.find import find_command
from caption_parser.cli.label import label_command
from caption_parser.cli.plan import plan_command
from caption_parser.cli.report import report_command
from caption_parser.cli.senses import distil_command, prior_command, train_command
from caption_parser.config import ParserConfig
from caption_parser.discovery.run import DiscoveryOptions
from caption_parser.export.find import Query
from caption_parser.export.options import ExportOptions
from caption_parser.readers import InputOptions, ReadingOptions
from caption_parser.report.html_report import ReportOptions
from caption_parser.runs.options import RunOptions
from caption_parser.senses.training.options import TrainingOptions

Command = Callable[..., None]
Models = tuple[type[BaseModel], ...]

OF_THE_COMMAND: dict[Command, tuple[Models, str]] = {
    label_command: (
        (ParserConfig, InputOptions, RunOptions),
        "sources output plan shard engine engine_option workers quiet verbose",
    ),
    plan_command: ((ReadingOptions,), "sources output captions_per_shard overwrite quiet"),
    export_command: ((ExportOptions,), "labels to output overwrite quiet"),
    find_command: ((Query,), "labels what label_space limit output overwrite quiet"),
    report_command: ((ReportOptions,), "labels output overwrite quiet"),
    discover_command: (
        (DiscoveryOptions, ParserConfig, ReadingOptions),
        "captions output processes as_json quiet",
    ),
    explain_command: ((ParserConfig,), "caption as_json"),
    check_space_command: ((ParserConfig,), "as_json least lemmas quiet show_all strict"),
    prior_command: ((ReadingOptions,), "sources output anchors mode senses overwrite"),
    distil_command: ((ReadingOptions,), "sources output version overwrite"),
    train_command: ((TrainingOptions,), "work out threads overwrite"),
}
"""The objects that options of a command become, and the options that it keeps for itself."""
WHOLE = (label_command, plan_command, export_command, find_command)
"""Commands that offer all that the objects take."""


def names(command: Command) -> set[str]:
    return set(signature(command).parameters)


def fields(models: Models) -> set[str]:
    return {name for model in models for name in model.model_fields}


@pytest.mark.parametrize("command", OF_THE_COMMAND, ids=lambda command: command.__name__)
def test_an_option_is_a_field_or_the_commands_own(command: Command) -> None:
    models, own = OF_THE_COMMAND[command]
    assert names(command) - fields(models) == set(own.split())


@pytest.mark.parametrize("command", WHOLE, ids=lambda command: command.__name__)
def test_a_field_is_an_option(command: Command) -> None:
    assert fields(OF_THE_COMMAND[command][0]) <= names(command)
