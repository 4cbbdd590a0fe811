"""What texts refer to in many images, in a folder that says how it was made."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Self

from segmentation.data.images import RgbImage
from segmentation.data.masks import has_mask
from segmentation.data.phrases import check_texts
from segmentation.data.targets import ImageTargets
from segmentation.masks.batches import images_ahead
from segmentation.masks.finish import RejectedImage
from segmentation.masks.overlay import OVERLAYS, with_caption, write_overlay
from segmentation.masks.pipeline import plan_masks
from segmentation.masks.places import check_images
from segmentation.prediction.earlier import noting_images, still_there
from segmentation.prediction.files import image_files
from segmentation.prediction.referrer import ReferredRegion, Referrer
from segmentation.referring.names import rival_table
from segmentation.referring.options import IMAGE, ResolvedReferring
from segmentation.runs.differences import content_of
from segmentation.runs.folder import REFER_PREDICT, RUN_RECORD, RunRecord, installed_versions, open_run
from segmentation.runs.trained import identity
from shared_runtime.errors import InputError, UsageError
from shared_runtime.files import writing
from shared_schemas.files import replace_file
from shared_schemas.label_space_file import SHIPPED

SCORES = "scores.json"
"""Of an image in the folder of its masks, written last; of all images beside these folders."""
_LONGEST_NAME = 60


@dataclass
class PredictedExpressions:
    """What a call of `predict_expressions` did."""

    written: int = 0
    present: int = 0
    """Images that were done before."""
    rejected: list[tuple[str, str]] = field(default_factory=list)
    """Names of images without masks, and why."""


def predict_expressions(
    referrer: Referrer,
    images: Sequence[Path],
    texts: Sequence[str],
    output: Path,
    *,
    overwrite: bool = False,
    progress: Callable[[int, int], None] = lambda _at, _of: None,
) -> PredictedExpressions:
    """Write a mask and an overlay of every text in every image, and how sure each is.

    Files are named by the image and the text; what is there already is not done again, but with `overwrite`. The
    folder may get further images later. Raises UsageError where `output` holds predictions made otherwise, or is a
    folder of the images; InputError where there is no image, or its list of scores cannot be read.
    """
    names = file_names(texts)
    check_images(images, output)
    files = image_files(images, output)
    model = referrer.model
    taken = [
        (_name(key, path), f"it is named {key!r}, as a file of the results is. Name it otherwise")
        for key, path in files
        if _is_taken(key)
    ]
    files = [(key, path) for key, path in files if not _is_taken(key)]
    requests = [ImageTargets(key, _name(key, path), path, (), (), key=key) for key, path in files]
    resolved = referrer.options.resolved(model.traits)
    record = RunRecord(
        command=REFER_PREDICT,
        config=resolved.recorded(),
        samples={**identity(model), "texts": list(texts), **_rivals(resolved, texts)},
        notes={"run": str(model.weights.parent.resolve()), "versions": installed_versions()},
    )
    record, places = noting_images(record, output, images)
    # Before anything is removed: a list of somebody else's is told.
    earlier = _Summary.read(output / SCORES, replaced=overwrite)
    looked_at = {name for name, _ in taken} | {request.file_name for request in requests}
    others = still_there((row for row in earlier.rejected if row["file_name"] not in looked_at), places)

    forget = partial(_forget, output, [key for key, _ in files])
    with open_run(output, record, overwrite=overwrite, forget=forget):
        plan = plan_masks(requests, output, lambda request, _: _is_done(output / request.key))
        rejected = [(image.file_name, image.reason) for image in plan.counts.rejected] + taken
        done = PredictedExpressions(0, plan.counts.present, rejected)
        for number, (request, image) in enumerate(images_ahead(plan.todo), len(files) - len(plan.todo)):
            progress(number, len(files))
            reason = _predict(referrer, image, names, output, request.key)
            if reason is None:
                done.written += 1
            else:
                done.rejected.append((_name(request.key, request.path), reason))
        progress(len(files), len(files))
        reasons = [{"file_name": name, "reason": reason} for name, reason in done.rejected]
        _Summary([*earlier.images, *(request.key for request in plan.distinct)], [*others, *reasons]).write(output)
    return done


class _Summary(NamedTuple):
    """What the list of all scores says of the images of earlier calls."""

    images: Sequence[str]
    """Their keys."""
    rejected: Sequence[Mapping[str, str]]

    @classmethod
    def read(cls, path: Path, *, replaced: bool) -> Self:
        """Raises InputError for a file that no call wrote; of one that is to be `replaced`, nothing is known."""
        if not path.is_file():
            return cls((), ())
        try:
            content = json.loads(path.read_bytes())
            rows = [{"file_name": row["file_name"], "reason": row["reason"]} for row in content["rejected"]]
            return cls([*content["images"]], rows)
        except (OSError, ValueError, LookupError, TypeError) as error:
            if replaced:
                return cls((), ())
            raise InputError(f"{path}: not a list of scores ({error}). Remove it or move it away") from error

    def write(self, output: Path) -> None:
        """Beside the folders of the images: the scores of those that have any."""
        scores = ((key, _scores(output / key / SCORES)) for key in dict.fromkeys(self.images))
        found = {key: rows for key, rows in scores if rows is not None}
        _write_json(output / SCORES, {"images": found, "rejected": self.rejected})


def _name(key: str, path: Path) -> str:
    """Of an image, for people: its file in the folder that was given."""
    return f"{key}{path.suffix}"


def file_names(texts: Sequence[str]) -> dict[str, str]:
    """By text the name of its files, without a suffix. Raises UsageError for no text, for one without a word, and
    for one that is given twice."""
    if not texts:
        raise UsageError("got no text, expected what to look for. Give --text TEXT")
    check_texts(texts)
    plain = [re.sub(r"\W+", "-", text).strip("-")[:_LONGEST_NAME] for text in texts]
    named = {
        text: f"{number}-{name}".rstrip("-")
        for number, (text, name) in enumerate(zip(texts, plain, strict=True), 1)
    }
    if len(named) < len(texts):
        twice = next(text for text in texts if list(texts).count(text) > 1)
        raise UsageError(f"got the text {twice!r} twice, expected different ones. Leave one --text out")
    return named


def _is_taken(key: str) -> bool:
    """Whether the folder of an image's masks would have the name of a file of the results, or of the overlays."""
    first, *below = key.split("/")
    return first in (RUN_RECORD, OVERLAYS) or SCORES in (first, *below)


