"""What can be read, for a person: each layout with an example, what is read of it and what is left out.

`formats.FORMATS` says how a file is opened; a layout is what is then found in it. Nothing here is needed to read.
"""

from typing import NamedTuple


class Layout(NamedTuple):
    """A layout, as `capparse formats` shows it."""

    name: str
    format: str
    """A name in `formats.FORMATS`: which files are looked at."""
    example: str
    read: str
    """Image ids and captions."""
    left_out: str = ""
    """What is no caption; counted, and read with `--all-captions`."""


LAYOUTS = (
    Layout(
        "coco",
        "coco",
        '{"images": [{"id": 7, "file_name": "7.jpg"}], "annotations": [{"image_id": 7, "caption": "A dog"}]}',
        "annotations[].caption by image_id, file names from images[]; also nocaps and RedCaps",
    ),
    Layout(
        "vizwiz",
        "coco",
        '{"annotations": [{"image_id": 7, "caption": "A can", "is_rejected": false, "is_precanned": false}]}',
        "as coco",
        "captions with is_rejected or is_precanned",
    ),
    Layout(
        "records",
        "coco",
        '[{"image": "7.jpg", "caption": ["A dog", "A puppy"]}]',
        'the known fields of each record; also the array of one field: {"data": [{…}]}',
    ),
    Layout(
        "karpathy",
        "coco",
        '{"images": [{"filename": "7.jpg", "cocoid": 7, "split": "test", "sentences": [{"raw": "A dog"}]}]}',
        "images[].sentences[].raw by cocoid, else filename; of one split by"
        " --caption-field 'images[split=test].sentences[].raw'",
    ),
    Layout(
        "textcaps",
        "coco",
        '{"data": [{"image_id": "ab7", "caption_str": "A sign", "reference_strs": ["A sign", "A red sign"]}]}',
        "data[].caption_str by image_id",
    ),
    Layout(
        "visual-genome",
        "coco",
        '[{"id": 7, "regions": [{"phrase": "a brown dog", "x": 1, "y": 2}]}]',
        "regions[].phrase by id",
    ),
    Layout(
        "llava",
        "coco",
        '[{"image": "7.jpg", "conversations": [{"from": "human", "value": "<image>\\nDescribe it."},'
        ' {"from": "gpt", "value": "A dog."}]}]',
        "answers to a request for a description; also messages with role and content, user and assistant",
        "answers to other questions; conversations about no image",
    ),
    Layout(
        "map",
        "coco",
        '{"7.jpg": ["A dog", "A puppy"], "8.jpg": "A cat"}',
        'the captions of each name; arrays of equal length too: {"image_urls": […], "captions": […]}',
    ),
    Layout(
        "jsonl",
        "jsonl",
        '{"image": "7.jpg", "caption": "A dog"}',
        "the known fields of each line; also layouts as above",
    ),
    Layout(
        "metaclip",
        "jsonl",
        '{"url": "http://a/7.jpg", "texts": [["alt", "A dog"], ["title", "Dogs"]]}',
        "every text of texts, in WebDataset's .json too",
    ),
    Layout(
        "csv",
        "csv",
        'image,caption\n7.jpg,"A dog, asleep"',
        "columns by name; commas, semicolons, pipes and tabs are told apart; without a header by number"
        " (--caption-field 2 --image-field 1); captions in several columns: --caption-field 'caption_*' or a,b",
    ),
    Layout(
        "flickr30k",
        "csv",
        "image_name| comment_number| comment\n7.jpg| 0| A dog sleeps .",
        "comment by image_name",
    ),
    Layout(
        "lists",
        "csv",
        "image,captions\n7.jpg,\"['A dog', 'A puppy']\"",
        "every caption of a list in a cell, as JSON, Python or NumPy write it",
    ),
    Layout(
        "tsv",
        "tsv",
        "caption\turl\nA dog\thttp://a/7.jpg",
        "as csv; quotes mean nothing (CC3M, CC12M, SBU, LAION)",
    ),
    Layout(
        "parquet",
        "parquet",
        "image: struct<bytes, path>, caption: list<string>",
        "columns and fields within them; an image is named by its path, its bytes are not read",
    ),
    Layout(
        "txt",
        "txt",
        "A dog sleeps.",
        "a caption a line, each of an image of its own; beside 7.jpg, those of 7.txt are its",
    ),
    Layout("pairs", "txt", "7.jpg : A dog sleeps.", "an image file and its caption a line"),
    Layout("flickr8k", "txt", "image,caption\n7.jpg,A dog sleeps .", "a table with a header, as csv"),
    Layout("tokens", "flickr", "7.jpg#0\tA dog sleeps .", "the captions of each image (Flickr8k.token.txt)"),
    Layout(
        "webdataset",
        "webdataset",
        "7.jpg, 7.txt, 7.json",
        "the member .txt, .caption, .cap or .outputs.txt, else the fields of .json; the key is the image id",
    ),
)
