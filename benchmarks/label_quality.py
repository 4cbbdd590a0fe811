"""Labels against COCO's ground truth: the string baselines, both modes, each with two caption parsers."""

import json
from collections.abc import Iterator, Sequence

from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import Options, capparse_command, en_core_web_sm, label_command, real_data

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
        label = label_command(captions, f"quality-{file}", *label_options, *limit)
        labels = label[label.index("-o") + 1]
        evaluate = capparse_command("evaluate", labels, "--truth", truth, "--json")
        run(label)
        macro = json.loads(run(evaluate).output)["macro"]
        rows.append((name, *(f"{macro[figure]:.3f}" for figure in ("miou", "precision", "recall"))))
        commands += [label, evaluate]
    yield table(("captions_val2017, macro over 80 classes", "mIoU", "precision", "recall"), rows)
    if limit:
        yield f"With {limit[1]} captions only, images without captions count as nothing predicted: a rehearsal."
    yield "WordNet's first sense decides in the four lower rows. The commands:"
    yield command_block(commands)
