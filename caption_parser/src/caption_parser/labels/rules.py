"""Which steps beyond the paper's lead from senses to labels."""

from dataclasses import dataclass

from caption_parser.mode_rules import ModeRules


@dataclass(frozen=True, slots=True)
class LabelRules(ModeRules):
    """One switch for each step that Vilar & Perez (Section III-A2) do not have; all on is visual mode."""

    reviewed_words: bool = False
    """The words that the label space lists as reviewed or denied count."""
    typos: bool = False
    """An unknown word that is one slip away from a word of the label space is read as that word."""
    agreement: bool = False
    """The captions of one image settle what a word names: "bear" beside "teddy bear" is no bear."""
    implied: bool = False
    """Acts and roles give the objects that they entail: a surfer stands on a surfboard."""
