"""What a classifier can choose."""

from caption_parser.lexicon import Lexicon
from caption_parser.senses.classifier import SenseVocabulary, build_vocabulary, synset_key


def _groups(lexicon: Lexicon, *groups: tuple[str, ...]) -> list[int]:
    """Every synset alone, but those of `groups` together."""
    of_synset = list(range(lexicon.synset_range("r").stop))
    for names in groups:
        synsets = [lexicon.synset(name) for name in names]
        for synset in synsets:
            of_synset[synset] = min(synsets)
    return of_synset


def test_outputs_are_the_groups_that_were_seen(lexicon: Lexicon) -> None:
    groups = _groups(lexicon, ("cat.n.01", "dog.n.01"), ("run.v.01", "walk.v.01"))
    cat, dog, mouse, run, walk, red = (
        lexicon.synset(name)
        for name in ("cat.n.01", "dog.n.01", "mouse.n.01", "run.v.01", "walk.v.01", "red.s.01")
    )
    vocabulary = build_vocabulary(groups, [walk, cat, walk, red], lexicon)
    assert len(vocabulary) == 3
    outputs = vocabulary.outputs([dog, cat, mouse, run, walk, red], lexicon)
    assert outputs == [0, 0, None, 1, 1, 2]


def test_text_and_back(lexicon: Lexicon) -> None:
    groups = _groups(lexicon, ("cat.n.01", "dog.n.01"))
    vocabulary = build_vocabulary(groups, [lexicon.synset("dog.n.01"), lexicon.synset("entity.n.01")], lexicon)
    text = vocabulary.to_text()
    assert text == "entity%1:03:00::\ndog%1:05:00:: cat%1:05:00::\n"
    again = SenseVocabulary.from_text(text)
    assert again.outputs([lexicon.synset("cat.n.01")], lexicon) == [1]
    assert again.to_text() == text


def test_keys_name_synsets_apart(lexicon: Lexicon) -> None:
    synsets = range(0, lexicon.synset_range("r").stop, 7)
    assert len({synset_key(synset, lexicon) for synset in synsets}) == len(synsets)
    assert all(lexicon.synset(synset_key(synset, lexicon)) == synset for synset in synsets[::50])
