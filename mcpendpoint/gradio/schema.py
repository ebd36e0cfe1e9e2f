"""What a Space says of its tools, prompts and resources, read as hostile input. Pure: no I/O.

It is the document of GET /gradio_api/mcp/schema, with what endpoint_lists adds to it. A tool that
cannot be offered is left out, with the reason, and the others stay.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from accounts.space_changes import PartKind
from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.api_facts import Facts, facts_of
from mcpendpoint.gradio.checkable import is_checkable
from mcpendpoint.gradio.definitions import Definition, define, fingerprint
from mcpendpoint.gradio.drafts import sentences, shortened
from mcpendpoint.gradio.file_places import FilePlaces, places_in
from mcpendpoint.gradio.headers import BadHeader, headers_wanted
from mcpendpoint.gradio.mcp_faults import can_run
from mcpendpoint.gradio.mending import BadSchema, MendedSchema, mend_schema
from mcpendpoint.gradio.metadata import portable_meta
from mcpendpoint.gradio.references import BadReference
from mcpendpoint.gradio.resources import BadResource, UpstreamResource, parse_resource
from mcpendpoint.gradio.scanning import Finding, scan
from mcpendpoint.protocol.portable_tools import MAX_DESCRIPTION_CHARS, fault_of_schema
from mcpendpoint.protocol.visible_text import visible, visible_line

MAX_TOOLS = 100
MAX_PROMPTS = 50
MAX_RESOURCES = 100
MAX_TOOL_BYTES = 128_000
MAX_LISTED_BYTES = 200_000
MAX_DEPTH = 40
MAX_NAME_CHARS = 200
MAX_REASONS = 10

TOOL, PROMPT, RESOURCE = (kind.value for kind in PartKind)

_MOST = {TOOL: MAX_TOOLS, PROMPT: MAX_PROMPTS, RESOURCE: MAX_RESOURCES}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LAMBDA = re.compile(r"<lambda|(?:^|_)(?:_lambda_|lambda)(?:_\d+)?$")
"""What Gradio makes of a function without a name: in the names of tools, and of endpoints."""

_UPLOADING = (
    re.compile(
        r"If a user passes a file as an input, use the upload_file_to_gradio tool"
        r"[^\n]{0,250}?as the input to the tool\b\.?"
    ),
    # From the start of a sentence on: tried at every character it would take seconds.
    re.compile(r"(?:^|(?<=[.!?\n]))[^.!?\n]*\bupload_file_to_gradio\b[^.!?\n]*[.!?]?"),
)
"""Gradio tells of a tool that runs on the user's machine, which is not here."""
REFUSED_BY_ITSELF = (
    "The tool “{name}” was left out: the Space refuses every call of it, as its Gradio describes "
    "an input in a way that nothing can be checked against. Mostly that is a JSON input (gr.JSON); "
    "the Space's owner can make it a text."
)
HOW_TO_GIVE_FILES = "Files are given by http(s) URLs, data: URIs or handles (file://…)."


class BadTool(ValueError):
    """Why a tool cannot be offered."""


class NamelessFunction(ValueError):
    """A lambda, whose name would say nothing."""


class NotASchema(ValueError):
    """The document is of neither form."""


@dataclass(frozen=True)
class UpstreamTool:
    name: str
    description: str
    input_schema: dict[str, Any]
    meta: dict[str, Any] = field(default_factory=dict)
    own_name: str = ""
    """What it is called in a call, where that says nothing: a lambda's."""
    argument_names: dict[str, str] = field(default_factory=dict)
    """What the Space calls arguments that are called otherwise here."""
    file_places: FilePlaces | None = None
    """Where arguments hold files, by the Space's own names; None for a tool that takes none."""
    is_checkable: bool = True
    """Whether the Space's server can check arguments against what Gradio says of them."""
    pin: str = ""
    """Its fingerprint, as the Space describes it."""
    definition: Definition = field(default_factory=dict)
    """What is kept of it once somebody agreed to it."""
    findings: tuple[Finding, ...] = ()
    headers: tuple[str, ...] = ()
    """Those without which it does not work, in lower case."""
    api: ApiEndpoint | None = None
    """How Gradio's own API calls it, where MCP cannot."""


