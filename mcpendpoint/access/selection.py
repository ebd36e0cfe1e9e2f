"""What this request may use. Pure: a wish (URL and headers) and what was saved, to a Selection.

Order: `?bouquet=` replaces what was saved, `?mix=` adds to it, else the saved selection holds, else
the defaults. What is not selected is neither listed nor callable.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from accounts.catalogue import Catalogue
from accounts.preferences import Preferences, SavedSpace
from mcpendpoint.gradio.naming import space_prefix, url_space_prefix
from mcpendpoint.gradio.spaces import SpaceChoice
from mcpendpoint.hub.ids import BadRepoId, parse_repo_id
from mcpendpoint.protocol.head import Head

NO_SPACES = "none"
KEEPS_SAVED_SPACES = frozenset({"all", "spaces"})
"""Bouquets that are about Spaces too, so what was saved of those stays."""


class WishRefused(Exception):
    """A URL parameter or header that cannot be what its author meant; the message is for them."""


@dataclass(frozen=True)
class Wish:
    """What the URL, or the `x-mcp-*` headers that stand for it, asks for."""

    bouquet: str | None = None
    mix: tuple[str, ...] = ()
    spaces: tuple[str, ...] = ()
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


def read_wish(head: Head) -> Wish:
    """Return what is asked for; a parameter in the URL wins over its header.

    Raises WishRefused for what is malformed, not yet for what does not exist.
    """
    if head.has_too_many_fields:
        raise WishRefused("The URL has too many parameters.")
    if not head.query and not any(name.startswith("x-mcp-") for name in head.headers):
        return NO_WISH
    spaces = _words(head, "gradio")
    no_spaces = any(word.lower() == NO_SPACES for word in spaces)
    if no_spaces and len(spaces) > 1:
        raise WishRefused("gradio takes Spaces or `none`, not both.")
    for word in spaces:
        if not no_spaces and not _is_space_id(word):
            raise WishRefused(f"gradio takes Spaces as owner/name, which {_quoted(word)} is not.")
    bouquets = _words(head, "bouquet")
    if len(bouquets) > 1:
        raise WishRefused("bouquet takes one name; use mix to combine several.")
    return Wish(
        bouquet=bouquets[0] if bouquets else None,
        mix=tuple(dict.fromkeys(_words(head, "mix"))),
        spaces=() if no_spaces else tuple(dict.fromkeys(spaces)),
        no_spaces=no_spaces,
        no_image_content=_flag(head, "no_image_content"),
        must_sign_in=_must_sign_in(head),
    )


NO_WISH = Wish()


def _is_space_id(word: str) -> bool:
    try:
        return "/" in parse_repo_id(word)
    except BadRepoId:
        return False


def _values(head: Head, name: str) -> list[str]:
    return head.query.get(name) or head.values("x-mcp-" + name.replace("_", "-"))


def _words(head: Head, name: str) -> list[str]:
    return [
        word.strip() for value in _values(head, name) for word in value.split(",") if word.strip()
    ]


def _flag(head: Head, name: str) -> bool:
    values = _values(head, name)
    return bool(values) and values[-1].strip().lower() in {"", "true", "1", "yes"}


def _must_sign_in(head: Head) -> bool:
    asked = head.query.keys() & {"login", "auth"} or any(head.query.get("forceauth", ()))
    return bool(asked or head.headers.get("x-mcp-force-auth"))


def select(
    wish: Wish,
    catalogue: Catalogue,
    rules: Rules,
    saved: Preferences | None,
    *,
    is_signed_in: bool,
) -> Selection:
    """Decide. `saved` is None for somebody who never signed in here. Raises WishRefused."""
    wanted = catalogue.with_brought(_wanted_tools(wish, catalogue, saved))
    tools = tuple(
        tool.name
        for tool in catalogue.tools
        if (tool.name in wanted or tool.is_always_on)
        and tool.name not in rules.disabled_tools
        and (is_signed_in or not tool.needs_sign_in)
    )
    include_images = not wish.no_image_content and (saved is None or saved.include_images)
    return Selection(tools, _wanted_spaces(wish, rules, saved), include_images)


def _wanted_tools(wish: Wish, catalogue: Catalogue, saved: Preferences | None) -> set[str]:
    if wish.bouquet is not None:
        return set(_bouquet_tools(catalogue, wish.bouquet))
    if saved is not None and saved.tools is not None:
        wanted = set(saved.tools)
    else:
        wanted = set(catalogue.default_tools)
    for name in wish.mix:
        wanted |= set(_bouquet_tools(catalogue, name))
    return wanted


def _bouquet_tools(catalogue: Catalogue, name: str) -> tuple[str, ...]:
    bouquet = catalogue.bouquet(name)
    if bouquet is None:
        known = ", ".join(known.name for known in catalogue.bouquets)
        raise WishRefused(f"There is no bouquet {_quoted(name)}. Known: {known}.")
    return bouquet.tools


def _wanted_spaces(wish: Wish, rules: Rules, saved: Preferences | None) -> tuple[SpaceChoice, ...]:
    if wish.no_spaces:
        return ()
    kept = _kept_spaces(wish, rules, saved)
    saved_by_id = {space.space_id.lower(): space for space in (saved.spaces if saved else ())}
    ids = list(dict.fromkeys([*wish.spaces, *kept]))
    if len(ids) > rules.max_spaces:
        raise WishRefused(
            f"{len(ids)} Spaces are too many: at most {rules.max_spaces} can be tools at once."
        )
    return tuple(_choices(ids, saved_by_id))


def _kept_spaces(wish: Wish, rules: Rules, saved: Preferences | None) -> Iterable[str]:
    if wish.bouquet is not None and wish.bouquet not in KEEPS_SAVED_SPACES:
        return ()
    # Somebody who saved anything decided about Spaces too, if only by having none.
    if saved is not None and not saved.is_untouched:
        return [space.space_id for space in saved.spaces]
    return rules.default_spaces


def _choices(ids: list[str], saved_by_id: dict[str, SavedSpace]) -> Iterable[SpaceChoice]:
    seen: set[str] = set()
    for space_id in ids:
        if space_id.lower() in seen:
            continue
        seen.add(space_id.lower())
        space = saved_by_id.get(space_id.lower())
        if space is not None:
            prefix = space_prefix(space.slot, space.is_private)
            yield SpaceChoice(space.space_id, prefix, space.is_private)
        else:
            yield SpaceChoice(space_id, _url_prefix(space_id, ids), False)


def _url_prefix(space_id: str, ids: list[str]) -> str:
    prefix = url_space_prefix(space_id)
    rivals = [other for other in ids if other.lower() != space_id.lower()]
    if prefix in map(url_space_prefix, rivals):  # one in 65 536 pairs
        return f"{prefix.rstrip('_')}{sha256(space_id.lower().encode()).hexdigest()[4:12]}_"
    return prefix


def _quoted(word: str) -> str:
    return f"“{word[:60]}”"
