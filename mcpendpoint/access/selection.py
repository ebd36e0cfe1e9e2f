"""What this request may use: the overrides of its URL and headers over what was saved. No I/O.

Order: `?bouquet=` replaces what was saved, `?mix=` adds to it, else the saved selection holds, else
the defaults. A URL adds what only reads, and the rest where the person allows it: others hand out
URLs. What is not selected is neither listed nor callable.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256

from accounts.caching import BoundedCache, approximate_bytes
from accounts.catalogue import Catalogue
from accounts.groups.offers import EVERYTHING, Offer
from accounts.preferences import Preferences, SavedSpace
from accounts.space_prefixes import url_space_prefix
from mcpendpoint.gradio.listings import SpaceChoice, saved_choice
from mcpendpoint.hub.ids import is_space_id
from mcpendpoint.hub.references import HUB, REPO_ROOTS, BadReference, parse_reference
from mcpendpoint.hub.types import RepoType
from mcpendpoint.protocol.request_head import RequestHead

NO_SPACES = "none"
_WITH_ENDPOINT = re.compile(r"([^/:]+/[^/:]+)//?([^/:]+)")
KEEPS_SAVED_SPACES = frozenset({"all", "spaces"})
"""Bouquets that are about Spaces too, so what was saved of those stays."""


class InvalidOverrides(Exception):
    """A URL parameter or header that cannot be what its author meant; the message is for them."""


@dataclass(frozen=True)
class RequestOverrides:
    """What the URL, or the `x-mcp-*` headers that stand for it, asks for."""

    bouquet: str | None = None
    mix: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
    space_tools: tuple[tuple[str, frozenset[str]], ...] = ()
    """Ids in lower case of those of `spaces` of which only some tools are asked for."""
    no_spaces: bool = False
    no_image_content: bool = False
    must_sign_in: bool = False


@dataclass(frozen=True)
class Rules:
    """What the deployment decides."""

    disabled_tools: frozenset[str]
    default_spaces: tuple[str, ...]
    max_spaces: int


@dataclass(frozen=True)
class Selection:
    tools: tuple[str, ...]
    """Built-in tools, in the order of the catalogue."""
    spaces: tuple[SpaceChoice, ...]
    include_images: bool
    spaces_of_url: frozenset[str] = frozenset()
    """Ids in lower case of the Spaces that the URL itself names."""

    def space_with(self, prefix: str | None) -> SpaceChoice | None:
        """Return the Space whose tools' names begin so."""
        return next((space for space in self.spaces if space.prefix == prefix), None)


def read_overrides(head: RequestHead) -> RequestOverrides:
    """Return what is asked for; a parameter in the URL wins over its header.

    Raises InvalidOverrides for what is malformed, not yet for what does not exist.
    """
    if head.has_too_many_fields:
        raise InvalidOverrides("The URL has too many parameters.")
    if any(name.startswith("x-mcp-") for name in head.headers):
        return _overrides_in(head)
    if not head.query:
        return NO_OVERRIDES
    overrides = _overrides_of_query.get(head.raw_query)
    if overrides is None:
        overrides = _overrides_in(head)
        size = approximate_bytes((head.raw_query, overrides))
        _overrides_of_query.put(head.raw_query, overrides, size_bytes=size)
    return overrides


_overrides_of_query: BoundedCache[str, RequestOverrides] = BoundedCache(max_bytes=2_000_000)
"""A client asks by the same URL again and again."""


def _overrides_in(head: RequestHead) -> RequestOverrides:
    """Raises InvalidOverrides."""
    return overrides_of(
        bouquets=_values(head, "bouquet"),
        mix=_values(head, "mix"),
        spaces=_values(head, "gradio"),
        no_image_content=_flag(head, "no_image_content"),
        must_sign_in=_must_sign_in(head),
    )


def overrides_of(
    *,
    bouquets: Iterable[str],
    mix: Iterable[str],
    spaces: Iterable[str],
    no_image_content: bool,
    must_sign_in: bool = False,
) -> RequestOverrides:
    """Return what lists of words, with commas in them, ask for. Raises InvalidOverrides."""
    wanted = _words(spaces)
    no_spaces = any(word.lower() == NO_SPACES for word in wanted)
    if no_spaces and len(wanted) > 1:
        raise InvalidOverrides("gradio takes Spaces or `none`, not both.")
    spaces = {} if no_spaces else _spaces_in(wanted)
    named = _words(bouquets)
    if len(named) > 1:
        raise InvalidOverrides("bouquet takes one name; use mix to combine several.")
    return RequestOverrides(
        bouquet=named[0] if named else None,
        mix=tuple(dict.fromkeys(_words(mix))),
        spaces=tuple(spaces),
        space_tools=tuple((each.lower(), frozenset(of)) for each, of in spaces.items() if of),
        no_spaces=no_spaces,
        no_image_content=no_image_content,
        must_sign_in=must_sign_in,
    )


