"""Labels against COCO's ground truth: the string baselines, both modes, each with two caption parsers."""

from collections.abc import Iterator, Sequence

from benchmarks.label_scores import HEADER, label_and_score
from benchmarks.markdown import command_block, table
from benchmarks.surroundings import Options, en_core_web_sm, real_data

CAPTIONS = "coco/annotations/captions_val2017.json"
TRUTH = "coco/annotations/boxes_val2017.json"
SYNONYMS = "baselines/chair-synonyms.txt"


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    captions, truth, synonyms = (str(real_data(file)) for file in (CAPTIONS, TRUTH, SYNONYMS))
    rival = en_core_web_sm()
    limit = [] if options.limit is None else ["--limit", str(options.limit)]
    sides = [
        ("exact match", "exact", ["--labeller", "exact"]),
        ("CHAIR synonyms", "synonyms", ["--labeller", f"synonyms:{synonyms}"]),
    ]
    for mode in ("paper", "visual"):
        first_sense = ["--mode", mode, "--senses", "first"]
        sides += [
            (f"{mode} mode, caption pipeline", mode, first_sense),
            (f"{mode} mode, en_core_web_sm", f"{mode}-sm", [*first_sense, "--spacy-model", rival]),
        ]
    rows: list[Sequence[str]] = []
    commands: list[Sequence[str]] = []
    for name, file, label_options in sides:
        scored = label_and_score(captions, f"quality-{file}", truth, *label_options, *limit)
        rows.append((name, *scored.cells))
        commands += scored.commands
    yield table(("captions_val2017, macro over 80 classes", *HEADER), rows)
    if limit:
        yield f"With {limit[1]} captions only, images without captions count as nothing predicted: a rehearsal."
    yield "WordNet's first sense decides in the four lower rows. The commands:"
    yield command_block(commands)
