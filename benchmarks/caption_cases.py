"""Single captions against what a person says of them: by kind, from the web, words of the background.

How they were chosen and judged: `benchmarks/judged.py`. `--verbose` lists what is wrong.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.judged import (
    CC3M,
    REPORTED,
    VAL2017,
    Case,
    Tally,
    background_words,
    faults,
    fresh_cases,
    reported_cases,
    tally,
    together,
    web_sample,
    word_tallies,
)
from benchmarks.markdown import command_block, table
from benchmarks.surroundings import Options, Skipped, real_data, this_python
from caption_parser.pipeline import CaptionParser
from shared_schemas import ImageLabels


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time; the samples of texts that are not there are left out with a reason."""
    parser = CaptionParser(mode="visual")
    for part in (_reported, _fresh, _web, _background):
        try:
            yield from part(parser, options)
        except Skipped as reason:
            yield f"Left out: {reason}"
    yield command_block([[this_python(), "-m", "benchmarks", "caption_cases"]])


def _reported(parser: CaptionParser, options: Options) -> Iterator[str]:
    yield from _by_kind("reported by users", reported_cases(real_data(REPORTED)), parser, options)


def _fresh(parser: CaptionParser, options: Options) -> Iterator[str]:
    yield from _by_kind("written for this purpose", list(fresh_cases()), parser, options)


def _by_kind(name: str, all_cases: Sequence[Case], parser: CaptionParser, options: Options) -> Iterator[str]:
    cases = all_cases[: options.limit]
    found = [(case, faults(case, labels)) for case, labels in zip(cases, _labels(parser, cases), strict=True)]
    total = Counter(case.kind for case in cases)
    right = Counter(case.kind for case, wrong in found if not wrong)
    rows = [(kind, str(right[kind]), str(total[kind])) for kind in total]
    yield table(
        (f"kind of caption, {name}", "right", "captions"),
        [*rows, ("together", str(right.total()), str(total.total()))],
    )
    lines = [f"{case.kind}: {case.caption}: {'; '.join(wrong)}" for case, wrong in found if wrong]
    yield from _listed(lines, options)


def _web(parser: CaptionParser, options: Options) -> Iterator[str]:
    sample = web_sample(real_data(CC3M))[: options.limit]
    sides = tally(zip(sample, _labels(parser, sample), strict=True))
    named = zip(("foreground", "background", "together"), (*sides, together(sides)), strict=True)
    rows = [(name, f"{side.precision:.3f}", f"{side.recall:.3f}") for name, side in named]
    yield table((f"{len(sample)} web captions", "precision", "recall"), rows)
    yield from _listed(together(sides).faults, options)


def _background(parser: CaptionParser, options: Options) -> Iterator[str]:
    words = background_words(real_data(VAL2017))[: options.limit]
    tallies = word_tallies(zip(words, _labels(parser, words), strict=True))
    total = together(list(tallies.values()))
    rows = [(name, *_word_cells(side)) for name, side in tallies.items()]
    header = ("background class", "own word meant", "class given", "recall", "given for another sense")
    yield table(header, [*rows, ("together", *_word_cells(total))])
    yield from _listed(total.faults, options)


def _word_cells(side: Tally) -> tuple[str, ...]:
    meant = side.right + side.missing
    return str(meant), str(side.right), f"{side.recall:.2f}" if meant else "-", str(side.wrong)


def _labels(parser: CaptionParser, judged: Sequence[object]) -> Iterator[ImageLabels]:
    return parser.label([getattr(one, "caption") for one in judged])  # noqa: B009  three kinds of records have one


def _listed(lines: Sequence[str], options: Options) -> Iterator[str]:
    if options.verbose and lines:
        yield "\n".join(f"- {line}" for line in lines)
