"""Label spaces by the names of their classes alone."""

from pathlib import Path

import pytest

from shared_runtime.made_with import label_space_of
from shared_schemas import LabelSpaceError, load_label_space
from shared_schemas.label_space_file import is_named, label_space_files


def test_names_with_commas_between_and_a_list_are_the_same_space() -> None:
    space = load_label_space("lighthouse, helmet,fire truck")
    assert [label.name for label in space.classes] == ["lighthouse", "helmet", "fire truck"]
    assert space.reference == load_label_space(["lighthouse", "helmet", "fire truck"]).reference
    assert space.reference == "lighthouse,helmet,fire truck@" + space.content_hash
    assert load_label_space("helmet,lighthouse,fire truck").reference != space.reference
    assert label_space_files("lighthouse,helmet") == []


def test_one_name_has_a_comma_behind_it() -> None:
    assert load_label_space("lighthouse,") == load_label_space(["lighthouse"])
    with pytest.raises(LabelSpaceError, match="or class names: 'lighthouse,'"):
        load_label_space("lighthouse")


def test_a_name_alone_is_told_from_its_word_alone(tmp_path: Path) -> None:
    file = tmp_path / "coast.toml"
    file.write_text('name = "coast"\n[[classes]]\nname = "lighthouse"\n[[classes]]\nname = "Mole_(animal)"\n')
    assert [label.is_named_alone for label in load_label_space(file).classes] == [True, True]
    file.write_text('name = "coast"\n[[classes]]\nname = "lighthouse"\n')
    assert load_label_space(file).content_hash == load_label_space("lighthouse,").content_hash == "28874dcf"
    file.write_text('name = "coast"\n[[classes]]\nname = "lighthouse"\nwords = ["lighthouse"]\n')
    assert not load_label_space(file).classes[0].is_named_alone
    assert load_label_space(file).content_hash != load_label_space("lighthouse,").content_hash


def test_a_file_may_have_a_comma_in_its_name(tmp_path: Path) -> None:
    file = tmp_path / "a,b.toml"
    file.write_text('name = "coast"\n[[classes]]\nname = "lighthouse"\n')
    assert load_label_space(str(file)).name == "coast"
    assert not is_named(str(file))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("dog,cat,Dog", "label space 'dog,cat,Dog': class 'Dog': got name 'Dog', which class 'dog' has too"),
        (",", "label space: got no class, expected the names of classes"),
        ([], "label space: got no class"),
        (["a,b"], "label space: got 'a,b', expected the name of a class, without a comma"),
        ("coco,voc", "a file that extends a space has the classes of both"),
    ],
)
def test_what_is_no_list_of_classes_says_so(given: str | list[str], message: str) -> None:
    with pytest.raises(LabelSpaceError) as raised:
        load_label_space(given)
    assert message in str(raised.value)


def test_records_say_by_their_reference_which_classes_they_have() -> None:
    space = load_label_space("lighthouse,helmet")
    assert label_space_of(space.reference, None) == space
