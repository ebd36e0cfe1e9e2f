"""What Gradio's own API tells of an app, made into tools. Pure: no I/O.

Every app has it, also one that is not started with mcp_server=True: `/gradio_api/info` names the
functions with what they take (gradio/blocks.py, `get_api_info`), `/config` also what the server
fills in itself, such as a gr.State (gradio_client/client.py, `Endpoint.insert_empty_state`).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.drafts import sentences
from mcpendpoint.gradio.file_places import FILE_FORMAT, FilePlaces
from mcpendpoint.gradio.schema import NotASchema, SpaceSchema, parse_schema

MAX_ENDPOINTS = 200
MAX_SLOTS = 300
FILE_PROPERTIES = frozenset({"path", "meta", "orig_name"})
"""What FileData, ImageData and the like have (gradio/data_classes.py)."""

_FILLED_BY_SERVER = frozenset({"state"})
"""Where the app's Gradio does not say `skip_api` of its components."""

Document = dict[str, Any]


def condense(info: Any, config: Any) -> Document:
    """Return what is needed of both documents. Raises NotASchema."""
    endpoints = info.get("named_endpoints") if isinstance(info, dict) else None
    if not isinstance(endpoints, dict):
        raise NotASchema("names no endpoints")
    wiring = dict(_wiring(config))
    return {
        name.strip("/"): {
            "description": endpoint.get("description"),
            "parameters": [_condensed(each) for each in _dicts(endpoint.get("parameters"))],
            **wiring.get(name.strip("/"), {}),
        }
        for name, endpoint in list(endpoints.items())[:MAX_ENDPOINTS]
        if isinstance(endpoint, dict)
    }


def _condensed(parameter: Document) -> Document:
    keys = ("parameter_name", "label", "parameter_has_default", "parameter_default", "type")
    return {key: parameter[key] for key in keys if key in parameter}


def _wiring(config: Any) -> Iterator[tuple[str, Document]]:
    if not isinstance(config, dict):
        return
    own = {
        component["id"]
        for component in _dicts(config.get("components"))
        if isinstance(component.get("id"), int)
        and component.get("skip_api", component.get("type") in _FILLED_BY_SERVER) is True
    }
    for function in _dicts(config.get("dependencies")):
        name, index = function.get("api_name"), function.get("id")
        if isinstance(name, str) and isinstance(index, int):
            slots = [block not in own for block in _ids(function.get("inputs"))]
            outputs = enumerate(_ids(function.get("outputs")))
            hidden = [place for place, block in outputs if block in own]
            yield name.strip("/"), {"slots": slots, "hidden": hidden, "index": index}


def parse_api(document: Any) -> SpaceSchema:
    """Read what `condense` returned. Raises NotASchema."""
    if not isinstance(document, dict):
        raise NotASchema("not an object")
    schema = parse_schema([_entry(name, endpoint) for name, endpoint in document.items()])
    tools = tuple(
        replace(tool, api=_endpoint(tool.own_name, document[tool.own_name], tool.file_places))
        for tool in schema.tools
    )
    return replace(schema, tools=tools)


def _endpoint(name: str, told: Document, places: FilePlaces | None) -> ApiEndpoint:
    parameters = _named(told)
    return ApiEndpoint(
        name,
        tuple(parameters),
        {
            key: each.get("parameter_default")
            for key, each in parameters.items()
            if each.get("parameter_has_default") is True
        },
        tuple(told.get("slots", ())),
        frozenset(told.get("hidden", ())),
        told.get("index"),
        places,
    )


def _entry(name: str, told: Document) -> Document:
    """Return it as a Space with mcp_server=True would (gradio/mcp.py, `get_input_schema`)."""
    parameters = _named(told)
    return {
        "name": name,
        "description": told.get("description"),
        "inputSchema": {
            "type": "object",
            "properties": {key: _property(key, each) for key, each in parameters.items()},
            "required": [
                key
                for key, each in parameters.items()
                if each.get("parameter_has_default") is not True
            ],
        },
    }


def _named(told: Document) -> dict[str, Document]:
    """Return the parameters by name; older functions have some without."""
    return {
        name if isinstance(name := each.get("parameter_name"), str) and name else f"param_{n}": each
        for n, each in enumerate(told["parameters"])
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


def _dicts(value: Any) -> list[Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _ids(value: Any) -> list[Any]:
    ids = value if isinstance(value, list) and len(value) <= MAX_SLOTS else []
    return [each if isinstance(each, int) else None for each in ids]
