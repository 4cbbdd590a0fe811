"""Words that a label space reviews: what they are read as, what they never mean, and COCO's whole list."""

import pytest

from caption_parser.labels.decisions import Decision, DecisionTable
from caption_parser.lexicon import default_lexicon
from shared_schemas import LabelClass, LabelSpace, Rule, load_label_space

LEXICON = default_lexicon()
BICYCLE = LabelClass(
    id=1, name="bicycle", synsets=("bicycle.n.01",), words={"bike": "no motor"}, denied={"wheel": "a part"}
)
MOTORCYCLE = LabelClass(id=2, name="motorcycle", synsets=("motorcycle.n.01",))
SPACE = LabelSpace(name="wheels", classes=(BICYCLE, MOTORCYCLE))


def test_words_and_denials_count_with_reviewed_alone() -> None:
    reviewed, paper = DecisionTable(SPACE, LEXICON, reviewed=True), DecisionTable(SPACE, LEXICON)
    wheel = LEXICON.synsets("wheel")
    bicycle = LEXICON.synset("bicycle.n.01")
    assert bicycle in wheel
    assert reviewed.decide("bike", None) == Decision(1, Rule.PHRASE)
    assert paper.decide("bike", None) is None
    assert reviewed.meant(("wheel",), wheel) == tuple(synset for synset in wheel if synset != bicycle)
    assert paper.meant(("wheel",), wheel) == wheel
    assert reviewed.meant(("bicycle",), (bicycle,)) == (bicycle,), "denied is a word, not its sense"


def test_a_lemma_names_the_labels_of_its_own_synsets() -> None:
    table = DecisionTable(SPACE, LEXICON)
    assert table.named_by("bike") == {1, 2}
    assert table.named_by("moped") == frozenset(), "below a labelled synset is not named by it"


def test_words_change_the_content_hash_and_reasons_do_not() -> None:
    def reference(**changes: dict[str, str]) -> str:
        return LabelSpace(name="wheels", classes=(BICYCLE.model_copy(update=changes), MOTORCYCLE)).reference

    assert reference(words={"bike": "another reason"}) == SPACE.reference
    assert reference(words={}) != SPACE.reference
    assert reference(denied={"cycle": "a part"}) != SPACE.reference


@pytest.fixture(scope="module")
def coco() -> LabelSpace:
    return load_label_space("coco")


def test_every_denied_word_has_a_sense_that_would_lead_to_its_class(coco: LabelSpace) -> None:
    table = DecisionTable(coco, LEXICON)
    needless = [
        (label.name, word)
        for label in coco.classes
        for word in label.denied
        if label.id not in {table.label_of(synset) for synset in _senses(word)}
    ]
    assert needless == []


def test_every_reviewed_word_says_more_than_wordnet(coco: LabelSpace) -> None:
    table = DecisionTable(coco, LEXICON)
    needless = [
        (label.name, word)
        for label in coco.classes
        for word in label.words
        if {table.label_of(synset) for synset in _senses(word)} == {label.id}
        # A great dane is a dog, but no kind of what its last word names.
        and label.id in {table.label_of(synset) for synset in _senses(word.rpartition(" ")[2])}
    ]
    assert needless == []


def test_every_entry_has_a_reason_and_is_written_small(coco: LabelSpace) -> None:
    entries = [entry for label in coco.classes for entry in (*label.words.items(), *label.denied.items())]
    assert len(entries) > 400
    assert [word for word, reason in entries if word != word.lower() or 0 < len(reason) < 4] == []


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("pen", "bird"),
        ("rail", "bird"),
        ("tower", "boat"),
        ("bottom", "boat"),
        ("pot", "toilet"),
        ("can", "toilet"),
        ("stool", "toilet"),
        ("wheel", "bicycle"),
        ("bat", "tennis racket"),
        ("board", "dining table"),
        ("poster", "horse"),
        ("planter", "person"),
    ],
)
def test_accidental_lemmas_never_mean_the_class(coco: LabelSpace, word: str, name: str) -> None:
    table = DecisionTable(coco, LEXICON, reviewed=True)
    meant = table.meant((word,), LEXICON.synsets(word))
    assert coco.by_name[name].id not in {table.label_of(synset) for synset in meant}


def _senses(word: str) -> set[int]:
    bases = LEXICON.base_forms(word.replace(" ", "_"))
    return {synset for base in bases for synset in LEXICON.synsets(base)}
