"""The published weights of DSVE (Engilberge et al. 2018, `dsve-loc`) under this package's names.

Their file holds a ResNet-152 with a projection of its cells, SRUs over vectors of words, and a projection of
pooled images, but no word: vectors of words are those of skip-thoughts (Kiros et al. 2015), a text file of words
and an array with a row for each. Axis letters: W words, C channels of their vectors, D of the common space.
"""

import re
import warnings
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from segmentation.backbones.loading import read_tensors, refuse_misfits
from segmentation.data.crops import CropOptions
from segmentation.grounding.config import GroundingConfig, GroundingOptions, TextOptions
from segmentation.grounding.network import GroundingNetwork
from segmentation.grounding.words import UNKNOWN, WordTable, split_words
from shared_runtime.errors import InputError
from shared_runtime.files import reading

BACKBONE = "resnet152"
SIDE = 385
"""Of images, in pixels: as many cells of stride 32 as their 400 have, on the grid of this package."""
WORDS, VECTORS = "dictionary.txt", "utable.npy"
"""Files of skip-thoughts."""
_UNKNOWN_WORD = "UNK"
_LAYER = "cap_emb.rnn.rnn_lst."
_STAGES = ("conv1", "bn1", "", "", "layer1", "layer2", "layer3", "layer4")
"""Of a ResNet, by their numbers in `nn.Sequential`; those between have no tensors."""
_STAGE = re.compile(r"img_emb\.base_layer\.0\.(\d)\.(.+)")
_PROJECTIONS = {"img_emb.base_layer.1.": "project.", "fc.": "affine."}


def read_dsve(checkpoint: Path) -> dict[str, Tensor]:
    """All tensors of a checkpoint under the names of a `GroundingNetwork`, but those of words.

    Raises InputError for a file that cannot be read, and for what this package's network cannot be: SRUs of
    another kind, or a common space of other channels than the projection of cells.
    """
    tensors = read_tensors(checkpoint)
    if not any(name.startswith(_LAYER) for name in tensors):
        shown = ", ".join([*tensors][:3])
        raise InputError(
            f"{checkpoint}: got no tensor {_LAYER}…, expected a checkpoint of dsve-loc (has {shown}, …)"
        )
    channels = tensors.get(f"{_LAYER}0.bias", torch.zeros(0)).numel() // 2
    own = {}
    for name, tensor in tensors.items():
        if name.startswith(_LAYER):
            own.update(_of_layer(name.removeprefix(_LAYER), tensor, channels, checkpoint))
        else:
            own[_own_name(name)] = tensor
    rows = own.get("affine.weight", torch.zeros(0, 0))
    if rows.ndim == 2 and rows.shape[0] != rows.shape[1]:
        raise InputError(
            f"{checkpoint}: got a common space of {rows.shape[0]} channels behind {rows.shape[1]} of cells, "
            "expected as many in both; others are not supported"
        )
    return own


def config_of(own: Mapping[str, Tensor], checkpoint: Path, label_space: str) -> GroundingConfig:
    """The configuration of the network whose tensors `read_dsve` gave."""
    layers = {name.split(".")[3] for name in own if name.startswith("text_encoder.reader.layers.")}
    text = TextOptions(
        least_count=1,
        word_channels=own["text_encoder.reader.layers.0.project.weight"].shape[1],
        layers=len(layers),
        cell="sru",
    )
    return GroundingConfig(
        backbone=BACKBONE,
        weights=str(checkpoint),
        label_space=label_space,
        crop=CropOptions(size=SIDE),
        network=GroundingOptions(dimension=own["text_encoder.reader.layers.0.bias"].shape[1], text=text),
    )