def _is_done(masks: Path) -> bool:
    """Whether the scores of an image are there, and the masks that they name."""
    try:
        rows = _scores(masks / SCORES)
        return rows is not None and all(has_mask(masks / row["mask"]) for row in rows)
    except (ValueError, LookupError, TypeError):
        return False


def _predict(
    referrer: Referrer, image: RgbImage | RejectedImage, names: Mapping[str, str], output: Path, key: str
) -> str | None:
    """Write the masks of one image; its scores last, which say that all is there. Returns why it has none.

    Raises OutputError.
    """
    if isinstance(image, RejectedImage):
        return image.reason
    masks, overlays = output / key, output / OVERLAYS / key
    try:
        with writing(output, inside=True):
            regions = referrer.encode(image).predict([*names])
            masks.mkdir(parents=True, exist_ok=True)
            for region in regions:
                region.save(masks / f"{names[region.text]}.png")
                picture = with_caption(region.overlay(), f"{region.text}  {region.score:.2f}")
                write_overlay(overlays / f"{names[region.text]}.jpg", picture)
            _write_json(masks / SCORES, {"texts": [_row(region, names[region.text]) for region in regions]})
    except InputError as error:
        return str(error)
    return None


def _rivals(options: ResolvedReferring, texts: Sequence[str]) -> dict[str, Any]:
    """What decides masks beside the options: what the file of a label space says whose names are rivals, wherever
    it lies; and what a text has that finds no rival among the others, for which earlier versions had nothing."""
    name = options.names
    if options.rivals == IMAGE and not rival_table(texts, texts).any(axis=1).all():
        return {"without_rivals": "background"}
    return content_of({"rivals": Path(name)}) if name not in (None, *SHIPPED) else {}


def _row(region: ReferredRegion, name: str) -> dict[str, Any]:
    share = float(region.mask.mean())
    return {"text": region.text, "mask": f"{name}.png", "score": round(region.score, 6), "share": round(share, 6)}


def _forget(output: Path, keys: Sequence[str], changed: bool) -> None:
    """Remove what was made of images, and, where options `changed`, of all others."""
    others: set[str] = set()
    if changed:
        (output / SCORES).unlink(missing_ok=True)
        others = {path.parent.relative_to(output).as_posix() for path in output.rglob(f"*/{SCORES}")}
    for key in {*keys} | others:
        _remove(output, key)


def _remove(output: Path, key: str) -> None:
    """Remove what was made of one image; its scores last, which name the rest. Other files of its folder stay."""
    scores = output / key / SCORES
    folders = output / key, output / OVERLAYS / key
    try:
        names = [Path(row["mask"]).stem for row in _scores(scores) or ()]
    except (ValueError, LookupError, TypeError):
        # Somebody else's file of that name.
        return
    for name in names:
        (folders[0] / f"{name}.png").unlink(missing_ok=True)
        (folders[1] / f"{name}.jpg").unlink(missing_ok=True)
    scores.unlink(missing_ok=True)
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _scores(path: Path) -> Any:
    return json.loads(path.read_bytes())["texts"] if path.is_file() else None


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    replace_file(path, f"{json.dumps(content, ensure_ascii=False, indent=1)}\n".encode())
