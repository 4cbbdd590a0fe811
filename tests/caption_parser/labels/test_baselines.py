import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caption_parser.captions import ImageCaptions
from caption_parser.labels.baselines import StringLabeller, exact_match_labeller, read_synonyms
from caption_parser.lexicon.plurals import plural_forms
from shared_schemas import LabelClass, LabelSpace, Rule

WORDS = ("dog", "hot dog", "dog house", "hot", "house", "ox")
SPACE = LabelSpace(
    name="words", classes=tuple(LabelClass(id=i, name=w, phrases=(w,)) for i, w in enumerate(WORDS, 1))
)


def _found(labeller: StringLabeller, *captions: str) -> list[tuple[int, str, str]]:
    """Caption index, text and class name of each mention."""
    ((mentions, _),) = labeller.label([ImageCaptions(1, captions)])
    return [(m.caption, captions[m.caption][m.start : m.end], str(m.label)) for m in mentions]


@pytest.mark.parametrize(
    ("caption", "found"),
    [
        ("A dog and two Dogs.", [("dog", "1"), ("Dogs", "1")]),
        ("DOG", [("DOG", "1")]),
        ("a dog's bowl", [("dog", "1")]),
        ("hotdogs, dogsled, underdog, dog_1", []),
        ("a hot dog", [("hot dog", "2"), ("dog", "1")]),
        ("teddy bears", [("teddy bears", "4"), ("bears", "3")]),
        ("İ dog", [("dog", "1")]),
        ("dogé édog", []),
        ("grass", []),
        ("", []),
    ],
)
def test_exact_match(pets: LabelSpace, caption: str, found: list[tuple[str, str]]) -> None:
    assert _found(exact_match_labeller(pets), caption) == [(0, text, label) for text, label in found]


def test_words_of_one_class_do_not_nest_but_those_of_two_do(pets: LabelSpace) -> None:
    labeller = StringLabeller(pets, {"cell phone": ("phone", "cell phone"), "dog": ("cell",)})
    assert _found(labeller, "a cell phone") == [(0, "cell phone", "5"), (0, "cell", "1")]


def test_a_word_may_stand_for_several_classes(pets: LabelSpace) -> None:
    labeller = StringLabeller(pets, {"dog": ("toy",), "teddy bear": ("toy",)})
    assert _found(labeller, "Toys") == [(0, "Toys", "1"), (0, "Toys", "4")]


def test_images_in_order_with_the_evidence(pets: LabelSpace) -> None:
    images = [ImageCaptions(7, ("a cat",)), ImageCaptions("8", ("a cat", "Two bears"))]
    (none, _), ((mention,), _) = exact_match_labeller(pets).label(images)
    assert none == ()
    assert (mention.caption, mention.start, mention.end, mention.label) == (1, 4, 9, 3)
    assert (mention.head, mention.extended_head, mention.rule) == ("bears", "bears", Rule.STRING)


def test_no_words_find_nothing(pets: LabelSpace) -> None:
    assert _found(StringLabeller(pets, {}), "a dog", "") == []


def test_synonym_list(pets: LabelSpace, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("bear, panda\n")
    assert _found(StringLabeller(pets, read_synonyms(path, pets).words), "pandas and a dog") == [
        (0, "pandas", "3")
    ]


@given(st.lists(st.sampled_from([*WORDS, "dogs", "oxen", "the", "-", "Ox"]), max_size=8).map(" ".join))
def test_finds_what_one_expression_per_class_finds(caption: str) -> None:
    ((mentions, _),) = exact_match_labeller(SPACE).label([ImageCaptions(1, (caption,))])
    found = {(m.label, m.start, m.end) for m in mentions}
    expected = {
        (label, match.start(), match.end())
        for label, word in enumerate(WORDS, 1)
        for match in re.finditer(rf"\b(?:{'|'.join([*plural_forms(word), word])})\b", caption, re.IGNORECASE)
    }
    assert found == expected
    starts = [(m.start, -m.end) for m in mentions]
    assert starts == sorted(starts)
