"""Tables and commands as Markdown that can be pasted into the pages of docs/results."""

import shlex
from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the columns after the first are aligned to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def command_block(commands: Iterable[Sequence[str]]) -> str:
    """Commands, one a line, as they are typed in the repository."""
    return "\n".join(["```", *(shlex.join(command) for command in commands), "```"])
