"""Cards of Hugging Face data sets: the front matter from which `datasets` takes the types of columns."""

import json
from collections.abc import Iterable, Iterator, Sequence


def card(title: str, task: str, features: Iterable[str], text: str) -> str:
    """A card whose one configuration is the folder it lies in, with `features` of YAML beside `image`."""
    lines = [
        "---",
        f"pretty_name: {yaml_text(title)}",
        "task_categories:",
        f"- {task}",
        "configs:",
        "- config_name: default",
        "  data_dir: .",
        "  features:",
        "  - name: image",
        "    dtype: image",
        *features,
        "---",
        "",
        f"# {title}",
        "",
        text,
        "",
    ]
    return "\n".join(lines)


def class_label(names: Sequence[str], indent: str) -> Iterator[str]:
    """The lines of a feature of class ids, with their names."""
    yield f"{indent}class_label:"
    yield f"{indent}  names:"
    yield from (f"{indent}    '{number}': {yaml_text(name)}" for number, name in enumerate(names))


def yaml_text(text: str) -> str:
    """A text as YAML reads it, whatever its characters: JSON's strings are YAML's, too."""
    return json.dumps(text, ensure_ascii=False)
