"""A rival: the straightforward way to labels, SceneGraphParser and a float32 encoder, a call for each.

    python -m benchmarks.straightforward DUMP.tsv.gz MODEL --processes N [--limit N]

Each caption is parsed on its own, and for each noun phrase of it the encoder reads the caption: six layers, 384
wide, as the shipped one before it was compressed, with random weights, which take the same time. Prints how many
captions it went through.
"""

from collections.abc import Callable

from benchmarks import scene_graph_parser
from benchmarks.rival import main


def load(model: str) -> Callable[[str], int]:
    """A function from a caption to the number of its noun phrases, each of which the encoder has looked at."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel

    from caption_parser.senses.loading import folder_of_model

    torch.set_num_threads(1)
    parse = scene_graph_parser.load(model)
    folder = folder_of_model("default")
    assert folder is not None
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    encoder = BertModel(
        BertConfig(hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536)
    )
    encoder.eval()

    @torch.inference_mode()
    def label(caption: str) -> int:
        entities = parse(caption)["entities"]
        for _ in entities:
            encoder(input_ids=torch.tensor([tokenizer.encode(caption).ids[:512]]))
        return len(entities)

    return label


if __name__ == "__main__":
    main(load, __doc__)
