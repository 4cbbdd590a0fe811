"""Tables and texts."""

from tests.caption_parser.readers.layouts.making import DOG_AND_CAT, Layout

TABLES = [
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
]
