import mcp_types
import pytest
from mcp_types.methods import serialize_server_result

from mcpendpoint.gradio.schema import MAX_TOOLS, NotASchema, parse_schema

GOOD = {"name": "good", "description": "Fine.", "inputSchema": {"type": "object"}}

RICH_SCHEMA = {
    "type": "object",
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "properties": {
        "options": {
            "type": "object",
            "properties": {
                "days": {"type": "integer", "minimum": 1, "maximum": 30, "default": 3},
                "places": {"type": "array", "items": {"$ref": "#/$defs/place"}, "minItems": 1},
            },
            "additionalProperties": False,
        },
        "style": {"enum": ["relaxed", "busy"]},
        "size": {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "pattern": "^[0-9]+px$"},
                {"type": "null"},
            ]
        },
        "anything": True,
        "$ref": {"type": "string", "description": "A property that has the name of a keyword."},
        "x-mcp-header": {"type": "string"},
    },
    "required": ["options"],
    "$defs": {"place": {"type": "object", "properties": {"name": {"type": "string"}}}},
    "if": {"properties": {"style": {"const": "busy"}}},
    "then": {"required": ["size"]},
    "examples": [{"$ref": "https://example.org/is-data-here"}],
}


def tool(schema, name="bad", **more):
    return {"name": name, "description": "", "inputSchema": schema, **more}


def nested(levels):
    schema = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def test_schema_is_passed_on_unchanged():
    parsed = parse_schema([tool(RICH_SCHEMA)])

    assert parsed.tools[0].input_schema == RICH_SCHEMA
    assert parsed.rejected == ()


def test_form_of_an_object_holds_schemas_by_name():
    parsed = parse_schema(
        {"predict": {"type": "object", "properties": {"x": {}}, "description": "Predicts."}}
    )

    assert parsed.tools[0].name == "predict"
    assert parsed.tools[0].description == "Predicts."
    assert parsed.tools[0].input_schema == {"type": "object", "properties": {"x": {}}}


def test_missing_type_at_the_root_is_added():
    parsed = parse_schema([tool({"properties": {"x": {"type": "string"}}})])

    assert parsed.tools[0].input_schema == {
        "type": "object",
        "properties": {"x": {"type": "string"}},
    }


@pytest.mark.parametrize(
    "bad",
    [
        None,
        7,
        "text",
        [],
        {},
        {"name": "no_schema"},
        {"name": 7, "inputSchema": {"type": "object"}},
        {"name": "  ", "inputSchema": {"type": "object"}},
        {"name": "x" * 500, "inputSchema": {"type": "object"}},
        {"name": "new\nline", "inputSchema": {"type": "object"}},
        tool("text"),
        tool(None),
        tool([]),
        tool({"type": "array"}),
        tool({"type": ["string", "null"]}),
        tool({"type": 7}),
        tool({"properties": []}),
        tool({"properties": {"x": 7}}),
        tool({"required": "x"}),
        tool({"required": [7]}),
        tool({"$schema": 7}),
        tool({"$ref": "https://example.org/schema.json"}),
        tool({"properties": {"x": {"$ref": "file:///etc/passwd"}}}),
        tool({"properties": {"x": {"anyOf": [{"items": {"$ref": "//example.org"}}]}}}),
        tool({"$defs": {"x": {"$dynamicRef": "other.json"}}}),
        tool({"properties": {"x": {"$ref": {"not": "a text"}}}}),
        tool(nested(100)),
        tool({"description": "x" * 200_000}),
        tool({"type": "object"}, name="good"),
    ],
    ids=lambda bad: str(bad)[:40],
)
def test_bad_tool_is_left_out_with_a_reason_and_the_good_one_stays(bad):
    parsed = parse_schema([GOOD, bad])

    assert [kept.name for kept in parsed.tools] == ["good"]
    assert len(parsed.rejected) == 1
    assert len(parsed.rejected[0]) < 300


@pytest.mark.parametrize("schema", ["text", None, 7, ["list"]])
def test_bad_tool_of_the_object_form_is_left_out(schema):
    parsed = parse_schema({"bad": schema, "good": {"type": "object"}})

    assert [kept.name for kept in parsed.tools] == ["good"]
    assert "bad" in parsed.rejected[0]


@pytest.mark.parametrize("document", [None, "text", 7, True])
def test_document_of_another_form_is_refused(document):
    with pytest.raises(NotASchema):
        parse_schema(document)


@pytest.mark.parametrize("name", ["<lambda>", "maker_<lambda>_1", "_lambda_", "maker__lambda__2"])
def test_functions_without_a_name_are_no_tools(name):
    parsed = parse_schema([GOOD, tool({}, name=name)])

    assert [kept.name for kept in parsed.tools] == ["good"]
    assert parsed.rejected == ()


@pytest.mark.parametrize("kind", ["resource", "prompt"])
def test_resources_and_prompts_of_a_space_are_no_tools(kind):
    parsed = parse_schema([GOOD, tool({}, meta={"mcp_type": kind})])

    assert [kept.name for kept in parsed.tools] == ["good"]


def test_wish_to_mirror_arguments_into_headers_is_dropped_wherever_it_stands():
    header = {"type": "string", "x-mcp-header": "Secret"}
    parsed = parse_schema(
        [
            tool(
                {
                    "x-mcp-header": "Root",
                    "properties": {"a": header},
                    "$defs": {"d": {"items": header}},
                }
            )
        ]
    )

    assert parsed.tools[0].input_schema == {
        "type": "object",
        "properties": {"a": {"type": "string"}},
        "$defs": {"d": {"items": {"type": "string"}}},
    }


def test_number_of_tools_is_bounded():
    parsed = parse_schema([tool({}, name=f"tool_{number}") for number in range(MAX_TOOLS + 50)])

    assert len(parsed.tools) == MAX_TOOLS
    assert "40 more" in parsed.rejected[-1]


def test_meta_that_points_to_resources_of_the_space_is_dropped():
    meta = {"ui": {"resourceUri": "ui://app"}, "openai/outputTemplate": "ui://app", "acme/kept": 1}
    parsed = parse_schema([tool({}, _meta=meta), tool({}, name="other", _meta="text")])

    assert [kept.meta for kept in parsed.tools] == [{"acme/kept": 1}, {}]


def test_description_that_is_none_becomes_empty():
    parsed = parse_schema([{**GOOD, "description": ["no", "text"]}])

    assert parsed.tools[0].description == ""


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_list_with_everything_that_is_let_through_is_valid_in_both_eras(version):
    schemas = [
        RICH_SCHEMA,
        {},
        {"type": ["object", "null"]},
        {"properties": {"x": False}},
        nested(15),
    ]
    parsed = parse_schema([tool(schema, name=f"t{n}") for n, schema in enumerate(schemas)])
    listed = mcp_types.ListToolsResult(
        tools=[mcp_types.Tool(name=t.name, input_schema=t.input_schema) for t in parsed.tools],
        ttl_ms=0,
        cache_scope="private",
    )

    sent = serialize_server_result(
        "tools/list", version, listed.model_dump(by_alias=True, mode="json", exclude_none=True)
    )

    assert len(sent["tools"]) == len(schemas)
    assert sent["tools"][0]["inputSchema"] == RICH_SCHEMA
