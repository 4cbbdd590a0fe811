import pytest

from caption_parser.lexicon.plurals import plural_forms


@pytest.mark.parametrize(
    ("singular", "plurals"),
    [
        ("dog", ("dogs",)),
        ("wine glass", ("wine glasses",)),
        ("bench", ("benches",)),
        ("toothbrush", ("toothbrushes",)),
        ("box", ("boxes",)),
        ("giraffe", ("giraffes",)),
        ("puppy", ("puppies",)),
        ("key", ("keys",)),
        ("buffalo", ("buffalos", "buffaloes")),
        ("zoo", ("zoos",)),
        ("knife", ("knives",)),
        ("pocketknife", ("pocketknives",)),
        ("grandchild", ("grandchildren",)),
        ("person", ("people", "persons")),
        ("fire man", ("fire men",)),
        ("policeman", ("policemen",)),
        ("human", ("humans",)),
        ("ox", ("oxen",)),
        ("fox", ("foxes",)),
        ("mouse", ("mice", "mouses")),
        ("blouse", ("blouses",)),
        ("clown fish", ("clown fishes",)),
        ("sheep", ()),
        ("skis", ()),
    ],
)
def test_plural_forms(singular: str, plurals: tuple[str, ...]) -> None:
    assert plural_forms(singular) == plurals
