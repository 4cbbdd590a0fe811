"""Whole captions, parsed by the pipeline that ships, against graphs made by hand; and what graphs can be turned into."""

import json
from pathlib import Path

import pytest

import caption_parser
from caption_parser.cli import app
from caption_parser.evaluation.spice import GraphMatch
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
    wrong = {
        caption: (said(graph), expected)
        for graph, (caption, expected) in zip(graphs, CASES, strict=True)
        if said(graph) != set(filter(None, expected.split("; ")))
    }
    assert len(CASES) >= 60
    assert not wrong
