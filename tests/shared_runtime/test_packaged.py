"""Files that ship beside the modules that read them."""

import pytest

from shared_runtime.packaged import packaged_toml


def test_a_file_of_a_package_is_read() -> None:
    assert "name" in packaged_toml("shared_schemas.spaces", "voc.toml")
    with pytest.raises(FileNotFoundError):
        packaged_toml("shared_schemas.spaces", "nowhere.toml")


def test_a_module_without_a_package_has_no_files() -> None:
    with pytest.raises(ValueError, match=r"x\.toml: got a module outside of any package"):
        packaged_toml(None, "x.toml")
