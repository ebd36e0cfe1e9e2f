"""Schemas as Gradio, FastMCP and others really write them, and what is made of them."""

import pytest
from jsonschema import Draft202012Validator

from mcpendpoint.gradio.mending import BadSchema, mend_schema
from mcpendpoint.gradio.references import BadReference
from mcpendpoint.protocol.portable_tools import fault_of_schema

TEXT, INT, NULL = {"type": "string"}, {"type": "integer"}, {"type": "null"}
LIST = {"type": "array", "description": "In this order: integer, string."}
HOLDER = {"type": "object", "description": "May also hold “größe”."}
HOW = "A file: its http(s) URL, a data: URI, or a handle (file://…)."
URL = {"type": "string", "description": HOW}
FILE_FORMAT = "Gradio File Input - a http or https url to a file"
FILE = {"required": ["path"], "title": "FileData", "type": "string", "format": FILE_FORMAT}
FILE_DEFS = {
    "FileData": {**FILE, "description": "The FileData class is a subclass of …"},
    "FileDataMeta": {"properties": {"_type": {"const": "gradio.FileData"}}, "type": "object"},
}
REFERRED_FILE = {"$ref": "#/$defs/FileData", "type": "string", "format": FILE_FORMAT}
"""In `gr.File(file_count="multiple")` and all that holds files, Gradio 5.28 to 6.31."""


def mended(schema):
    found = mend_schema(schema)
    Draft202012Validator.check_schema(found.schema)
    assert fault_of_schema(found.schema) is None
    return found


def argument(schema):
    return mended({"type": "object", "properties": {"x": schema}}).schema["properties"]["x"]


def types(schema):
    return [alternative["type"] for alternative in schema["anyOf"]]


def test_file_is_a_url():
    assert argument({**FILE, "description": ""}) == URL
    assert argument({**FILE, "description": "The photo"}) == {
        "type": "string",
        "description": f"The photo. {HOW}",
    }


def test_files_are_urls_though_the_reference_leads_nowhere():
    schema = {"$defs": FILE_DEFS, "items": REFERRED_FILE, "type": "array", "title": "ListFiles"}

    assert argument(schema) == {"type": "array", "items": URL, "title": "ListFiles"}


def test_reference_is_replaced_by_what_stands_below_the_property():
    token = {"properties": {"token": {"type": "string"}}, "required": ["token"], "type": "object"}
    schema = {"$defs": {"Token": token}, "items": {"$ref": "#/$defs/Token"}, "type": "array"}

    assert argument(schema) == {"type": "array", "items": token}


def test_definitions_of_two_properties_with_one_name_stay_apart():
    def property_with(kind):
        return {"$defs": {"D": {"type": kind}}, "type": "array", "items": {"$ref": "#/$defs/D"}}

    properties = {"a": property_with("string"), "b": property_with("integer")}
    found = mended({"type": "object", "properties": properties}).schema["properties"]

    assert found["a"]["items"] == {"type": "string"}
    assert found["b"]["items"] == {"type": "integer"}


def test_definitions_of_the_root_come_first_as_the_standard_says():
    schema = {
        "type": "object",
        "$defs": {"D": {"type": "string"}},
        "properties": {
            "x": {"$defs": {"D": {"type": "integer"}}, "allOf": [{"$ref": "#/$defs/D"}]}
        },
    }

    assert mended(schema).schema["properties"]["x"] == {"type": "string"}


def test_circle_of_references_ends():
    tree = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/T"}}},
    }
    schema = {"$defs": {"T": tree}, "properties": {"x": {"$ref": "#/$defs/T"}}}

    found = mended(schema).schema["properties"]["x"]

    assert found["properties"]["children"] == {"type": "array", "items": {"type": "object"}}
    mended({"properties": {"x": {"$ref": "#"}, "y": {"$ref": "#/properties/y"}}})


def test_references_that_multiply_are_refused():
    defs = {
        f"d{n}": {"properties": {k: {"$ref": f"#/$defs/d{n + 1}"} for k in "abcdefgh"}}
        for n in range(8)
    }
    with pytest.raises(BadSchema, match="too large"):
        mend_schema({"$defs": {**defs, "d8": {"type": "string"}}, "$ref": "#/$defs/d0"})


@pytest.mark.parametrize("target", ["#/$defs/missing", "#nowhere", "other.json", "http://a/b", 7])
def test_reference_to_nothing_is_refused(target):
    with pytest.raises(BadReference):
        mend_schema({"properties": {"x": {"$ref": target}}})