NO_OVERRIDES = RequestOverrides()


def _spaces_in(words: Iterable[str]) -> dict[str, set[str]]:
    """Return the Spaces, and the tools of each that are asked for: nothing for all of them.

    Raises InvalidOverrides.
    """
    tools: dict[str, set[str]] = {}
    known_as: dict[str, str] = {}
    for word in words:
        space_id, tool = _space_id_in(word), ""
        if not is_space_id(space_id):
            space_id, tool = _space_and_tool(word)
        if not is_space_id(space_id):
            raise InvalidOverrides(
                "gradio takes Spaces as owner/name, or a tool of one as owner/name:tool, which "
                f"{_quoted(word)} is not."
            )
        space_id = known_as.setdefault(space_id.lower(), space_id)
        known = tools.get(space_id)
        if known is None:
            tools[space_id] = {tool} if tool else set()
        elif not tool:
            known.clear()  # the whole Space is asked for
        elif known:
            known.add(tool)
    return tools


def _space_and_tool(word: str) -> tuple[str, str]:
    """Read owner/name:tool, and owner/name/endpoint as mcp-hfspace has it."""
    space, colon, tool = word.rpartition(":")
    if colon and "/" not in tool:
        return _space_id_in(space), tool
    found = _WITH_ENDPOINT.fullmatch(word)
    if found is None or found[1].partition("/")[0].lower() in REPO_ROOTS:
        return word, ""
    return found[1], found[2]


def _space_id_in(word: str) -> str:
    """Return the id in a word, which may be the address of a Space's page."""
    try:
        reference = parse_reference(word, HUB)
    except BadReference:
        return word
    is_space = reference.repo_type in (None, RepoType.SPACE) and reference.subdomain is None
    return reference.name if is_space else word


def _values(head: RequestHead, name: str) -> list[str]:
    return head.query.get(name) or head.values("x-mcp-" + name.replace("_", "-"))


def _words(values: Iterable[str]) -> list[str]:
    return [word.strip() for value in values for word in value.split(",") if word.strip()]


def _flag(head: RequestHead, name: str) -> bool:
    """Read what is true by being there, and false when it says so."""
    values = _values(head, name)
    return bool(values) and _is_true(name, values[-1])


def _is_true(name: str, value: str) -> bool:
    word = value.strip().lower()
    if word in {"", "true", "1", "yes", "on"}:
        return True
    if word in {"false", "0", "no", "off"}:
        return False
    raise InvalidOverrides(f"{name} takes true or false, which {_quoted(value)} is not.")


def _must_sign_in(head: RequestHead) -> bool:
    names = ("login", "auth")
    words = [(name, head.query[name][-1]) for name in names if name in head.query]
    # These two say nothing by being there alone.
    forced = [*head.query.get("forceauth", ()), *head.values("x-mcp-force-auth")]
    words.extend(("forceauth", word) for word in forced if word)
    return any(_is_true(name, word) for name, word in words)


def select(
    overrides: RequestOverrides,
    catalogue: Catalogue,
    rules: Rules,
    saved: Preferences | None,
    *,
    is_signed_in: bool,
    offer: Offer = EVERYTHING,
) -> Selection:
    """Select. `saved` is None for a caller without an account here. Raises InvalidOverrides.

    Tools that are not offered are left out. Spaces that are not stay, and are refused with the
    reason where they are listed or called: also by the name that the Hub has for them now.
    """
    wanted = _wanted_tools(overrides, catalogue, saved, offer)
    tools = tuple(
        tool.name
        for tool in catalogue.tools
        if (tool.name in wanted or tool.is_always_on)
        and tool.name not in rules.disabled_tools
        and (is_signed_in or not tool.needs_sign_in)
        and offer.has_tool(tool.name)
    )
    include_images = not overrides.no_image_content and (saved is None or saved.include_images)
    return Selection(
        tools,
        _wanted_spaces(overrides, rules, saved, offer),
        include_images,
        spaces_of_url=frozenset(space_id.lower() for space_id in overrides.spaces),
    )


