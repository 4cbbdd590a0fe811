"""Which rows of the vector table make up the vector of a sense: its own, and those that it shares."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from caption_parser.lexicon import Lexicon

SHARED_HYPERNYMS = 3


@dataclass(frozen=True, slots=True)
class SenseRows:
    """Rows of a table: one per synset, then the shared ones, then one that stays zero.

    The vector of a synset is the sum of its rows: what training learns of one sense reaches its sisters
    through the row of their hypernym (the idea of the structured logits of EWISER, Bevilacqua & Navigli 2020).
    """

    synsets: tuple[int, ...]
    """The synset of each row of its own, ascending."""
    rows: tuple[tuple[int, ...], ...]
    """Per synset, all of its rows, filled up to the same number with the row that stays zero."""
    n_rows: int

    @property
    def zero_row(self) -> int:
        """The last row."""
        return self.n_rows - 1


def build_sense_rows(synsets: Iterable[int], lexicon: Lexicon) -> SenseRows:
    """Rows for `synsets`, their nearest hypernyms (first parents) and their lexicographer files."""
    own = tuple(sorted(set(synsets)))
    shared: dict[int | str, int] = {}
    rows = []
    for row, synset in enumerate(own):
        sharing: list[int | str] = [synset, *_first_parents(synset, lexicon), lexicon.lexname(synset)]
        rows.append([row, *(shared.setdefault(one, len(own) + len(shared)) for one in sharing)])
    zero_row = len(own) + len(shared)
    width = max(map(len, rows), default=0)
    filled = tuple(tuple(of_synset + [zero_row] * (width - len(of_synset))) for of_synset in rows)
    return SenseRows(own, filled, zero_row + 1)


def _first_parents(synset: int, lexicon: Lexicon) -> list[int]:
    parents: list[int] = []
    above: Sequence[int] = lexicon.hypernyms(synset) or lexicon.instance_hypernyms(synset)
    while above and len(parents) < SHARED_HYPERNYMS:
        parents.append(above[0])
        above = lexicon.hypernyms(above[0])
    return parents
