"""Tables and figures as a terminal shows them."""

from rich.box import SIMPLE_HEAD
from rich.table import Table


def numeric_table(first: str, *numeric: str) -> Table:
    """An empty table with a column of names and columns of numbers."""
    table = Table(first, box=SIMPLE_HEAD)
    for header in numeric:
        table.add_column(header, justify="right")
    return table


def shown_ratio(value: float | None) -> str:
    """Three digits, a dash where it is undefined."""
    return "–" if value is None else f"{value:.3f}"
