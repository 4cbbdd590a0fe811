"""What this installation can do: each part found by using it, each missing one with the line that installs it."""

from collections.abc import Callable
from functools import partial
from importlib.metadata import version

from shared_runtime.command_line.doctor import Part, doctor_command, importable, label_spaces, python
from shared_runtime.errors import MissingResourceError

DISTRIBUTION = "capparse-segmentation"
PACKAGED_BACKBONES = ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2")


def parts() -> list[Part]:
    """All parts, required ones first."""
    return [
        python(),
        _required("capseg", "this package", partial(version, DISTRIBUTION)),
        _required("label spaces", "classes of labels and masks", label_spaces),
        _required("torch", "networks", _torch),
        _required("pillow", "images", _pillow),
        _required("pycocotools", "COCO's masks", importable("pycocotools", "pycocotools.mask")),
        _extra("dense CRF", "--refine dense-crf", importable("pydensecrf2", "pydensecrf.densecrf"), "crf"),
        *(
            _extra(f"{name} weights", f"--weights packaged for {name}", partial(_weights, name), "weights")
            for name in PACKAGED_BACKBONES
        ),
        _extra("transformers", "backbones vit-s16, hf:FOLDER", importable("transformers", "transformers"), "hf"),
        Part(
            "model that ships",
            "capseg predict without --model",
            _shipped,
            "capseg train-segmenter, then --model RUN",
            required=False,
        ),
        _extra("language model", "capseg refer train without --text-encoder", _language_model, "text"),
        _extra("huggingface_hub", "models of the hub", importable("huggingface_hub", "huggingface_hub"), "hub"),
        _extra("onnxruntime", "capseg export-onnx", importable("onnxruntime", "onnxruntime"), "onnx"),
        _extra("tensorboard", "--tensorboard", importable("tensorboard", "tensorboard"), "tensorboard"),
    ]


command = doctor_command("capseg", parts)
"""`capseg doctor`."""


def _required(name: str, purpose: str, probe: Callable[[], str]) -> Part:
    return Part(name, purpose, probe, f"pip install '{DISTRIBUTION}'")


def _extra(name: str, purpose: str, probe: Callable[[], str], extra: str) -> Part:
    return Part(name, purpose, probe, f"pip install '{DISTRIBUTION}[{extra}]'", required=False)


def _torch() -> str:
    import torch

    devices = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        devices.append("mps")
    return f"{torch.__version__}, {torch.get_num_threads()} threads, {', '.join(devices) or 'no'} accelerator"


def _pillow() -> str:
    from PIL import features

    missing = [name for name in ("jpg", "zlib", "webp") if not features.check(name)]
    if missing:
        raise RuntimeError(f"{version('pillow')} without the decoders {', '.join(missing)}")
    return version("pillow")


def _shipped() -> str:
    from segmentation.prediction.pretrained import WEIGHTS, read_saved
    from segmentation.runs.trained import SHIPPED, is_saved

    if not is_saved(SHIPPED):
        raise RuntimeError("none")
    size = (SHIPPED / WEIGHTS).stat().st_size / 1e6
    return f"{len(read_saved(SHIPPED).label_space.foreground)} classes, {size:.0f} MB"


def _language_model() -> str:
    from segmentation.backbones.catalog import PACKAGED
    from segmentation.referring.text_folder import WEIGHTS, text_folder

    try:
        folder = text_folder(PACKAGED)
    except MissingResourceError as error:
        raise MissingResourceError(str(error).partition(". Try")[0]) from error
    return f"{folder}, {(folder / WEIGHTS).stat().st_size / 1e6:.0f} MB"


def _weights(backbone: str) -> str:
    from segmentation.backbones.catalog import PACKAGED, weights_path

    path = weights_path(backbone, PACKAGED)
    return f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"
