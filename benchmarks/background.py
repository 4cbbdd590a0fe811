"""Background discovery against Table 12 of Vilar & Perez: recall and precision of its 72 classes.

They come from the captions of COCO train2014; T is scaled to the number of captions.
"""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.markdown import command_block, table
from benchmarks.surroundings import Options, real_data, this_python
from caption_parser.config import parser_config
from caption_parser.discovery.background import Reason
from caption_parser.discovery.run import DiscoveryOptions, DiscoveryRun, discover_background
from caption_parser.lexicon import Lexicon, Synset, default_lexicon
from caption_parser.lexicon.taxonomy import hypernym_distances
from caption_parser.readers import CaptionRow, InputOptions, read_captions
from shared_schemas import load_label_space

CAPTIONS = "coco/annotations/captions_val2017.json"

CLOTHING = ("clothing.n.01",)
"""What the paper drops for COCO."""

UNLISTED = (*CLOTHING, "structure.n.01", "geological_formation.n.01", "representation.n.02")
"""Frequent branches of WordNet in which not one class of Table 12 lies: further refinement by hand, it seems."""


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time: every arm, then the differences of the arm that is nearest to the paper's."""
    lexicon = default_lexicon()
    listed = {lexicon.synset(name) for label in load_label_space("coco").background for name in label.synsets}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        captions = _first_captions(real_data(CAPTIONS), options.limit, folder / "captions.jsonl")
        runs = {
            (mode, senses, arm): _discover(captions, mode, senses, drop, folder)
            for mode in ("paper", "visual")
            for senses in ("first", "default")
            for arm, drop in (("clothing", CLOTHING), ("clothing, unlisted branches", UNLISTED))
        }
    nearest = runs["paper", "default", "clothing"]
    yield f"{nearest.counts.captions:,} captions, T = {nearest.threshold:.2f}"
    header = ("mode", "senses", "dropped", "found", "recall", "precision", "near recall", "near precision")
    yield table(header, [(*arm, *_scores(run, listed, lexicon)) for arm, run in runs.items()])
    yield "Of Table 12, not found (paper mode, default senses):"
    yield table(("class", "mentions", "why"), _missed(nearest, listed, lexicon))
    yield "Found, but not in Table 12:"
    yield table(("class", "mentions", "near in Table 12"), _unlisted(nearest, listed, lexicon))
    yield "The command:"
    yield command_block([[this_python(), "-m", "benchmarks", "background"]])


def _first_captions(captions: Path, limit: int | None, rehearsal: Path) -> Path:
    """The file itself, or with a limit a file of its first captions."""
    if limit is None:
        return captions
    part = InputOptions(limit=limit)
    rows = (row for row in part.select(read_captions(captions, part)) if isinstance(row, CaptionRow))
    lines = (json.dumps({"image_id": row.image_id, "caption": row.caption}) for row in rows)
    rehearsal.write_text("\n".join(lines), "utf-8")
    return rehearsal


def _discover(captions: Path, mode: str, senses: str, drop: tuple[str, ...], folder: Path) -> DiscoveryRun:
    return discover_background(
        [captions],
        folder / "space.toml",
        DiscoveryOptions(drop=drop, counts=folder / f"{mode}-{senses}.json", overwrite=True),
        config=parser_config(mode=mode, senses=senses),
    )


def _scores(run: DiscoveryRun, listed: set[Synset], lexicon: Lexicon) -> tuple[str, ...]:
    """Number of classes; recall and precision of the very synsets, then with hyper- and hyponyms for equal."""
    found = [one.synset for one in run.discovery.rounds]
    near_recall = sum(any(_related(one, other, lexicon) for other in found) for one in listed)
    near_precision = sum(any(_related(one, other, lexicon) for other in listed) for one in found)
    exact = len(listed & set(found))
    ratios = (
        exact / len(listed),
        exact / max(len(found), 1),
        near_recall / len(listed),
        near_precision / max(len(found), 1),
    )
    return (str(len(found)), *(f"{ratio:.3f}" for ratio in ratios))


def _related(one: Synset, other: Synset, lexicon: Lexicon) -> bool:
    return one in hypernym_distances(lexicon, other) or other in hypernym_distances(lexicon, one)


def _missed(run: DiscoveryRun, listed: set[Synset], lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    counts = run.counts.by_synset(lexicon)
    found = {one.synset for one in run.discovery.rounds}
    assigned = {synset: one.synset for one in run.discovery.rounds for synset in one.assigned}
    dismissals = (*run.discovery.dismissed, *(d for one in run.discovery.rounds for d in one.dismissed))
    dismissed = {dismissal.synset: dismissal for dismissal in dismissals}
    for synset in sorted(listed - found, key=lambda synset: (-counts.get(synset, 0), synset)):
        if synset in assigned:
            why = f"part of the class {lexicon.name(assigned[synset])}"
        elif synset in dismissed:
            dismissal = dismissed[synset]
            what = {Reason.HYPERNYM: "hypernym of", Reason.MERONYM: "part of"}.get(dismissal.reason, "below")
            why = f"{what} {lexicon.name(dismissal.because_of)}"
        elif counts.get(synset, 0) > run.threshold:
            why = "a foreground class covers it"
        else:
            why = "not frequent enough"
        near = [lexicon.name(one) for one in found if _related(one, synset, lexicon)]
        yield (
            lexicon.name(synset),
            f"{counts.get(synset, 0):,}",
            why + (f"; near {', '.join(near)}" if near else ""),
        )


def _unlisted(run: DiscoveryRun, listed: set[Synset], lexicon: Lexicon) -> Iterator[tuple[str, str, str]]:
    for one in run.discovery.rounds:
        if one.synset not in listed:
            near = (lexicon.name(other) for other in listed if _related(one.synset, other, lexicon))
            yield lexicon.name(one.synset), f"{one.mentions:,}", ", ".join(near)
