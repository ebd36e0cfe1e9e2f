"""A caller at the address of one of their profiles."""

from dataclasses import dataclass, replace

from accounts.database import lookups
from accounts.known_people import KnownPeople
from accounts.preferences import Preferences, load_profile
from accounts.profiles.names import is_profile_name
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


@dataclass
class _KnownProfile:
    user_id: int
    preferences: Preferences | None
    """None where the person has no such profile."""
    latest: tuple[Caller, Caller] | None = None
    """Who came last, and as whom they are served: callers are remembered, and come often."""


async def _load(key: tuple[int, str]) -> _KnownProfile:
    return _KnownProfile(key[0], await lookups.run(load_profile, *key))


_profiles = KnownPeople(_load, max_bytes=8_000_000)
"""By whose it is and its name."""
