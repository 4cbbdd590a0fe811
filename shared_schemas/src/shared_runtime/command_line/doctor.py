"""`doctor` commands: every part that a program uses, tried out, and the line that installs a missing one."""

import json
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from shared_runtime.errors import CapparseError, ExitCode
from shared_runtime.workers import usable_cores


@dataclass(frozen=True, slots=True)
class Part:
    """Something that commands use."""

    name: str
    purpose: str
    probe: Callable[[], str]
    """What was found; raises where it is missing or broken."""
    install: str | None = None
    """The line that brings it or repairs it."""
    required: bool = True
    """Whether nothing works without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found."""

    name: str
    purpose: str
    ok: bool
    required: bool
    found: str
    install: str | None
    """The line that repairs it; None where nothing has to be done."""


def python() -> Part:
    """The interpreter and the machine."""
    described = f"{platform.python_version()} on {platform.machine()}, {usable_cores()} cores"
    return Part("python", "runs it", lambda: described)


def importable(distribution: str, module: str) -> Callable[[], str]:
    """A probe for the version of a distribution whose module can be imported."""
    return partial(_version_imported, distribution, module)


def label_spaces() -> str:
    """A probe for the label spaces that ship."""
    from shared_schemas.label_space_file import SHIPPED, load_label_space

    return ", ".join(load_label_space(name).reference for name in SHIPPED)


def doctor_command(program: str, parts: Callable[[], Sequence[Part]]) -> Callable[..., None]:
    """The command `doctor` of a program that consists of `parts`."""

    def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
        report_findings(examine(parts()), as_json=as_json)

    doctor.__doc__ = f"""Try every part that commands use; of one that is missing, show what for and how to get it.

    Missing extras are no failure; the exit code is 4 where nothing can work.

    Examples:

      {program} doctor

      {program} doctor --json
    """
    return doctor


def examine(parts: Sequence[Part]) -> list[Finding]:
    """Try every part, in the order in which a person would repair them."""
    return [_finding(part) for part in parts]


def report_findings(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print the findings, a line each. Ends the command with exit code 4 where a required part is missing."""
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for line in _lines(findings):
            typer.echo(line)
    if any(finding.required and not finding.ok for finding in findings):
        raise typer.Exit(ExitCode.MISSING_RESOURCE)


def _finding(part: Part) -> Finding:
    try:
        found, ok = part.probe(), True
    except Exception as error:  # noqa: BLE001  a doctor reports whatever is broken
        message = next(iter(str(error).splitlines()), "")
        found, ok = message if isinstance(error, CapparseError) else f"{type(error).__name__}: {message}", False
    return Finding(part.name, part.purpose, ok, part.required, found, None if ok else part.install)


def _version_imported(distribution: str, module: str) -> str:
    import_module(module)
    return version(distribution)


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        mark = "ok     " if finding.ok else "BROKEN " if finding.required else "missing"
        yield f"{mark}  {finding.name:{width}}  {finding.found}"
        if finding.install:
            yield f"{'':9}{'':{width}}  for {finding.purpose}: {finding.install}"
