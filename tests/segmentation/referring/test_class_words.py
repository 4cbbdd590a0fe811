"""By which words classes are asked for."""

from pathlib import Path

import pytest

from segmentation.referring.class_words import class_words
from shared_runtime.errors import InputError, UsageError
from shared_schemas import LabelSpace, load_label_space


def test_words_of_classes(tmp_path: Path, space: LabelSpace) -> None:
    voc = load_label_space("voc")
    names, paper = class_words(voc), class_words(voc, "paper")
    assert (names["person"], names["diningtable"]) == (("person",), ["dining table"])
    assert paper["person"] == ["man", "woman", "men", "women", "child", "boy", "girl", "baby"]
    assert paper["cat"] == ("cat",)
    assert class_words(voc, "labels")["diningtable"] == ("diningtable",)
    own = tmp_path / "words.toml"
    own.write_text('cat = ["kitten", "cat"]\n')
    assert class_words(space, str(own)) == {"cat": ["kitten", "cat"], "dog": ("dog",), "cup": ("cup",)}
    for content, error, message in (
        ("cats = ['cat']", UsageError, r"got words of 'cats', expected a class of 'mini'\. Did you mean 'cat'\?"),
        ("cat = 'cat'", InputError, "got 'cat', expected a list of words"),
        ("cat = ", InputError, "not valid TOML"),
    ):
        own.write_text(content)
        with pytest.raises(error, match=message):
            class_words(space, str(own))
    with pytest.raises(InputError, match=r"expected names, labels, paper or a file\. Did you mean 'paper'\?"):
        class_words(space, "papers")
