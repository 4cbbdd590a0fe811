"""spaCy without torch, which its machine learning library imports wherever it is installed."""

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_LOOKS_FOR_TORCH = "thinc.compat"
_TORCH = "torch"


def keep_thinc_from_torch() -> None:
    """Let thinc find no torch in this process, unless a command line names a spaCy pipeline of the user's.

    No pipeline of ours needs it there, and importing it takes a second or two and 240 MB. Whoever imports torch
    afterwards gets it, as those do who train sense models. A user's pipeline may be built on it.
    """
    if not any(argument.startswith("--spacy-model") for argument in sys.argv):
        sys.meta_path.insert(0, _ThincFinder())


class _ThincFinder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _LOOKS_FOR_TORCH:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _WithoutTorch(spec.loader)
        return spec


class _WithoutTorch(Loader):
    """Runs a module as if torch were not installed."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if _TORCH in sys.modules:
            self._loader.exec_module(module)
            return
        sys.modules[_TORCH] = None  # type: ignore[assignment]  # so that an import of it fails
        try:
            self._loader.exec_module(module)
        finally:
            del sys.modules[_TORCH]
