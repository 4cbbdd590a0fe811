"""Masks in the colours of a label map, as CVAT and Datumaro write them → class ids."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt
from PIL import Image

from segmentation.data.legend import IGNORE_NAME, LABEL_MAP, map_names, value_names
from segmentation.data.masks import IGNORE_INDEX, IndexMask, mask_files
from segmentation.data.truth.contract import MaskTruth
from segmentation.data.truth.mask_folders import VOC_MASKS
from shared_runtime.coco import folded
from shared_runtime.errors import InputError
from shared_runtime.files import reading
from shared_schemas import LabelSpace
from shared_schemas.errors import did_you_mean

_IGNORED = ("ignore", "ignored", "void")
"""What programs call pixels that belong to nothing."""


class ColouredTruth(MaskTruth[Path]):
    """The masks of VOC's folders beside a `labelmap.txt`, whatever their classes were numbered by."""

    def __init__(self, root: Path, label_space: LabelSpace, ignore_name: str = IGNORE_NAME) -> None:
        """`ignore_name`: the label that stands for 255, beside the usual ones.

        Raises `InputError` for a label map that is damaged or names what is no class.
        """
        self._colours = read_label_map(root / LABEL_MAP)
        self._values = _class_values(root / LABEL_MAP, self._colours, label_space, ignore_name)
        super().__init__(root, label_space, mask_files(root / VOC_MASKS))
        if not self._entries:
            raise InputError(f"{root / VOC_MASKS}: got no file *.png, expected masks")

    @property
    def rules(self) -> str:
        return "masks as drawn, classes by the label map"

    def mask(self, key: str) -> IndexMask:
        path = self._entries[key]
        try:
            with Image.open(path) as picture:
                # Without colours a value is a line of the label map, as CVAT and Datumaro have it.
                if picture.mode == "L":
                    return self._by_line(path, np.array(picture))
                pixels = np.array(picture.convert("RGB"))
        except InputError:
            raise
        except Exception as error:  # decoders raise a dozen types for damaged files
            raise InputError(f"{path}: the mask cannot be decoded: {error or type(error).__name__}") from error
        codes = _code(pixels)
        known = np.array([_code(np.array(colour)) for colour in self._colours.values()])
        order = np.argsort(known)
        places = np.searchsorted(known[order], codes).clip(max=len(known) - 1)
        stray = known[order][places] != codes
        if stray.any():
            colour = ",".join(map(str, pixels[stray][0].tolist()))
            raise InputError(f"{path}: got the colour {colour}, expected one that {LABEL_MAP} names")
        found: IndexMask = self._values[order][places]
        return found

    def _by_line(self, path: Path, lines: IndexMask) -> IndexMask:
        if lines.max(initial=0) >= len(self._values):
            raise InputError(
                f"{path}: got the value {lines.max()}, expected one of the {len(self._values)} lines of "
                f"{LABEL_MAP}"
            )
        found: IndexMask = self._values[lines]
        return found


def read_label_map(path: Path) -> dict[str, tuple[int, int, int]]:
    """The colours of a label map by its names, in the order of its lines. Raises `InputError`."""
    colours: dict[str, tuple[int, int, int]] = {}
    with reading(path, UnicodeDecodeError):
        lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, *rest = line.strip().split(":")
        try:
            red, green, blue = (int(part) for part in rest[0].split(","))
        except (IndexError, ValueError):
            raise InputError(f"{path}:{number}: got {line!r}, expected 'name:red,green,blue::'") from None
        colours[name] = (red, green, blue)
    return colours


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """A folder as it is; of a zip archive its content, in a folder that is gone after the block.

    Raises `InputError` for an archive that is damaged, or whose names lead out of it.
    """
    if not path.is_file() or path.suffix.lower() != ".zip":
        yield path
        return
    with TemporaryDirectory() as folder:
        try:
            with ZipFile(path) as archive:
                for name in archive.namelist():
                    if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                        raise InputError(f"{path}: got an entry {name!r}, expected names inside the archive")
                archive.extractall(folder)
        except (BadZipFile, OSError) as error:
            raise InputError(f"{path}: cannot be unpacked: {error}") from error
        yield Path(folder)


def _class_values(
    path: Path, colours: Mapping[str, tuple[int, int, int]], space: LabelSpace, ignore_name: str
) -> npt.NDArray[np.uint8]:
    """The class id of each line; raises `InputError` for a name that is no class."""
    by_name = {folded(name): value for value, name in enumerate(map_names(value_names(space)))}
    ignored = {folded(name) for name in (*_IGNORED, ignore_name)}
    values = []
    for name in colours:
        value = by_name.get(folded(name), IGNORE_INDEX if folded(name) in ignored else None)
        if value is None:
            hint = did_you_mean(folded(name), by_name)
            raise InputError(
                f"{path}: got a label {name!r}, expected classes of label space {space.name!r}.{hint} "
                "Try --label-space, or --ignore-as for a label of what is to be ignored"
            )
        values.append(value)
    return np.array(values, dtype=np.uint8)


def _code(colours: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    wide = colours.astype(np.int64)
    codes: npt.NDArray[np.int64] = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    return codes
