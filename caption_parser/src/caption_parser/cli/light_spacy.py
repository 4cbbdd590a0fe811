"""spaCy without what no command here needs of it: torch, wherever that is installed, and its own commands."""

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

_TORCH = {"torch": None}
"""Not to be found."""
_COMMANDS = {"spacy.cli": ModuleType("spacy.cli"), "spacy.cli.info": ModuleType("spacy.cli.info")}
"""In place of those modules: spaCy imports `info` from them, and with it their libraries for the web."""
setattr(_COMMANDS["spacy.cli.info"], "info", None)  # noqa: B010 - a module knows no such attribute

_STAND_INS: Mapping[str, Mapping[str, ModuleType | None]] = {"thinc.compat": _TORCH, "spacy": _COMMANDS}
"""For each module that is imported once, what it finds while it is."""


def lighten_spacy() -> None:
    """Let spaCy import neither torch nor its own commands, unless a command line names a pipeline of the user's.

    No pipeline of ours needs them, and they take a second or two and 240 MB, and a third of a second. Whoever
    imports them afterwards gets them, as those get torch who train sense models. A user's pipeline may be built on
    torch.
    """
    if not any(argument.startswith("--spacy-model") for argument in sys.argv):
        sys.meta_path.insert(0, _Finder())


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _STAND_INS:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _LoaderAmid(spec.loader, _STAND_INS[fullname])
        return spec


class _LoaderAmid(Loader):
    """Runs a module amid stand-ins for others, of those that are not there yet."""

    def __init__(self, loader: Loader, stand_ins: Mapping[str, ModuleType | None]) -> None:
        self._loader = loader
        self._stand_ins = stand_ins

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        missing = {name: other for name, other in self._stand_ins.items() if name not in sys.modules}
        sys.modules.update(missing)  # type: ignore[arg-type]  # None: an import of it fails
        try:
            self._loader.exec_module(module)
        finally:
            for name in missing:
                del sys.modules[name]
