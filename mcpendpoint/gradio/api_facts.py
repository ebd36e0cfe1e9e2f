"""What Gradio's own API tells of an app's functions beyond what they take. Pure: no I/O.

`/gradio_api/info` says which inputs have a default (gradio/blocks.py, `get_api_info`), which
Gradio 5 keeps from its MCP schema (gradio/mcp.py, `get_input_schema`); `/config` which component
an input is, with its `file_types`, and what the server fills in itself, such as a gr.State
(gradio_client/client.py, `Endpoint.insert_empty_state`). Alike in 5.28, 5.38, 5.50 and 6.31.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.file_kinds import ANYTHING, read_file_types
from mcpendpoint.gradio.file_places import FilePlaces, with_kinds

MAX_ENDPOINTS = 200
MAX_SLOTS = 300
MAX_DEFAULT_BYTES = 20_000
FACTS = "hfmcp_api"
"""The key of an entry of a Space's schema below which they are kept."""

_FILLED_BY_SERVER = frozenset({"state"})
"""Where the app's Gradio does not say `skip_api` of its components."""
_KINDS = {
    "image": ("image",),
    "imageeditor": ("image",),
    "imageslider": ("image",),
    "audio": ("audio",),
    "video": ("video",),
}
"""What components take, by their types (gradio/components/)."""
_PARTS: dict[str, dict[str, tuple[str, ...]]] = {
    "gallery": {"image": ("image",), "video": ("video",)},
    "video": {"subtitles": (".srt", ".vtt")},
}
"""And what their parts take: GalleryImage and GalleryVideo (gradio/components/gallery.py), and
VideoData of Gradio 5 (gradio/components/video.py).
"""
_KEPT = ("parameter_name", "parameter_has_default", "parameter_default")

Document = dict[str, Any]


def functions_of(info: Any, config: Any, *, keep: tuple[str, ...] = _KEPT) -> dict[str, Document]:
    """Return the functions by name, of each parameter what is to be kept."""
    endpoints = info.get("named_endpoints") if isinstance(info, dict) else None
    wiring = dict(_wiring(config))
    return {
        name.strip("/"): _function(endpoint, wiring.get(name.strip("/"), {}), keep)
        for name, endpoint in list((endpoints or {}).items())[:MAX_ENDPOINTS]
        if isinstance(endpoint, dict)
    }


def _function(endpoint: Document, wired: Document, keep: tuple[str, ...]) -> Document:
    parameters = [
        {key: parameter[key] for key in keep if key in parameter}
        for parameter in dicts(endpoint.get("parameters"))
    ]
    components = wired.pop("components", [])
    if len(components) == len(parameters):
        for parameter, component in zip(parameters, components, strict=True):
            parameter |= component
    return {"parameters": parameters, **wired}


def _wiring(config: Any) -> Iterator[tuple[str, Document]]:
    if not isinstance(config, dict):
        return
    components = {
        component["id"]: component
        for component in dicts(config.get("components"))
        if isinstance(component.get("id"), int)
    }
    own = {
        number
        for number, component in components.items()
        if component.get("skip_api", component.get("type") in _FILLED_BY_SERVER) is True
    }
    for function in dicts(config.get("dependencies")):
        name, index = function.get("api_name"), function.get("id")
        if isinstance(name, str) and isinstance(index, int):
            inputs = _ids(function.get("inputs"))
            outputs = enumerate(_ids(function.get("outputs")))
            yield (
                name.strip("/"),
                {
                    "slots": [block not in own for block in inputs],
                    "hidden": [place for place, block in outputs if block in own],
                    "index": index,
                    "components": [
                        _component(components.get(block)) for block in inputs if block not in own
                    ],
                },
            )


def _component(component: Document | None) -> Document:
    kind = component.get("type") if component else None
    props = component.get("props") if component else None
    types = read_file_types(props.get("file_types")) if isinstance(props, dict) else ANYTHING
    told: Document = {"component": kind[:60]} if isinstance(kind, str) else {}
    return {**told, "file_types": types} if types else told


class Facts:
    """What is known of one function."""

    def __init__(self, told: Document) -> None:
        name = told.get("name")
        self.name = name if isinstance(name, str) else ""
        self.parameters = _named(told)
        self._slots = _list_of(bool, told.get("slots"))
        self._hidden = _list_of(int, told.get("hidden"))
        self._index = told.get("index")

    @property
    def required(self) -> list[str]:
        """Those without which Gradio refuses a call (gradio_client/utils.py, `construct_args`)."""
        return [
            name
            for name, parameter in self.parameters.items()
            if parameter.get("parameter_has_default") is not True
        ]

    @property
    def is_filled_in(self) -> bool:
        """Whether the server fills in some of what the function takes, or keeps what it returns."""
        return not all(self._slots) or bool(self._hidden)

    @property
    def has_all_defaults(self) -> bool:
        """Whether all are small enough to be kept."""
        defaults = [each.get("parameter_default") for each in self.parameters.values()]
        return all(_is_small(default) for default in defaults)

    def with_kinds(self, places: FilePlaces | None) -> FilePlaces | None:
        """Return the places, with which files they take."""
        if places is None:
            return None
        properties = {
            name: _kinds_of(self.parameters.get(name, {}), place)
            for name, place in places.properties.items()
        }
        return FilePlaces(properties=properties, others=places.others)

    def endpoint(self, name: str, places: FilePlaces | None) -> ApiEndpoint:
        return ApiEndpoint(
            name,
            tuple(self.parameters),
            {
                key: each.get("parameter_default")
                for key, each in self.parameters.items()
                if each.get("parameter_has_default") is True
            },
            tuple(self._slots),
            frozenset(self._hidden),
            self._index if isinstance(self._index, int) else None,
            places,
        )


def facts_of(entry: Document) -> Facts | None:
    """Return what is known of the function that a tool is of, None for nothing.

    It is of a tool with the same parameters only. So it names none that its person has not seen,
    whoever wrote it: a Space may use our key.
    """
    told, schema = entry.get(FACTS), entry.get("inputSchema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(told, dict) or not isinstance(properties, dict):
        return None
    facts = Facts(told)
    return facts if list(facts.parameters) == list(properties) else None


def _kinds_of(parameter: Document, place: FilePlaces) -> FilePlaces:
    component = parameter.get("component")
    component = component if isinstance(component, str) else ""
    if types := read_file_types(parameter.get("file_types")):
        return with_kinds(place, types, {})
    return with_kinds(place, _KINDS.get(component, ANYTHING), _PARTS.get(component, {}))


def _named(told: Mapping[str, Any]) -> dict[str, Document]:
    """Return the parameters by name; older functions have some without."""
    return {
        name if isinstance(name := each.get("parameter_name"), str) and name else f"param_{n}": each
        for n, each in enumerate(dicts(told.get("parameters")))
    }


def _is_small(default: Any) -> bool:
    try:
        return len(orjson.dumps(default)) <= MAX_DEFAULT_BYTES
    except TypeError:  # an integer of more than 64 bits
        return False


def dicts(value: Any) -> list[Document]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _ids(value: Any) -> list[Any]:
    ids = value if isinstance(value, list) and len(value) <= MAX_SLOTS else []
    return [each if isinstance(each, int) else None for each in ids]


def _list_of(kind: type, value: Any) -> list[Any]:
    is_such = isinstance(value, list) and all(isinstance(each, kind) for each in value)
    return value[:MAX_SLOTS] if is_such else []
