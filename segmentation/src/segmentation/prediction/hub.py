"""Models of the Hugging Face hub: from there, and to there; what users hold can be saved and uploaded."""

from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

from segmentation.prediction.model_card import ModelCard
from segmentation.prediction.pretrained import CARD, CONFIG, WEIGHTS, read_saved, save_pretrained
from segmentation.runs.trained import StoredModel, is_saved
from shared_runtime.errors import InputError, MissingResourceError

_FILES = (CONFIG, WEIGHTS, CARD, "backbone/*", "text/*")
_INSTALL = "pip install 'capparse-segmentation[hub]'"


@dataclass(frozen=True, slots=True)
class HubOptions:
    """How a model is looked up on the hub, as `huggingface_hub` has it."""

    revision: str | None = None
    """A branch, a tag or a commit; None: the newest of the main branch."""
    token: str | bool | None = None
    """Of a user; None: as `hf auth login` stored it; False: none is sent."""
    cache_dir: str | Path | None = None
    """Where downloads are kept; None: where the hub's own tools keep them."""
    local_files_only: bool = False
    """Whether nothing is asked of the network."""


class Pretrained:
    """What a user holds of a trained network: it is saved in the hub's layout, and uploaded."""

    model: StoredModel
    device: str
    card_title: ClassVar[str] = ModelCard().title
    """Of a model that was never saved."""

    def __repr__(self) -> str:
        # Not the command of its training: a model that was converted had none of its own.
        backbone = self.model.config.backbone.partition(":")[0]
        return f"<{type(self).__name__} of {self.model.weights.parent}: {backbone}; device {self.device}>"

    def save_pretrained(
        self, save_directory: str | Path, *, half: bool = False, card: ModelCard | None = None
    ) -> None:
        """Write `config.json`, `model.safetensors` and `README.md`, as the Hugging Face hub lays models out.

        `half`: weights in 16 bits, but for those of a language model that was not trained; masks hardly change.
        `card`: what the model cannot know of itself; by default, what it was saved with. Raises UsageError for a
        folder with other files, OutputError.
        """
        own = self.model.weights.parent
        known = read_saved(own).card if is_saved(own) else ModelCard(title=self.card_title)
        save_pretrained(self.model, Path(save_directory), card or known, half=half)

    def push_to_hub(
        self,
        repo_id: str,
        *,
        half: bool = False,
        card: ModelCard | None = None,
        private: bool = True,
        token: str | bool | None = None,
        commit_message: str | None = None,
    ) -> str:
        """Save the model and upload it as OWNER/NAME; returns its address. Needs the extra `hub`.

        `private`: whether others cannot see a repository that is made now. `token`: as `HubOptions` has it. Raises
        MissingResourceError without the extra, InputError where the hub refuses.
        """
        hub = _hub("push_to_hub needs huggingface_hub")
        with TemporaryDirectory() as folder:
            self.save_pretrained(folder, half=half, card=card)
            api = hub.HfApi(token=token)
            try:
                address = api.create_repo(repo_id, private=private, exist_ok=True)
                api.upload_folder(repo_id=repo_id, folder_path=folder, commit_message=commit_message)
            except _refusals(hub) as error:
                raise InputError(
                    f"{repo_id}: the hub refuses it: {_first_line(error)}. Try: hf auth login"
                ) from error
        return str(address)


def downloaded(repo_id: str, options: HubOptions) -> Path:
    """The folder of a model of the hub.

    Raises MissingResourceError without the extra, InputError where there is no such model.
    """
    hub = _hub(f"{repo_id}: got no folder of that name; models of the hub need huggingface_hub")
    try:
        return Path(hub.snapshot_download(repo_id, allow_patterns=list(_FILES), **asdict(options)))
    except _refusals(hub) as error:
        raise InputError(
            f"{repo_id}: got neither a folder here nor a model of the hub: {_first_line(error)}"
        ) from error


def _hub(needed_for: str) -> Any:
    try:
        import huggingface_hub
        import huggingface_hub.errors
    except ImportError as error:
        raise MissingResourceError(f"{needed_for}. Try: {_INSTALL}") from error
    return huggingface_hub


def _refusals(hub: Any) -> tuple[type[Exception], ...]:
    errors = hub.errors
    return errors.HfHubHTTPError, errors.HFValidationError, errors.LocalEntryNotFoundError, OSError


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
