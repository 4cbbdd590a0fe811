"""What the captions of one image settle about each other's words."""

from caption_parser.labels.agreement import Agreement, WordReading
from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.lexicon import default_lexicon
from shared_schemas import LabelClass, LabelSpace, Rule

LEXICON = default_lexicon()
SPACE = LabelSpace(
    name="test",
    classes=(
        LabelClass(id=1, name="bear", synsets=("bear.n.01",)),
        LabelClass(id=2, name="teddy bear", synsets=("teddy.n.01",)),
        LabelClass(id=3, name="table", synsets=("table.n.02",), excluded=("desk.n.01",)),
        LabelClass(id=4, name="bicycle", synsets=("bicycle.n.01",), words={"bike": "no motor"}),
        LabelClass(id=5, name="motorcycle", synsets=("motorcycle.n.01",)),
    ),
)
TABLE = DecisionTable(SPACE, LEXICON, reviewed=True)
AGREEMENT = Agreement(TABLE, LEXICON)


def read(lemma: str, synset: str | None = None) -> WordReading:
    number = LEXICON.synset(synset) if synset else None
    return WordReading(lemma, number, TABLE.by_synset.get(number) if number else TABLE.by_phrase.get(lemma))


BEAR, TEDDY = read("bear", "bear.n.01"), read("teddy_bear", "teddy.n.01")
A_TABLE, DESK = read("table", "table.n.02"), read("desk", "desk.n.01")
BIKE, MOTORCYCLE, BICYCLE = read("bike"), read("motorcycle", "motorcycle.n.01"), read("bicycle", "bicycle.n.01")


def test_a_longer_name_of_another_caption_says_what_the_word_means() -> None:
    assert AGREEMENT.settle([[BEAR], [TEDDY]]) == {BEAR: Decision(2, Rule.AGREEMENT)}
    assert AGREEMENT.settle([[BEAR, TEDDY], [BEAR], [TEDDY]]) == {}, "one caption has both: they are two things"
    assert AGREEMENT.settle([[BEAR], [BEAR], [TEDDY]]) == {}, "most captions say bear"
    assert AGREEMENT.settle([[BEAR]]) == {}


def test_an_excluded_kind_takes_the_label_away() -> None:
    assert AGREEMENT.settle([[A_TABLE], [DESK]]) == {A_TABLE: None}
    assert AGREEMENT.settle([[A_TABLE, DESK], [DESK]]) == {}


def test_a_word_of_two_classes_means_the_one_that_others_name() -> None:
    assert BIKE.decision is not None
    assert BIKE.decision.label == 4
    assert AGREEMENT.settle([[BIKE], [MOTORCYCLE]]) == {BIKE: Decision(5, Rule.AGREEMENT)}
    assert AGREEMENT.settle([[BIKE], [MOTORCYCLE], [BICYCLE]]) == {}, "others name its own class as well"
    assert AGREEMENT.settle([[BIKE, MOTORCYCLE], [BIKE]]) == {}


def test_of_equal_answers_the_first_of_the_captions_counts_in_every_run() -> None:
    kinds = [WordReading(f"kind_{depth}", None, Decision(5, Rule.HYPONYM, depth)) for depth in range(1, 9)]
    for order in (kinds, kinds[::-1]):
        depth = order[0].decision.depth if order[0].decision else None
        assert AGREEMENT.settle([[BIKE], order]) == {BIKE: Decision(5, Rule.AGREEMENT, depth or 0)}