def word_vectors(folder: Path, wanted: Collection[str] | None) -> tuple[WordTable, Tensor]:
    """The words of a folder of skip-thoughts that texts can have, and their vectors [2 + W, C].

    Two rows come first, of what fills up and of unknown words. `wanted`: the words to keep, None: all of them.
    Raises InputError for files that are missing, damaged, or not of one another.
    """
    missing = [name for name in (WORDS, VECTORS) if not (folder / name).is_file()]
    if missing:
        raise InputError(
            f"{folder}: got no {' and no '.join(missing)}, expected the folder of skip-thoughts' vectors of "
            f"words, which are two files: {WORDS} and {VECTORS}"
        )
    vectors = _read_vectors(folder / VECTORS)
    rows: dict[str, int] = {}
    lines = 0
    with reading(folder / WORDS, UnicodeDecodeError), (folder / WORDS).open(encoding="utf-8") as file:
        for row, line in enumerate(file):
            lines, word = row + 1, line.strip()
            if word == _UNKNOWN_WORD or (split_words(word) == [word] and (wanted is None or word in wanted)):
                rows[word] = row
    if lines != len(vectors):
        raise InputError(f"{folder}: got {lines:,} words in {WORDS} and {len(vectors):,} rows in {VECTORS}")
    if _UNKNOWN_WORD not in rows:
        raise InputError(f"{folder / WORDS}: got no word {_UNKNOWN_WORD}, expected it for unknown ones")
    unknown = rows.pop(_UNKNOWN_WORD)
    words = sorted(rows)
    kept = torch.zeros(len(WordTable(words)), vectors.shape[1])
    kept[UNKNOWN:] = torch.from_numpy(
        vectors[[unknown, *(rows[word] for word in words)]].astype(np.float32, copy=False)
    )
    return WordTable(words), kept


def words_of(texts: Iterable[str]) -> set[str]:
    """All words of these texts, as a `WordTable` looks them up."""
    return {word for text in texts for word in split_words(text)}


def fill(network: GroundingNetwork, own: Mapping[str, Tensor], vectors: Tensor, checkpoint: Path) -> None:
    """Load what `read_dsve` and `word_vectors` gave. InputError where names or shapes do not fit."""
    words = {"text_encoder.words.weight": vectors, "vocabulary": network.get_buffer("vocabulary")}
    counters = {name for name in network.state_dict() if name.endswith("num_batches_tracked")}
    expected = {name: tensor for name, tensor in network.state_dict().items() if name not in counters}
    given = {name: tensor for name, tensor in {**own, **words}.items() if name not in counters}
    refuse_misfits(checkpoint, "DSVE", expected, given, [name for name in expected if name not in given])
    network.load_state_dict(given, strict=False)


def _own_name(name: str) -> str:
    plain = name.replace(".module.", ".")  # of DataParallel
    if found := _STAGE.fullmatch(plain):
        return f"backbone.{_STAGES[int(found[1])]}.{found[2]}" if int(found[1]) < len(_STAGES) else name
    for theirs, ours in _PROJECTIONS.items():
        if plain.startswith(theirs):
            return ours + plain.removeprefix(theirs)
    return name


def _of_layer(name: str, tensor: Tensor, channels: int, checkpoint: Path) -> dict[str, Tensor]:
    """A tensor of an SRU, `0.weight` [inputs, D × parts] or `0.bias` [2 D]; what later versions have beside these
    is nothing in DSVE's."""
    number, _, kind = name.partition(".")
    prefix = f"text_encoder.reader.layers.{number}."
    if kind == "weight" and tensor.ndim == 2 and tensor.shape[1] in (3 * channels, 4 * channels):
        inputs, columns = tensor.shape
        parts = tensor.view(inputs, channels, columns // channels).permute(2, 1, 0)
        return {f"{prefix}project.weight": parts.reshape(columns, inputs)}
    if kind == "bias" and tensor.numel() == 2 * channels:
        return {f"{prefix}bias": tensor.view(2, channels)}
    # Gates that look at the state, and a scale of the skipped input: the first version has neither.
    if (kind == "weight_c" and not tensor.any()) or (kind == "scale_x" and bool((tensor == 1).all())):
        return {}
    raise InputError(
        f"{checkpoint}: got {_LAYER}{name} {tuple(tensor.shape)} of another kind of SRU, expected {channels} "
        "channels of those of DSVE (v1=True, rescale=False); others are not supported"
    )


def _read_vectors(path: Path) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    try:
        with warnings.catch_warnings():
            # The published file was written by Python 2.
            warnings.filterwarnings("ignore", message=".*created on Python 2", category=UserWarning)
            found = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path}: not a readable array of numbers: {error}") from error
    if found.ndim != 2 or found.dtype.kind != "f":
        raise InputError(
            f"{path}: got {found.dtype} of shape {found.shape}, expected a row of numbers for each word"
        )
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]] = found
    return vectors
