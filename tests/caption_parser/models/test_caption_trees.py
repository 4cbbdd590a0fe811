"""Captions read in batches: the trees are those of spaCy's own tagger and parser, whatever stands in the batch."""

import numpy as np
import pytest
from spacy.language import Language
from spacy.pipeline._parser_internals.nonproj import deprojectivize
from spacy.tokens import Doc

from benchmarks.hard_captions import CASES
from caption_parser.models import load_nlp
from caption_parser.models.caption_network import CaptionNetwork
from caption_parser.models.caption_trees import CaptionTrees, _move_decorated
from caption_parser.models.caption_words import CaptionWords
from caption_parser.models.loading import describe_words_briefly
from caption_parser.syntax.tree import Tree

ODD = [
    "",
    "   ",
    "cat",
    "A dog. A cat! Two horses? and a bird; nothing",
    "gonna don't shouldn't've 's",
    "GIRAFFE \n\t eats  LEAVES  ",
    "ein Mädchen mit 3.5 kg Äpfeln 🐈 ...",
    "one dog and another " * 40,
]
LETTERS = "cat Cat CAT cannot Dont naïve Äpfel ﬁsh ß ΣΊΣΥΦΟΣ Ǆ 日本語 кот قطة".split()
MARKED = "cat, Cat. CAT. dont, St. U. No, Äpfelß. ,, ...".split()
SYMBOLS_OF_SPACY = "number agent bidet".split()
CAPTIONS = [*ODD, *(case.caption for case in CASES)]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_nlp()


def test_a_batch_is_read_as_spacy_reads_its_captions(nlp: Language) -> None:
    expected = list(map(Tree.of, nlp.pipe(CAPTIONS)))
    trees = list(CaptionTrees(nlp)(CAPTIONS))
    assert trees == expected
    for tree, other in zip(trees, expected, strict=True):
        assert tree.vectors is not None
        assert other.vectors is not None
        np.testing.assert_allclose(tree.vectors, other.vectors, atol=1e-4)


def test_words_that_spacy_tells_less_of_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    told, brief = load_nlp(), load_nlp()
    describe_words_briefly(brief)
    expected = list(CaptionTrees(told)(CAPTIONS)), list(map(Tree.of, told.pipe(CAPTIONS)))
    # Pipelines share the words in lower case; now those of the other are read.
    monkeypatch.setattr("caption_parser.syntax.tree._lowered", {})
    assert list(CaptionTrees(brief)(CAPTIONS)) == expected[0]
    monkeypatch.setattr("caption_parser.syntax.tree._lowered", {})
    assert list(map(Tree.of, brief.pipe(CAPTIONS))) == expected[1]


def test_blanks_are_known_where_spacy_tells_less_of_words() -> None:
    brief = load_nlp()
    describe_words_briefly(brief)
    assert [token.is_space for token in brief.make_doc("a   cat \n\t sits")] == [False, True, False, True, False]


def test_a_caption_is_read_the_same_in_any_company(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    read = CaptionTrees(nlp)
    together = dict(zip(CAPTIONS, read(CAPTIONS), strict=True))
    for size in (1, 17, 40):
        some = CAPTIONS[::-1][:size]
        assert list(read(some)) == [together[caption] for caption in some]
    monkeypatch.setattr("caption_parser.models.caption_trees._MOST_TOKENS", 300)
    assert list(read(CAPTIONS)) == list(together.values())


def test_captions_are_cut_into_words_as_the_tokenizer_cuts_them(nlp: Language) -> None:
    exceptions = [text for rule in nlp.tokenizer.rules if not rule.isspace() for text in (rule, " ".join(rule))]
    assert not any(" " in rule.strip() for rule in nlp.tokenizer.rules)
    cut = CaptionWords(nlp)
    for text in (
        *CAPTIONS,
        *LETTERS,
        *MARKED,
        *SYMBOLS_OF_SPACY,
        *exceptions,
        " ".join(f'("{word}").' for word in exceptions[:400]),
    ):
        doc = nlp.make_doc(text)
        found = cut(text)
        assert found == cut(doc)
        assert [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)] == [
            t.text for t in doc
        ]
        assert found.words == [token.lower_ for token in doc]


def test_decorated_labels_find_their_heads_as_in_spacy(nlp: Language) -> None:
    words = "what is a cat sitting on top of there".split()
    heads, labels = [5, 1, 3, 4, 1, 4, 5, 6, 4], "pobj||prep ROOT det nsubj xcomp prep pobj prep advmod".split()
    doc = deprojectivize(Doc(nlp.vocab, words=words, heads=heads, deps=labels))
    moved, plain = list(heads), list(labels)
    _move_decorated(words, moved, plain)
    assert (moved, plain) == ([token.head.i for token in doc], [token.dep_ for token in doc])
    assert moved[0] == 7
    assert plain[0] == "pobj"


def test_vectors_are_the_same_to_the_last_bit_in_any_company_and_after_any_words(nlp: Language) -> None:
    cut = CaptionWords(nlp)
    words = [cut(case.caption).keys for case in CASES]
    network = CaptionNetwork(nlp)
    together = network.vectors([word for caption in words for word in caption], [*map(len, words)])
    ends = np.cumsum([*map(len, words)])
    another = CaptionNetwork(nlp)
    for number in (len(words) - 1, 3, 0):
        alone = another.vectors(words[number], [len(words[number])])
        np.testing.assert_array_equal(alone, together[ends[number] - len(alone) : ends[number]])


def test_an_interrupted_batch_leaves_no_word_without_its_vector(
    nlp: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut = CaptionWords(nlp)
    first, second, third = (cut(text).keys for text in ("a cat on a sofa", "two dogs", "a sheep in the snow"))
    network, other = CaptionNetwork(nlp), CaptionNetwork(nlp)
    network.vectors(first, [len(first)])
    with monkeypatch.context() as patch:
        patch.setattr(network, "_hash", interrupt)
        with pytest.raises(KeyboardInterrupt):
            network.vectors(second, [len(second)])
    for words in (third, second, first):
        np.testing.assert_array_equal(network.vectors(words, [len(words)]), other.vectors(words, [len(words)]))


def interrupt(_: object) -> None:
    raise KeyboardInterrupt
