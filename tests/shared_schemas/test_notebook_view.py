"""Records in notebooks: what was found is marked, and nothing of a caption is taken for HTML."""

from html.parser import HTMLParser

from shared_schemas import AttributeVotes, ClassLabel, Flag, ImageLabels, Mention


class Tags(HTMLParser):
    """The tags and the text of some HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert all(name == "title" for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def record(caption: str, **fields: object) -> ImageLabels:
    content = {"image_id": 7, "label_space": "coco@1a2b3c4d", "foreground": (), "background": ()} | fields
    return ImageLabels.model_validate({"captions": (caption,), **content})


def mention(start: int, end: int, **fields: object) -> Mention:
    content = {"head": "x", "extended_head": "x", "label": 16, "synset": "cat.n.01"} | fields
    return Mention.model_validate({"caption": 0, "start": start, "end": end, **content})


def test_mentions_are_marked_and_classes_listed() -> None:
    cat = ClassLabel(id=16, name="cat", votes=1, count=2, attributes=(AttributeVotes(name="black", votes=1),))
    mentions = (mention(4, 14), mention(10, 14), mention(19, 23, flags=(Flag.NEGATED,)))
    html = record("Two black cats, no dogs", foreground=(cat,), mentions=mentions)._repr_html_()
    assert '<mark title="cat, cat.n.01">black cats</mark>' in html
    assert '<mark title="cat, cat.n.01, negated"><s>dogs</s></mark>' in html
    assert "cat ×2 <i>{black}</i>" in html
    assert "Two black cats, no dogs" in Tags(html).text


def test_everything_is_escaped() -> None:
    evil = '<script>alert("1")</script> & <b'
    name = ClassLabel(id=16, name=evil, votes=1, attributes=(AttributeVotes(name=evil, votes=1),))
    shown = record(
        evil, image_id=evil, label_space=evil, foreground=(name,), mentions=(mention(0, 9, synset='"><img>'),)
    )._repr_html_()
    parsed = Tags(shown)
    assert set(parsed.tags) <= {"div", "b", "small", "ol", "li", "mark", "table", "tr", "th", "td", "i"}
    assert parsed.text.count(evil) == 5
    assert "no classes" in record("")._repr_html_()
