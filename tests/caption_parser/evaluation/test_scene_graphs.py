"""Scene graphs by hand: every convention of the annotators, and exact scores."""

from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc

from benchmarks.graphs_of_parsers import parsed_entities, scene_graph_parser_entities
from caption_parser.evaluation.scene_graphs import (
    Entity,
    SceneGraph,
    SetScores,
    annotated_entities,
    normalise,
    read_scene_graphs,
    score_scene_graphs,
)
from caption_parser.lexicon import default_lexicon
from caption_parser.modes import Mode, ModeRules
from caption_parser.syntax.noun_phrases import find_noun_phrases
from caption_parser.syntax.tree import Tree
from shared_runtime.errors import InputError


def graph(objects: str, *attributes: tuple[str, str]) -> SceneGraph:
    return SceneGraph(frozenset(objects.split()), frozenset(attributes))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("( kite )", graph("kite")),
        ("( owl , sit on , fence )", graph("owl fence")),
        (" (owl,sit on,fence),(owl,is,brown)", graph("owl fence", ("owl", "brown"))),
        ("( owl , is , brown ) , ( owl , is , sleepy )", graph("owl", ("owl", "brown"), ("owl", "sleepy"))),
        ("( owls , is , 3 ) , ( owls , on , mossy roofs )", graph("owl roof", ("owl", "3"), ("roof", "mossy"))),
        ("( tennis player , is , young )", graph("player", ("player", "tennis"), ("player", "young"))),
        ("( kite , is , light blue )", graph("kite", ("kite", "light"), ("kite", "blue"))),
        (
            "( T-shirt , is , multi-colored )",
            graph("shirt", ("shirt", "t"), ("shirt", "multi"), ("shirt", "colored")),
        ),
        ("( knives , near , glasses )", graph("knife glass")),
        ("( zorgles , is , two )", graph("zorgles", ("zorgles", "2"))),
        ("( owl , is , one )", graph("owl")),
    ],
)
def test_annotated_graphs_are_normalised(written: str, expected: SceneGraph) -> None:
    assert normalise(annotated_entities(written), default_lexicon()) == expected


@pytest.mark.parametrize("written", ["", "( )", "( owl , on )", "( owl , on , a , fence )"])
def test_other_graphs_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="expected '\\( subject , predicate , object \\)'"):
        annotated_entities(written)


@pytest.fixture(scope="module")
def parsed_doc() -> Doc:
    """Two old men wearing hats watch a smiling girl clapping, parsed by hand."""
    return Doc(
        spacy.blank("en").vocab,
        words="Two old men wearing straw hats watch a smiling girl clapping".split(),
        tags="CD JJ NNS VBG NN NNS VBP DT VBG NN VBG".split(),
        heads=[2, 2, 6, 2, 5, 3, 6, 9, 9, 6, 9],
        deps="nummod amod nsubj acl compound dobj ROOT det amod dobj acl".split(),
    )


def entities_of(doc: Doc) -> tuple[Entity, ...]:
    tree = Tree.of(doc)
    return parsed_entities(tree, find_noun_phrases(tree, ModeRules.of(Mode.VISUAL)))


def test_phrases_give_modifiers_and_counts_but_no_relations(parsed_doc: Doc) -> None:
    assert entities_of(parsed_doc) == (
        Entity("men", ("old", "2")),
        Entity("hats", ("straw",)),
        Entity("girl", ("smiling", "clapping", "1")),
    )


def test_a_verb_with_a_preposition_after_its_adverb_is_a_relation() -> None:
    doc = Doc(
        spacy.blank("en").vocab,
        words="an owl sitting next to a sleeping owl".split(),
        tags="DT NN VBG RB IN DT VBG NN".split(),
        heads=[1, 1, 1, 2, 3, 7, 7, 4],
        deps="det ROOT acl advmod prep det amod pobj".split(),
    )
    assert entities_of(doc) == (Entity("owl", ("1",)), Entity("owl", ("sleeping", "1")))


def test_phrases_meet_their_annotation(parsed_doc: Doc) -> None:
    written = (
        "( men , is , old ) , ( men , is , 2 ) , ( men , wear , straw hats ) , ( men , watch , girl ) , "
        "( girl , is , smiling ) , ( girl , is , clapping )"
    )
    lexicon = default_lexicon()
    assert normalise(entities_of(parsed_doc), lexicon) == normalise(annotated_entities(written), lexicon)


def test_entities_of_scene_graph_parser_lose_their_determiners() -> None:
    parsed = {
        "entities": [
            {
                "head": "beach towels",
                "modifiers": [
                    {"dep": "det", "span": "the"},
                    {"dep": "nummod", "span": "Two"},
                    {"dep": "amod", "span": "wet"},
                ],
            }
        ],
        "relations": [],
    }
    found = normalise(scene_graph_parser_entities(parsed), default_lexicon())
    assert found == graph("towel", ("towel", "beach"), ("towel", "2"), ("towel", "wet"))


def test_scores_sum_counts_over_captions() -> None:
    pairs = [
        (graph("owl fence", ("owl", "brown")), graph("owl", ("owl", "brown"), ("owl", "big"))),
        (graph("kite"), graph("kite sky sea")),
        (graph("dog cat", ("dog", "wet")), graph("")),
    ]
    scores = score_scene_graphs(pairs)
    assert scores.objects == SetScores(precision=2 / 4, recall=2 / 5, f1=4 / 9)
    assert scores.attributes == SetScores(precision=1 / 2, recall=1 / 2, f1=1 / 2)


def test_the_attribute_of_another_object_is_wrong() -> None:
    scores = score_scene_graphs([(graph("owl fence", ("owl", "brown")), graph("owl fence", ("fence", "brown")))])
    assert scores.attributes == SetScores(0.0, 0.0, 0.0)


def test_scores_of_nothing_are_undefined() -> None:
    assert score_scene_graphs([]).objects == SetScores(None, None, None)


def test_files_are_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "graphs.csv"
    path.write_text('caption,scene_graph\na brown owl,"( owl , is , brown )"\na kite,( kite )\n')
    assert [row[:2] for row in read_scene_graphs(path)] == [
        ("a brown owl", (Entity("owl", ("brown",)),)),
        ("a kite", (Entity("kite"),)),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("caption,graph\nan owl,( owl )\n", "got the columns caption, graph, expected caption and scene_graph"),
        ("", r"got the columns \(none\)"),
        ("caption,scene_graph\nan owl\n", r"graphs.csv:2: got '' in a scene graph"),
        ("caption,scene_graph\nan owl,( owl )\na kite,\n", r"graphs.csv:3: got '' in a scene graph"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "graphs.csv"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        list(read_scene_graphs(path))


def test_other_encodings_are_named(tmp_path: Path) -> None:
    path = tmp_path / "graphs.csv"
    path.write_bytes("caption,scene_graph\na café,( café )\n".encode("latin-1"))
    with pytest.raises(InputError, match="expected UTF-8"):
        list(read_scene_graphs(path))


def test_missing_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere.csv: cannot be read: No such file"):
        list(read_scene_graphs(tmp_path / "nowhere.csv"))
