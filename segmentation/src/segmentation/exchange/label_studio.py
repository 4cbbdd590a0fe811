"""Label Studio: a task per image, its mask as a prediction of brush strokes, and the labelling configuration."""

from collections.abc import Iterator, Mapping
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from segmentation.data.masks import IndexMask, palette
from segmentation.exchange.brush import brush_runs
from segmentation.exchange.contract import Converted, Lists, MaskItem, MaskLayout, Pieces, json_list, values_in

_TASKS = "tasks"


class LabelStudioTasks(MaskLayout):
    """`tasks.json` to import, `config.xml` for the project. What is 255 is in no stroke."""

    name = "label-studio"
    options = frozenset({"url_prefix"})

    def convert(self, item: MaskItem, mask: IndexMask) -> Converted:
        height, width = mask.shape
        strokes = [
            {
                "id": f"{item.image_id}-{value}",
                "from_name": "tag",
                "to_name": "image",
                "type": "brushlabels",
                "original_width": width,
                "original_height": height,
                "image_rotation": 0,
                "value": {
                    "format": "rle",
                    "rle": brush_runs(mask == value),
                    "brushlabels": [self.classes.names[value]],
                },
            }
            for value in values_in(mask)
        ]
        url = self.given.url_prefix + quote(item.name.encode("utf-8", "surrogateescape"))
        prediction = {"model_version": f"capseg, {self.classes.label_space.name}", "result": strokes}
        return Converted(entries={_TASKS: [{"data": {"image": url}, "predictions": [prediction]}]})

    def files(self, lists: Lists) -> Mapping[str, Pieces]:
        return {"tasks.json": json_list(lists.lines(_TASKS)), "config.xml": self._configuration()}

    def _configuration(self) -> Iterator[bytes]:
        yield b'<View>\n  <Image name="image" value="$image" zoom="true"/>\n'
        yield b'  <BrushLabels name="tag" toName="image">\n'
        colours = palette()
        for value, name in enumerate(self.classes.names[1:], 1):
            colour = f"#{colours[value].tobytes().hex()}"
            yield f'    <Label value={quoteattr(name)} background="{colour}"/>\n'.encode()
        yield b"  </BrushLabels>\n</View>\n"
