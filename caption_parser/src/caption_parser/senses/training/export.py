"""From a trained network to a model folder that needs no torch."""

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from caption_parser.senses.model_folder import ENCODER, META, TOKENIZER, check_file
from caption_parser.senses.onnx_encoder import INPUT, OUTPUT
from caption_parser.senses.sense_vectors import (
    CHECKED_FILES,
    KEYS,
    VECTORS,
    SenseModelMeta,
)
from caption_parser.senses.training.job import TrainingJob
from caption_parser.senses.training.quantization import quantize_encoder
from caption_parser.senses.training.sense_model import SenseModel

_LARGEST_INT8 = 127
_OPSET = 18


class _LastLayer(nn.Module):
    """The encoder for sequences without padding, its last layer projected."""

    projection: Tensor

    def __init__(self, encoder: nn.Module, projection: Tensor) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("projection", projection)

    def forward(self, input_ids: Tensor) -> Tensor:
        hidden: Tensor = self.encoder(input_ids=input_ids).last_hidden_state
        return hidden @ self.projection if self.projection.numel() else hidden


def export_model(job: TrainingJob, model: SenseModel, synsets: Sequence[int]) -> None:
    """Write the model folder of a job; `synsets` are those of the rows of `model`."""
    options, folder = job.options, job.target.folder
    model.eval()
    with torch.no_grad():
        vectors = model.sense_vectors(torch.arange(len(synsets)))
    projection = torch.empty(0)
    if options.dimension is not None:
        projection = principal_components(vectors, options.dimension)
        vectors = vectors @ projection
    write_encoder(job, model.encoder, projection)
    np.save(folder / VECTORS, quantize_directions(vectors), allow_pickle=False)
    keys = [job.lexicon.sense_key(synset, job.lexicon.lemmas(synset)[0]) for synset in synsets]
    (folder / KEYS).write_text("".join(f"{key}\n" for key in keys), encoding="utf-8")
    meta = SenseModelMeta(
        name=job.target.name,
        version=options.version,
        dimension=vectors.shape[1],
        pooling=options.pooling,
        max_subtokens=job.pretrained.max_subtokens,
        scale=model.log_scale.exp().item(),
        prior=model.prior(),
        training=job.target.training,
        files={file: check_file(folder / file) for file in CHECKED_FILES},
    )
    (folder / META).write_text(meta.model_dump_json(indent=2) + "\n", encoding="utf-8")


def write_encoder(job: TrainingJob, encoder: nn.Module, projection: Tensor | None = None) -> None:
    """Write a trained encoder and its tokenizer into the model folder; `projection` as for `export_encoder`."""
    folder, tokenizer = job.target.folder, job.pretrained.tokenizer
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        exact = Path(temporary) / ENCODER
        export_encoder(encoder, exact, torch.empty(0) if projection is None else projection)
        if job.options.precision == "int8":
            quantize_encoder(exact, folder / ENCODER, job.calibration)
        else:
            shutil.copyfile(exact, folder / ENCODER)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(folder / TOKENIZER), pretty=False)


def principal_components(vectors: Tensor, dimension: int) -> Tensor:
    """(D, dimension): the orthonormal directions in which vectors (S, D) extend most, from the origin."""
    _, directions = torch.linalg.eigh(vectors.T @ vectors)
    # In ascending order of the eigenvalues.
    components: Tensor = directions[:, -dimension:].contiguous()
    return components


def export_encoder(encoder: nn.Module, path: Path, projection: Tensor) -> None:
    """Write the encoder as an ONNX file in float32, for any batch size and length.

    `projection`: (D, d), applied to the last layer; an empty tensor for none.
    """
    example = torch.ones(2, 9, dtype=torch.long)
    sizes = {0: torch.export.Dim("batch"), 1: torch.export.Dim("length")}
    with warnings.catch_warnings():
        # The exporter's own: deprecations within torch that no caller can fix.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _LastLayer(encoder, projection),
            (example,),
            path,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_shapes={INPUT: sizes},
            opset_version=_OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )


def quantize_directions(vectors: Tensor) -> np.ndarray[Any, np.dtype[np.int8]]:
    """(S, D) unit vectors to int8, each row stretched so that its greatest component is 127."""
    greatest = vectors.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(torch.float32).tiny)
    rows: np.ndarray[Any, np.dtype[np.int8]] = (vectors / greatest * _LARGEST_INT8).round().to(torch.int8).numpy()
    return rows
