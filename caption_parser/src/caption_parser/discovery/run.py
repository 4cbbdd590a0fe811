"""`discover_background`: from captions to a label space file. What `capparse discover` does."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from caption_parser.discovery.background import NON_VISUAL, Discovery, DiscoveryOptions, Round, discover
from caption_parser.discovery.counting import CorpusCounts, CorpusSettings, count_synsets, words_of
from caption_parser.lexicon import Lexicon, Synset, default_lexicon
from caption_parser.runs.job import Progress
from caption_parser.runs.options import check_output, check_processes, parser_config
from caption_parser.runs.output import replace_file
from shared_runtime.errors import UsageError
from shared_schemas import Kind, LabelClass, LabelSpace
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


def discover_background(
    captions: Sequence[str | Path],
    output: str | Path,
    *,
    label_space: str | None = None,
    resume_from: str | None = None,
    threshold: str = PAPER_THRESHOLD,
    drop: Sequence[str] = (),
    rounds: int | None = None,
    mode: str = "paper",
    senses: str = "default",
    spacy_model: str | None = None,
    format: str | None = None,
    caption_field: str | None = None,
    image_field: str | None = None,
    counts: str | Path | None = None,
    processes: int | str = "auto",
    overwrite: bool = False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> DiscoveryRun:
    """Find the background classes of a corpus and write them, behind those that are given, to a label space file.

    Args:
        captions: paths and patterns of caption files.
        output: path of the TOML file.
        label_space: its foreground is kept and its background left out; default: coco.
        resume_from: a label space file, such as an edited output of this function; all its classes are kept.
        threshold: T, "12" mentions or "200/414113", a rate per caption.
        drop: synsets that, with their hyponyms, are to be passed over beside `NON_VISUAL`.
        rounds: stop after so many.
        counts: where the synset counts of the corpus are kept: read if it is there, else written.
        overwrite: whether `output` may exist; it may in any case if it is `resume_from`.
        The others are those of `label_file`.

    Raises:
        UsageError: an argument does not fit.
        UnknownSynsetError: WordNet 3.0 lacks a synset of `drop`.
        InputError: the captions or the counts cannot be read, or there is no caption.
    """
    output_path = Path(output)
    check_output(output_path, {f"the input {path}": Path(path) for path in captions})
    resumed = resume_from is not None and Path(resume_from).resolve() == output_path.resolve()
    if output_path.suffix != ".toml":
        raise UsageError(f"-o {output_path}: expected a name that ends in .toml, as label spaces do")
    if output_path.exists() and not overwrite and not resumed:
        raise UsageError(
            f"{output_path} is there already, and may have been edited. Try --resume-from or --overwrite"
        )
    if rounds is not None and rounds < 0:
        raise UsageError(f"--rounds: got {rounds}, expected 0 or more")
    given, given_name = _given_space(label_space, resume_from)
    rate = threshold_rate(threshold)
    lexicon = default_lexicon()
    for name in drop:
        lexicon.synset(name)
    settings = CorpusSettings(
        captions=tuple(map(str, captions)),
        format=format,
        caption_field=caption_field,
        image_field=image_field,
        capparse=version("capparse"),
        config=parser_config(mode=mode, senses=senses, spacy_model=spacy_model),
        words=words_of(given),
    )
    if counts is not None and Path(counts).exists():
        corpus = CorpusCounts.read(Path(counts), settings)
    else:
        corpus = count_synsets(settings, given_name, processes=check_processes(processes), progress=progress)
        if counts is not None:
            corpus.write(Path(counts))
    options = DiscoveryOptions(rate(corpus.captions), (*NON_VISUAL, *drop), rounds)
    found = discover(corpus.by_synset(lexicon), given, lexicon, options)
    space = extended_space(given, found, lexicon, output_path.stem)
    run = DiscoveryRun(corpus, options.threshold, found, space)
    replace_file(output_path, _as_file(run, options, lexicon).encode())
    return run


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


def _given_space(label_space: str | None, resume_from: str | None) -> tuple[LabelSpace, str]:
    """The classes to start from, and the label space whose words the captions are to be read with."""
    if resume_from is not None:
        if label_space is not None:
            raise UsageError("--resume-from keeps all classes of its file; leave --label-space out")
        return LabelSpace.load(resume_from), resume_from
    name = label_space or "coco"
    whole = LabelSpace.load(name)
    if not whole.foreground:
        raise UsageError(f"--label-space {name}: got no foreground class, expected at least one")
    fields = {field: getattr(whole, field) for field in LabelSpace.model_fields}
    return LabelSpace(**fields | {"classes": whole.foreground, "base_ids": (), "view_of": None}), name


def _as_file(run: DiscoveryRun, options: DiscoveryOptions, lexicon: Lexicon) -> str:
    settings, size = run.counts.settings, run.counts.captions
    header = (
        f"Background classes discovered in {', '.join(settings.captions)}\n"
        f"({size:,} captions, {settings.config.mode} mode, senses: {settings.config.senses}),\n"
        "by Appendix A-A of Vilar & Perez (2021).\n"
        f"T = {run.threshold:g}, without hyponyms of {', '.join(options.dropped)}."
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
    return LabelSpace(**fields | {"name": name, "classes": tuple(classes), "view_of": None, "base_ids": ()})


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
