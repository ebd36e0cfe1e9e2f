"""What somebody is offered, for a request: costs nothing where there are no groups."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.database import lookups
from accounts.groups.offers import EVERYTHING, Offer
from accounts.groups.reading import offer_to_holder, offer_to_id, there_are_groups
from accounts.known_people import OF_EVERYBODY, KnownPeople
from accounts.operators.subjects import Organization


async def offer_for_user(user_id: int, hf_id: str) -> Offer:
    """Return what holds for somebody who signed in here."""
    if not (hf_id and await _there_are_groups()):
        return EVERYTHING
    return await lookups.run(offer_to_id, user_id, hf_id)


async def offer_for_holder(
    user_id: int, hf_id: str, name: str, told: Sequence[Organization]
) -> Offer:
    """Return what holds for who holds a token of Hugging Face; `user_id` is 0 for a stranger."""
    if not await _there_are_groups():
        return EVERYTHING
    return await lookups.run(offer_to_holder, user_id, hf_id, name, told)


@dataclass(frozen=True)
class _Known:
    has_groups: bool
    user_id: int = OF_EVERYBODY


async def _there_are_groups() -> bool:
    return (await _known.get("groups")).has_groups


async def _load(key: str) -> _Known:
    return _Known(await lookups.run(there_are_groups))


_known: KnownPeople[str, _Known] = KnownPeople(_load, max_bytes=10_000)
