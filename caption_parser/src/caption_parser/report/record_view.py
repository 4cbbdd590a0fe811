"""A label record on a terminal: captions with what was found in them, then the classes."""

from rich.console import Console
from rich.text import Text

from shared_schemas import ClassLabel, ImageLabels

_CLASS_STYLE = "bold green"
_ATTRIBUTE_STYLE = "cyan"


def show_record(record: ImageLabels, console: Console) -> None:
    """Print the image's name, its captions and its classes with counts, attributes and votes."""
    console.print(Text(f"{record.image_id}", style="bold underline"))
    for index in range(len(record.captions)):
        console.print(Text("  ") + highlighted_caption(record, index), soft_wrap=True)
    captions = len(record.captions)
    for kind, classes in (("foreground", record.foreground), ("background", record.background)):
        if classes:
            line = Text.assemble((f"  {kind} ", "dim"))
            console.print(line + Text(", ").join(class_text(label, captions) for label in classes), soft_wrap=True)
    console.print()


def highlighted_caption(record: ImageLabels, index: int) -> Text:
    """A caption with its labelled mentions and their attributes marked."""
    text = Text(record.captions[index])
    for mention in record.mentions:
        if mention.caption == index and mention.label is not None:
            text.stylize(_CLASS_STYLE, mention.start, mention.end)
            for attribute in mention.attributes:
                text.stylize(_ATTRIBUTE_STYLE, attribute.start, attribute.end)
    return text


def class_text(label: ClassLabel, captions: int = 1) -> Text:
    """ "cat ×2 {black} 1/3": count, attributes, and by how many of several captions it is asserted."""
    text = Text(label.name, style=_CLASS_STYLE)
    if label.count is not None and label.count > 1:
        text.append(f" ×{label.count}", style="default")
    if label.attributes:
        names = ", ".join(attribute.name for attribute in label.attributes)
        text.append(f" {{{names}}}", style=_ATTRIBUTE_STYLE)
    if captions > 1:
        text.append(f" {label.votes}/{captions}", style="dim")
    return text
