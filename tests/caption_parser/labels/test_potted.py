"""Plants in pots, in label spaces that name the class in different ways."""

from pathlib import Path

import pytest

from caption_parser import CaptionParser
from shared_schemas import LabelClass, LabelSpace, Rule
from shared_schemas.label_space_toml import to_toml
from tests.parsers import parser_of

POTTED = ("A potted ivy", "A cactus in a clay pot", "Pots filled with geraniums", "Ivy growing in planters")


def names(parser: CaptionParser, caption: str) -> set[str]:
    (record,) = parser.label([caption])
    return {label.name for label in record.foreground}


def own_space(folder: Path, label: LabelClass) -> str:
    path = folder / "own.toml"
    path.write_text(to_toml(LabelSpace(name="own", classes=(label,))), "utf-8")
    return str(path)


@pytest.mark.parametrize("caption", POTTED)
def test_a_view_of_coco_has_the_class_by_another_name(caption: str) -> None:
    assert names(parser_of(label_space="voc", senses="first"), caption) == {"pottedplant"}


@pytest.mark.parametrize("caption", POTTED)
def test_a_class_of_houseplants(caption: str, tmp_path: Path) -> None:
    space = own_space(tmp_path, LabelClass(id=1, name="Houseplant", synsets=("houseplant.n.01",)))
    assert names(CaptionParser(label_space=space, senses="first"), caption) == {"Houseplant"}


def test_a_space_without_such_a_class_gets_none(tmp_path: Path) -> None:
    space = own_space(tmp_path, LabelClass(id=1, name="ivy", synsets=("ivy.n.01",)))
    (record,) = CaptionParser(label_space=space, senses="first").label(["A potted ivy and a potted cactus"])
    assert [(mention.head, mention.rule) for mention in record.mentions] == [("ivy", Rule.SYNONYM)]


def test_a_plant_with_a_class_of_its_own_keeps_it() -> None:
    (record,) = parser_of(senses="first").label(["Flowers in a pot"])
    assert {"potted plant"} == {label.name for label in record.foreground}
    assert "flower" in {label.name for label in record.background}


def test_the_rule_has_a_switch() -> None:
    assert names(parser_of(senses="first", without="potted"), "A potted ivy") == set()
    assert names(parser_of(mode="paper", senses="first"), "A potted ivy") == set()


def test_what_is_denied_stays_so_and_counts_are_kept() -> None:
    parser = parser_of(senses="first")
    assert names(parser, "A room without potted ferns") == set()
    (record,) = parser.label(["Two potted ferns"])
    assert [(label.name, label.count) for label in record.foreground] == [("potted plant", 2)]
