"""The JSON Schemas of label files and label space files.

`python -m shared_schemas.schema` writes them to the folder `schema`, whose files are committed; a test fails
where they and the models differ.
"""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared_schemas.label_space_file import LabelSpaceFile
from shared_schemas.labels import ImageLabels

MODELS: dict[str, type[BaseModel]] = {"image_labels": ImageLabels, "label_space": LabelSpaceFile}
"""Models by the name of their schema."""


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of `name`, one of `MODELS`."""
    schema = MODELS[name].model_json_schema()
    if name == "image_labels":
        schema["required"].insert(0, "schema_version")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def rendered(name: str) -> str:
    """The JSON Schema of `name` as the text of its file."""
    return json.dumps(json_schema(name), indent=2, ensure_ascii=False) + "\n"


def schema_file(name: str) -> Path:
    """Where the schema of `name` is committed and installed."""
    return Path(str(files("shared_schemas"))) / "schema" / f"{name}.schema.json"


if __name__ == "__main__":
    for schema_name in MODELS:
        schema_file(schema_name).write_text(rendered(schema_name), "utf-8")
        print(schema_file(schema_name))
