"""What dynamic_space takes: what the reference's takes, and a tool's name. Pure: no I/O."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from mcpendpoint.tools.base import Arguments
from mcpendpoint.tools.leniency import Aliases

MAX_QUERY_CHARS = 250
MAX_NAME_CHARS = 300


class Operation(StrEnum):
    FIND = "find"
    VIEW = "view_parameters"
    INVOKE = "invoke"


class DynamicSpaceArguments(Arguments):
    operation: Annotated[
        Operation | None, Aliases({"discover": "find", "search": "find", "view": "view_parameters"})
    ] = Field(default=None, description="find, view_parameters or invoke.")
    search_query: str = Field(
        default="", max_length=MAX_QUERY_CHARS, description="find: what the Space should do."
    )
    category: str = Field(
        default="", max_length=100, description="find: only such, as “Image Generation”."
    )
    limit: int = Field(default=10, ge=1, le=50, description="find: how many.")
    space_name: str = Field(
        default="",
        max_length=MAX_NAME_CHARS,
        description="owner/name, or owner/name:tool for one of several tools.",
        examples=["acme/image-maker"],
    )
    tool: str = Field(
        default="",
        max_length=MAX_NAME_CHARS,
        description="One of the Space's tools; else the first.",
    )
    parameters: dict[str, Any] = Field(
        default={}, description="invoke: the tool's arguments.", examples=[{"prompt": "a cat"}]
    )
