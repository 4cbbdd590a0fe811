"""The files that a run reads beside its captions: none of them is ever written over."""

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from caption_parser.config import ParserConfig
from caption_parser.readers.inputs import expand_inputs
from caption_parser.senses.loading import GLOSS_PAIRS
from shared_runtime.made_with import recorded_space_file
from shared_runtime.storage import is_url
from shared_schemas import LabelSpaceError
from shared_schemas.label_space_file import label_space_files

_SYNONYMS = "synonyms:"


def files_of_inputs(sources: Sequence[str | Path]) -> dict[str, Path]:
    """The files that captions come from, by what `check_output` calls them; raises as `expand_inputs` does."""
    files = expand_inputs([source for source in sources if str(source) != "-"])
    return {f"the input {path}": Path(path) for path in files if not is_url(path)}


def files_of_config(config: ParserConfig) -> dict[str, Path]:
    """The user's files that decide labels, likewise: label space, synonym list, models with all of their files.

    Raises `LabelSpaceError` for a label space file that is none.
    """
    files = files_of_label_space(config.label_space)
    if config.labeller.startswith(_SYNONYMS):
        files["the synonym list"] = Path(config.labeller.removeprefix(_SYNONYMS))
    files |= files_of_model("the sense model", config.senses.removeprefix(GLOSS_PAIRS))
    return files | files_of_model("the spaCy pipeline", config.spacy_model)


def files_of_label_space(name: str | Path | None) -> dict[str, Path]:
    """Those of a label space that is named by its file; raises `LabelSpaceError`."""
    found = [] if name is None else label_space_files(name)
    return {"the base of " * number + "the label space": path for number, path in enumerate(found)}


def files_of_labels_space(given: str | Path | None, labels: str | Path) -> dict[str, Path]:
    """Those of the label space of a label file, as `given` or as its summary names it; raises for `given`."""
    recorded = recorded_space_file(labels) if given is None else None
    with suppress(LabelSpaceError) if given is None else nullcontext():
        return files_of_label_space(given or recorded)
    return {}


def files_of_model(role: str, name: str | None) -> dict[str, Path]:
    """All files of a model that is a folder."""
    folder = Path(name) if name is not None else None
    if folder is None or not folder.is_dir():
        return {}
    return {f"{path.relative_to(folder)} of {role}": path for path in sorted(folder.rglob("*")) if path.is_file()}
