"""`explain`: the whole way from one caption to its labels."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from spacy.language import Language

from caption_parser import CaptionParser, ParserConfig
from caption_parser.report.explanation import Explanation, explain, explain_with
from caption_parser.report.explanation_view import show_explanation
from caption_parser.report.record_view import show_record
from shared_runtime.errors import UsageError
from tests.parsers import parser_of

CAPTION = "Two black cats in front of a lot of people, on a chest of drawers near a blorptron"


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    return explain(CAPTION, ParserConfig(mode="visual"))


def test_every_noun_has_an_outcome(explanation: Explanation) -> None:
    outcomes = {noun.phrase: noun.outcome for noun in explanation.nouns}
    assert outcomes == {
        "Two black cats": "cat (synonym)",
        "front": "dropped: part of a preposition",
        "lot": "dropped: counts or gathers another noun",
        "people": "person (holonym)",
        "a chest": "chest of drawers (synonym)",
        "drawers": "dropped: part of another name",
        "a blorptron": "dropped: not in WordNet",
    }


def test_senses_stand_with_their_labels_and_the_chosen_one_is_marked(explanation: Explanation) -> None:
    cats = explanation.nouns[0]
    assert (cats.modifiers, cats.count, cats.extended_head) == (("black",), 2, "cat")
    assert [sense.synset for sense in cats.senses if sense.chosen] == ["cat.n.01"]
    assert cats.senses[0].label == "cat"
    assert "feline" in cats.senses[0].definition


def test_every_sense_has_its_score_even_where_no_label_depends_on_it(explanation: Explanation) -> None:
    cats, *_ = explanation.nouns
    scores = [sense.score for sense in cats.senses]
    assert sum(score for score in scores if score is not None) == pytest.approx(1)
    assert scores[0] == max(score for score in scores if score is not None)
    (cat, *_) = explain("Two cats", ParserConfig(senses="first")).nouns
    assert {sense.score for sense in cat.senses} == {None}


def test_the_likeliest_sense_is_marked_where_no_class_depends_on_it() -> None:
    (_, helmet, *_) = explain("a boy with a helmet plays the guitar at a window").nouns
    assert helmet.outcome == "dropped: no class of the label space"
    assert [sense.synset for sense in helmet.senses if sense.chosen] == ["helmet.n.02"]
    assert [sense.why for sense in helmet.senses] == [None, None]


def test_a_sense_that_decided_without_being_the_likeliest_says_why(tmp_path: Path) -> None:
    space = tmp_path / "helmets.toml"
    space.write_text('name = "helmets"\n[[classes]]\nname = "hat"\nsynsets = ["helmet.n.01", "helmet.n.02"]\n')
    (helmet,) = explain("a helmet", ParserConfig(label_space=str(space))).nouns
    assert [(sense.synset, sense.why) for sense in helmet.senses if sense.chosen] == [
        ("helmet.n.01", "all senses mean this class, and the first stands for them")
    ]


def test_tokens_are_the_parse(explanation: Explanation) -> None:
    assert [token.text for token in explanation.tokens][:4] == ["Two", "black", "cats", "in"]
    assert explanation.tokens[1].tag == "JJ"
    assert (explanation.tokens[1].dep, explanation.tokens[1].head) == ("amod", "cats")


def test_a_caption_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = parser_of(keep_unlabelled=True)
    parsed = []
    make_doc = Language.make_doc
    monkeypatch.setattr(Language, "make_doc", lambda nlp, text: parsed.append(text) or make_doc(nlp, text))
    explain_with(parser, CAPTION)
    assert parsed == [CAPTION]


def test_a_string_matching_labeller_has_nothing_to_explain() -> None:
    with pytest.raises(UsageError, match="--labeller exact"):
        explain(CAPTION, ParserConfig(labeller="exact"))


def test_a_noun_that_entails_an_object_keeps_its_own_label_and_sense() -> None:
    (surfer,) = explain("a surfer").nouns
    assert surfer.outcome == "person (hyponym, 3 steps up); surfboard (implied)"
    assert [sense.synset for sense in surfer.senses if sense.chosen] == ["surfer.n.01"]


def test_a_verb_that_entails_an_object_is_shown() -> None:
    (man, surfing) = explain("a man surfing").nouns
    assert man.outcome.startswith("person")
    assert (surfing.phrase, surfing.outcome) == ("surfing", "surfboard (implied)")


def test_views_print_labels_and_reasons(explanation: Explanation) -> None:
    console = Console(file=io.StringIO(), width=120)
    show_explanation(explanation, console)
    show_record(explanation.labels, console)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert "cat ×2 {black}" in text
    assert "dropped: not in WordNet" in text
    assert re.search(r"● +\d+% cat\.n\.01  cat \(synonym\)", text)
    assert text.count(CAPTION) == 2


def test_an_explanation_says_in_short_what_it_is(explanation: Explanation) -> None:
    assert len(repr(explanation)) < 250
    assert repr(explanation).endswith("foreground: person, cat ×2 {black}; background: chest of drawers>")
    lines = str(explanation).splitlines()
    assert lines[:2] == [CAPTION, "  foreground: person, cat ×2 {black}"]
    assert lines[-1] == "a blorptron → dropped: not in WordNet"
    assert "  foreground: none" in str(explain("Nothing"))
    assert "not read: Home Decor (" in str(explain("Red sofa | Home Decor"))


def test_a_notebook_shows_an_explanation_with_its_text_escaped() -> None:
    html = explain("A dog & <i>a cat</i> on a blorptron")._repr_html_()
    assert "<i>" not in html
    assert "<th>outcome</th>" in html
    assert "<td>dog.n.01: a member of the genus Canis" in html
    assert "<td>dropped: not in WordNet</td>" in html


def test_brackets_in_captions_are_no_markup() -> None:
    caption = "A [red]dog[/red] and [bold a cat"
    console = Console(file=io.StringIO(), width=120)
    show_explanation(explain(caption, ParserConfig(mode="visual")), console)
    assert caption in console.file.getvalue()  # type: ignore[attr-defined]


def test_segments_stand_with_the_reason_why_they_are_not_read() -> None:
    explained = explain("Red sofa | Home Decor", ParserConfig(senses="first"))
    assert [(segment.text, bool(segment.dropped)) for segment in explained.segments] == [
        ("Red sofa", False),
        ("Home Decor", True),
    ]
    shown = io.StringIO()
    show_explanation(explained, Console(file=shown, width=120))
    assert "not read: it ends as the name of a site or a shop" in shown.getvalue()
    assert explain("A sofa", ParserConfig(senses="first")).segments == ()


def test_models_stay_loaded_until_the_label_space_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[ParserConfig] = []
    build = CaptionParser.__init__

    def counted(parser: CaptionParser, config: ParserConfig) -> None:
        made.append(config)
        build(parser, config)

    monkeypatch.setattr(CaptionParser, "__init__", counted)
    space = tmp_path / "pets.toml"
    config = ParserConfig(label_space=str(space), senses="first")
    for name in ("cat", "cat", "kitty"):
        space.write_text(f'name = "pets"\n[[classes]]\nname = "{name}"\nsynsets = ["cat.n.01"]\n', "utf-8")
        found = explain("a cat", config)
        assert [label.name for label in found.labels.foreground] == [name]
    assert len(made) == 2


def test_modifiers_that_are_no_attributes_say_why() -> None:
    car, man = explain("A small red car and a red-haired man", ParserConfig(mode="visual")).nouns
    assert car.no_attributes == "small: no attributes of coco"
    assert man.no_attributes == "red: said of something else; haired: no attributes of coco"