@dataclass(frozen=True, eq=False)
class SpaceSchema:
    """Compared by identity: what is made of one is kept for as long as it lives."""

    tools: tuple[UpstreamTool, ...]
    rejected: tuple[str, ...]
    """Why tools were left out, a sentence each."""
    weight: int = 0
    """How many bytes the tools take as JSON."""
    prompts: tuple[UpstreamTool, ...] = ()
    """Functions that return a prompt: they are described, and run, as tools are."""
    resources: tuple[UpstreamResource, ...] = ()
    has_resources: bool = False
    """Whether there are some, of which the schema alone does not say what URIs they have."""

    @property
    def has_uncheckable(self) -> bool:
        return any(not tool.is_checkable for tool in self.tools)

    def without_uncheckable(self) -> "SpaceSchema":
        """Leave out the tools that the Space itself refuses to run."""
        lost = [tool for tool in self.tools if not tool.is_checkable]
        reasons = [REFUSED_BY_ITSELF.format(name=_label(tool.name)) for tool in lost[:MAX_REASONS]]
        kept = tuple(tool for tool in self.tools if tool.is_checkable)
        return replace(self, tools=kept, rejected=(*self.rejected, *reasons))


def parse_schema(document: Any) -> SpaceSchema:
    """Read the array or the object form. Raises NotASchema for anything else."""
    kept = _Kept()
    rejected: list[str] = []
    lambdas = 0
    for label, entry in _entries(document):
        kind = _kind_of(entry)
        try:
            kept.add(kind, entry)
        except NamelessFunction:
            lambdas += 1
        except (BadTool, BadSchema, BadReference, BadHeader, BadResource) as reason:
            rejected.append(f"The {kind} “{label}” was left out: it {reason}.")
    reasons = _shortened(rejected)
    if lambdas:
        reasons.append(_of_lambdas(lambdas))
    return SpaceSchema(
        tuple(kept.functions[TOOL].values()),
        tuple(reasons),
        kept.weight,
        tuple(kept.functions[PROMPT].values()),
        tuple(kept.resources.values()),
        kept.has_resources,
    )


class _Kept:
    """What is kept of the entries, within the bounds."""

    def __init__(self) -> None:
        self.functions: dict[str, dict[str, UpstreamTool]] = {TOOL: {}, PROMPT: {}}
        self.resources: dict[str, UpstreamResource] = {}
        self.has_resources = False
        self.weight = 0

    def add(self, kind: str, entry: Any) -> None:
        """Raises what says why it cannot be."""
        if kind == RESOURCE:
            self.has_resources = True
            if entry.keys() & {"uri", "uriTemplate"}:
                resource = parse_resource(entry)
                size = len(resource.uri) + len(resource.description)
                self._check(kind, resource.uri in self.resources, len(self.resources), size)
                self.resources[resource.uri] = resource
        elif kind in self.functions:
            tools = self.functions[kind]
            tool = _parse_tool(entry, kind)
            size = len(orjson.dumps(tool.input_schema)) + len(tool.description)
            self._check(kind, tool.name in tools, len(tools), size)
            tools[tool.name] = tool

    def _check(self, kind: str, is_double: bool, count: int, size: int) -> None:
        if is_double:
            raise BadTool("has the name of another one")
        if count == _MOST[kind]:
            raise BadTool(f"comes after the first {count}")
        if self.weight + size > MAX_LISTED_BYTES:
            raise BadTool(f"comes after the first {MAX_LISTED_BYTES // 1000} kB of tools")
        self.weight += size


def entries_of(document: Any) -> list[Any]:
    """Return the entries of either form; none for what is neither."""
    try:
        return [entry for _, entry in _entries(document)]
    except NotASchema:
        return []


def _kind_of(entry: Any) -> str:
    info = entry.get("meta") if isinstance(entry, dict) else None
    kind = info.get("mcp_type", TOOL) if isinstance(info, dict) else TOOL
    return kind if isinstance(kind, str) else ""


def _of_lambdas(number: int) -> str:
    functions = (
        "1 function without a name (a lambda) was"
        if number == 1
        else (f"{number} functions without names (lambdas) were")
    )
    return f"{functions} left out; with api_name the app's author can give one."


