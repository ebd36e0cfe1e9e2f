"""What a tool is: a name, a description, pydantic models of its arguments and result, a function.

A tool raises ToolError with a message that an assistant can act on; everything else that escapes
one is a bug.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from mcp_types import ContentBlock
from pydantic import BaseModel, ConfigDict, model_validator

from accounts.catalogue import Effect
from accounts.consequences import Kind
from mcpendpoint.hub.client import HubClient
from mcpendpoint.protocol.records import Reason
from mcpendpoint.tools.directions import Directions
from mcpendpoint.tools.dynamic_space.spaces import Spaces
from mcpendpoint.tools.leniency import is_left_out, known_names, read_value


class Arguments(BaseModel):
    """Base of every tool's arguments: unknown ones are an error, not silently dropped."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = cls._arranged(known_names(data, cls.model_fields))
        return {
            name: read_value(cls.model_fields[name], value) if name in cls.model_fields else value
            for name, value in given.items()
            if not cls._is_blank(name, value)
        }

    @classmethod
    def _arranged(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Put arguments where they belong, when a tool knows of other places to write them."""
        return data

    @classmethod
    def _is_blank(cls, name: str, value: Any) -> bool:
        """Assistants fill in null or "" for what they mean to leave out."""
        field = cls.model_fields.get(name)
        if field is None:
            return False
        if is_left_out(field, value):
            return True
        return isinstance(value, str) and not value.strip() and not field.is_required()


class Result(BaseModel):
    """Base of every tool's result. What is None is left out, where it may be missing."""

    model_config = ConfigDict(frozen=True)

    schema_levels: ClassVar[int] = 2
    """How many objects within one another its outputSchema describes."""

    def to_content(self) -> dict[str, Any]:
        """Return the structuredContent, as the tool's outputSchema promises it."""
        content = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        for name, info in type(self).model_fields.items():
            if info.is_required():
                content.setdefault(name, None)
        return content


class ToolError(Exception):
    """A failure to tell the assistant, as a result with isError.

    `is_retryable` says whether the same call may work later; `retry_after_seconds` when, if known.
    `reason` is for the record; where it is not given, `tools.reasons` has it from the cause.
    """

    usual_reason: ClassVar[Reason] = Reason.TOOL
    """Where the cause does not tell."""

    def __init__(
        self,
        message: str,
        *,
        is_retryable: bool = False,
        retry_after_seconds: int | None = None,
        reason: Reason | None = None,
    ) -> None:
        super().__init__(message)
        self.is_retryable = is_retryable
        self.retry_after_seconds = retry_after_seconds
        self.reason = reason


@dataclass(frozen=True)
class ToolOutput:
    structured: Result
    """Matches the tool's outputSchema."""
    markdown: str
    """The same for a reader."""
    blocks: tuple[ContentBlock, ...] = ()
    """Further content, such as images."""
    meta: dict[str, Any] = field(default_factory=dict)
    has_all_blocks: bool = False
    """Whether the blocks are as this caller takes them, and not extras."""
    failed: Reason | None = None
    """Why nothing of what was asked for could be had; `structured` says so item by item."""

    @property
    def is_error(self) -> bool:
        return self.failed is not None


class ToolContext(Protocol):
    """What a running tool may know and do."""

    @property
    def is_signed_in(self) -> bool: ...

    @property
    def user_id(self) -> int | None:
        """Which account of this server it is, None for nobody's."""
        ...

    @property
    def include_images(self) -> bool: ...

    @property
    def directions(self) -> Directions:
        """What this person can do about it."""
        ...

    @property
    def approved_state(self) -> str | None:
        """The `state` of what the call changes, when the person had a say in it: "" for nothing
        that was there, None where they wanted none."""
        ...

    @property
    def spaces(self) -> Spaces:
        """Spaces that need not be selected."""
        ...

    async def hub(self) -> HubClient:
        """Return the Hub, acting as the caller. Raises ToolError when a new sign-in is needed."""
        ...

    async def hub_token(self) -> str | None:
        """Return the caller's own Hugging Face token, None for nobody. Raises as `hub` does."""
        ...

    async def recheck_hub_token(self, token: str) -> None:
        """Have it replaced when the Hub knows it no more, as `hub` does by itself."""
        ...

    async def report_progress(
        self, progress: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Tell the client how far we are; does nothing when it did not ask."""
        ...


ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


@dataclass(frozen=True)
class Consequence:
    """What a call would do, for the person who may have a say in it."""

    kinds: frozenset[Kind]
    title: str
    """A sentence without a full stop: "Delete hf://models/ada/x/a.txt"."""
    lines: tuple[str, ...] = ()
    """Everything else that decides, such as the price."""
    state: str = ""
    """Of what the call changes, in any word that is another one when that has changed: an approval
    is for what was there when the person was asked."""
    look_closer: "Callable[[ToolContext], Awaitable[Consequence | None]] | None" = None
    """Asks the Hub what the arguments do not tell, None if it is harmless after all. Called only
    where the person has a say in it."""


@dataclass(frozen=True)
class Consequences(Generic[ArgumentsT]):
    kinds: frozenset[Kind]
    """All that a tool can have."""
    of: Callable[[ArgumentsT], Consequence | None]
    """None for a call that has none, and for one that will fail for its arguments."""


@dataclass(frozen=True)
class Tool(Generic[ArgumentsT]):
    name: str
    title: str
    purpose: str
    """One sentence for a person, shown on the settings page."""
    description: str
    """What the assistant reads."""
    arguments: type[ArgumentsT]
    result: type[Result]
    run: Callable[[ArgumentsT, ToolContext], Awaitable[ToolOutput]]
    effects: frozenset[Effect] = frozenset({Effect.READ})
    is_destructive: bool = False
    is_open_world: bool = True
    is_default: bool = True
    is_always_on: bool = False
    needs_sign_in: bool = False
    brings: tuple[str, ...] = ()
    """Other tools that come with it."""
    hub_scopes: tuple[str, ...] = ()
    """Scopes of Hugging Face that it needs beyond those of sign-in, for one thing or another."""
    consequences: Consequences[ArgumentsT] | None = None
    rents_hardware: bool = False
    """Whether it runs on hardware that is paid by the hour."""
    keeps_files: bool = False
    """Whether it adds to the person's files on this server, which is no change at Hugging Face."""
    meta: dict[str, Any] = field(default_factory=dict)
