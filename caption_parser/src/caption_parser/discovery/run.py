"""`discover_background`: from captions to a label space file. What `capparse discover` does."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from caption_parser.config import ParserConfig
from caption_parser.discovery.background import NON_VISUAL, Discovery, DiscoveryLimits, Round, discover
from caption_parser.discovery.counting import CorpusCounts, CorpusSettings, count_synsets, words_of
from caption_parser.lexicon import Lexicon, Synset, default_lexicon
from caption_parser.modes import Mode
from caption_parser.readers import ReadingOptions
from caption_parser.runs.files_read import files_of_config, files_of_inputs, files_of_label_space
from caption_parser.runs.job import Progress
from caption_parser.runs.options import check_processes
from shared_runtime.configuration import FrozenModel
from shared_runtime.errors import UsageError
from shared_runtime.files import check_output
from shared_schemas import Kind, LabelClass, LabelSpace, load_label_space
from shared_schemas.files import replace_file
from shared_schemas.label_space_toml import to_toml

PAPER_THRESHOLD = "200/414113"
"""The paper's T on the captions of COCO train2014, as a rate."""

_THRESHOLD = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+))?")


@dataclass(frozen=True, slots=True)
class DiscoveryRun:
    """What was found in which corpus."""

    counts: CorpusCounts
    threshold: float
    """T in mentions, for the size of the corpus."""
    discovery: Discovery
    label_space: LabelSpace
    """The space that was started from, with the background classes that were found."""


class DiscoveryOptions(FrozenModel):
    """Where discovery begins and where it ends."""

    label_space: str | None = None
    """Its foreground is kept and its background left out; none: coco."""
    resume_from: str | None = None
    """A label space file, such as an edited output of discovery; all its classes are kept."""
    threshold: str = PAPER_THRESHOLD
    """T, "12" mentions or "200/414113", a rate per caption."""
    drop: tuple[str, ...] = ()
    """Synsets to leave out, with their hyponyms, in addition to `NON_VISUAL`."""
    rounds: int | None = None
    """Stop after this many."""
    counts: Path | None = None
    """Where the synset counts of the corpus are kept: read if the file is there, else written."""
    overwrite: bool = False
    """Whether the output may exist; it may in any case if it is `resume_from`."""


def discover_background(
    captions: Sequence[str | Path],
    output: str | Path,
    options: DiscoveryOptions | None = None,
    *,
    config: ParserConfig | None = None,
    reading: ReadingOptions | None = None,
    processes: int | str = "auto",
    progress: Callable[[Progress], None] = lambda _: None,
) -> DiscoveryRun:
    """Find the background classes of a corpus and write them, behind those that are given, to a label space file.

    Args:
        captions: paths and patterns of caption files.
        output: path of the TOML file.
        options: where discovery begins and ends; None: the defaults of `DiscoveryOptions`.
        config: how captions are parsed; its label space does not count. None: paper mode.
        reading: how captions are read; None: as their names tell.
        processes: a number, or `auto` for all usable cores.
        progress: called now and then.

    Raises:
        UsageError: an argument does not fit.
        UnknownSynsetError: WordNet 3.0 lacks a synset that is to be dropped.
        InputError: the captions or the counts cannot be read, or there is no caption.
    """
    options = options or DiscoveryOptions()
    output_path = Path(output)
    config = config or ParserConfig(mode=Mode.PAPER)
    _check_output(output_path, captions, options, config)
    if options.rounds is not None and options.rounds < 1:
        raise UsageError(f"--rounds: got {options.rounds}, expected 1 or more")
    given, given_name = _given_space(options)
    rate = threshold_rate(options.threshold)
    lexicon = default_lexicon()
    for name in options.drop:
        lexicon.synset(name)
    settings = CorpusSettings(
        captions=tuple(map(str, captions)),
        capparse=version("capparse"),
        config=config.model_copy(update={"label_space": ParserConfig().label_space}),
        words=words_of(given),
        **(reading or ReadingOptions()).model_dump(),
    )
    if options.counts is not None and options.counts.exists():
        corpus = CorpusCounts.read(options.counts, settings)
    else:
        corpus = count_synsets(settings, given_name, processes=check_processes(processes), progress=progress)
        if options.counts is not None:
            corpus.write(options.counts)
    limits = DiscoveryLimits(rate(corpus.captions), (*NON_VISUAL, *options.drop), options.rounds)
    found = discover(corpus.by_synset(lexicon), given, lexicon, limits)
    space = extended_space(given, found, lexicon, output_path.stem)
    run = DiscoveryRun(corpus, limits.threshold, found, space)
    replace_file(output_path, _as_file(run, limits, lexicon).encode())
    return run


