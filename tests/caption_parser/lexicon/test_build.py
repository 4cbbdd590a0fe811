"""The build command on a WordNet of five synsets, written by hand in the format of wndb(5WN)."""

import shutil
from pathlib import Path

import pytest

from caption_parser.lexicon import Lexicon
from caption_parser.lexicon.build import build_lexicon, main
from caption_parser.lexicon.lexicon import SHIPPED_LEXICON
from shared_runtime.errors import InputError, MissingResourceError

pytest.importorskip("nltk")

NOTICE = "  1 WordNet 3.0 Copyright 2006 by nobody.  All rights reserved.  \n"
FILES = {
    "data.noun": NOTICE
    + "00000100 03 n 01 entity 0 001 ~ 00000200 n 0000 | that which exists  \n"
    + "00000200 05 n 02 Dog 0 hot_dog 2 005 @ 00000100 n 0000 #m 00000300 n 0000 + 00000100 v 0201 "
    + '%p 00000100 n 0000 ! 00000100 n 0101 | a pet; "the dog barked"; or a sausage  \n'
    + "00000300 14 n 01 pack 0 001 %m 00000200 n 0000 | dogs that hunt together  \n",
    "data.verb": NOTICE + "00000100 30 v 01 dog 1 001 + 00000200 n 0102 01 + 08 00 | follow  \n",
    "data.adj": NOTICE
    + "00000100 00 a 01 canine 0 001 & 00000200 a 0000 | of dogs  \n"
    + "00000200 00 s 01 doggy(p) 0 001 & 00000100 a 0000 | like a dog  \n",
    "data.adv": NOTICE,
    "index.noun": NOTICE
    + "dog n 1 1 @ 1 1 00000200  \n"
    + "entity n 1 1 ~ 1 0 00000100  \n"
    + "hot_dog n 1 1 @ 1 0 00000200  \n"
    + "pack n 1 1 %m 1 0 00000300  \n",
    "index.verb": NOTICE + "dog v 1 1 + 1 0 00000100  \n",
    "index.adj": NOTICE + "canine a 1 1 & 1 0 00000100  \ndoggy a 1 1 & 1 0 00000200  \n",
    "index.adv": NOTICE,
    "index.sense": "canine%3:00:00:: 00000100 1 0\n"
    + "dog%1:05:00:: 00000200 1 42\n"
    + "dog%2:30:01:: 00000100 1 2\n"
    + "doggy%5:00:00:canine:00 00000200 1 0\n"
    + "entity%1:03:00:: 00000100 1 11\n"
    + "hot_dog%1:05:02:: 00000200 1 0\n"
    + "pack%1:14:00:: 00000300 1 0\n",
    "noun.exc": "doggen dog wolf\npacken pakk\n",
    "verb.exc": "",
    "adj.exc": "",
    "adv.exc": "",
    "lexnames": "".join(f"{number:02d}\tfile.{number}\t1\n" for number in range(45)),
}


@pytest.fixture
def miniature(tmp_path: Path) -> Path:
    folder = tmp_path / "nltk_data" / "corpora" / "wordnet"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    return tmp_path / "nltk_data"


def _build(root: Path, output: Path) -> Lexicon:
    build_lexicon(root, output)
    return Lexicon.open(output)


