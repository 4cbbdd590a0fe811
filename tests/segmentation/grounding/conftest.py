"""The captioned pictures that networks of referring expressions learn from, too."""

from tests.segmentation.referring.conftest import captioned

__all__ = ["captioned"]
