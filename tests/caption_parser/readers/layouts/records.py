"""Captions that lie deeper in the records of their images."""

from typing import Any

from tests.caption_parser.readers.layouts.making import KEYED, Layout, as_json, as_lines, region


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


PHOTOS = [{"name": "1.jpg", "alts": ["a dog"]}, {"name": "2.jpg", "alts": ["a cat"]}]

RECORDS = [
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
]
