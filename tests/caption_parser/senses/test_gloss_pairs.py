"""Gloss-pair models: pairs of known form, and tiny classifiers whose answers are known."""

# ruff: noqa: E402 (without torch the file is skipped before it imports what needs it)

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from caption_parser.lexicon import default_lexicon
from caption_parser.senses.disambiguator import SenseChoice, SenseQuery
from caption_parser.senses.gloss_pairs import GlossPairs, MarkedContext, cut_context, mark_target
from shared_runtime.errors import MissingResourceError
from shared_schemas import Route

LEXICON = default_lexicon()
MOUSE = LEXICON.synsets("mouse")
RODENT, BRUISE, PERSON, DEVICE = MOUSE


def _query(caption: str, word: str, lemma: str | None = None) -> SenseQuery:
    start = caption.index(word)
    lemma = lemma or word
    return SenseQuery(caption, start, start + len(word), lemma, LEXICON.synsets(lemma))


class TestPairs:
    def test_the_target_stands_in_quotes(self) -> None:
        context = mark_target(_query("A grey mouse, asleep", "mouse"))
        assert context == MarkedContext('A grey "mouse", asleep', 7, 14)
        assert context.text[context.start : context.end] == '"mouse"'

    @pytest.mark.parametrize(
        ("caption", "word", "lemma", "marked"),
        [
            ("a hot dog, grilled", "hot", "hot_dog", 'a "hot dog", grilled'),
            ("a hot dog stand", "hot dog", "hot_dog", 'a "hot dog" stand'),
            ("an old chest of drawers.", "chest", "chest_of_drawers", 'an old "chest of drawers".'),
            ("a t-shirt here", "t-shirt", "t-shirt", 'a "t-shirt" here'),
            ("two hot", "hot", "hot_dog", 'two "hot"'),
        ],
    )
    def test_lemmas_of_several_words_are_marked_whole(
        self, caption: str, word: str, lemma: str, marked: str
    ) -> None:
        assert mark_target(_query(caption, word, lemma)).text == marked

    def test_a_context_is_cut_around_its_target(self) -> None:
        text = 'a b c d "e" f g h'
        offsets = [(i, i + 1) for i, character in enumerate(text) if character != " "]
        context = MarkedContext(text, 8, 11)
        assert cut_context(context, offsets, 10) == text
        assert cut_context(context, offsets, 5) == 'd "e" f'
        assert cut_context(context, offsets, 3) == '"e"'
        assert cut_context(context, offsets, 8) == 'c d "e" f g h'


@pytest.fixture(scope="module")
def tokenizer(tiny_tokenizer: Callable[..., Any]) -> Any:
    glosses = [LEXICON.definition(synset) for synset in MOUSE]
    return tiny_tokenizer('a grey "mouse" on the desk : rat cat', *glosses)


