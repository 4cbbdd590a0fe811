"""Small files in the layouts that data sets come in, and the captions in them."""

import io
import json
import tarfile
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

Pair = tuple[int | str, str]


@dataclass(frozen=True)
class Layout:
    """A file, and what it holds: image ids and captions in order."""

    code: str
    name: str
    content: bytes
    pairs: list[Pair]
    left_out: dict[str, int] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    file_names: list[str | None] | None = None


def as_json(value: object) -> bytes:
    return json.dumps(value).encode()


def as_lines(*values: object) -> bytes:
    return b"".join(as_json(value) + b"\n" for value in values)


def as_parquet(rows: list[dict[str, Any]], schema: pa.Schema | None = None) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), buffer, row_group_size=2)
    return buffer.getvalue()


def as_tar(*members: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content.encode())
            archive.addfile(member, io.BytesIO(content.encode()))
    return buffer.getvalue()


def turns(*texts: str) -> list[dict[str, str]]:
    """Of a human and a model, in turn."""
    return [{"from": ("human", "gpt")[at % 2], "value": text} for at, text in enumerate(texts)]


def region(number: int, phrase: str) -> dict[str, Any]:
    return {"region_id": number, "width": 9, "height": 9, "image_id": 61, "phrase": phrase, "x": 1, "y": 2}


def karpathy(name: str, cocoid: int, split: str, *sentences: str) -> dict[str, Any]:
    return {
        "filepath": "val2014",
        "sentids": [*range(len(sentences))],
        "filename": name,
        "imgid": cocoid - 1,
        "split": split,
        "cocoid": cocoid,
        "sentences": [
            {"tokens": text.split(), "raw": text, "imgid": cocoid - 1, "sentid": at}
            for at, text in enumerate(sentences)
        ],
    }


IMAGE = {"bytes": b"\xff\xd8 no picture", "path": "7.jpg"}
DOG_AND_CAT: list[Pair] = [("1.jpg", "A dog runs."), ("1.jpg", "A dog, running"), ("2.jpg", "A cat sleeps.")]

KEYED = [["alt", "a red kite"], ["title", "Kites | Shop"]]
URLS = ["http://a/1.jpg", "http://a/2.jpg"]
PHOTOS = [{"name": "1.jpg", "alts": ["a dog"]}, {"name": "2.jpg", "alts": ["a cat"]}]
ALTS = [{"caption": "a dog", "lang": "en"}, {"caption": "un chien", "lang": "fr"}]
MARKED = {
    "image_id": 1,
    "caption": ["a can", "spam"],
    "is_rejected": [False, True],
    "is_precanned": [False, False],
}

LLAVA = [
    {
        "id": "7",
        "image": "gcc/7.jpg",
        "conversations": turns("<image>\nProvide a brief description of the given image.", "a parrot on a swing"),
    },
    {
        "id": "8",
        "image": "coco/8.jpg",
        "conversations": turns(
            "What colour is the bus?\n<image>", "Red.", "Describe the following image.", "A red bus at a kerb."
        ),
    },
    {"id": "text-1", "conversations": turns("Write a poem.", "Roses are red.")},
    {"id": "9", "image": "coco/9.jpg", "conversations": turns("<image>", "two goats on a hill")},
]
LLAVA_PAIRS: list[Pair] = [
    ("gcc/7.jpg", "a parrot on a swing"),
    ("coco/8.jpg", "A red bus at a kerb."),
    ("coco/9.jpg", "two goats on a hill"),
]
LLAVA_LEFT_OUT = {"not-a-description": 1, "no-image": 1}

VIZWIZ = {
    "info": {"year": 2019},
    "images": [{"id": 1, "file_name": "VizWiz_val_1.jpg", "text_detected": True}],
    "annotations": [
        {
            "id": n,
            "image_id": 1,
            "caption": text,
            "is_precanned": canned,
            "is_rejected": refused,
            "text_detected": True,
        }
        for n, (text, canned, refused) in enumerate(
            [
                ("A can of soup.", False, False),
                ("Quality issues are too severe.", True, True),
                ("spam", False, True),
            ]
        )
    ],
}

