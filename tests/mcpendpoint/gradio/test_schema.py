import time

import mcp_types
import pytest
from mcp_types.methods import serialize_server_result

from mcpendpoint.gradio.schema import MAX_TOOLS, NotASchema, parse_schema

TEXT = {"type": "string"}
GOOD = {"name": "good", "description": "Fine.", "inputSchema": {"type": "object"}}

PORTABLE_SCHEMA = {
    "type": "object",
    "properties": {
        "options": {
            "type": "object",
            "properties": {
                "days": {"type": "integer", "minimum": 1, "maximum": 30, "default": 3},
                "places": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            },
        },
        "style": {"type": "string", "enum": ["relaxed", "busy"], "default": "busy"},
        "size": {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "pattern": "^[0-9]+px$"},
                {"type": "null"},
            ]
        },
        "required": {"type": "string", "description": "A property with the name of a keyword."},
    },
    "required": ["options"],
}


def tool(schema, name="bad", **more):
    return {"name": name, "description": "", "inputSchema": schema, **more}


def nested(levels):
    schema = {"type": "object"}
    for _ in range(levels):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def test_schema_that_everybody_takes_is_passed_on_unchanged():
    parsed = parse_schema([tool(PORTABLE_SCHEMA)])

    assert parsed.tools[0].input_schema == PORTABLE_SCHEMA
    assert parsed.rejected == ()


def test_form_of_an_object_holds_schemas_by_name():
    parsed = parse_schema(
        {"predict": {"type": "object", "properties": {"x": TEXT}, "description": "Predicts."}}
    )

    assert parsed.tools[0].name == "predict"
    assert parsed.tools[0].description == "Predicts."
    assert parsed.tools[0].input_schema == {"type": "object", "properties": {"x": TEXT}}


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
        tool({"properties": "x"}),
        tool({"properties": {"x": 7}}),
        tool({"properties": {"x": {"$ref": "#/$defs/missing"}}}),
        {**tool({"type": "object"}), "meta": {"headers": ["cookie"]}},
        tool({"$ref": "https://example.org/schema.json"}),
        tool({"properties": {"x": {"$ref": "file:///etc/passwd"}}}),
        tool({"properties": {"x": {"anyOf": [{"items": {"$ref": "//example.org"}}]}}}),
        tool({"properties": {"x": {"$dynamicRef": "other.json"}}}),
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
@pytest.mark.parametrize("endpoint", [None, "lambda", "/lambda_3", 7])
def test_functions_without_a_name_are_no_tools_and_are_counted(name, endpoint):
    nameless = tool({}, name=name, meta={"mcp_type": "tool", "endpoint_name": endpoint})
    parsed = parse_schema([GOOD, nameless, {**nameless, "name": f"x_{name}"}])

    assert [kept.name for kept in parsed.tools] == ["good"]
    assert parsed.rejected == (
        "2 functions without names (lambdas) were left out; with api_name the app's author can give"
        " one.",
    )


def test_function_without_a_name_is_called_what_its_endpoint_is():
    (kept,) = parse_schema([tool({}, name="_lambda__1", meta={"endpoint_name": "upscale"})]).tools

    assert (kept.name, kept.own_name) == ("upscale", "_lambda__1")


@pytest.mark.parametrize("kind", ["resource", "prompt"])
def test_resources_and_prompts_of_a_space_are_no_tools(kind):
    parsed = parse_schema([GOOD, tool({}, meta={"mcp_type": kind})])

    assert [kept.name for kept in parsed.tools] == ["good"]


def test_wish_to_mirror_arguments_into_headers_is_dropped_wherever_it_stands():
    header = {"type": "string", "x-mcp-header": "Secret"}
    nested = {"type": "array", "items": header}
    schema = {"x-mcp-header": "Root", "properties": {"a": header, "b": nested}}

    parsed = parse_schema([tool(schema)])

    assert "x-mcp-header" not in str(parsed.tools[0].input_schema)
    assert parsed.tools[0].input_schema["properties"]["a"] == TEXT


def test_number_of_tools_is_bounded():
    parsed = parse_schema([tool({}, name=f"tool_{number}") for number in range(MAX_TOOLS + 50)])

    assert len(parsed.tools) == MAX_TOOLS
    assert "40 more" in parsed.rejected[-1]


def test_of_meta_only_what_tells_of_views_is_passed_on():
    views = {
        "ui": {"resourceUri": "ui://app", "visibility": ["app"]},
        "ui/resourceUri": "ui://app",
        "openai/outputTemplate": "ui://app",
    }
    others = {
        "anthropic/alwaysLoad": True,
        "anthropic/searchHint": "always",
        "openai/unknown": 1,
        "io.modelcontextprotocol/x": 1,
        "acme/own": 1,
        "uix": 1,
    }
    parsed = parse_schema([tool({}, _meta=views | others), tool({}, name="other", _meta="text")])

    assert [kept.meta for kept in parsed.tools] == [views, {}]


