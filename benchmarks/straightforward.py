"""A rival: the straightforward way to labels, SceneGraphParser and a float32 encoder, a call for each.

    python -m benchmarks.straightforward DUMP.tsv.gz MODEL --processes N [--limit N]

Each caption is parsed on its own, and for each noun phrase of it the encoder reads the caption: six layers, 384
wide, as the shipped one before it was compressed, with random weights, which take the same time. Prints how many
captions it went through. A pool of workers stands in for several processes, which it knows nothing of.
"""

import argparse
import multiprocessing
from collections.abc import Callable

from benchmarks.captions import read_dump
from benchmarks.scene_graph_parser import load

_CAPTIONS_PER_TASK = 64


def _labeller(model: str) -> Callable[[str], int]:
    """A function from a caption to the number of its noun phrases, each of which the encoder has looked at."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    from caption_parser.senses import folder_of_model

    torch.set_num_threads(1)
    scene_graphs = load(model)
    folder = folder_of_model("default")
    assert folder is not None
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    encoder = BertModel(
        BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
    )
    encoder.eval()

    @torch.inference_mode()
    def label(caption: str) -> int:
        entities = scene_graphs.parse(caption)["entities"]
        for _ in entities:
            encoder(input_ids=torch.tensor([tokenizer.encode(caption).ids[:512]]))
        return len(entities)

    return label


def main() -> None:
    """Go through all captions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dump")
    parser.add_argument("model")
    parser.add_argument("--processes", type=int, required=True)
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    captions = read_dump(arguments.dump, arguments.limit)
    with multiprocessing.Pool(arguments.processes, _start_worker, (arguments.model,)) as pool:
        print(sum(1 for _ in pool.imap(_label, captions, _CAPTIONS_PER_TASK)))


_label_caption: Callable[[str], int] | None = None
"""In a worker process: what it does to a caption."""


def _start_worker(model: str) -> None:
    global _label_caption
    _label_caption = _labeller(model)


def _label(caption: str) -> int:
    assert _label_caption is not None
    return _label_caption(caption)


if __name__ == "__main__":
    main()
