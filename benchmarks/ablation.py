"""What each ingredient of visual mode is worth: labels of val2017 with all of them, and without one at a time."""

import json
from collections.abc import Iterator, Sequence

from benchmarks.difference_chart import difference_chart
from benchmarks.label_quality import CAPTIONS, TRUTH
from benchmarks.label_scores import HEADER, label_and_score
from benchmarks.markdown import command_block, table
from benchmarks.processes import run
from benchmarks.surroundings import OUTPUTS, REPOSITORY, Options, capparse_command, real_data
from caption_parser.modes import ModeRules

_OF_OTHER_THINGS = {
    "least_counts",
    "own_attributes",
    "postposed_names",
    "designations",
    "predicates",
    "referring_phrases",
    "repetitions",
    "usual_senses",
    "visible_attributes",
}
"""Rules of visual mode that change counts, attributes and spans, not which classes an image gets."""

RULES = tuple(name for name in ModeRules.names() if name not in _OF_OTHER_THINGS)

SENSE_STEPS = {"one sense per word and image": "--no-joint", "caption prior": "--no-caption-prior"}


def report(options: Options) -> Iterator[str]:
    """Markdown, a part at a time."""
    captions, truth = str(real_data(CAPTIONS)), str(real_data(TRUTH))
    limit = [] if options.limit is None else ["--limit", str(options.limit)]
    sides: list[tuple[str, str, list[str]]] = [("visual mode", "visual", [])]
    sides += [(f"without {rule}", f"no-{rule}", ["--without", rule]) for rule in RULES]
    sides += [(f"without {step}", option.strip("-"), [option]) for step, option in SENSE_STEPS.items()]
    sides += [("paper mode", "paper", ["--mode", "paper"]), ("exact match", "exact", ["--labeller", "exact"])]
    rows: list[Sequence[str]] = []
    commands: list[Sequence[str]] = []
    for name, file, label_options in sides:
        scored = label_and_score(captions, f"ablation-{file}", truth, *label_options, *limit)
        rows.append((name, *scored.cells))
        commands += scored.commands
    yield table(("captions_val2017, macro over 80 classes", *HEADER), rows)
    for mode in ("visual", "paper"):
        yield _chart(truth, mode)
    yield command_block(commands)


def _chart(truth: str, mode: str) -> str:
    """Draw the difference of a mode to exact match class by class, as Fig. 4 of Vilar & Perez does."""
    labels, exact = (str((OUTPUTS / f"ablation-{file}.jsonl").relative_to(REPOSITORY)) for file in (mode, "exact"))
    evaluate = capparse_command("evaluate", labels, "--truth", truth, "--against", exact, "--json")
    classes = json.loads(run(evaluate).output)["comparison"]["classes"]
    chart = OUTPUTS / f"{mode}-mode-against-exact-match.svg"
    bars = [(row["name"], row["difference"]) for row in classes]
    chart.write_text(difference_chart(f"IoU of {mode} mode minus IoU of exact match, COCO val2017", bars), "utf-8")
    return f"{mode.capitalize()} mode against exact match, class by class: `{chart.relative_to(REPOSITORY)}`."
