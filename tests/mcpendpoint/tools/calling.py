"""Runs a tool as the endpoint does."""

from dataclasses import dataclass, field
from typing import Any

import jsonschema

from mcpendpoint.hub.client import HubClient
from mcpendpoint.serving.directions import site_directions
from mcpendpoint.tools.definition import definition
from mcpendpoint.tools.directions import Directions
from mcpendpoint.tools.registry import by_name


@dataclass
class Context:
    """A caller with that token."""

    token: str | None = None
    include_images: bool = True
    directions: Directions = field(default_factory=site_directions)
    approved_state: str | None = None
    user_id: int | None = None

    @property
    def is_signed_in(self):
        return self.token is not None

    async def hub(self):
        return HubClient(await self.hub_token())

    async def hub_token(self):
        return self.token

    async def recheck_hub_token(self, token):
        pass

    async def report_progress(self, progress, total=None, message=None):
        pass


@dataclass
class Watching(Context):
    """A caller who wants to know how far it is."""

    progress: list[tuple[float, float | None, str | None]] = field(default_factory=list)

    async def report_progress(self, progress, total=None, message=None):
        self.progress.append((progress, total, message))


@dataclass
class Called:
    content: dict[str, Any]  # the structured content
    text: str
    is_error: bool


async def call(name: str, token: str | None = None, **arguments: Any) -> Called:
    return await call_in(Context(token), name, **arguments)


async def call_in(context: Context, tool_name: str, /, **arguments: Any) -> Called:
    """Return what the tool answers, which must be what it promises."""
    tool = by_name[tool_name]
    output = await tool.run(tool.arguments.model_validate(arguments), context)
    content = output.structured.to_content()
    jsonschema.Draft202012Validator(definition(tool).output_schema).validate(content)
    return Called(content, output.markdown, output.is_error)
