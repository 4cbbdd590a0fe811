"""A WordNet of four synsets, a corpus of five sentences about mice, and a BERT that knows their words."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from caption_parser.lexicon import Lexicon

NOTICE = "  1 WordNet 3.0 Copyright 2006 by nobody.  All rights reserved.  \n"
RODENT, DEVICE = "mouse%1:05:00::", "mouse%1:06:00::"
FILES = {
    "data.noun": NOTICE
    + "00000100 03 n 01 entity 0 002 ~ 00000200 n 0000 ~ 00000300 n 0000 | that which exists  \n"
    + "00000200 05 n 01 mouse 0 001 @ 00000100 n 0000 "
    + '| a small animal with a tail; "the cat chased two mice"; "mouse"  \n'
    + "00000300 06 n 02 mouse 0 computer_mouse 0 001 @ 00000100 n 0000 "
    + '| a device that moves a cursor; "click with the computer mouse"  \n',
    "data.verb": NOTICE,
    "data.adj": NOTICE,
    "data.adv": NOTICE,
    "index.noun": NOTICE
    + "computer_mouse n 1 1 @ 1 0 00000300  \n"
    + "entity n 1 1 ~ 1 0 00000100  \n"
    + "mouse n 2 1 @ 2 1 00000200 00000300  \n",
    "index.verb": NOTICE,
    "index.adj": NOTICE,
    "index.adv": NOTICE,
    "index.sense": "entity%1:03:00:: 00000100 1 1\n"
    + f"{RODENT} 00000200 1 3\n{DEVICE} 00000300 2 2\n"
    + "computer_mouse%1:06:00:: 00000300 1 0\n",
    "noun.exc": "mice mouse\n",
    "verb.exc": "",
    "adj.exc": "",
    "adv.exc": "",
    "lexnames": "".join(f"{number:02d}\tnoun.file{number}\t1\n" for number in range(45)),
}
SENTENCES = (
    ("a *mouse ran from the cat", RODENT),
    ("the cat chased a *mouse", RODENT),
    ("*mice like cheese", RODENT),
    ("click the *mouse of the computer", DEVICE),
    ("a computer with a *mouse", DEVICE),
)


@pytest.fixture(scope="session")
def wordnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An NLTK data root."""
    root = tmp_path_factory.mktemp("nltk_data")
    folder = root / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return root


@pytest.fixture(scope="session")
def mice(wordnet: Path) -> Lexicon:
    """The lexicon of that WordNet."""
    pytest.importorskip("nltk")
    from caption_parser.lexicon.build import build_lexicon

    build_lexicon(wordnet, wordnet / "mice.lex")
    return Lexicon.open(wordnet / "mice.lex")


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SemCor's format; a star marks the tagged word."""
    path = tmp_path_factory.mktemp("corpus") / "mice.jsonl"
    with path.open("w") as file:
        for number, (sentence, key) in enumerate(SENTENCES):
            tokens: list[dict[str, Any]] = [
                {"w": word.lstrip("*"), "p": "NN", "l": "mouse", "k": [key]}
                if word.startswith("*")
                else {"w": word, "p": "X"}
                for word in sentence.split()
            ]
            file.write(json.dumps({"d": "mice", "s": str(number), "t": tokens}) + "\n")
    return path


@pytest.fixture(scope="session")
def bert(tmp_path_factory: pytest.TempPathFactory, tiny_tokenizer: Callable[..., Any]) -> Path:
    """The folder of a random BERT of two layers, 16 wide, for up to 32 subtokens."""
    import torch
    import transformers

    folder = tmp_path_factory.mktemp("bert")
    texts = [sentence.replace("*", "") for sentence, _ in SENTENCES]
    tokenizer = tiny_tokenizer(*texts, "a small animal with tail", "device that moves a cursor : two")
    torch.manual_seed(7)
    config = transformers.BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=32,
        hidden_dropout_prob=0.0,
    )
    transformers.BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
