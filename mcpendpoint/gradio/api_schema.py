"""What Gradio's own API tells of an app, made into tools. Pure: no I/O.

Every app has it, also one that is not started with mcp_server=True: `/gradio_api/info` names the
functions with what they take (gradio/blocks.py, `get_api_info`).
"""

from dataclasses import replace
from typing import Any

import orjson

from mcpendpoint.gradio.api_facts import Document, Facts, functions_of
from mcpendpoint.gradio.drafts import sentences
from mcpendpoint.gradio.file_places import FILE_FORMAT
from mcpendpoint.gradio.schema import NotASchema, SpaceSchema, UpstreamTool, parse_schema

FILE_PROPERTIES = frozenset({"path", "meta", "orig_name"})
"""What FileData, ImageData and the like have (gradio/data_classes.py)."""

_KEPT = ("parameter_name", "label", "parameter_has_default", "parameter_default", "type")


def condense(info: Any, config: Any) -> Document:
    """Return what is needed of both documents. Raises NotASchema."""
    endpoints = info.get("named_endpoints") if isinstance(info, dict) else None
    if not isinstance(endpoints, dict):
        raise NotASchema("names no endpoints")
    descriptions = {
        name.strip("/"): endpoint.get("description")
        for name, endpoint in endpoints.items()
        if isinstance(endpoint, dict)
    }
    return {
        name: {"description": descriptions[name], **function}
        for name, function in functions_of(info, config, keep=_KEPT).items()
    }


def parse_api(document: Any) -> SpaceSchema:
    """Read what `condense` returned. Raises NotASchema."""
    if not isinstance(document, dict):
        raise NotASchema("not an object")
    schema = parse_schema([_entry(name, endpoint) for name, endpoint in document.items()])
    tools = tuple(_called_by_api(tool, document[tool.own_name]) for tool in schema.tools)
    return replace(schema, tools=tools)


def _called_by_api(tool: UpstreamTool, told: Document) -> UpstreamTool:
    facts = Facts(told)
    places = facts.with_kinds(tool.file_places)
    return replace(tool, file_places=places, api=facts.endpoint(tool.own_name, places))


def _entry(name: str, told: Document) -> Document:
    """Return it as a Space with mcp_server=True would (gradio/mcp.py, `get_input_schema`)."""
    facts = Facts(told)
    return {
        "name": name,
        "description": told.get("description"),
        "inputSchema": {
            "type": "object",
            "properties": {key: _property(key, each) for key, each in facts.parameters.items()},
            "required": facts.required,
        },
    }


def _property(name: str, parameter: Document) -> Any:
    schema = _with_files_as_texts(parameter.get("type", {}))
    if not isinstance(schema, dict):
        return schema
    said, label = schema.get("description"), parameter.get("label")
    words = [said] if isinstance(said, str) else []
    if isinstance(label, str) and label.strip() and not _says_nothing(label, name):
        words.insert(0, label)
    if words:
        schema["description"] = sentences(*words)
    if (
        parameter.get("parameter_has_default") is True
        and (default := parameter.get("parameter_default")) is not None
    ):
        schema["default"] = default
    return schema


def _says_nothing(label: str, name: str) -> bool:
    plain = label.strip().lower().replace(" ", "_")
    return plain == name.lower() or plain.startswith("parameter_")


def _with_files_as_texts(node: Any) -> Any:
    """Write files as Gradio's `mcp` does (gradio/mcp.py, `simplify_filedata_schema`)."""
    if isinstance(node, list):
        return [_with_files_as_texts(item) for item in node]
    if not isinstance(node, dict):
        return node
    properties = node.get("properties")
    if isinstance(properties, dict) and properties.keys() >= FILE_PROPERTIES:
        title = {"title": node["title"]} if isinstance(node.get("title"), str) else {}
        return {"type": "string", "format": f"Gradio File Input - {FILE_FORMAT}", **title}
    return {key: _with_files_as_texts(value) for key, value in node.items()}


def encode(document: Document) -> bytes:
    return orjson.dumps(document)
