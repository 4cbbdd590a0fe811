"""Names, sense keys and ImageNet ids, and what a wrong one is answered with."""

import pickle

import pytest

from caption_parser.lexicon import Lexicon, UnknownSynsetError
from shared_runtime.errors import CapparseError


@pytest.mark.parametrize(
    "identifier", ["dog.n.01", "DOG.N.01", " dog.n.1 ", "domestic dog.n.01", "dog%1:05:00::", "n02084071"]
)
def test_every_form_of_the_dog(lexicon: Lexicon, identifier: str) -> None:
    assert lexicon.synset(identifier) == lexicon.synsets("dog")[0]


@pytest.mark.parametrize(
    ("identifier", "name"),
    [
        ("n02123045", "tabby.n.01"),
        ("n00001740", "entity.n.01"),
        ("frisbee.n.01", "frisbee.n.01"),
        (".45_caliber.a.01", ".45_caliber.a.01"),
        ("two%5:00:00:cardinal:00", "two.s.01"),
        ("two.s.01", "two.s.01"),
        ("two.a.01", "two.s.01"),
    ],
)
def test_names_of_identifiers(lexicon: Lexicon, identifier: str, name: str) -> None:
    assert lexicon.name(lexicon.synset(identifier)) == name


@pytest.mark.parametrize(
    ("identifier", "parts"),
    [
        ("dog.n.08", ["lists 7 for this lemma", "Did you mean dog.n.01, dog.n.02"]),
        ("dog.n.00", ["lists 7 for this lemma"]),
        ("dogs.n.01", ["no noun 'dogs'", "Did you mean dog.n.01"]),
        ("elefant.n.01", ["no noun 'elefant'", "Did you mean elephant.n.01"]),
        ("quickly.n.01", ["no noun 'quickly'", "Did you mean quickly.r.01"]),
        ("dog%1:05:09::", ["no such sense key", "Did you mean dog.n.01"]),
        ("able.s.01", ["unknown synset 'able.s.01'"]),
        ("n02084072", ["no noun of WordNet 3.0 has this offset"]),
        ("n99999999", ["no noun of WordNet 3.0 has this offset"]),
        ("sofa", ["expected a name such as 'dog.n.01'", "Did you mean sofa.n.01?"]),
        ("", ["'' is not a synset identifier"]),
        ("qqqqqqqqq.n.01", ["no noun 'qqqqqqqqq'"]),
        ("\ud800.n.01", ["no noun"]),
    ],
)
def test_unknown_identifiers(lexicon: Lexicon, identifier: str, parts: list[str]) -> None:
    with pytest.raises(UnknownSynsetError) as caught:
        lexicon.synset(identifier)
    for part in parts:
        assert part in str(caught.value)


def test_the_error_crosses_processes() -> None:
    error = pickle.loads(pickle.dumps(UnknownSynsetError("unknown synset 'x'")))
    assert isinstance(error, CapparseError)
    assert str(error) == "unknown synset 'x'"
