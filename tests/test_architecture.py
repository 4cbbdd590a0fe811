"""The house has floors: imports go down, never up or in a circle; the floors stand in pyproject.toml."""

from collections.abc import Iterator

import grimp
import pytest
from importlinter.cli import lint_imports

PACKAGES = ("shared_schemas", "shared_runtime", "caption_parser", "segmentation")


def test_no_import_runs_back_up(capsys: pytest.CaptureFixture[str]) -> None:
    failed = lint_imports(no_cache=True)
    assert not failed, capsys.readouterr().out


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert list(_circles(imports)) == []


def test_circles_are_found() -> None:
    assert list(_circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()})) == [{"b", "c"}]


def _circles(imports: dict[str, set[str]]) -> Iterator[set[str]]:
    """The sets of modules that reach each other."""
    reached = {module: _reachable(module, imports) for module in imports}
    seen: set[str] = set()
    for module in sorted(imports):
        circle = {other for other in reached[module] if module in reached[other]}
        if circle and not circle & seen:
            seen |= circle
            yield circle | {module}


def _reachable(module: str, imports: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(imports[module])
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting.extend(imports.get(one, ()))
    return found
