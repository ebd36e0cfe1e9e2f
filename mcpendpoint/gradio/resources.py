"""What a Space says of one of its resources, read as hostile input. Pure: no I/O."""

import re
from dataclasses import dataclass, field
from typing import Any

from accounts.space_changes import PartKind
from mcpendpoint.gradio.definitions import Definition, define_resource, fingerprint
from mcpendpoint.gradio.scanning import Finding, scan
from mcpendpoint.gradio.uris import is_uri
from mcpendpoint.protocol.visible_text import visible, visible_line

MAX_NAME_CHARS = 200
MAX_DESCRIPTION_CHARS = 2_000
TOLD = ("uri", "uriTemplate", "name", "description", "mimeType")
"""What is kept of an entry of resources/list and resources/templates/list."""

_MIME_TYPE = re.compile(r"[\x21-\x7e][\x20-\x7e]{0,119}")


class BadResource(ValueError):
    """Why a resource cannot be offered."""


@dataclass(frozen=True)
class UpstreamResource:
    uri: str
    """Or the template of some."""
    name: str
    description: str
    mime_type: str | None
    findings: tuple[Finding, ...] = ()
    pin: str = ""
    """Its fingerprint, as the Space describes it."""
    definition: Definition = field(default_factory=dict)
    """What is kept of it once somebody agreed to it."""

    @property
    def is_template(self) -> bool:
        # Gradio 6.31 lists a resource whose function takes a gr.Request among the templates.
        return "{" in self.uri


def parse_resource(entry: dict[str, Any]) -> UpstreamResource:
    """Raises BadResource."""
    uri = entry.get("uri", entry.get("uriTemplate"))
    if not isinstance(uri, str) or not is_uri(uri):
        raise BadResource("has no URI that clients take")
    title, description = (_text(entry.get(key)) for key in ("name", "description"))
    said = {"kind": PartKind.RESOURCE.value, "name": uri, "title": title}
    said |= {"description": description, "mimeType": _text(entry.get("mimeType"))}
    return UpstreamResource(
        uri=uri,
        name=visible_line(title)[:MAX_NAME_CHARS] or uri[:MAX_NAME_CHARS],
        description=visible(description[:MAX_DESCRIPTION_CHARS]),
        mime_type=mime_type_of(entry),
        findings=scan({"name": title, "description": description}),
        pin=fingerprint(said),
        definition=define_resource(said),
    )


def mime_type_of(entry: dict[str, Any]) -> str | None:
    """Return it as it is: a view is known by the very letters of its type."""
    value = entry.get("mimeType")
    return value if isinstance(value, str) and _MIME_TYPE.fullmatch(value) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
