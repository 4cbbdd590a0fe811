"""A discovery for people and programs: a table of its rounds, the same as JSON, notes."""

from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from caption_parser.discovery.background import Dismissal
from caption_parser.discovery.run import DiscoveryRun, counted_names
from caption_parser.lexicon import Lexicon

_SYNSETS_SHOWN = 3


def as_table(run: DiscoveryRun, lexicon: Lexicon) -> Table:
    """One row per round, to print with rich."""
    table = Table("round", "class", "mentions", "labelled with it", "ruled out", box=SIMPLE_HEAD)
    for one in run.discovery.rounds:
        dismissed = {dismissal.synset: dismissal.mentions for dismissal in one.dismissed}
        table.add_row(
            str(one.number),
            escape(lexicon.name(one.synset)),
            f"{one.mentions:,}",
            escape(counted_names(one.assigned, lexicon, _SYNSETS_SHOWN)),
            escape(counted_names(dismissed, lexicon, _SYNSETS_SHOWN)),
        )
    for column in (0, 2):
        table.columns[column].justify = "right"
    return table


def as_json(run: DiscoveryRun, lexicon: Lexicon) -> dict[str, Any]:
    """All rounds and dismissals by the names of synsets."""
    discovery = run.discovery
    names = {label.synsets: label.name for label in run.label_space.background}
    return {
        "captions": run.counts.captions,
        "rejected": run.counts.rejected,
        "threshold": run.threshold,
        "label_space": run.label_space.reference,
        "dismissed": [_dismissal(dismissal, lexicon) for dismissal in discovery.dismissed],
        "rounds": [
            {
                "round": one.number,
                "class": names[(lexicon.name(one.synset),)],
                "synset": lexicon.name(one.synset),
                "mentions": one.mentions,
                "assigned": {lexicon.name(synset): count for synset, count in one.assigned.items()},
                "dismissed": [_dismissal(dismissal, lexicon) for dismissal in one.dismissed],
            }
            for one in discovery.rounds
        ],
        "following": None
        if discovery.following is None
        else {"synset": lexicon.name(discovery.following[0]), "mentions": discovery.following[1]},
    }


def notes(run: DiscoveryRun, lexicon: Lexicon, output: str) -> Iterator[str]:
    """What was read, why it ended where it did, what to do next."""
    corpus, discovery = run.counts, run.discovery
    rejected = f", {corpus.rejected:,} unusable rows left out" if corpus.rejected else ""
    yield f"{corpus.captions:,} captions, {len(corpus.synsets):,} synsets{rejected}; T = {run.threshold:.4g}"
    if discovery.following is not None:
        synset, count = discovery.following
        why = "is not more frequent than T" if count <= run.threshold else "would be the next round"
        yield f"{len(discovery.rounds)} classes found; {lexicon.name(synset)}, {count:,} mentions, {why}"
    else:
        yield f"{len(discovery.rounds)} classes found; no synset is left"
    yield f"{output}: edit it and continue with --resume-from {output}, or label with it: --label-space {output}"


def _dismissal(dismissal: Dismissal, lexicon: Lexicon) -> dict[str, Any]:
    return {
        "synset": lexicon.name(dismissal.synset),
        "mentions": dismissal.mentions,
        "reason": dismissal.reason.value,
        "because_of": lexicon.name(dismissal.because_of),
    }
