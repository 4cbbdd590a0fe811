"""Trees as tests write them."""

from caption_parser.models.building.trees import CaptionTree


def tree(text: str, tags: str, heads: list[int], deps: str) -> CaptionTree:
    """Words, tags and relations stand between spaces."""
    return CaptionTree(tuple(text.split()), tuple(tags.split()), tuple(heads), tuple(deps.split()))