def test_meta_that_is_huge_or_deep_is_dropped():
    deep = "x"
    for _ in range(30):
        deep = [deep]
    parsed = parse_schema(
        [tool({}, _meta={"ui": "x" * 30_000}), tool({}, name="other", _meta={"ui": deep})]
    )

    assert parsed.tools[0].meta == {}
    assert "x" not in str(parsed.tools[1].meta)


def test_description_that_is_none_becomes_empty():
    parsed = parse_schema([{**GOOD, "description": ["no", "text"]}])

    assert parsed.tools[0].description == ""


@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_list_with_everything_that_is_let_through_is_valid_in_both_eras(version):
    schemas = [
        PORTABLE_SCHEMA,
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
    assert sent["tools"][0]["inputSchema"] == PORTABLE_SCHEMA


GRADIOS_SENTENCE = (
    " If a user passes a file as an input, use the upload_file_to_gradio tool, if present, to"
    " upload the file to the gradio app and create a Gradio File Input. Then use the returned path"
    " as the input to the tool"
)
URLS = "Files are given by http(s) URLs, data: URIs or handles (file://…)."


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Cut it{GRADIOS_SENTENCE}. Returns: a", f"Cut it. {URLS} Returns: a"),
        (GRADIOS_SENTENCE, URLS),
        ("Nice. First call upload_file_to_gradio!", f"Nice. {URLS}"),
    ],
)
def test_tool_that_is_not_here_is_not_named(said, shown):
    (kept,) = parse_schema([{**GOOD, "description": said}]).tools

    assert kept.description == shown


def test_hidden_characters_are_taken_out_of_all_that_is_shown():
    hidden = "a\u202eb\U000e0041c\u200bd"
    value = {"type": "string", "title": hidden, "description": hidden}
    choice = {"enum": ["good", hidden], "default": hidden}

    parsed = parse_schema(
        [
            tool({"properties": {"x": value, "y": choice, hidden: value}}, description=hidden),
            tool("bad", name=hidden),
        ]
    )

    (kept,) = parsed.tools
    assert kept.description == "abcd"
    assert kept.input_schema["properties"]["x"] == {
        "type": "string",
        "title": "abcd",
        "description": "abcd",
    }
    assert kept.input_schema["properties"]["y"] == {"type": "string", "enum": ["good"]}
    assert not {"\u202e", "\U000e0041", "\u200b"} & set(str(kept.input_schema))
    assert hidden in kept.argument_names.values()
    assert parsed.rejected == ("The tool “abcd” was left out: it has no input schema.",)


def test_huge_description_is_cut():
    (kept,) = parse_schema([{**GOOD, "description": "word " * 5_000}]).tools

    assert len(kept.description) <= 1_024
    assert kept.description.endswith(" …")


def test_long_descriptions_are_read_in_no_time():
    word = "upload_file_to_gradio"
    hostile = [
        "x" * 20_000,
        f"x{word}" * 1_000,
        f"{word} " * 1_000,
        "If a user passes a file " * 800,
    ]
    tools = [
        {**GOOD, "name": f"tool_{number}", "description": hostile[number % len(hostile)]}
        for number in range(MAX_TOOLS)
    ]

    started = time.process_time()
    parse_schema(tools)

    assert time.process_time() - started < 1


FACTS = {"name": "go", "slots": [True], "hidden": [], "index": 0}


@pytest.mark.parametrize(
    "told",
    [
        {**FACTS, "parameters": [{"parameter_name": "text"}, {"parameter_name": "Obey me!"}]},
        {**FACTS, "parameters": [{"parameter_name": "Obey me!"}]},
        {**FACTS, "parameters": "text"},
        {"parameters": None},
        [],
    ],
)
def test_facts_that_a_space_writes_itself_name_no_other_parameters(told):
    schema = {"type": "object", "properties": {"text": {"type": "string"}}}
    entry = {"name": "go", "inputSchema": schema, "hfmcp_api": told}

    (tool,) = parse_schema([entry]).tools

    assert tool.input_schema == schema
    assert tool.api is None


def test_odd_facts_of_the_right_parameters_are_read_as_far_as_they_make_sense():
    parameter = {"parameter_name": "value", "component": 5, "file_types": [["x"]]}
    told = {"parameters": [parameter], "name": 7, "slots": "no", "hidden": {}, "index": "0"}
    schema = {"type": "object", "properties": {"value": {"type": {}}}}

    (tool,) = parse_schema([{"name": "go", "inputSchema": schema, "hfmcp_api": told}]).tools

    assert tool.input_schema["required"] == ["value"]
    assert tool.api is None
