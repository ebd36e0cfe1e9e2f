"""Whatever JSON a Space sends, it costs it its own tools or a block of its answer, and no more."""

import mcp_types
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from mcp_types.methods import serialize_server_result

from mcpendpoint.gradio.naming import tool_name
from mcpendpoint.gradio.results import NotAResult, read_result
from mcpendpoint.gradio.schema import NotASchema, parse_schema
from mcpendpoint.protocol.portable_tools import fault_of_name

KEYS = st.sampled_from(
    ["name", "description", "inputSchema", "type", "properties", "required", "items", "$ref"]
    + ["$defs", "oneOf", "allOf", "enum", "const", "default", "title", "format", "pattern"]
    + ["minimum", "maxItems", "additionalProperties", "prefixItems", "nullable", "größe"]
    + ["meta", "_meta", "mcp_type", "x-mcp-header", "anyOf", "content", "text", "data", "uri"]
    + ["mimeType", "resource", "isError", "structuredContent", "annotations"]
)
WORDS = st.sampled_from(["object", "string", "tool", "text", "image", "resource", "#", "a/b"])
WORDS |= st.sampled_from(["array", "number", "null", "#/$defs/name", "#/properties/type", "[a"])
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
SCALARS |= st.text(max_size=20).filter(str.isprintable) | WORDS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)
TOOLS = st.lists(
    st.fixed_dictionaries({"name": st.text(max_size=80), "inputSchema": JSON}, optional={}),
    max_size=8,
)


def is_listable(tools, version):
    listed = mcp_types.ListToolsResult(tools=tools, ttl_ms=0, cache_scope="private")
    body = listed.model_dump(by_alias=True, mode="json", exclude_none=True)
    return len(serialize_server_result("tools/list", version, body)["tools"]) == len(tools)


@settings(max_examples=150, deadline=None)
@given(JSON | TOOLS)
def test_tools_that_are_read_from_any_document_can_be_listed_in_both_eras(document):
    try:
        schema = parse_schema(document)
    except NotASchema:
        return

    tools = [
        mcp_types.Tool(name=tool_name("gr1_", tool.name), input_schema=tool.input_schema)
        for tool in schema.tools
    ]

    for tool in tools:
        Draft202012Validator.check_schema(tool.input_schema)
        assert fault_of_name(tool.name) is None
    assert is_listable(tools, "2025-11-25")
    assert is_listable(tools, "2026-07-28")


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(KEYS, JSON, max_size=4) | st.fixed_dictionaries({"content": JSON}),
    st.booleans(),
)
def test_result_that_is_read_from_any_object_can_be_sent_in_both_eras(upstream, include_images):
    try:
        result = read_result(
            upstream, space_url="https://a.hf.space", replica="r", include_images=include_images
        )
    except NotAResult:
        return

    body = result.model_dump(by_alias=True, mode="json", exclude_none=True)
    for version in ("2025-11-25", "2026-07-28"):
        sent = serialize_server_result("tools/call", version, body)
        assert len(sent["content"]) == len(result.content)
