"""A caller at the address of one of their profiles."""

from dataclasses import dataclass, replace

from accounts.database import lookups
from accounts.known_people import KnownPeople
from accounts.preferences import Preferences, SavedSpace, load_profile
from accounts.profiles.names import is_profile_name
from accounts.space_selection import spaces_of_further_profiles
from mcpendpoint.access.selection import RequestOverrides
from mcpendpoint.access.who import Caller, NoProfile, OtherProfileOnly


async def in_profile(caller: Caller, name: str) -> Caller:
    """Return them with what this profile of theirs selects.

    Raises NoProfile and OtherProfileOnly.
    """
    if caller.only_profile is not None:
        if caller.only_profile != name:
            raise OtherProfileOnly(caller)
        return caller
    if caller.user_id is None or not is_profile_name(name):
        raise NoProfile
    key = (caller.user_id, name)
    known = _profiles.peek(key) or await _profiles.get(key)
    if known.preferences is None:
        raise NoProfile
    if known.latest is None or known.latest[0] is not caller:
        there = replace(caller, preferences=known.preferences, profile=name)
        known.latest = (caller, there)
    return known.latest[1]


async def with_named_spaces(caller: Caller, overrides: RequestOverrides) -> Caller:
    """Return them with what their other profiles say of Spaces that the URL names."""
    saved = caller.preferences
    if not overrides.spaces or caller.user_id is None or saved is None:
        return caller
    own = {space.space_id.lower() for space in saved.spaces}
    named = {space_id.lower() for space_id in overrides.spaces} - own
    if not named:
        return caller
    known = _spaces.peek(caller.user_id) or await _spaces.get(caller.user_id)
    elsewhere = tuple(space for space in known.spaces if space.space_id.lower() in named)
    if not elsewhere:
        return caller
    if known.latest is None or known.latest[0] is not caller or known.latest[1] != elsewhere:
        there = replace(caller, preferences=replace(saved, named_elsewhere=elsewhere))
        known.latest = (caller, elsewhere, there)
    return known.latest[2]


@dataclass
class _KnownProfile:
    user_id: int
    preferences: Preferences | None
    """None where the person has no such profile."""
    latest: tuple[Caller, Caller] | None = None
    """Who came last, and as whom they are served: callers are remembered, and come often."""


async def _load(key: tuple[int, str]) -> _KnownProfile:
    return _KnownProfile(key[0], await lookups.run(load_profile, *key))


@dataclass
class _KnownSpaces:
    user_id: int
    spaces: tuple[SavedSpace, ...]
    latest: tuple[Caller, tuple[SavedSpace, ...], Caller] | None = None
    """Who came last naming which, and as whom they are served, as of a profile."""


async def _load_spaces(user_id: int) -> _KnownSpaces:
    return _KnownSpaces(user_id, await lookups.run(spaces_of_further_profiles, user_id))


_spaces = KnownPeople(_load_spaces, max_bytes=8_000_000)

_profiles = KnownPeople(_load, max_bytes=8_000_000)
"""By whose it is and its name."""