def _check_output(
    output: Path, captions: Sequence[str | Path], options: DiscoveryOptions, config: ParserConfig
) -> None:
    read = files_of_inputs(captions) | files_of_config(config) | files_of_label_space(options.label_space)
    if options.counts is not None:
        check_output(options.counts, read, option="--counts")
        read["the file of counts"] = options.counts
    check_output(output, read)
    if output.suffix != ".toml":
        raise UsageError(f"-o {output}: expected a name that ends in .toml, as label spaces do")
    resumed = options.resume_from is not None and Path(options.resume_from).resolve() == output.resolve()
    if output.exists() and not options.overwrite and not resumed:
        raise UsageError(f"{output} exists already, and may have been edited. Try --resume-from or --overwrite")


def threshold_rate(threshold: str) -> Callable[[int], float]:
    """T as a function of the number of captions, from "12" (whatever their number) or "200/414113"."""
    match = _THRESHOLD.fullmatch(threshold)
    if match is None or (match[2] and not int(match[2])):
        raise UsageError(
            f"--threshold: got {threshold!r}, expected a number of mentions such as 200, or a rate such as"
            f" {PAPER_THRESHOLD} (mentions/captions)"
        )
    mentions, captions = float(match[1]), int(match[2]) if match[2] else None
    return lambda size: mentions if captions is None else mentions * size / captions


def _given_space(options: DiscoveryOptions) -> tuple[LabelSpace, str]:
    """The classes to start from, and the label space whose words the captions are to be read with."""
    if options.resume_from is not None:
        if options.label_space is not None:
            raise UsageError("--resume-from keeps all classes of its file; leave --label-space out")
        return load_label_space(options.resume_from), options.resume_from
    name = options.label_space or "coco"
    whole = load_label_space(name)
    if not whole.foreground:
        raise UsageError(f"--label-space {name}: got no foreground class, expected at least one")
    fields = {field: getattr(whole, field) for field in LabelSpace.model_fields}
    return LabelSpace(
        **fields | {"classes": whole.foreground, "base_ids": (), "view_of": None, "extends": None}
    ), name


def _as_file(run: DiscoveryRun, limits: DiscoveryLimits, lexicon: Lexicon) -> str:
    settings, size = run.counts.settings, run.counts.captions
    header = (
        f"Background classes discovered in {', '.join(settings.captions)}\n"
        f"({size:,} captions, {settings.config.mode} mode, senses: {settings.config.senses}),\n"
        "by Appendix A-A of Vilar & Perez (2021).\n"
        f"T = {run.threshold:g}, without hyponyms of {', '.join(limits.dropped)}."
    )
    return to_toml(run.label_space, class_comments(run.label_space, run.discovery, lexicon), header)


_SYNSETS_SHOWN = 8


def extended_space(label_space: LabelSpace, discovery: Discovery, lexicon: Lexicon, name: str) -> LabelSpace:
    """`label_space` under a new name and with one background class per round behind its own."""
    classes = list(label_space.classes)
    for one in discovery.rounds:
        taken = {label.name.casefold() for label in classes}
        classes.append(
            LabelClass(
                id=len(classes) + 1,
                name=_class_name(one.synset, lexicon, taken),
                kind=Kind.BACKGROUND,
                synsets=(lexicon.name(one.synset),),
                reason=f"Discovered: {one.mentions:,} mentions,"
                f" {sum(one.assigned.values()):,} more of its hyponyms and holonyms.",
            )
        )
    fields = {field: getattr(label_space, field) for field in LabelSpace.model_fields}
    return LabelSpace(
        **fields | {"name": name, "classes": tuple(classes), "view_of": None, "extends": None, "base_ids": ()}
    )


def class_comments(label_space: LabelSpace, discovery: Discovery, lexicon: Lexicon) -> dict[str, str]:
    """By the name of each discovered class of `label_space`: which synsets it covers in the corpus."""
    of_synset = {synset: label.name for synset, label in label_space.by_synset.items()}
    return {of_synset[lexicon.name(one.synset)]: _comment(one, lexicon) for one in discovery.rounds}


def counted_names(counts: Mapping[Synset, int], lexicon: Lexicon, limit: int = _SYNSETS_SHOWN) -> str:
    """ "avenue.n.01 12, alley.n.01 7, 3 more": the first `limit` in words."""
    shown = [f"{lexicon.name(synset)} {count:,}" for synset, count in list(counts.items())[:limit]]
    more = [f"{len(counts) - limit:,} more"] if len(counts) > limit else []
    return ", ".join([*shown, *more])


def _comment(one: Round, lexicon: Lexicon) -> str:
    counts = {one.synset: one.mentions, **one.assigned}
    return f"Round {one.number}: {counted_names(counts, lexicon)}"


def _class_name(synset: Synset, lexicon: Lexicon, taken: Collection[str]) -> str:
    """The first lemma in words; where a class has that name, with the number of the sense."""
    lemma, pos, number = lexicon.name(synset).rsplit(".", 2)
    name = lemma.replace("_", " ")
    return name if name not in taken else f"{name} ({pos}.{number})"
