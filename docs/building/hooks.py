"""Pages that are made when the site is built: what commands print as help, public names, fields of records."""

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pydantic import BaseModel
from typer import Typer
from typer.main import get_command
from typer.testing import CliRunner

import shared_schemas
from shared_runtime.command_line.groups import LazyGroup
from shared_schemas.schema import MODELS, schema_file

PROGRAMS = {"capparse": "caption_parser.cli", "capseg": "segmentation.cli"}
PACKAGES = ("caption_parser", "segmentation", "shared_schemas")
COLUMNS = 88
_FIELDS = re.compile(r"^<!-- fields: (\w+) -->$", re.MULTILINE)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the reference of commands and of packages, and the JSON Schemas."""
    pages = {program: command_page(program, module) for program, module in PROGRAMS.items()}
    pages |= {package: package_page(package) for package in PACKAGES}
    for name, text in pages.items():
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    for name in MODELS:
        path = schema_file(name)
        files.append(File.generated(config, f"reference/{path.name}", abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Put the table of a model's fields where `<!-- fields: Model -->` stands."""
    return _FIELDS.sub(lambda found: field_table(getattr(shared_schemas, found[1])), markdown)


def command_page(program: str, module: str) -> str:
    """What each command of a program prints for `--help`."""
    app = import_module(module).app
    parts = [f"# `{program}`\n\nWhat each command prints for `--help`.\n"]
    for names in ((), *command_names(app)):
        shown = CliRunner().invoke(app, [*names, "--help"], prog_name=program, terminal_width=COLUMNS)
        if shown.exit_code:
            raise RuntimeError(f"{program} {' '.join(names)} --help: {shown.output}")
        title = " ".join([program, *names])
        parts.append(f"{'#' * (1 + max(1, len(names)))} {title}\n\n```text\n{shown.stdout.rstrip()}\n```\n")
    return "\n".join(parts)


def command_names(app: Typer) -> Iterator[tuple[str, ...]]:
    """The commands of a group by the words that call them, each before its own commands."""
    group = get_command(app)
    if not isinstance(group, LazyGroup):
        return
    for command in group.table:
        yield (command.name,)
        module, _, name = command.target.partition(":")
        target = getattr(import_module(module), name)
        if isinstance(target, Typer):
            yield from ((command.name, *names) for names in command_names(target))


def package_page(package: str) -> str:
    """The public names of a package; their docstrings are put in by mkdocstrings."""
    module = import_module(package)
    entries = "\n\n".join(f"::: {package}.{name}" for name in sorted(module.__all__, key=str.casefold))
    return f"# `{package}`\n\n{module.__doc__}\n\n{entries}\n"


def field_table(model: type[BaseModel]) -> str:
    """The fields of a record, from its JSON Schema: name, type and meaning."""
    schema = model.model_json_schema()
    rows = ["| field | type | meaning |", "| --- | --- | --- |"]
    for name, field in schema["properties"].items():
        must = "" if name in schema.get("required", ()) else ", may be left out"
        rows.append(f"| `{name}` | {type_name(field)}{must} | {field.get('description', '')} |")
    return "\n".join(rows)


def type_name(schema: Mapping[str, Any]) -> str:
    """A JSON type in words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(type_name(one) for one in schema["anyOf"])
    if schema["type"] == "array":
        return f"list of {type_name(schema['items'])}"
    return str(schema["type"])
