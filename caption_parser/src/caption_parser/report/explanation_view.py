"""An `Explanation` on a terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from caption_parser.report.explanation import Explanation, NounLine, RelationLine
from caption_parser.report.record_view import class_text, highlighted_caption
from caption_parser.syntax.text.boilerplate import Dropped

_SENSES_SHOWN = 6


def show_explanation(explanation: Explanation, console: Console) -> None:
    """Print the labels first, then how they came about: nouns with their senses, then the parse."""
    labels = explanation.labels
    console.print(highlighted_caption(labels, 0), "\n")
    for kind, classes in (("foreground", labels.foreground), ("background", labels.background)):
        names = Text(", ").join(class_text(label) for label in classes) if classes else Text("none", style="dim")
        console.print(Text(f"{kind}  ") + names)
    console.print()
    for segment in explanation.segments:
        it = "it is" if segment.dropped == Dropped.FILE else "it"
        read = escape(f"not read: {it} {segment.dropped}") if segment.dropped else "[green]read[/green]"
        console.print(f"segment  [bold]{escape(segment.text)}[/bold]  →  {read}", highlight=False)
    if explanation.segments:
        console.print()
    for noun in explanation.nouns:
        _print_noun(console, noun)
    for relation in explanation.relations:
        _print_relation(console, relation)
    console.print(_parse_table(explanation))


def _print_noun(console: Console, noun: NounLine) -> None:
    style = "yellow" if noun.outcome.startswith("dropped") else "green"
    console.print(
        f"[bold]{escape(noun.phrase)}[/bold]  →  [{style}]{escape(noun.outcome)}[/{style}]", highlight=False
    )
    details = [f"looked up as: {noun.extended_head}"] if noun.extended_head else []
    if noun.modifiers:
        why_not = f" ({noun.no_attributes})" if noun.no_attributes else ""
        details.append(f"modifiers: {', '.join(noun.modifiers)}{why_not}")
    if noun.count is not None:
        details.append(f"count: {noun.count}")
    if details:
        console.print("    " + escape("; ".join(details)), style="dim", highlight=False)
    for sense in noun.senses[:_SENSES_SHOWN]:
        label = f"  [green]{escape(sense.label)} ({sense.rule})[/green]" if sense.label else ""
        mark = "[bold]●[/bold]" if sense.chosen else "○"
        score = "" if sense.score is None else f" {sense.score:4.0%}"
        why = f"  [yellow]({sense.why})[/yellow]" if sense.why else ""
        console.print(
            f"    {mark}{score} {escape(sense.synset)}{label}{why}  [dim]{escape(sense.definition)}[/dim]",
            highlight=False,
        )
    if len(noun.senses) > _SENSES_SHOWN:
        console.print(f"    … {len(noun.senses) - _SENSES_SHOWN} more senses", style="dim", highlight=False)


def _print_relation(console: Console, relation: RelationLine) -> None:
    predicate = f"[green]{escape(relation.predicate)}[/green]"
    flags = f"  [yellow]not asserted, {', '.join(relation.flags)}[/yellow]" if relation.flags else ""
    console.print(
        f"relation  {escape(relation.subject)} → {predicate} → {escape(relation.object)}"
        f"  [dim]“{escape(relation.text)}”[/dim]{flags}",
        highlight=False,
    )


def _parse_table(explanation: Explanation) -> Table:
    table = Table("token", "tag", "relation", "to", box=None, header_style="dim", padding=(0, 2, 0, 0))
    for token in explanation.tokens:
        table.add_row(*(escape(cell) for cell in (token.text, token.tag, token.dep, token.head)))
    return table
