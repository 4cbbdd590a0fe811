"""From a trained pipeline to the folder that ships, and the figures on its model card."""

from dataclasses import dataclass
from pathlib import Path

import spacy
from spacy.language import Language

from caption_parser.models.building.evaluation import Agreement, Speed
from caption_parser.models.tag_to_pos import PTB_TO_UPOS
from shared_runtime.errors import MissingResourceError

NOT_SHIPPED = ["vocab", "config", "meta"]
"""Strings of the training captions, paths of the training run, its scores."""


def package(trained: Language, folder: Path, *, version: str) -> Language:
    """Write the pipeline to `folder` with a vocabulary of labels only, and return what was written.

    The strings of the training captions are left behind: they are most of a saved vocabulary, and weights
    are addressed by hash.
    """
    config = {section: trained.config[section] for section in ("nlp", "components")}
    nlp = spacy.util.load_model_from_config(config, auto_fill=True)
    nlp.from_bytes(trained.to_bytes(exclude=NOT_SHIPPED), exclude=NOT_SHIPPED)
    if "caption_tag_to_pos" not in nlp.pipe_names:
        nlp.add_pipe("caption_tag_to_pos")
    for label in [*PTB_TO_UPOS, *nlp.pipe_labels["tagger"], *nlp.pipe_labels["parser"]]:
        nlp.vocab.strings.add(label)
    nlp.meta.update(
        name="caption_pipeline",
        version=version,
        description="English tagger and dependency parser for image captions, blind to case",
        license="Apache-2.0",
    )
    nlp.to_disk(folder)
    return nlp


def size_in_bytes(folder: Path) -> int:
    """The size of all files of a saved pipeline."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


BEGIN = "<!-- figures: written by python -m caption_parser.models.building -->"
END = "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Figures:
    """What the building command measures."""

    size: int
    """Bytes of the pipeline's folder."""
    trees: dict[str, int]
    """Held-out set → number of captions."""
    agreement: dict[str, dict[str, dict[str, Agreement]]]
    """Held-out set → pipeline → surface form → agreement with the committee's trees of the clean captions."""
    speed: Speed


def write_figures(figures: Figures, card: Path) -> None:
    """Replace what stands between the marks of the card.

    Raises:
        MissingResourceError: There is no card, or it has no marks.
    """
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    if BEGIN not in text or END not in text:
        raise MissingResourceError(f"{card}: expected a model card with the lines {BEGIN!r} and {END!r}")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    card.write_text(f"{before}{BEGIN}\n{render(figures)}{END}{after}", encoding="utf-8")


def render(figures: Figures) -> str:
    """The figures as Markdown."""
    speed = figures.speed
    lines = [
        f"Size: {figures.size / 1e6:.2f} MB. Speed on one core: {speed.candidate:,.0f} captions/s against "
        f"{speed.baseline:,.0f} ({speed.ratio:.2f} times as fast).",
        "",
    ]
    for name, pipelines in figures.agreement.items():
        lines += [f"### {name} ({figures.trees[name]:,} captions)", ""]
        lines += ["| pipeline | form | tags | nouns F1 | UAS | LAS |", "| --- | --- | --- | --- | --- | --- |"]
        lines += [
            f"| {pipeline} | {form} | {_percent(a.tag_accuracy)} | {_percent(a.noun_f1)} "
            f"| {_percent(a.uas)} | {_percent(a.las)} |"
            for pipeline, forms in pipelines.items()
            for form, a in forms.items()
        ]
        lines.append("")
    return "\n".join(lines)


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
