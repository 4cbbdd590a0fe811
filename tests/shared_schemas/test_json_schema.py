"""The committed JSON Schemas say what the models say."""

import json
import re
import tomllib
from importlib.resources import files

import pytest
from jsonschema import Draft202012Validator, ValidationError  # type: ignore[import-untyped]

from shared_schemas import ImageLabels, dump
from shared_schemas.schema import MODELS, json_schema, rendered, schema_file


@pytest.mark.parametrize("name", MODELS)
def test_committed_schema_has_not_drifted(name: str) -> None:
    committed = schema_file(name).read_text("utf-8")
    assert committed == rendered(name), "run: python -m shared_schemas.schema"
    Draft202012Validator.check_schema(json.loads(committed))


@pytest.mark.parametrize("name", MODELS)
def test_descriptions_end_with_one_full_stop(name: str) -> None:
    assert re.findall(r'"description": "[^"]*\.\."', rendered(name)) == []


def test_schema_accepts_what_is_written(record: ImageLabels) -> None:
    Draft202012Validator(json_schema("image_labels")).validate(json.loads(dump(record)))


@pytest.mark.parametrize(
    "field", ["schema_version", "image_id", "label_space", "captions", "foreground", "background"]
)
def test_schema_and_reader_require_the_same_fields(record: ImageLabels, field: str) -> None:
    content = json.loads(dump(record))
    del content[field]
    with pytest.raises(ValidationError, match=f"'{field}' is a required property"):
        Draft202012Validator(json_schema("image_labels")).validate(content)


@pytest.mark.parametrize("name", ["coco", "voc", "youtube-objects"])
def test_shipped_label_spaces_follow_the_schema(name: str) -> None:
    text = (files("shared_schemas") / "spaces" / f"{name}.toml").read_text("utf-8")
    Draft202012Validator(json_schema("label_space")).validate(tomllib.loads(text))
