"""Spaces as they are selected, and what each offers then. Pure: no I/O."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from accounts.groups.offers import SpacesOffered
from accounts.preferences import SavedSpace
from accounts.space_changes import PartKind, key_of
from accounts.tool_words import ToolWords
from mcpendpoint.gradio.api_endpoint import ApiEndpoint
from mcpendpoint.gradio.errors import SpaceDenied
from mcpendpoint.gradio.file_parameters import renamed
from mcpendpoint.gradio.file_places import FilePlaces
from mcpendpoint.gradio.scanning import Finding
from mcpendpoint.gradio.trust import Agreement, Held
from mcpendpoint.protocol.records import PRIVATE, Reason


@dataclass(frozen=True)
class SpaceChoice:
    space_id: str
    """owner/name"""
    prefix: str
    """Such as "gr1_", "grp2_" or "grx1a2b_"."""
    is_private: bool
    tools: frozenset[str] | None = None
    """Those that are wanted, in the Space's own names; None for all."""
    agreement: Agreement | None = None
    """What its person agreed to; None for a Space that nobody saved."""
    words: tuple[ToolWords, ...] = ()
    header_names: frozenset[str] = frozenset()
    """Headers that its person gave it a value of, in lower case."""
    offers_resources: bool = False
    offers_prompts: bool = False
    answers_within: int | None = None
    """Seconds after which a call that is not done answers how to get its result."""
    offered: SpacesOffered | None = None
    """To its person, by the groups that they are in; None for all."""


def saved_choice(
    space: SavedSpace, prefix: str, tools: frozenset[str] | None = None
) -> SpaceChoice:
    """Return a Space as the person who saved it wants it, but for which of its tools."""
    return SpaceChoice(
        space.space_id,
        prefix,
        space.is_private,
        tools,
        Agreement(space.pins, space.takes_over, space.pins_cover_parts),
        space.tool_words,
        space.header_names,
        space.offers_resources,
        space.offers_prompts,
        space.answers_within,
    )


@dataclass(frozen=True)
class SpaceTool:
    name: str
    space_id: str
    is_private: bool
    own_name: str
    """As the Space lists it, by which it is chosen."""
    upstream_name: str
    """By which it is called."""
    title: str
    description: str
    input_schema: dict[str, Any]
    meta: dict[str, Any]
    upstream_description: str = ""
    """What the Space itself says, without our mention of it."""
    argument_names: dict[str, str] = field(default_factory=dict)
    """What the Space calls arguments that are called otherwise here."""
    file_places: FilePlaces | None = None
    """Where arguments hold files, by the Space's own names."""
    pin: str = ""
    definition: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    held: Held | None = None
    """Why it is not offered, if it is not."""
    headers: tuple[str, ...] = ()
    """Those without which it does not work, in lower case."""
    needs_agreement: bool = False
    """Whether its person agrees to what they are told of it, and so to any change."""
    api: ApiEndpoint | None = None
    """How Gradio's own API calls it, where MCP cannot."""
    prefix: str = ""
    """Of the Space that it is of."""
    views: frozenset[str] = frozenset()
    """URIs, the Space's own, of what shows its results."""
    kind: PartKind = PartKind.TOOL

    @property
    def key(self) -> str:
        return key_of(self.kind, self.own_name)

    @property
    def places(self) -> FilePlaces | None:
        """Where arguments hold files, by the names that these have here."""
        return renamed(self.file_places, self.argument_names)

    @property
    def parameters(self) -> list[str]:
        return list(self.input_schema.get("properties", ()))


@dataclass(frozen=True)
class SpaceResource:
    uri: str
    """Or the template of some, as it is here."""
    is_template: bool
    name: str
    title: str
    description: str
    mime_type: str | None
    own_uri: str = ""
    pin: str = ""
    definition: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    held: Held | None = None
    """Why it is not offered, if it is not."""
    kind: ClassVar[PartKind] = PartKind.RESOURCE

    @property
    def key(self) -> str:
        return key_of(self.kind, self.own_uri)


SpacePart = SpaceTool | SpaceResource
"""What a person agrees to of a Space: a tool, a prompt (which is run as a tool is), a resource."""


@dataclass(frozen=True)
class Refusal:
    """Why the operator does not allow a Space here."""

    text: str
    reason: Reason
    written: str = ""
    """What the operator wrote that means it, owner/name or owner/*, "" for nothing."""

    def __str__(self) -> str:
        return self.text

    def as_error(self) -> SpaceDenied:
        return SpaceDenied(self.text, reason=self.reason)


@dataclass(frozen=True)
class SpaceListing:
    choice: SpaceChoice
    tools: tuple[SpaceTool, ...]
    problem: str | None
    """Why there are no tools, or why some are missing or cannot be called now."""
    stage: str = ""
    """The Hub's word for the Space's state, "" when that is not known."""
    is_public: bool = False
    """Whether the Hub said that everybody may see the Space."""
    is_missing: bool = False
    """Whether the Hub said that there is no such Space that this caller may see."""
    held: tuple[SpaceTool, ...] = ()
    """Tools that are wanted and not offered, as their person has not agreed to them."""
    unseen: tuple[SpacePart, ...] = ()
    """All parts of the Space, where some are not as the person who saved it agreed to them."""
    lacking: tuple[SpaceTool, ...] = ()
    """Tools that are wanted and not offered, as their person has not given their headers."""
    refusal: Refusal | None = None
    """By the operator, of the whole Space."""
    prompts: tuple[SpaceTool, ...] = ()
    """Those that it can offer, whether they are wanted or not, as tools that return one."""
    lacking_prompts: tuple[SpaceTool, ...] = ()
    """Those that are not offered, as their person has not given their headers."""
    held_prompts: tuple[SpaceTool, ...] = ()
    resources: tuple[SpaceResource, ...] = ()
    held_resources: tuple[SpaceResource, ...] = ()
    """Also those that are read all the same, as views of tools that are offered."""
    reason: Reason | None = None
    """Of a problem with all of the Space."""

    @property
    def label(self) -> str:
        """What records call the Space: no name that only some may know, or that a caller made up.

        A Space that is refused was not asked for, but the operator knows what they wrote.
        """
        if self.is_public:
            return self.choice.space_id
        written = self.refusal.written if self.refusal and not self.choice.is_private else ""
        return written or PRIVATE

    @property
    def views(self) -> frozenset[str]:
        """URIs, the Space's own, of the views of tools that are offered."""
        return frozenset(uri for tool in self.tools for uri in tool.views)