def _wanted_tools(
    overrides: RequestOverrides, catalogue: Catalogue, saved: Preferences | None, offer: Offer
) -> frozenset[str]:
    ticked = saved.tools if saved else None
    chosen = catalogue.with_brought(offer.ticked_at_first(catalogue) if ticked is None else ticked)
    mixed = {tool for name in overrides.mix for tool in _bouquet_tools(catalogue, name)}
    if overrides.bouquet is None:
        return chosen | _may_be_asked_for(mixed, catalogue, chosen, saved)
    return _may_be_asked_for(_bouquet_tools(catalogue, overrides.bouquet), catalogue, chosen, saved)


def _may_be_asked_for(
    names: Iterable[str], catalogue: Catalogue, chosen: frozenset[str], saved: Preferences | None
) -> frozenset[str]:
    """Return those that a URL may bring, with what they bring in turn."""
    asked_for = catalogue.with_brought(names)
    if saved is not None and saved.urls_may_write:
        return asked_for
    return asked_for & (chosen | {tool.name for tool in catalogue.tools if tool.only_reads})


def _bouquet_tools(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    bouquet = catalogue.bouquet(name)
    if bouquet is None:
        known = ", ".join(known.name for known in catalogue.bouquets)
        raise InvalidOverrides(f"There is no bouquet {_quoted(name)}. Known: {known}.")
    return bouquet.tools


def _wanted_spaces(
    overrides: RequestOverrides, rules: Rules, saved: Preferences | None, offer: Offer
) -> tuple[SpaceChoice, ...]:
    if overrides.no_spaces:
        return ()
    kept = _kept_spaces(overrides, rules, saved, offer)
    saved_by_id = {space.space_id.lower(): space for space in (saved.known_spaces if saved else ())}
    ids = list(dict.fromkeys([*overrides.spaces, *kept]))
    if len(ids) > rules.max_spaces:
        raise InvalidOverrides(
            f"{len(ids)} Spaces are too many: at most {rules.max_spaces} can be tools at once."
        )
    choices = _choices(ids, saved_by_id, dict(overrides.space_tools))
    return tuple(offered_within(offer, choice) for choice in choices)


def offered_within(offer: Offer, choice: SpaceChoice) -> SpaceChoice:
    """Return a Space as it is to be refused where the offer does not have it."""
    return choice if offer.spaces is None else replace(choice, offered=offer.spaces)


def _kept_spaces(
    overrides: RequestOverrides, rules: Rules, saved: Preferences | None, offer: Offer
) -> Iterable[str]:
    if overrides.bouquet is not None and overrides.bouquet not in KEEPS_SAVED_SPACES:
        return ()
    if saved is not None and saved.has_chosen_spaces:
        return [space.space_id for space in saved.spaces]
    if offer.default_spaces is None:
        return rules.default_spaces
    return offer.default_spaces[: rules.max_spaces]  # several groups may have more


def _choices(
    ids: list[str], saved_by_id: dict[str, SavedSpace], tools_of_url: dict[str, frozenset[str]]
) -> Iterable[SpaceChoice]:
    seen: set[str] = set()
    for space_id in ids:
        if space_id.lower() in seen:
            continue
        seen.add(space_id.lower())
        space = saved_by_id.get(space_id.lower())
        asked_for = tools_of_url.get(space_id.lower())
        if space is not None:
            prefix = _url_prefix(space.space_id, ids) if space.was_default else space.prefix
            tools = _both(space.tools, asked_for)
            yield saved_choice(space, prefix, tools)
        else:
            yield SpaceChoice(space_id, _url_prefix(space_id, ids), False, asked_for)


def _both(ticked: frozenset[str] | None, asked_for: frozenset[str] | None) -> frozenset[str] | None:
    """Return which of a Space's tools hold: what the person did not tick, no URL adds."""
    if ticked is None or asked_for is None:
        return asked_for if ticked is None else ticked
    return ticked & asked_for


def _url_prefix(space_id: str, ids: list[str]) -> str:
    prefix = url_space_prefix(space_id)
    rivals = [other for other in ids if other.lower() != space_id.lower()]
    if prefix in map(url_space_prefix, rivals):  # one in 65 536 pairs
        return f"{prefix.rstrip('_')}{sha256(space_id.lower().encode()).hexdigest()[4:12]}_"
    return prefix


def _quoted(word: str) -> str:
    return f"“{word[:60]}”"
