"""LVIS's label space, from its categories and a review."""

import json
from pathlib import Path

import pytest

from shared_schemas import load_label_space
from shared_schemas.building.lvis import Category, build, main, read_categories

CATEGORIES = (
    Category(1, "mole_(animal)", "mole.n.06", ("mole_(animal)", "talpid_(animal)")),
    Category(2, "halt_sign", "halt_sign.n.01", ("halt_sign",)),
    Category(7, "person", "person.n.01", ("person", "baby", "white")),
)
REVIEW = {"halt sign": {"synsets": [], "words": {"halt sign": "WordNet lacks it"}}}


def test_a_category_gives_a_class_with_its_synonyms_and_the_review_what_it_gets_wrong() -> None:
    mole, sign, person = build(CATEGORIES, REVIEW).classes
    assert (mole.id, mole.name, mole.category_id, mole.synsets) == (1, "mole (animal)", 1, ("mole.n.06",))
    assert (mole.spoken_name, mole.listed_words) == ("mole", ("talpid",))
    assert (sign.synsets, sign.reviewed_words) == ((), ("halt sign",))
    assert person.category_id == 7
    assert "baby" in person.listed_words
    assert "poster" in person.denied, "COCO's review holds for a class of the same name"
    assert not set(person.denied) & set(person.words)


def test_bare_is_one_synset_a_class() -> None:
    mole, sign, _ = build(CATEGORIES, REVIEW, bare=True).classes
    assert (mole.words, mole.denied) == ({}, {})
    assert sign.phrases == ("halt sign",)


def test_a_review_of_no_class_is_refused() -> None:
    with pytest.raises(ValueError, match="unicorn"):
        build(CATEGORIES, {"unicorn": {}})


def test_the_command_writes_a_space_that_is_read_back(tmp_path: Path) -> None:
    lvis = load_label_space("lvis")
    entries = [
        {"id": c.category_id, "name": c.name.replace(" ", "_"), "synset": "entity.n.01", "synonyms": [c.name]}
        for c in lvis.classes
    ]
    # Each synset once.
    entries = [entry | {"synset": f"thing.n.{number:02d}"} for number, entry in enumerate(entries, 1)]
    (tmp_path / "lvis.json").write_text(json.dumps({"categories": entries}), "utf-8")
    assert main([str(tmp_path / "lvis.json"), "-o", str(tmp_path / "space.toml")]) == 0
    assert len(load_label_space(tmp_path / "space.toml").classes) == len(read_categories(tmp_path / "lvis.json"))


def test_lvis_ships_whole() -> None:
    lvis = load_label_space("lvis")
    assert len(lvis.classes) == 1203
    assert [label.category_id for label in lvis.classes] == list(range(1, 1204))
    assert lvis.attributes == load_label_space("coco").attributes
    assert all(label.reason or label.words or label.synsets for label in lvis.classes)
