"""What a class excludes gets no label from it, and may get one from another class."""

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.lexicon import default_lexicon
from shared_schemas import LabelClass, LabelSpace, Rule


def test_the_walk_down_stops_at_excluded_synsets() -> None:
    lexicon = default_lexicon()
    cake = LabelClass(id=1, name="cake", synsets=("cake.n.03",), excluded=("cookie.n.01", "friedcake.n.01"))
    donut = LabelClass(id=2, name="donut", synsets=("doughnut.n.02",))
    table = DecisionTable(LabelSpace(name="sweets", classes=(cake, donut)), lexicon)

    def decision(name: str) -> Decision | None:
        return table.by_synset.get(lexicon.synset(name))

    assert decision("cupcake.n.01") == Decision(1, Rule.HYPONYM, 1)
    assert decision("cookie.n.01") is None
    assert decision("gingersnap.n.01") is None
    assert decision("friedcake.n.01") is None
    assert decision("doughnut.n.02") == Decision(2, Rule.SYNONYM, 0)
    assert decision("raised_doughnut.n.01") == Decision(2, Rule.HYPONYM, 1)
