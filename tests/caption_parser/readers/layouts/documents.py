"""JSON documents and lines of other forms: data sets, maps, columns, lists."""

from tests.caption_parser.readers.layouts.making import DOG_AND_CAT, Layout, as_json, as_lines

URLS = ["http://a/1.jpg", "http://a/2.jpg"]

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

DOCUMENTS = [
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
