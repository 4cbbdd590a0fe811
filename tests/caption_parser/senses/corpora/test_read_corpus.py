"""Corpora in each format, written by hand, and the exact sentences that they hold."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from caption_parser.readers.rows import Reason
from caption_parser.senses.corpora import CorpusTally, TaggedSentence, TaggedToken, read_corpus
from caption_parser.senses.corpora.inventory import KeyFault, KeyRepair
from shared_runtime.errors import InputError

Write = Callable[[str, str | bytes], Path]

RAGANATO = """<?xml version="1.0" encoding="UTF-8" ?>
<corpus lang="en">
<text id="d0">
<sentence id="d0.s0">
<wf lemma="two" pos="NUM">Two</wf>
<instance id="d0.s0.t0" lemma="hot_dog" pos="NOUN">hot
 dogs</instance>
<instance id="d0.s0.t1" lemma="burn" pos="VERB">burned</instance>
<wf lemma="&amp;" pos=".">&amp;</wf>
</sentence>
</text>
<text id="d1"><sentence id="d1.s0"><instance id="d1.s0.t0" lemma="here" pos="ADV">Here</instance></sentence></text>
</corpus>
"""
GOLD = "d0.s0.t0 hot_dog%1:13:01::\nd1.s0.t0 here%4:02:02:: here%4:02:00::\n"
RAGANATO_SENTENCES = [
    TaggedSentence(
        "d0",
        (
            TaggedToken("Two", "two", None),
            TaggedToken("hot dogs", "hot_dog", "n", "d0.s0.t0", ("hot_dog%1:13:01::",)),
            TaggedToken("burned", "burn", "v", "d0.s0.t1"),
            TaggedToken("&", "&", None),
        ),
    ),
    TaggedSentence("d1", (TaggedToken("Here", "here", "r", "d1.s0.t0", ("here%4:02:00::", "here%4:02:02::")),)),
]

UFSAC = """<corpus>
<document id="park">
<paragraph>
<sentence>
<word surface_form="Brown" lemma="brown" pos="JJ" wn30_key="brown%5:00:00:chromatic:00"/>
<word surface_form="hot_dogs" lemma="hot_dog" pos="NNS" wn30_key="hot_dog%1:13:01::;hot_dog%1:18:00::"/>
<word surface_form="!"/>
<word lemma="nothing" pos="NN" wn30_key="nothing%1:23:00::"/>
</sentence>
</paragraph>
</document>
</corpus>"""
UFSAC_SENTENCES = [
    TaggedSentence(
        "park",
        (
            TaggedToken("Brown", "brown", "a", None, ("brown%5:00:00:chromatic:00",)),
            TaggedToken("hot dogs", "hot_dog", "n", None, ("hot_dog%1:13:01::", "hot_dog%1:18:00::")),
            TaggedToken("!", "", None),
        ),
    )
]


def jsonl(*tokens: dict[str, object]) -> str:
    return json.dumps({"d": "park", "s": "1", "t": tokens}) + "\n"


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_raganato_xml_with_the_key_file_beside_it(write: Write, compression: str) -> None:
    write(f"small.gold.key.txt{compression}", GOLD)
    assert list(read_corpus(write(f"small.data.xml{compression}", RAGANATO))) == RAGANATO_SENTENCES


def test_raganato_xml_with_another_key_file_and_with_none(write: Write) -> None:
    data = write("small.xml", RAGANATO)
    assert list(read_corpus(data, gold=write("keys.txt", GOLD))) == RAGANATO_SENTENCES
    write("small.data.xml", RAGANATO)
    write("small.gold.key.txt", GOLD)
    for untagged in (read_corpus(data), read_corpus(data.with_name("small.data.xml"), gold={})):
        assert [token.sense_keys for sentence in untagged for token in sentence.tokens] == [()] * 5


@pytest.mark.parametrize("name", ["ufsac.xml", "ufsac.xml.gz", "ufsac.zst"])
def test_ufsac(write: Write, name: str) -> None:
    tally = CorpusTally()
    assert list(read_corpus(write(name, UFSAC), tally=tally)) == UFSAC_SENTENCES
    assert (tally.sentences, tally.tokens, tally.tagged, tally.usable, tally.wordless) == (1, 3, 2, 2, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_xml_says_how_it_is_encoded(write: Write, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f"<?xml version='1.0' encoding='{declared}'?><corpus><sentence><wf>Café</wf></sentence></corpus>"
    (sentence,) = read_corpus(write("a.xml", text.encode(encoding)))
    assert sentence.text == "Café"


@pytest.mark.parametrize("name", ["semcor.jsonl", "semcor.jsonl.gz", "semcor.zst"])
def test_jsonl(write: Write, name: str) -> None:
    lines = jsonl(
        {"w": "The", "p": "DT", "l": "the"},
        {"w": "hot_dogs", "p": "NNS", "l": "hot_dog", "k": ["hot_dog%1:13:01::", "hot_dog%1:18:00::"]},
        {"w": "_", "p": "SYM", "l": "_"},
        {"w": " ", "p": "NN", "l": "dog", "k": ["dog%1:05:00::"]},
    )
    tally = CorpusTally()
    assert list(read_corpus(write(name, "\ufeff" + lines), tally=tally)) == [
        TaggedSentence(
            "park",
            (
                TaggedToken("The", "the", None),
                TaggedToken("hot dogs", "hot_dog", "n", None, ("hot_dog%1:13:01::", "hot_dog%1:18:00::")),
                TaggedToken("_", "_", None),
            ),
        )
    ]
    assert (tally.sentences, tally.tokens, tally.tagged, tally.usable, tally.wordless) == (1, 3, 1, 1, 1)


def test_text_and_offsets() -> None:
    sentence = RAGANATO_SENTENCES[0]
    assert sentence.text == "Two hot dogs burned &"
    assert [sentence.text[start:].split()[0] for start in sentence.starts] == ["Two", "hot", "burned", "&"]


def test_keys_are_repaired_or_dropped_and_counted(write: Write) -> None:
    keys = [
        ["several%5:00:00:some(a):00"],
        ["only%5:00:00:single(a):00", "only%5:00:00:single:05"],
        ["mankind%1:14:00::"],
        ["n't%4:02:00::"],
        ["man%1:14:00::", "man%1:18:00::"],
        ["dog.n.01", "dog%9:05:00::"],
    ]
    tally = CorpusTally()
    corpus = write("a.jsonl", jsonl(*({"w": "x", "p": "NN", "l": "x", "k": found} for found in keys)))
    (sentence,) = read_corpus(corpus, tally=tally)
    assert [token.sense_keys for token in sentence.tokens] == [
        ("several%5:00:00:some:00",),
        ("only%5:00:00:single:05",),
        ("mankind%1:05:00::",),
        (),
        ("man%1:18:00::",),
        (),
    ]
    assert (tally.tagged, tally.usable) == (6, 4)
    assert tally.repaired == {
        KeyRepair.SYNTACTIC_MARKER: 1,
        KeyRepair.HEAD_NUMBER: 1,
        KeyRepair.ONLY_SENSE: 1,
    }
    assert tally.dropped == {KeyFault.UNKNOWN_LEMMA: 1, KeyFault.UNKNOWN_SENSE: 1, KeyFault.MALFORMED: 2}


def test_lines_that_hold_no_sentence_are_counted(write: Write) -> None:
    good = jsonl({"w": "\ud800 dog", "p": "NN", "l": "dog"}).encode()
    bad = [b"{", b"[]", b'{"t": 3}', b'{"t": [3]}', b'{"t": [{"w": "a", "k": "b"}]}', b'{"t": [{"w": "\xff"}]}']
    tally = CorpusTally()
    (sentence,) = read_corpus(write("a.jsonl", b"\n".join([good, *bad, b"\n"])), tally=tally)
    assert sentence.text == "? dog"
    assert tally.skipped == {Reason.INVALID_JSON: 1, Reason.MALFORMED_LINE: 4, Reason.WRONG_ENCODING: 1}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "a.xml is empty"),
        (b"dog", "a.xml starts with b'dog'. Expected a corpus in XML or JSON Lines"),
        (b"<corpus><text/></corpus>", "a.xml holds no sentence. Expected <sentence> elements"),
        (b'{"t": 3}', "a.xml holds no sentence (lines skipped: 1 malformed-line). Expected"),
        (b"<corpus>\n<sentence>", "a.xml:2: not well-formed XML: no element found"),
        (b"<corpus>\n<sentence>\n</text>", "a.xml:3: not well-formed XML: mismatched tag"),
        (b"<?xml version='1.0' encoding='ebcdic-x'?><a/>", "a.xml:1: unknown encoding: ebcdic-x. Recode"),
        (b"<?xml version='1.0' encoding='gb2312'?><a/>", "a.xml:1: multi-byte encodings are not supported"),
    ],
)
def test_what_is_no_corpus_is_refused(write: Write, content: bytes, expected: str) -> None:
    with pytest.raises(InputError) as refusal:
        list(read_corpus(write("a.xml", content)))
    assert expected in str(refusal.value)


def test_entities_are_not_expanded(write: Write) -> None:
    declarations = "<!ENTITY a 'dog'>\n" + "".join(
        f"<!ENTITY {after} '{f'&{before};' * 10}'>\n" for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    bomb = f"<!DOCTYPE corpus [\n{declarations}]><corpus><sentence><wf>&i;</wf></sentence></corpus>"
    with pytest.raises(InputError, match=r"a\.xml:2: declares the entity 'a'"):
        list(read_corpus(write("a.xml", bomb)))


@pytest.mark.parametrize("name", ["a.xml", "a.jsonl"])
def test_truncated_compression_is_told_after_what_could_be_read(write: Write, name: str) -> None:
    sentence = "<sentence><wf>dog</wf></sentence>" if name == "a.xml" else jsonl({"w": "dog"})
    whole = write(f"{name}.gz", ("<corpus>" if name == "a.xml" else "") + sentence * 20_000)
    whole.write_bytes(whole.read_bytes()[:-20])
    tally = CorpusTally()
    with pytest.raises(InputError, match="the gzip data ends too early"):
        list(read_corpus(whole, tally=tally))
    assert 10_000 < tally.sentences < 20_000


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        next(read_corpus(tmp_path / "a.xml"))


@pytest.mark.real_data
def test_semcor(real_data: Path) -> None:
    tally = CorpusTally()
    for _sentence in read_corpus(real_data / "wsd" / "semcor3.jsonl.gz", tally=tally):
        pass
    assert (tally.sentences, tally.tagged, tally.usable) == (37_176, 234_136, 227_676)
    assert tally.repaired == {
        KeyRepair.SYNTACTIC_MARKER: 621,
        KeyRepair.HEAD_NUMBER: 145,
        KeyRepair.ONLY_SENSE: 1_500,
    }
    assert tally.dropped == {KeyFault.UNKNOWN_LEMMA: 3_023, KeyFault.UNKNOWN_SENSE: 3_480}
    assert not tally.skipped


@pytest.mark.real_data
def test_every_gold_key_of_the_evaluation_sets_is_in_wordnet(real_data: Path) -> None:
    tally = CorpusTally()
    for _sentence in read_corpus(real_data / "wsd" / "ALL" / "ALL.data.xml", tally=tally):
        pass
    assert (tally.tagged, tally.usable) == (7_253, 7_253)
    assert not tally.repaired
    assert not tally.dropped
