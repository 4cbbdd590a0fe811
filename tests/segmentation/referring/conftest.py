"""A tiny language model with random weights, and a folder of captioned images that speak of squares."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

from shared_schemas import load_label_space

WORDS = "red green blue small square apple dog grass on with the two left of".split()


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a BERT of one layer and 16 channels, its vocabulary a dozen words."""
    pytest.importorskip("transformers")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    ids = {word: number for number, word in enumerate(vocabulary)}
    tokenizer = BertTokenizerFast(vocab=ids, do_lower_case=True)
    assert tokenizer("Red dog")["input_ids"] == [ids[word] for word in ("[CLS]", "red", "dog", "[SEP]")]
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=32,
            max_position_embeddings=32,
            pad_token_id=0,
        )
    ).save_pretrained(folder)
    return folder


class Captioned(NamedTuple):
    """Images with a label file."""

    images: Path
    labels: Path


def mention(text: str, phrase: str, label: int | None, **more: Any) -> dict[str, Any]:
    """A mention, in the first caption of a record, of what `phrase` refers to."""
    start = text.index(phrase)
    end = start + len(phrase)
    head = phrase.split()[-1]
    return {
        "caption": 0,
        "start": end - len(head),
        "end": end,
        "head": head,
        "extended_head": head,
        "label": label,
        "phrase_start": start,
        "phrase_end": end,
        **more,
    }


@pytest.fixture(scope="session")
def captioned(tmp_path_factory: pytest.TempPathFactory) -> Captioned:
    """Eight pictures of a square on grey: red ones, which captions call apples, and blue ones, dogs."""
    root = tmp_path_factory.mktemp("captioned")
    found = Captioned(root / "images", root / "labels.jsonl")
    found.images.mkdir()
    coco = load_label_space("coco")
    records = []
    for number in range(8):
        colour, name = ((220, 30, 30), "apple") if number % 2 else ((30, 30, 220), "dog")
        caption = f"A small {'red' if number % 2 else 'blue'} {name}."
        pixels = np.full((40, 48, 3), 128, dtype=np.uint8)
        pixels[8:28, 4 + 2 * number : 24 + 2 * number] = colour
        Image.fromarray(pixels).save(found.images / f"{number:012}.png")
        label = coco.by_name[name]
        records.append(
            {
                "schema_version": "1.0",
                "image_id": number,
                "file_name": f"{number:012}.png",
                "label_space": coco.reference,
                "captions": [caption],
                "foreground": [{"id": label.id, "name": name, "votes": 1}],
                "background": [],
                "mentions": [mention(caption, caption[:-1], label.id)],
            }
        )
    found.labels.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    return found