@pytest.fixture(scope="module")
def save(tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Saves a classifier that takes a pair for fitting the more, the more of its tokens are one of some words."""

    def save(*words: str, positions: int = 64, num_labels: int = 2) -> Path:
        config = transformers.BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=1,
            intermediate_size=16,
            max_position_embeddings=positions,
            num_labels=num_labels,
        )
        model = transformers.BertForSequenceClassification(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.zero_()
            # Words are dimension 0 as against 1. [CLS] attends to all alike: queries and keys are zero.
            embeddings = model.bert.embeddings.word_embeddings.weight
            embeddings[:, 1] = 1
            for word in words:
                embeddings[tokenizer.convert_tokens_to_ids(word)] = torch.eye(16)[0]
            layer = model.bert.encoder.layer[0]
            for linear in (layer.attention.self.value, layer.attention.output.dense, model.bert.pooler.dense):
                linear.weight.copy_(torch.eye(16))
            for name, parameter in model.named_parameters():
                if name.endswith("LayerNorm.weight"):
                    parameter.fill_(1)
            model.classifier.weight[-1, 0] = 1
        folder = tmp_path_factory.mktemp("classifier")
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)
        return folder

    return save


def _load(folder: Path, **options: Any) -> GlossPairs:
    return GlossPairs.load(str(folder), LEXICON, **options)


@pytest.mark.parametrize(
    ("word", "synset"),
    [("electronic", DEVICE), ("eye", BRUISE), ("timid", PERSON), ("rodents", RODENT)],
)
def test_the_sense_whose_gloss_fits_wins(save: Callable[..., Path], word: str, synset: int) -> None:
    folder = save(word)
    disambiguator = _load(folder)
    (choice,) = disambiguator.disambiguate([_query("a grey mouse on the desk", "mouse")])
    assert (choice.synset, choice.route) == (synset, Route.MODEL)
    assert disambiguator.name == f"glosses:{folder}"
    assert choice.score is not None
    assert 0 < choice.score < 1
    assert max(choice.distribution) == choice.distribution[MOUSE.index(synset)]
    assert sum(choice.distribution) == pytest.approx(1)


def test_equals_go_to_the_first_listed(save: Callable[..., Path]) -> None:
    query = _query("a mouse", "mouse")
    twice = query._replace(candidates=(PERSON, DEVICE, DEVICE, PERSON))
    disambiguator = _load(save("electronic"))
    choice = disambiguator.disambiguate([twice])[0]
    assert choice.synset == DEVICE
    assert choice.distribution[1] == choice.distribution[2]


def test_one_sense_needs_no_model(save: Callable[..., Path]) -> None:
    disambiguator = _load(save("electronic"))
    disambiguator._model.forward = None
    query = _query("a mouse", "mouse")._replace(candidates=(PERSON,))
    assert disambiguator.disambiguate([query]) == [SenseChoice(PERSON, Route.MONOSEMOUS)]
    assert disambiguator.disambiguate([]) == []


def test_the_pair_that_the_model_reads(save: Callable[..., Path], tokenizer: Any) -> None:
    disambiguator = _load(save("electronic"))
    read: list[Any] = []
    disambiguator._model.register_forward_pre_hook(
        lambda _module, _positional, inputs: read.append(inputs), with_kwargs=True
    )
    query = _query("a grey mouse", "mouse")._replace(candidates=(BRUISE, PERSON))
    disambiguator.disambiguate([query])
    assert [tokenizer.decode(row) for inputs in read for row in inputs["input_ids"]] == [
        f'[CLS] a grey " mouse " [SEP] mouse : {_spaced(LEXICON.definition(synset))} [SEP]'
        for synset in (BRUISE, PERSON)
    ]
    assert read[0]["token_type_ids"][0].tolist()[:7] == [0] * 7
    assert read[0]["token_type_ids"][0].tolist()[7:] == [1] * (read[0]["input_ids"].shape[1] - 7)


def test_the_batch_does_not_matter(save: Callable[..., Path]) -> None:
    folder = save("electronic", "grey", "eye")
    captions = ["a grey mouse", "the mouse on the desk", "mouse", "a cat on a grey mouse", "a rat"]
    queries = [_query(caption, "mouse" if "mouse" in caption else "rat") for caption in captions] * 2
    together = _load(folder).disambiguate(queries)
    assert together == _load(folder, max_tokens=1).disambiguate(queries)
    alone = _load(folder)
    assert together == [choice for query in queries for choice in alone.disambiguate([query])]


def test_a_long_context_is_read_around_its_target(save: Callable[..., Path]) -> None:
    """ "grey" next to the target counts, "cat" far from it does not: the model reads 64 subtokens."""
    near = "the cat " * 200 + "grey mouse on " + "the cat " * 200
    far = "the cat " * 200 + "a mouse on " + "the cat " * 200 + "grey"
    disambiguator = _load(save("grey"))
    with_grey, without = disambiguator.disambiguate([_query(near, "mouse"), _query(far, "mouse")])
    assert with_grey.score is not None
    assert without.score is not None
    assert with_grey.score > without.score


def test_glosses_longer_than_the_input_are_cut(save: Callable[..., Path]) -> None:
    disambiguator = _load(save("mouse", positions=12))
    (choice,) = disambiguator.disambiguate([_query("a grey mouse on the desk " * 3, "mouse")])
    assert choice.route is Route.MODEL


class TestWhatCannotBeLoaded:
    def test_a_folder_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(MissingResourceError, match=r"missing: no such folder$"):
            _load(tmp_path / "missing")

    def test_a_checkpoint_that_the_cache_lacks(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        with pytest.raises(MissingResourceError, match="hf download nobody/glosses"):
            GlossPairs.load("nobody/glosses", LEXICON)

    def test_a_folder_without_a_checkpoint(self, tmp_path: Path) -> None:
        with pytest.raises(MissingResourceError, match="cannot read this checkpoint"):
            _load(tmp_path)

    def test_damaged_weights(self, save: Callable[..., Path]) -> None:
        folder = save()
        (folder / "model.safetensors").write_bytes(b"damaged")
        with pytest.raises(MissingResourceError, match="cannot read this checkpoint"):
            _load(folder)

    def test_three_classes(self, save: Callable[..., Path]) -> None:
        with pytest.raises(MissingResourceError, match="it has 3 classes"):
            _load(save(num_labels=3))

    def test_an_encoder_without_classifier(self, save: Callable[..., Path]) -> None:
        folder = save()
        transformers.BertModel.from_pretrained(folder).save_pretrained(folder)
        with pytest.raises(MissingResourceError, match="its weights lack classifier"):
            _load(folder)


def _spaced(gloss: str) -> str:
    """A gloss as the tokenizer gives it back: words and punctuation apart."""
    return " ".join(re.findall(r"\w+|[^\w\s]", gloss.lower()))
