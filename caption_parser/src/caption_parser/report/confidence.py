"""How sure labels are, as a chart."""

from dataclasses import dataclass

from shared_schemas import ImageLabels

BINS = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the chart: the labels of a range of confidence."""

    name: str
    """ "0.90-0.95": from, and up to but without; the last one with its end."""
    value: int
    percent: float
    """Of the highest column."""


class ConfidenceTally:
    """Counts labels of both kinds by their confidence, in ranges of 0.05."""

    def __init__(self) -> None:
        self._counts = [0] * BINS
        self.without = 0
        """Labels of which the file says no confidence."""

    def add(self, record: ImageLabels) -> None:
        """Take in one record."""
        for label in (*record.foreground, *record.background):
            if label.confidence is None:
                self.without += 1
            else:
                self._counts[min(int(label.confidence * BINS), BINS - 1)] += 1

    def columns(self) -> tuple[Column, ...]:
        """From 0 to 1; () where no label has a confidence."""
        highest = max(self._counts)
        if not highest:
            return ()
        return tuple(
            Column(f"{place / BINS:.2f}–{(place + 1) / BINS:.2f}", count, 100 * count / highest)
            for place, count in enumerate(self._counts)
        )
