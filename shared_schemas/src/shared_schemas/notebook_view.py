"""A record as a notebook shows it: captions with what was found in them, then the classes. All is escaped."""

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared_schemas.labels import ClassLabel, ImageLabels
    from shared_schemas.mentions import Mention


def record_html(record: "ImageLabels") -> str:
    """One `<div>` without scripts or styles of the page's own."""
    captions = "".join(f"<li>{_marked(record, number)}</li>" for number in range(len(record.captions)))
    rows = "".join(
        f"<tr><th>{kind}</th><td>{', '.join(_class_html(one, len(record.captions)) for one in classes)}</td></tr>"
        for kind, classes in (("foreground", record.foreground), ("background", record.background))
        if classes
    )
    title = f"<b>{escape(str(record.image_id))}</b> <small>{escape(record.label_space)}</small>"
    return f"<div>{title}<ol>{captions}</ol><table>{rows or '<tr><td>no classes</td></tr>'}</table></div>"


def class_words(label: "ClassLabel") -> str:
    """ "cat ×2 {black}": a class with its count and its attributes."""
    count = f" ×{label.count}" if label.count is not None and label.count > 1 else ""
    names = ", ".join(attribute.name for attribute in label.attributes)
    return f"{label.name}{count}{f' {{{names}}}' if names else ''}"


def _marked(record: "ImageLabels", number: int) -> str:
    """The caption, its labelled mentions in `<mark>`, what does not assert its class struck out."""
    caption = record.captions[number]
    names = {label.id: label.name for label in (*record.foreground, *record.background)}
    parts, at = [], 0
    for mention in _apart(mention for mention in record.mentions if mention.caption == number):
        name = names.get(mention.label or 0, "")
        title = ", ".join(filter(None, [name, mention.synset, *mention.flags]))
        text = escape(caption[mention.start : mention.end])
        text = f"<s>{text}</s>" if mention.flags else text
        parts += [escape(caption[at : mention.start]), f'<mark title="{escape(title)}">{text}</mark>']
        at = mention.end
    return "".join([*parts, escape(caption[at:])])


def _apart(mentions: "Iterator[Mention]") -> "Iterator[Mention]":
    """The labelled ones in text order; of those that overlap the first."""
    at = 0
    for mention in sorted(mentions, key=lambda mention: (mention.start, -mention.end)):
        if mention.label is not None and mention.start >= at:
            yield mention
            at = mention.end


def _class_html(label: "ClassLabel", captions: int) -> str:
    """ "cat ×2 {black} 1/3": count, attributes, and by how many of several captions it is asserted."""
    text = escape(label.name)
    if label.count is not None and label.count > 1:
        text += f" ×{label.count}"
    if label.attributes:
        text += f" <i>{{{escape(', '.join(attribute.name for attribute in label.attributes))}}}</i>"
    return f"{text} <small>{label.votes}/{captions}</small>" if captions > 1 else text
