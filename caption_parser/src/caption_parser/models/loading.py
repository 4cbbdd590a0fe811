"""Loads the spaCy pipeline that tags and parses captions: the one that ships, or the user's own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.attrs import IS_SPACE, LOWER, NORM, SUFFIX
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.util import registry

from caption_parser.models.tag_to_pos import TAG_TO_POS
from caption_parser.modes import Mode
from caption_parser.syntax.tree import SPELLED_AS
from shared_runtime.errors import MissingResourceError, UsageError
from shared_schemas.errors import did_you_mean

SHIPPED_PIPELINE = Path(__file__).resolve().parent / "caption_pipeline"

UNUSED_COMPONENTS = ("ner", "lemmatizer", "senter", "sentencizer", "entity_linker", "entity_ruler", "textcat")
"""Standard components that cost time and that nothing here reads."""

SET_POS = frozenset({"attribute_ruler", "morphologizer", TAG_TO_POS})
"""Factories of components that set `token.pos_`."""

_READ_OF_WORDS = (LOWER, NORM, SUFFIX, IS_SPACE)
"""Attributes of words that spaCy's parser or `CaptionWords` reads; it has a score more, such as "like a URL"."""

_BARE_TOKENIZER = "capparse.bare_tokenizer.v1"

REQUIRED_TAGS = frozenset({"NN", "NNS", "NNP", "JJ", "VBG", "VBN", "DT", "IN", "CD"})
REQUIRED_DEPENDENCIES = frozenset({"nsubj", "dobj", "pobj", "prep", "det", "amod", "compound", "conj"})


def load_nlp(spacy_model: str | Path | None = None) -> Language:
    """Load a pipeline that sets `tag_`, `pos_`, `head` and `dep_` (Penn Treebank tags, CLEAR dependencies).

    Args:
        spacy_model: None for the caption pipeline in this package; else an installed spaCy package or the
            folder of a saved pipeline, loaded without the components that are not needed.

    Raises:
        MissingResourceError: No such package or folder, or a folder that holds no spaCy pipeline.
        UsageError: The pipeline is not an English tagger and parser with those label sets.
    """
    if spacy_model is None:
        nlp = _load_shipped()
    else:
        nlp = spacy.load(_find(spacy_model), exclude=UNUSED_COMPONENTS)
        _check_labels(nlp, str(spacy_model))
        if not SET_POS & {nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}:
            nlp.add_pipe(TAG_TO_POS)
    _know_spellings(nlp)
    return nlp


def load(spacy_model: str | Path | None = None, *, mode: str = "visual", phrases: Sequence[str] = ()) -> Language:
    """A spaCy pipeline whose docs have `doc._.noun_phrases`, with modifiers, counts, extended heads and flags.

    Args:
        spacy_model: as in `load_nlp`.
        mode: "visual" or "paper".
        phrases: words and phrases to look up beside WordNet's lemmas, such as "stop sign".

    Raises:
        MissingResourceError, UsageError: as `load_nlp` does; `UsageError` for an unknown mode.
    """
    if mode not in set(Mode):
        raise UsageError(f"load(mode={mode!r}): expected 'visual' or 'paper'.{did_you_mean(mode, map(str, Mode))}")
    nlp = load_nlp(spacy_model)
    nlp.add_pipe("caption_noun_phrases", config={"mode": mode})
    nlp.add_pipe("caption_extended_heads", config={"mode": mode, "phrases": list(phrases)})
    return nlp


def describe_words_briefly(nlp: Language) -> None:
    """Let spaCy find out of new words no more than is read: the rest is a third of its time with them."""
    vocabulary: Any = nlp.vocab
    getters = vocabulary.lex_attr_getters
    vocabulary.lex_attr_getters = {attribute: getters[attribute] for attribute in _READ_OF_WORDS}


def _know_spellings(nlp: Language) -> None:
    """Let "nt" look as "n't" does, which pipelines learned; that both mean "not" spaCy knows by itself."""
    vocabulary: Any = nlp.vocab
    suffix_of = vocabulary.lex_attr_getters[SUFFIX]
    spelled = {word: suffix_of(other) for word, other in SPELLED_AS.items()}
    vocabulary.lex_attr_getters = {
        **vocabulary.lex_attr_getters,
        SUFFIX: lambda word: spelled.get(word) or suffix_of(word),
    }
    for word, suffix in spelled.items():
        vocabulary[word].suffix_ = suffix  # the exceptions of the tokenizer are in the vocabulary by now


def _load_shipped() -> Language:
    """The caption pipeline; its tokenizer's 1,300 exceptions are read from its folder alone.

    spaCy would first make a tokenizer with the exceptions of English, and then replace it: a fifth of a second.
    """
    nlp = spacy.load(SHIPPED_PIPELINE, config={"nlp": {"tokenizer": {"@tokenizers": _BARE_TOKENIZER}}})
    # Saved again, it is a pipeline that spaCy opens by itself.
    nlp.config["nlp"]["tokenizer"] = {"@tokenizers": "spacy.Tokenizer.v1"}
    return nlp


@registry.tokenizers(_BARE_TOKENIZER)  # type: ignore[untyped-decorator]
def _make_bare_tokenizer() -> Callable[[Language], Tokenizer]:
    return lambda nlp: Tokenizer(nlp.vocab)


def _find(spacy_model: str | Path) -> str | Path:
    folder = Path(spacy_model)
    if folder.is_dir():
        if (folder / "config.cfg").is_file():
            return folder
        raise MissingResourceError(
            f"{folder}: this folder holds no spaCy pipeline (no config.cfg). Give the folder that "
            "nlp.to_disk() wrote; of an installed package give the name instead"
        )
    name = str(spacy_model)
    if spacy.util.is_package(name):
        return name
    raise MissingResourceError(
        f"spaCy model {name!r}: no such folder and no installed package. Install one with "
        f"'python -m spacy download {name}' or 'pip install <package>', "
        "or leave --spacy-model out to use the caption pipeline in this package"
    )


def _check_labels(nlp: Language, name: str) -> None:
    if nlp.lang != "en":
        raise UsageError(f"spaCy model {name!r}: language is {nlp.lang!r}, expected 'en'")
    for component, required in (("tagger", REQUIRED_TAGS), ("parser", REQUIRED_DEPENDENCIES)):
        if component not in nlp.pipe_names:
            found = ", ".join(nlp.pipe_names) or "nothing"
            raise UsageError(
                f"spaCy model {name!r}: no component {component!r} (has: {found}). "
                "Expected a tagger and a parser, as in en_core_web_sm"
            )
        missing = sorted(required - set(nlp.pipe_labels[component]))
        if missing:
            raise UsageError(
                f"spaCy model {name!r}: labels missing from the {component}: {', '.join(missing)}. Expected "
                "Penn Treebank tags and CLEAR dependencies, as in en_core_web_sm (Universal ones are not read)"
            )
