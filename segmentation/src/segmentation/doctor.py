"""What this installation can do: each part found by using it, each missing one with the line that installs it."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version

DISTRIBUTION = "capparse-segmentation"
PACKAGED_BACKBONES = ("efficientnet-lite0", "efficientnet-lite1", "efficientnet-lite2")


@dataclass(frozen=True, slots=True)
class Part:
    """Something that commands use."""

    name: str
    purpose: str
    probe: Callable[[], str]
    """What was found; raises where it is missing or broken."""
    extra: str | None = None
    """The extra that brings it; None: nothing works without it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a probe found."""

    name: str
    purpose: str
    ok: bool
    required: bool
    found: str
    install: str | None
    """The line that mends it; None where nothing needs to be mended."""


def examine() -> list[Finding]:
    """All parts, required ones first."""
    return [_finding(part) for part in _parts()]


def _parts() -> list[Part]:
    return [
        Part("python", "runs it", lambda: f"{platform.python_version()} on {platform.machine()}"),
        Part("capseg", "this package", partial(version, DISTRIBUTION)),
        Part("label spaces", "classes of labels and masks", _label_spaces),
        Part("torch", "networks", _torch),
        Part("pillow", "images", _pillow),
        Part("pycocotools", "COCO's masks", partial(_installed, "pycocotools", "pycocotools.mask")),
        Part("dense CRF", "--refine dense-crf", partial(_installed, "pydensecrf2", "pydensecrf.densecrf"), "crf"),
        *(
            Part(f"{name} weights", f"--weights packaged for {name}", partial(_weights, name), "weights")
            for name in PACKAGED_BACKBONES
        ),
        Part("transformers", "the backbone vit-s16", partial(_installed, "transformers", "transformers"), "vit"),
        Part("tensorboard", "--tensorboard", partial(_installed, "tensorboard", "tensorboard"), "tensorboard"),
    ]


def _finding(part: Part) -> Finding:
    wanted = DISTRIBUTION if part.extra is None else f"{DISTRIBUTION}[{part.extra}]"
    try:
        found, ok = part.probe(), True
    except Exception as error:  # noqa: BLE001  a doctor reports whatever is broken
        found, ok = str(error).splitlines()[0] if str(error) else type(error).__name__, False
    install = None if ok else f"pip install '{wanted}'"
    return Finding(part.name, part.purpose, ok, part.extra is None, found, install)


def _installed(distribution: str, module: str) -> str:
    """The version of a distribution whose module can be imported."""
    from importlib import import_module

    import_module(module)
    return version(distribution)


def _label_spaces() -> str:
    from shared_schemas import load_label_space

    return ", ".join(load_label_space(name).reference for name in ("coco", "voc", "youtube-objects"))


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


def _weights(backbone: str) -> str:
    from segmentation.backbones.registry import PACKAGED, weights_path

    path = weights_path(backbone, PACKAGED)
    return f"{path.name}, {path.stat().st_size / 1e6:.0f} MB"