def test_everything_of_the_miniature(miniature: Path, tmp_path: Path) -> None:
    lexicon = _build(miniature, tmp_path / "mini.lex")
    entity, dog, pack, follow, canine, doggy = range(6)
    assert [lexicon.name(synset) for synset in range(6)] == [
        "entity.n.01",
        "dog.n.01",
        "pack.n.01",
        "dog.v.01",
        "canine.a.01",
        "doggy.s.01",
    ]
    assert lexicon.lemmas(dog) == ("Dog", "hot_dog")
    assert (lexicon.offset(dog), lexicon.lexname(dog)) == (200, "file.5")
    assert lexicon.definition(dog) == "a pet; ; or a sausage"
    assert [lexicon.hypernyms(s) for s in (dog, entity)] == [(entity,), ()]
    assert lexicon.hyponyms(entity) == (dog,)
    assert lexicon.holonyms(dog) == lexicon.holonyms(dog, "member") == (pack,)
    assert lexicon.meronyms(dog) == lexicon.meronyms(dog, "part") == (entity,)
    assert lexicon.meronyms(pack) == (dog,)
    assert lexicon.synsets("dog") == (dog,)
    assert lexicon.synsets("dog", "v") == (follow,)
    assert lexicon.synsets("doggy", "a") == (doggy,)
    assert lexicon.related(dog) == (entity, pack, entity)
    assert lexicon.related(doggy) == (canine,)
    assert lexicon.related_forms(dog, "hot_dog") == ((follow, "dog"),)
    assert lexicon.related_forms(dog, "dog") == ()
    assert lexicon.related_forms(follow, "dog") == ((dog, "hot_dog"),)
    assert lexicon.sense_key(doggy, "doggy") == "doggy%5:00:00:canine:00"
    assert lexicon.sense_key(dog, "hot dog") == "hot_dog%1:05:02::"
    assert [lexicon.tag_count(dog, "dog"), lexicon.tag_count(follow, "dog")] == [42, 2]
    assert lexicon.base_forms("doggen") == ("dog",)
    assert lexicon.base_forms("packen") == ()
    assert lexicon.base_forms("packs") == ("pack",)
    assert lexicon.max_lemma_words == 2
    assert lexicon.pos(canine) == "a"


def test_a_zip_as_nltk_downloads_it(miniature: Path, tmp_path: Path) -> None:
    plain = build_lexicon(miniature, tmp_path / "plain.lex")
    corpora = miniature / "corpora"
    shutil.make_archive(str(corpora / "wordnet"), "zip", corpora, "wordnet")
    shutil.rmtree(corpora / "wordnet")
    zipped = build_lexicon(miniature, tmp_path / "zipped.lex")
    assert [path.read_bytes() for path in plain] == [path.read_bytes() for path in zipped]


def test_another_wordnet_is_refused(miniature: Path, tmp_path: Path) -> None:
    data = miniature / "corpora" / "wordnet" / "data.noun"
    data.write_text(data.read_text().replace("WordNet 3.0", "WordNet 3.1"))
    with pytest.raises(InputError, match=r"this is WordNet 3\.1, expected 3\.0"):
        build_lexicon(miniature, tmp_path / "mini.lex")
    assert not (tmp_path / "mini.lex").exists()


def test_a_folder_without_wordnet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MissingResourceError, match="no WordNet here"):
        build_lexicon(tmp_path, tmp_path / "mini.lex")
    assert main(["--wordnet", str(tmp_path)]) == 4
    assert "nltk.downloader" in capsys.readouterr().err


def test_the_command_names_what_it_wrote(
    miniature: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--wordnet", str(miniature), "--output", str(tmp_path / "mini.lex")]) == 0
    written = capsys.readouterr().err
    assert "mini.lex: " in written
    assert "mini.gloss: " in written


def test_a_rebuilt_file_leaves_open_lexicons_alone(miniature: Path, tmp_path: Path) -> None:
    lexicon = _build(miniature, tmp_path / "mini.lex")
    before = (tmp_path / "mini.lex").stat().st_ino
    build_lexicon(miniature, tmp_path / "mini.lex")
    assert (tmp_path / "mini.lex").stat().st_ino != before
    assert lexicon.name(lexicon.synsets("dog")[0]) == "dog.n.01"
    assert sorted(path.name for path in tmp_path.glob("mini.*")) == ["mini.gloss", "mini.lex"]


def test_nltk_keeps_its_search_path(miniature: Path, tmp_path: Path) -> None:
    import nltk

    before = list(nltk.data.path)
    build_lexicon(miniature, tmp_path / "mini.lex")
    assert nltk.data.path == before


@pytest.mark.real_data
def test_the_shipped_lexicon_is_what_the_command_builds(nltk_wordnet: Path, tmp_path: Path) -> None:
    lexicon, _ = build_lexicon(nltk_wordnet, tmp_path / "again.lex")
    assert lexicon.read_bytes() == SHIPPED_LEXICON.read_bytes()
