"""Fixtures of the disambiguators' tests."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zstandard

from caption_parser.lexicon import Lexicon, default_lexicon


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return default_lexicon()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str | bytes], Path]:
    """Writes a file, compressed as its name says."""

    def write(name: str, content: str | bytes) -> Path:
        packed = content.encode() if isinstance(content, str) else content
        if name.endswith(".gz"):
            packed = gzip.compress(packed)
        elif name.endswith(".zst"):
            packed = zstandard.compress(packed)
        path = tmp_path / name
        path.write_bytes(packed)
        return path

    return write


@pytest.fixture(scope="session")
def tiny_tokenizer() -> Callable[..., Any]:
    """Makes a BERT tokenizer whose vocabulary is the words of some texts, each whole; skips without torch."""
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")

    def make(*texts: str) -> Any:
        words = {word for text in texts for word in re.findall(r"\w+|[^\w\s]", text.lower())}
        vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(words)]
        return transformers.BertTokenizerFast(vocab={word: number for number, word in enumerate(vocabulary)})

    return make


@pytest.fixture(scope="session")
def averaging_model() -> Callable[..., Path]:
    """Writes a sense model whose encoder gives each token its vector plus the mean over the sequence.

    Special tokens have the vector zero. Skips without onnx.
    """
    onnx = pytest.importorskip("onnx")
    tokenizers = pytest.importorskip("tokenizers")
    from caption_parser.senses.frequency import FrequencyPrior
    from caption_parser.senses.model_folder import META, check_file
    from caption_parser.senses.sense_vectors import CHECKED_FILES, SenseModelMeta

    def tokenizer_of(words: list[str]) -> Any:
        vocabulary = {token: number for number, token in enumerate(["[UNK]", "[CLS]", "[SEP]", *words])}
        tokenizer = tokenizers.Tokenizer(tokenizers.models.WordPiece(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = tokenizers.normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
        specials = [("[CLS]", 1), ("[SEP]", 2)]
        tokenizer.post_processor = tokenizers.processors.TemplateProcessing("[CLS] $A [SEP]", None, specials)
        return tokenizer

    def encoder_of(vectors: np.ndarray) -> Any:
        helper, numpy_helper = onnx.helper, onnx.numpy_helper
        nodes = [
            helper.make_node("Gather", ["table", "input_ids"], ["own"]),
            helper.make_node("ReduceMean", ["own", "axis"], ["mean"], keepdims=1),
            helper.make_node("Add", ["own", "mean"], ["last_hidden_state"]),
        ]
        graph = helper.make_graph(
            nodes,
            "averaging",
            [helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["B", "N"])],
            [helper.make_tensor_value_info("last_hidden_state", onnx.TensorProto.FLOAT, ["B", "N", "D"])],
            [
                numpy_helper.from_array(vectors.astype(np.float32), "table"),
                numpy_helper.from_array(np.array([1], np.int64), "axis"),
            ],
        )
        return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 18)])

    def make(
        folder: Path,
        words: dict[str, tuple[float, ...]],
        senses: dict[str, tuple[int, ...]],
        *,
        scale: float = 10.0,
        count_weight: float = 0.0,
        pooling: Any = "mean",
        max_subtokens: int = 16,
    ) -> Path:
        folder.mkdir()
        dimension = len(next(iter(words.values())))
        table = np.array([*[[0.0] * dimension] * 3, *words.values()])
        onnx.save(encoder_of(table), folder / "encoder.onnx")
        tokenizer_of(list(words)).save(str(folder / "tokenizer.json"))
        np.save(folder / "sense_vectors.npy", np.array(list(senses.values()), np.int8))
        (folder / "sense_keys.txt").write_text("".join(f"{key}\n" for key in senses))
        meta = SenseModelMeta(
            name="averaging",
            version="0.1",
            dimension=dimension,
            pooling=pooling,
            max_subtokens=max_subtokens,
            scale=scale,
            prior=FrequencyPrior(count_weight=count_weight, rank_weight=0.0, smoothing=0.5),
            training={},
            files={name: check_file(folder / name) for name in CHECKED_FILES},
        )
        (folder / META).write_text(meta.model_dump_json())
        return folder

    return make
