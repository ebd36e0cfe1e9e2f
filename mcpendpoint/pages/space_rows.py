"""What the fragment about one Space shows of its parts: what each says, and what became of it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from accounts.pins import Pinned
from accounts.preferences import SavedSpace
from accounts.space_changes import PartKind, kind_and_name
from accounts.tool_words import ToolWords
from mcpendpoint.gradio.definitions import Difference, difference
from mcpendpoint.gradio.listings import SpaceListing, SpacePart, SpaceResource, SpaceTool
from mcpendpoint.gradio.trust import Agreement, Held
from mcpendpoint.protocol.visible_text import revealed


@dataclass(frozen=True)
class PartRow:
    part: SpacePart
    is_ticked: bool
    state: str
    """unchanged, changed, new, refused, or "" where nobody agreed to anything."""
    difference: Difference | None
    """What changed, where it is known what was there before."""

    @property
    def name(self) -> str:
        return self.part.uri if isinstance(self.part, SpaceResource) else self.part.name

    @property
    def told(self) -> str:
        """All that an assistant is told of it, as JSON."""
        return revealed(orjson.dumps(_told(self.part), option=orjson.OPT_INDENT_2).decode())

    @property
    def waits(self) -> bool:
        """Whether it is held back until the person agrees."""
        return self.is_ticked and self.part.held is not None and self.state != "refused"


@dataclass(frozen=True)
class ToolRow(PartRow):
    part: SpaceTool
    was: str
    """The description as it was agreed to."""
    words: ToolWords
    """What its person calls it, and says of it."""
    lacks_headers: bool
    is_unfit: bool = False
    """Whether these words are what its person typed, and cannot be saved."""

    @property
    def tool(self) -> SpaceTool:
        return self.part

    @property
    def is_offered(self) -> bool:
        return self.is_ticked and self.part.held is None and not self.lacks_headers


@dataclass(frozen=True)
class HeaderRow:
    name: str
    tools: Sequence[str]
    """That ask for it; none does any more if there are none."""
    is_given: bool


@dataclass(frozen=True)
class GonePart:
    key: str
    kind: PartKind
    name: str


def all_tools(listing: SpaceListing) -> list[SpaceTool]:
    return [*listing.tools, *listing.held, *listing.lacking]


def all_functions(listing: SpaceListing) -> list[SpaceTool]:
    """Return the tools, and the prompts, which are run as tools are."""
    return [*all_tools(listing), *_all_prompts(listing)]


def all_others(listing: SpaceListing) -> list[SpacePart]:
    """Return what it has beside tools."""
    return [*_all_prompts(listing), *listing.resources, *listing.held_resources]


def all_parts(listing: SpaceListing) -> list[SpacePart]:
    return [*all_tools(listing), *all_others(listing)]


def _all_prompts(listing: SpaceListing) -> list[SpaceTool]:
    return [*listing.prompts, *listing.held_prompts, *listing.lacking_prompts]


def counted(parts: Iterable[SpacePart]) -> str:
    """Return how many there are of each kind, such as "2 tools and 1 prompt"."""
    numbers = Counter(part.kind for part in parts)
    told = [
        f"{numbers[kind]} {kind}{'s' * (numbers[kind] > 1)}" for kind in PartKind if numbers[kind]
    ]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)


def gone_parts(pinned: Pinned, there: Iterable[SpacePart]) -> list[GonePart]:
    """Return what was agreed to and is not there any more."""
    gone = sorted(pinned.parts.keys() - {part.key for part in there})
    return [GonePart(key, *kind_and_name(key)) for key in gone]


def header_rows(tools: Iterable[SpaceTool], saved: SavedSpace | None) -> list[HeaderRow]:
    """Return the headers that a saved Space asks for, or was given."""
    if saved is None:
        return []
    asked_for: dict[str, list[str]] = {name: [] for name in saved.header_names}
    for tool in tools:
        for name in tool.headers:
            asked_for.setdefault(name, []).append(tool.name)
    return [
        HeaderRow(name, of, name in saved.header_names) for name, of in sorted(asked_for.items())
    ]


def part_row(
    part: SpacePart, saved: SavedSpace | None, agreement: Agreement | None, pinned: Pinned
) -> PartRow:
    state = _state(part, agreement, pinned)
    return PartRow(part, _is_ticked(part, saved), state, _changed(part, state, pinned))


def tool_row(
    tool: SpaceTool, saved: SavedSpace | None, agreement: Agreement | None, pinned: Pinned
) -> ToolRow:
    state = _state(tool, agreement, pinned)
    before = pinned.parts.get(tool.key)
    return ToolRow(
        tool,
        _is_ticked(tool, saved),
        state,
        _changed(tool, state, pinned),
        was=before["description"] if before else "",
        words=_words_of(tool, saved),
        lacks_headers=bool(set(tool.headers) - (saved.header_names if saved else frozenset())),
    )


def _changed(part: SpacePart, state: str, pinned: Pinned) -> Difference | None:
    before = pinned.parts.get(part.key)
    return difference(before, part.definition) if before and state == "changed" else None


def _is_ticked(part: SpacePart, saved: SavedSpace | None) -> bool:
    if saved is None:
        return True
    match part.kind:
        case PartKind.PROMPT:
            return saved.offers_prompts
        case PartKind.RESOURCE:
            return saved.offers_resources
        case _:
            return saved.tools is None or part.key in saved.tools


def _words_of(tool: SpaceTool, saved: SavedSpace | None) -> ToolWords:
    said = {words.own_name: words for words in saved.tool_words} if saved else {}
    return said.get(tool.own_name) or ToolWords(tool.own_name)


def _state(part: SpacePart, agreement: Agreement | None, pinned: Pinned) -> str:
    if part.held is Held.REFUSED:
        return "refused"
    pins = agreement.pins_of(part.kind) if agreement else None
    if pins is None:
        return "new" if agreement and part.held else ""
    if part.pin in pins:
        return "unchanged"
    return "changed" if part.key in pinned.parts else "new"


def _told(part: SpacePart) -> dict[str, Any]:
    if isinstance(part, SpaceResource):
        place = "uriTemplate" if part.is_template else "uri"
        facts = {place: part.uri, "name": part.name, "description": part.description}
        return {**facts, "mimeType": part.mime_type} if part.mime_type else facts
    return {"description": part.description, "inputSchema": part.input_schema}
