"""Turns of humans and models about an image."""

from tests.caption_parser.readers.layouts.making import IMAGE, Layout, Pair, as_json, as_lines, as_parquet, turns

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

CONVERSATIONS = [
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
        "llava-by-path-to-all",
        "llava.json",
        as_json(LLAVA[:2]),
        [LLAVA_PAIRS[0], ("coco/8.jpg", "Red."), LLAVA_PAIRS[1]],
        {"not-a-description": 3},
        options={"caption_field": "conversations[].value"},
    ),
    Layout(
        "llava-parquet-by-path",
        "llava.parquet",
        as_parquet(LLAVA[:2]),
        [LLAVA_PAIRS[0], ("coco/8.jpg", "Red."), LLAVA_PAIRS[1]],
        {"not-a-description": 3},
        options={"caption_field": "conversations[].value"},
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
]