LAYOUTS = [
    # Conversations
    Layout("llava", "llava.json", as_json(LLAVA), LLAVA_PAIRS, LLAVA_LEFT_OUT),
    Layout("llava-lines", "llava.jsonl", as_lines(*LLAVA), LLAVA_PAIRS, LLAVA_LEFT_OUT),
    Layout(
        "llava-all",
        "llava.json",
        as_json(LLAVA[:2]),
        [LLAVA_PAIRS[0], ("coco/8.jpg", "Red."), LLAVA_PAIRS[1]],
        options={"all_captions": True},
    ),
    Layout(
        "llava-by-path",
        "llava.json",
        as_json(LLAVA[:2]),
        [LLAVA_PAIRS[0], ("coco/8.jpg", "Red."), LLAVA_PAIRS[1]],
        options={"caption_field": "conversations[from=gpt].value"},
    ),
    Layout(
        "chat-messages",
        "chat.jsonl",
        as_lines(
            {
                "messages": [
                    {"role": "system", "content": "You describe images."},
                    {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What do you see?"}]},
                    {"role": "assistant", "content": [{"type": "text", "text": "A tent by a lake."}]},
                ],
                "images": ["tents/3.png"],
            }
        ),
        [("tents/3.png", "A tent by a lake.")],
    ),
    Layout(
        "cauldron-parquet",
        "train-0.parquet",
        as_parquet(
            [
                {"images": [IMAGE], "texts": [{"user": "Describe it.", "assistant": "A barn."}]},
                {"images": [IMAGE], "texts": [{"user": "Is it red?", "assistant": "Yes."}]},
            ]
        ),
        [("7.jpg", "A barn.")],
        {"not-a-description": 1},
    ),
    # Nested records
    Layout(
        "visual-genome",
        "region_descriptions.json",
        as_json(
            [
                {"id": 61, "regions": [region(1, "the clock is green"), region(2, "a tall lamp")]},
                {"id": 62, "regions": [region(3, "a bench")]},
            ]
        ),
        [(61, "the clock is green"), (61, "a tall lamp"), (62, "a bench")],
    ),
    Layout(
        "karpathy",
        "dataset_coco.json",
        as_json(
            {
                "images": [
                    karpathy("COCO_val2014_391895.jpg", 391895, "test", "A man on a bike", "A biker"),
                    karpathy("COCO_val2014_60623.jpg", 60623, "train", "A girl eats"),
                ],
                "dataset": "coco",
            }
        ),
        [(391895, "A man on a bike"), (391895, "A biker"), (60623, "A girl eats")],
        file_names=["COCO_val2014_391895.jpg", "COCO_val2014_391895.jpg", "COCO_val2014_60623.jpg"],
    ),
    Layout(
        "karpathy-split",
        "dataset_coco.json",
        as_json({"images": [karpathy("a.jpg", 1, "test", "A man"), karpathy("b.jpg", 2, "train", "A girl")]}),
        [("b.jpg", "A girl")],
        options={"caption_field": "images[split=train].sentences[].raw", "image_field": "images[].filename"},
    ),
    Layout(
        "flickr30k-karpathy",
        "dataset_flickr30k.json",
        as_json(
            {
                "images": [
                    {
                        "sentids": [0],
                        "imgid": 0,
                        "sentences": [{"tokens": ["Two"], "raw": "Two men"}],
                        "split": "train",
                        "filename": "1000092795.jpg",
                    }
                ],
                "dataset": "flickr30k",
            }
        ),
        [("1000092795.jpg", "Two men")],
    ),
    Layout(
        "textcaps",
        "TextCaps_0.1_val.json",
        as_json(
            {
                "dataset_type": "val",
                "dataset_name": "textcaps",
                "data": [
                    {
                        "question": "",
                        "image_id": "0004c9478eeda995",
                        "image_classes": ["Poster"],
                        "set_name": "val",
                        "image_name": "0004c9478eeda995",
                        "image_path": "train/0004c9478eeda995.jpg",
                        "caption_id": n,
                        "caption_str": text,
                        "caption_tokens": text.split(),
                        "reference_strs": ["A sign", "A red sign"],
                    }
                    for n, text in enumerate(["A sign", "A red sign"])
                ],
            }
        ),
        [("0004c9478eeda995", "A sign"), ("0004c9478eeda995", "A red sign")],
    ),
    Layout(
        "nested-captions",
        "x.jsonl",
        as_lines({"image_id": 5, "captions": [{"caption": "a dog", "score": 0.9}, {"caption": "a puppy"}]}),
        [(5, "a dog"), (5, "a puppy")],
    ),
    Layout(
        "metaclip",
        "x.jsonl",
        as_lines({"uuid": "u1", "url": "http://a/1.jpg", "texts": KEYED}),
        [("http://a/1.jpg", "a red kite"), ("http://a/1.jpg", "Kites | Shop")],
    ),
    Layout(
        "path-in-jsonl",
        "x.jsonl",
        as_lines({"meta": {"img": {"name": "5.jpg"}, "blurb": "a dog"}}),
        [("5.jpg", "a dog")],
        options={"caption_field": "meta.blurb", "image_field": "meta.img.name"},
    ),
    Layout(
        "rows-of-a-viewer",
        "rows.json",
        as_json({"features": [], "rows": [{"row_idx": 0, "row": {"blurb": "a dog", "name": "5.jpg"}}]}),
        [("5.jpg", "a dog")],
        options={"caption_field": "rows[].row.blurb", "image_field": "rows[].row.name"},
    ),
    Layout(
        "image-beside-each-caption",
        "x.json",
        as_json({"data": {"items": [{"photos": PHOTOS}]}}),
        [("1.jpg", "a dog"), ("2.jpg", "a cat")],
        options={
            "caption_field": "data.items[].photos[].alts[]",
            "image_field": "data.items[].photos[].name",
        },
    ),
    # Documents of other forms
    Layout(
        "vizwiz",
        "val.json",
        as_json(VIZWIZ),
        [(1, "A can of soup.")],
        {"marked-rejected": 2},
        file_names=["VizWiz_val_1.jpg"],
    ),
    Layout(
        "nocaps",
        "nocaps_val_4500_captions.json",
        as_json(
            {
                "licenses": [],
                "info": {},
                "images": [
                    {
                        "id": 0,
                        "open_images_id": "0013ea2087020901",
                        "file_name": "0013ea2087020901.jpg",
                        "coco_url": "https://x/0013ea2087020901.jpg",
                        "domain": "near-domain",
                    }
                ],
                "annotations": [{"image_id": 0, "id": 0, "caption": "A baby is standing in a crib."}],
            }
        ),
        [(0, "A baby is standing in a crib.")],
        file_names=["0013ea2087020901.jpg"],
    ),
    Layout(
        "image-to-captions",
        "x.json",
        as_json({"1.jpg": ["A dog runs.", "A dog, running"], "2.jpg": "A cat sleeps."}),
        DOG_AND_CAT,
    ),
    Layout(
        "sbu",
        "sbu-captions-all.json",
        as_json({"image_urls": URLS, "user_names": ["u", "v"], "captions": ["A dog", "A cat"]}),
        [("http://a/1.jpg", "A dog"), ("http://a/2.jpg", "A cat")],
    ),
    Layout("array-of-texts", "x.json", as_json(["A dog", "A cat"]), [(1, "A dog"), (2, "A cat")]),
    Layout(
        "frame-as-json",
        "frame.json",
        as_json({"image": {"0": "1.jpg", "1": "2.jpg"}, "caption": {"0": "A dog", "1": "A cat"}}),
        [("1.jpg", "A dog"), ("2.jpg", "A cat")],
    ),
    Layout(
        "rows-of-other-name",
        "x.json",
        as_json({"version": 1, "samples": [{"image": "1.jpg", "text": "A dog"}]}),
        [("1.jpg", "A dog")],
    ),
    # Tables
    Layout(
        "flickr30k-results",
        "results.csv",
        b"image_name| comment_number| comment\n1.jpg| 0| A dog runs.\n1.jpg| 1| A dog, running\n"
        b"2.jpg| 0| A cat sleeps.\n",
        DOG_AND_CAT,
    ),
    Layout(
        "flickr8k-kaggle",
        "captions.txt",
        b'image,caption\n1.jpg,A dog runs.\n1.jpg,"A dog, running"\n2.jpg,A cat sleeps.\n',
        DOG_AND_CAT,
    ),
    Layout(
        "semicolons",
        "x.csv",
        b"photo;caption\r\n1.jpg;A dog runs.\r\n1.jpg;A dog, running\r\n2.jpg;A cat sleeps.\r\n",
        DOG_AND_CAT,
    ),
    Layout(
        "excel-sep",
        "x.csv",
        b"sep=;\nimage;caption\n1.jpg;A dog runs.\n1.jpg;A dog, running\n2.jpg;A cat sleeps.\n",
        DOG_AND_CAT,
    ),
    Layout(
        "tabs-in-csv",
        "x.csv",
        b'image\tcaption\n1.jpg\tA dog runs.\n1.jpg\t"A dog, running"\n2.jpg\tA cat sleeps.\n',
        DOG_AND_CAT,
    ),
    Layout(
        "commas-in-tsv",
        "x.tsv",
        b'image,caption\n1.jpg,A dog runs.\n1.jpg,"A dog, running"\n2.jpg,A cat sleeps.\n',
        DOG_AND_CAT,
    ),
    Layout(
        "padded-csv",
        "x.csv",
        b'image, caption\n1.jpg, A dog runs.\n1.jpg, "A dog, running"\n2.jpg, A cat sleeps.\n',
        DOG_AND_CAT,
    ),
    Layout(
        "semicolons-without-header",
        "x.csv",
        b"1.jpg;A dog runs.\n1.jpg;A dog, running\n2.jpg;A cat sleeps.\n",
        DOG_AND_CAT,
        options={"caption_field": "2", "image_field": "1"},
    ),
    Layout(
        "lists-as-text",
        "flickr_annotations_30k.csv",
        b'raw,sentids,split,filename,img_id\n"[""A dog runs."", ""A dog, running""]","[0, 1]",train,1.jpg,0\n'
        b"\"['A cat sleeps.']\",[2],train,2.jpg,1\n",
        DOG_AND_CAT,
    ),
    Layout(
        "lists-as-numpy-prints-them",
        "x.csv",
        b"image,captions\n1.jpg,\"['A dog runs.' 'A dog, running']\"\n2.jpg,\"['A cat sleeps.']\"\n",
        DOG_AND_CAT,
    ),
    Layout(
        "laion", "part.csv", b"SAMPLE_ID,URL,TEXT,HEIGHT\n7,http://a/1.jpg,Red sofa,300\n", [("7", "Red sofa")]
    ),
    Layout(
        "sbu-tsv",
        "sbu.tsv",
        b"image_url\tuser_id\tcaption\nhttp://a/1.jpg\tu1\tMy dog\n",
        [("http://a/1.jpg", "My dog")],
    ),
    # Text
    Layout(
        "colon-pairs",
        "x.txt",
        b"1.jpg : A dog runs.\n1.jpg : A dog, running\n2.jpg : A cat sleeps.\n",
        DOG_AND_CAT,
    ),
    Layout(
        "comma-pairs", "x.txt", b"1.jpg, A dog runs.\n1.jpg, A dog, running\n2.jpg, A cat sleeps.\n", DOG_AND_CAT
    ),
    Layout(
        "tab-pairs", "x.txt", b"1.jpg\tA dog runs.\n1.jpg\tA dog, running\n2.jpg\tA cat sleeps.\n", DOG_AND_CAT
    ),
    Layout(
        "pairs-with-folders",
        "x.txt",
        b"my photos/dog 1.jpg: A dog\nmy photos/cat 1.PNG: A cat\n",
        [("my photos/dog 1.jpg", "A dog"), ("my photos/cat 1.PNG", "A cat")],
    ),
    Layout(
        "tokens-in-txt",
        "flickr.txt",
        b"1.jpg#0\tA dog runs.\n1.jpg#1\tA dog, running\n2.jpg#0\tA cat sleeps.\n",
        DOG_AND_CAT,
    ),
    Layout(
        "captions-with-bars",
        "x.txt",
        b"Red sofa | Home Decor\nA dog: my best friend\nA cat, a dog\n",
        [(1, "Red sofa | Home Decor"), (2, "A dog: my best friend"), (3, "A cat, a dog")],
    ),
    # Parquet
    Layout(
        "parquet-image-struct",
        "train.parquet",
        as_parquet([{"image": IMAGE, "caption": ["a dog", "a pup"]}]),
        [("7.jpg", "a dog"), ("7.jpg", "a pup")],
    ),
    Layout(
        "parquet-image-struct-without-path",
        "train.parquet",
        as_parquet([{"image": {"bytes": b"1"}, "text": "a dog"}, {"image": {"bytes": b"2"}, "text": "a cat"}]),
        [(1, "a dog"), (2, "a cat")],
    ),
    Layout(
        "parquet-image-struct-beside-an-id",
        "train.parquet",
        as_parquet([{"image": {"bytes": b"1"}, "filename": "3.jpg", "text": "a dog"}]),
        [("3.jpg", "a dog")],
    ),
    Layout(
        "parquet-nested",
        "train.parquet",
        as_parquet([{"id": 3, "captions": ALTS}]),
        [(3, "a dog"), (3, "un chien")],
    ),
    Layout(
        "parquet-by-path",
        "train.parquet",
        as_parquet([{"meta": {"id": 3, "alts": [{"t": "a dog", "lang": "en"}, {"t": "un chien", "lang": "fr"}]}}]),
        [(3, "a dog")],
        options={"caption_field": "meta.alts[lang=en].t", "image_field": "meta.id"},
    ),
    Layout(
        "parquet-marks-in-lists",
        "vizwiz.parquet",
        as_parquet([MARKED]),
        [(1, "a can")],
        {"marked-rejected": 1},
    ),
    # WebDataset
    Layout("wds-cap", "x.tar", as_tar(("1.jpg", "x"), ("1.cap", "a dog\n")), [("1", "a dog")]),
    Layout(
        "wds-outputs",
        "x.tar",
        as_tar(("1.jpg", "x"), ("1.inputs.txt", "Describe."), ("1.outputs.txt", "a dog")),
        [("1", "a dog")],
    ),
    Layout(
        "wds-metaclip",
        "x.tar",
        as_tar(("1.jpeg", "x"), ("1.json", json.dumps({"texts": KEYED}))),
        [("1", "a red kite"), ("1", "Kites | Shop")],
    ),
    Layout(
        "wds-path",
        "x.tar",
        as_tar(("1.json", '{"meta": {"alt": "a dog"}}')),
        [("1", "a dog")],
        options={"caption_field": "meta.alt"},
    ),
    # Stranger ones
    Layout(
        "windows-paths",
        "x.txt",
        rb"C:\photos\1.jpg: A dog" b"\r\n" rb"C:\photos\2.jpg: A cat" b"\r\n",
        [("C:\\photos\\1.jpg", "A dog"), ("C:\\photos\\2.jpg", "A cat")],
    ),
    Layout(
        "tokens-with-spaces",
        "x.txt",
        b"1.jpg#0 A dog runs.\n1.jpg#1 A dog, running\n2.jpg#0 A cat sleeps.\n",
        DOG_AND_CAT,
    ),
    Layout(
        "quoted-semicolons", "x.csv", b'"image";"caption"\n"1.jpg";"A dog; a cat"\n', [("1.jpg", "A dog; a cat")]
    ),
    Layout("blank-first-line", "x.csv", b"\n\nimage;caption\n1.jpg;A dog\n", [("1.jpg", "A dog")]),
    Layout(
        "markdown",
        "x.csv",
        b"| image | caption |\n|-------|:-------:|\n| 1.jpg | A dog, running |\n",
        [("1.jpg", "A dog, running")],
    ),
    Layout("utf-16-tabs", "x.csv", "image\tcaption\r\n1.jpg\tA café\r\n".encode("utf-16"), [("1.jpg", "A café")]),
    Layout(
        "objects-as-text",
        "x.csv",
        b'image,captions\n1.jpg,"[{""caption"": ""A dog""}, {""caption"": ""A pup""}]"\n',
        [("1.jpg", "A dog"), ("1.jpg", "A pup")],
    ),
    Layout(
        "python-objects-as-text",
        "x.csv",
        b"image,captions\n1.jpg,\"[{'caption': 'A dog'}]\"\n",
        [("1.jpg", "A dog")],
    ),
    Layout(
        "map-of-objects",
        "x.json",
        as_json({"1.jpg": {"captions": ["A dog", "A pup"]}, "2.jpg": {"caption": "A cat"}}),
        [("1.jpg", "A dog"), ("1.jpg", "A pup"), ("2.jpg", "A cat")],
    ),
    Layout(
        "map-within",
        "x.json",
        as_json({"version": 1, "images": {"1.jpg": ["A dog"], "2.jpg": "A cat"}}),
        [("1.jpg", "A dog"), ("2.jpg", "A cat")],
    ),
    Layout(
        "map-by-coco-name",
        "x.json",
        as_json({"COCO_val2014_000000391895": ["A man"]}),
        [("COCO_val2014_000000391895", "A man")],
    ),
    Layout("ids-of-pandas", "x.jsonl", as_lines({"image_id": 7.0, "caption": "A dog"}), [(7, "A dog")]),
    Layout(
        "ids-of-pandas-in-parquet",
        "x.parquet",
        as_parquet([{"image_id": 7.0, "caption": "A dog"}]),
        [(7, "A dog")],
    ),
    Layout(
        "lines-named-json",
        "x.json",
        as_lines({"image": "1.jpg", "caption": "A dog"}, {"image": "2.jpg", "caption": "A"}),
        [("1.jpg", "A dog"), ("2.jpg", "A")],
    ),
    Layout(
        "pairs-in-an-array",
        "x.json",
        as_json([["1.jpg", "A dog"], ["2.jpg", "A cat"]]),
        [("1.jpg", "A dog"), ("2.jpg", "A cat")],
    ),
    Layout(
        "docci",
        "docci_descriptions.jsonlines",
        as_lines(
            {
                "type": "image",
                "split": "train",
                "example_id": "train_0",
                "image_file": "train_0.jpg",
                "description": "A white horse.",
            }
        ),
        [("train_0.jpg", "A white horse.")],
    ),
    Layout(
        "crossmodal",
        "captions.jsonl",
        as_lines({"image/key": "ab", "en": {"caption": ["A dog", "A pup"]}}),
        [("ab", "A dog"), ("ab", "A pup")],
        options={"caption_field": "en.caption"},
    ),
]
