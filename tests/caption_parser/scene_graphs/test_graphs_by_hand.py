"""Whole captions, parsed by the pipeline that ships, against graphs made by hand; what graphs turn into."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from caption_parser import scene_graph
from caption_parser.cli import app
from caption_parser.lexicon import default_lexicon
from caption_parser.scene_graphs.factual import FactualForm
from caption_parser.scene_graphs.graph import SceneGraph
from caption_parser.scene_graphs.parser import GraphParser

CASES = [
    tuple(part.strip() for part in line.split("|"))
    for line in Path(__file__).with_name("relations.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


def said(graph: SceneGraph) -> set[str]:
    """ "man hold ball", or "not man hold ball"."""
    return {
        ("not " if one.negated else "")
        + f"{graph.objects[one.subject].head} {one.predicate} {graph.objects[one.object].head}"
        for one in graph.relations
    }


def test_relations_of_captions_are_those_made_by_hand() -> None:
    graphs = GraphParser()(caption for caption, _ in CASES)
    found = {caption: said(graph) for graph, (caption, _) in zip(graphs, CASES, strict=True)}
    assert len(CASES) > 60
    assert found == {caption: set(filter(None, expected.split("; "))) for caption, expected in CASES}


def test_a_graph_has_names_attributes_counts_and_spans() -> None:
    caption = "A group of two young men in light blue shirts are playing tennis"
    graph = scene_graph(caption)
    men, shirts, tennis = graph.objects
    assert (men.name, men.head, men.count, men.quantity) == ("young men", "men", 2, "group")
    assert [one.text for one in shirts.attributes] == ["light blue"]
    for one in (*graph.objects, *shirts.attributes):
        text = one.name if hasattr(one, "name") else one.text
        assert caption[one.start : one.end].lower() == text
    assert {caption[one.start : one.end] for one in graph.relations} == {"in", "playing"}
    assert tennis.flags == ()


def test_the_text_form_leaves_out_what_is_denied() -> None:
    denied = scene_graph("a man not wearing a hat rides a brown horse")
    assert str(denied) == "( man , ride , horse ) , ( horse , is , brown )"
    assert [one.predicate for one in denied.relations if one.negated] == ["wear"]
    assert str(scene_graph("two dogs")) == "( dogs , is , 2 )"
    assert str(scene_graph("sky")) == "( sky )"


def test_long_captions_have_the_relations_of_their_sentences() -> None:
    graph = scene_graph("A dog lies on a sofa. " * 100)
    assert [one.predicate for one in graph.relations] == ["lie on"] * 100
    assert len({one.subject for one in graph.relations}) == 100


def test_networkx_has_the_same_nodes_and_edges() -> None:
    pytest.importorskip("networkx")
    graph = scene_graph("a woman is holding a red umbrella and a bag")
    converted = graph.to_networkx()
    assert [data["name"] for _, data in converted.nodes(data=True)] == [one.name for one in graph.objects]
    edges = [(a, data["predicate"], b) for a, b, data in converted.edges(data=True)]
    assert edges == [(one.subject, one.predicate, one.object) for one in graph.relations]


@pytest.mark.parametrize(
    ("caption", "expected"),
    [
        ("a man in a red shirt", "( man , wear , shirt ) , ( shirt , is , red )"),
        ("the tail of the horse", "( horse , have , tail )"),
        ("a plate of food", "( food , on , plate )"),
        ("a cat lying beneath a table", "( cat , lay under , table )"),
        ("a group of people on a beach", "( people , on , beach ) , ( people , is , group of )"),
        ("the ground covered in snow", "( snow , cover , ground )"),
        ("she is holding a tennis racket", "( woman , hold , tennis racket )"),
        ("a plate with food on it", "( food , on , plate )"),
        ("brick wall behind the city street", "( wall , behind , city street ) , ( wall , is , brick )"),
    ],
)
def test_annotators_words(caption: str, expected: str, graph_parser: GraphParser) -> None:
    (graph,) = graph_parser([caption])
    assert FactualForm(default_lexicon())(graph) == expected


@pytest.fixture(scope="module")
def graph_parser() -> GraphParser:
    return GraphParser(pronouns=True)


def test_commands(tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text(
        'caption,scene_graph\na man in a hat,"( man , wear , hat )"\na red kite,"( kite , is , blue )"\n', "utf-8"
    )
    runner = CliRunner()
    evaluated = json.loads(runner.invoke(app, ["evaluate-graphs", str(truth), "--json"]).stdout)
    assert (evaluated["captions"], evaluated["set_match"]) == (2, 0.5)
    assert evaluated["spice"] == pytest.approx((1 + 0.5) / 2)
    assert evaluated["scores"]["relations"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0}
    shown = runner.invoke(app, ["scene-graph", "a man in a hat", "--factual"])
    assert shown.stdout == "( man , wear , hat )\n"
    empty = tmp_path / "empty.csv"
    empty.write_text("caption,scene_graph\n", "utf-8")
    assert (
        "got no captions, expected rows below its header"
        in runner.invoke(app, ["evaluate-graphs", str(empty)]).output
    )
