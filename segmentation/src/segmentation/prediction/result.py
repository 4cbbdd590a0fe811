"""What is predicted of one image."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from segmentation.data.images import RgbImage
from segmentation.data.masks import IndexMask, display_colours, write_index_mask
from segmentation.masks.maps import ScoreMaps
from segmentation.masks.overlay import OPACITY, painted, shown_html, shown_png
from shared_runtime.errors import UsageError
from shared_runtime.files import writing


@dataclass(frozen=True, eq=False)
class Segmentation:
    """The classes of the pixels of an image. In a notebook it shows itself."""

    image: RgbImage
    """(H, W, 3), as it was read."""
    mask: IndexMask
    """(H, W): 0 is background, other values are class ids."""
    scores: Mapping[str, float]
    """By the name of each class in the mask, the largest first: the mean score in [0, 1] of its pixels."""
    class_names: Sequence[str]
    """Of all classes of the model, that of id 1 first."""
    maps: ScoreMaps
    """Scores of the background and of those classes that are likeliest in any cell, before edges were fitted."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes in the mask, the largest first."""
        return tuple(self.scores)

    def where(self, name: str) -> npt.NDArray[np.bool_]:
        """The pixels (H, W) of a class, or of the "background". Raises UsageError for a class that is none."""
        if name not in ("background", *self.class_names):
            raise UsageError(
                f"got {name!r}, expected a class of the model; in this image: {', '.join(self.classes)}"
            )
        class_id = 0 if name == "background" else self.class_names.index(name) + 1
        found: npt.NDArray[np.bool_] = self.mask == class_id
        return found

    def overlay(self, opacity: float = OPACITY) -> Image.Image:
        """The image under the colours of its mask, at the size of the image.

        Raises UsageError for an opacity outside of 0 to 1.
        """
        return Image.fromarray(painted(self.image, self.mask, opacity))

    def save(self, path: str | Path) -> None:
        """Write the mask as a PNG whose pixels are class ids, with VOC's palette. Raises OutputError."""
        with writing(path):
            write_index_mask(Path(path), self.mask)

    def __repr__(self) -> str:
        height, width = self.mask.shape
        found = ", ".join(f"{name} {score:.2f}" for name, score in self.scores.items()) or "background alone"
        return f"<Segmentation of {width} × {height} pixels: {found}>"

    def _repr_png_(self) -> bytes:
        return shown_png(self.image, self.mask)

    def _repr_html_(self) -> str:
        colours = [",".join(map(str, colour)) for colour in display_colours()]
        legend = " ".join(
            f'<span style="color:rgb({colours[self.class_names.index(name) + 1]})">&#9632;</span> {escape(name)} '
            f"<small>{score:.2f}</small>"
            for name, score in self.scores.items()
        )
        return shown_html(self.image, self.mask, legend or "background alone")


def class_scores(mask: IndexMask, maps: ScoreMaps, class_names: Sequence[str]) -> dict[str, float]:
    """By the name of each class in `mask`, the largest first: the mean of its scores over its pixels.

    Scores are those of the cells, each weighted with its share of the pixels of the class.
    """
    ids, counts = np.unique(mask[mask > 0], return_counts=True)
    found = {}
    for class_id in ids[np.argsort(-counts, kind="stable")].tolist():
        if class_id in maps.ids:
            scores = maps.scores[1 + maps.ids.index(class_id)]
            where = Image.fromarray((mask == class_id).astype(np.uint8) * np.uint8(255))
            share = np.asarray(where.resize(scores.shape[::-1], Image.Resampling.BOX), dtype=np.float64)
            # A few pixels of a large image can be too small a share of a cell for a byte.
            share = share if share.any() else np.ones_like(share)
            found[class_names[class_id - 1]] = float((share * scores).sum() / share.sum())
    return found