def _entries(document: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(document, list):
        for number, entry in enumerate(document, start=1):
            name = entry.get("name") if isinstance(entry, dict) else None
            yield _label(name if isinstance(name, str) and name else f"number {number}"), entry
    elif isinstance(document, dict):
        for name, schema in document.items():
            yield _label(name), _from_object_form(name, schema)
    else:
        raise NotASchema("neither a list nor an object")


def _from_object_form(name: str, schema: Any) -> dict[str, Any]:
    if not isinstance(schema, dict):
        return {"name": name, "inputSchema": schema}
    parameters = {key: value for key, value in schema.items() if key != "description"}
    return {"name": name, "description": schema.get("description"), "inputSchema": parameters}


def _parse_tool(entry: Any, kind: str) -> UpstreamTool:
    """Raises BadTool."""
    if not isinstance(entry, dict):
        raise BadTool("is not an object")
    info = entry.get("meta")
    info = info if isinstance(info, dict) else {}
    own_name = entry.get("name")
    if not isinstance(own_name, str) or not own_name.strip():
        raise BadTool("has no name")
    if len(own_name) > MAX_NAME_CHARS or _CONTROL.search(own_name):
        raise BadTool("has a name that is too long or holds control characters")
    name = _telling_name(own_name, info.get("endpoint_name"))
    headers = headers_wanted(info.get("headers"))
    stated: Any = entry.get("inputSchema")
    facts = facts_of(entry)
    mended = _mended_schema(_with_required(stated, facts))
    meta = portable_meta(entry.get("_meta"))
    text = entry.get("description")
    text = text if isinstance(text, str) else ""
    said = {"name": name, "own_name": own_name, "description": text, "_meta": meta}
    said["inputSchema"] = stated
    if kind != TOOL:
        said["kind"] = kind
    places = places_in(entry["inputSchema"])
    api = None
    if facts is not None:
        places = facts.with_kinds(places)
        api = _better_by_api(facts, stated, places)
    return UpstreamTool(
        name=name,
        description=_description(text, mended),
        input_schema=mended.schema,
        meta=meta,
        own_name=own_name,
        argument_names=mended.argument_names,
        file_places=places,
        is_checkable=api is not None or is_checkable(stated),
        pin=fingerprint(said),
        definition=define(said),
        findings=scan(said),
        headers=headers,
        api=api,
    )


def _with_required(schema: Any, facts: Facts | None) -> Any:
    """Say what is required where Gradio 5 does not, so not of the Space's own words."""
    if facts is None or not facts.required or not isinstance(schema, dict) or "required" in schema:
        return schema
    return {**schema, "required": facts.required}


def _better_by_api(
    facts: Facts, schema: dict[str, Any], places: FilePlaces | None
) -> ApiEndpoint | None:
    """Return how Gradio's own API calls a function that its MCP server cannot run."""
    is_known = facts.name and facts.has_all_defaults
    if not is_known or (can_run(schema, places) and not facts.is_filled_in):
        return None
    return facts.endpoint(facts.name, places)


def _telling_name(name: str, endpoint: Any) -> str:
    """Return the tool's name; for a lambda the one that its endpoint was given, if it was."""
    if not _LAMBDA.search(name):
        return name
    label = visible_line(endpoint.strip("/"))[:MAX_NAME_CHARS] if isinstance(endpoint, str) else ""
    if label and not _LAMBDA.search(label):
        return label
    raise NamelessFunction


def _description(text: str, mended: MendedSchema) -> str:
    shown = visible(text)
    for uploading in _UPLOADING:
        before, *after = uploading.split(shown[: 4 * MAX_DESCRIPTION_CHARS])
        if after:
            shown = sentences(before, HOW_TO_GIVE_FILES, *after)
    return shortened(sentences(shown, *mended.notes), MAX_DESCRIPTION_CHARS)


def _mended_schema(schema: Any) -> MendedSchema:
    if not isinstance(schema, dict):
        raise BadTool("has no input schema")
    if _is_too_deep(schema):
        raise BadTool(f"has a schema nested deeper than {MAX_DEPTH} levels")
    encoded = orjson.dumps(schema)
    if len(encoded) > MAX_TOOL_BYTES:
        raise BadTool(f"has a schema larger than {MAX_TOOL_BYTES // 1000} kB")
    kind = schema.get("type", "object")
    if isinstance(kind, str | list) and "object" not in kind:
        raise BadTool("takes something other than an object of arguments")
    mended = mend_schema(schema)
    if fault := fault_of_schema(mended.schema):
        raise BadTool(fault)
    return mended


def _is_too_deep(value: Any) -> bool:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _label(name: str) -> str:
    return visible_line(name)[:60]


def _shortened(reasons: list[str]) -> list[str]:
    if len(reasons) <= MAX_REASONS:
        return reasons
    more = len(reasons) - MAX_REASONS
    return [*reasons[:MAX_REASONS], f"{more} more were left out for reasons like these."]
