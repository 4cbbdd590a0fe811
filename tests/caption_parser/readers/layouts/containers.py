"""Parquet files and tar files of WebDataset."""

import json

from tests.caption_parser.readers.layouts.making import (
    IMAGE,
    KEYED,
    Layout,
    as_parquet,
    as_tar,
)

ALTS = [{"caption": "a dog", "lang": "en"}, {"caption": "un chien", "lang": "fr"}]

MARKED = {
    "image_id": 1,
    "caption": ["a can", "spam"],
    "is_rejected": [False, True],
    "is_precanned": [False, False],
}

CONTAINERS = [
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
    Layout(
        "ids-of-pandas-in-parquet",
        "x.parquet",
        as_parquet([{"image_id": 7.0, "caption": "A dog"}]),
        [(7, "A dog")],
    ),
]
