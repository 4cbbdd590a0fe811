import pytest

pytest.importorskip("tokenizers")

from caption_parser.lexicon import Lexicon
from caption_parser.senses.training.sense_model import build_sense_rows


def test_sisters_share_the_rows_of_their_hypernym(mice: Lexicon) -> None:
    entity, rodent, device = mice.noun_synsets()
    rows = build_sense_rows([device, rodent], mice)
    assert rows.synsets == (rodent, device)
    # Rows 0 and 1 are their own; 2 is the rodent as a parent, 3 is entity, 4 a file; 5 the device, 6 a file.
    assert rows.rows == ((0, 2, 3, 4), (1, 5, 3, 6))
    assert (rows.n_rows, rows.zero_row) == (8, 7)
    assert build_sense_rows([entity, rodent], mice).rows == ((0, 2, 3, 6), (1, 4, 2, 5))


def test_parents_reach_three_steps_up(lexicon: Lexicon) -> None:
    dog = lexicon.synset("dog.n.01")
    rows = build_sense_rows([dog], lexicon)
    # Its own, itself as a parent, canine, carnivore, placental, and noun.animal.
    assert rows.rows == ((0, 1, 2, 3, 4, 5),)