@pytest.mark.parametrize(
    "schema", [{}, True, {"type": {}}, {"type": {}, "description": ""}, {"type": 7}]
)
def test_value_of_any_type_says_so_in_types(schema):
    """Gradio writes `"type": {}` for JSON."""
    assert types(argument(schema)) == ["string", "number", "boolean", "object", "array"]


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [TEXT, NULL]}),
        ({"type": "string", "nullable": True}, {"anyOf": [TEXT, NULL]}),
        ({"oneOf": [INT, TEXT]}, {"anyOf": [INT, TEXT]}),
        ({"type": "str"}, TEXT),
        ({"type": "FLOAT"}, {"type": "number"}),
        ({"anyOf": [TEXT]}, TEXT),
        ({"allOf": [INT, {"minimum": 2}]}, {"type": "integer", "minimum": 2}),
        (
            {"type": "integer", "anyOf": [{"minimum": 5}, {"maximum": 1}]},
            {"anyOf": [{**INT, "minimum": 5}, {**INT, "maximum": 1}]},
        ),
        ({"type": "array"}, None),
        ({"type": "string", "required": True}, TEXT),
        ({"type": "string", "enum": []}, TEXT),
        ({"type": "string", "enum": ["a", "", "a"]}, {"type": "string", "enum": ["a"]}),
        ({"enum": ["a", None], **TEXT}, {"anyOf": [{"type": "string", "enum": ["a"]}, NULL]}),
        ({"enum": [1, 2], "type": "string"}, {"type": "integer", "description": "One of 1, 2."}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({**INT, "exclusiveMinimum": True, "minimum": 1}, {**INT, "exclusiveMinimum": 1}),
        ({**TEXT, "format": "email"}, {**TEXT, "description": "Format: email."}),
        ({"type": "string", "format": "date-time"}, {"type": "string", "format": "date-time"}),
        ({"type": "string", "pattern": "["}, TEXT),
        ({"type": "string", "minLength": -1, "maxLength": "9"}, TEXT),
        ({"type": "string", "default": 7, "examples": ["a"], "x-order": 1}, TEXT),
        ({"type": "object", "additionalProperties": False, "properties": []}, {"type": "object"}),
        ({"additionalProperties": INT}, {"type": "object", "additionalProperties": INT}),
        ({"prefixItems": [INT, TEXT]}, {**LIST, "items": {"anyOf": [INT, TEXT]}}),
        (
            {"items": [INT, TEXT], "minItems": 2},
            {**LIST, "items": {"anyOf": [INT, TEXT]}, "minItems": 2},
        ),
        ({"properties": {"größe": INT}}, {**HOLDER, "properties": {}}),
        (
            {"description": "A", "additional_description": "B", **TEXT},
            {**TEXT, "description": "A\nB"},
        ),
    ],
)
def test_argument_is_said_in_words_that_every_model_knows(schema, expected):
    found = argument(schema)

    if expected is not None:
        assert found == expected


def test_many_choices_are_told_in_words():
    found = argument({"type": "string", "enum": [f"voice {n}" for n in range(5_000)]})

    assert found["description"].startswith("One of 5,000 values, such as voice 0, voice 1, ")
    assert "enum" not in found


def test_required_argument_that_is_not_there_is_added():
    found = mended({"required": ["x", 7, "x"], "properties": {}}).schema

    assert found["required"] == ["x"]
    assert "x" in found["properties"]


def test_requirement_on_a_property_moves_to_the_object():
    found = mended({"properties": {"x": {"type": "string", "required": True}}}).schema

    assert found["required"] == ["x"]


def test_alternatives_at_the_root_become_one_object_and_a_sentence():
    found = mended(
        {
            "type": "object",
            "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
            "if": {"properties": {"a": {"const": "x"}}},
            "then": {"required": ["b"]},
            "not": {"required": ["c"]},
        }
    )

    assert found.schema == {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
    }
    assert found.notes == ("Needs either a; or b.",)


def test_models_as_alternatives_of_the_root_are_joined():
    one = {"type": "object", "properties": {"kind": {"const": "one"}, "a": {"type": "string"}}}
    two = {"type": "object", "properties": {"kind": {"const": "two"}, "b": {"type": "string"}}}
    one["required"] = two["required"] = ["kind"]

    found = mended({"oneOf": [one, {"$ref": "#/$defs/Two"}], "$defs": {"Two": two}}).schema

    assert found["properties"].keys() == {"kind", "a", "b"}
    assert found["required"] == ["kind"]


def test_root_that_is_a_reference_is_followed():
    model = {"type": "object", "properties": {"x": {"type": "string"}}}

    assert mended({"$ref": "#/$defs/Input", "$defs": {"Input": model}}).schema == model


def test_argument_whose_name_not_every_model_takes_is_renamed():
    names = ["größe", "画像", "a b", "a-b", "1st", "x" * 70, "", "ok"]
    found = mended({"properties": {name: {"type": "string"} for name in names}, "required": names})

    own = {found.argument_names.get(name, name) for name in found.schema["properties"]}
    assert own == set(names)
    assert set(found.schema["required"]) == set(found.schema["properties"])
    assert found.schema["properties"]["gr_e"]["description"] == "“größe”."


def test_schema_of_deep_levels_is_cut_to_types():
    schema = {"type": "string"}
    for _ in range(15):
        schema = {"type": "object", "properties": {"x": schema}}

    mended(schema)
