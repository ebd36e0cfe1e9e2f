"""Whoever is signed in to the site, as the endpoint knows callers: with what they selected, in the
profile that they edit.
"""

from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.http import HttpRequest

from accounts.addresses import client_address
from accounts.groups.reading import offer_to
from accounts.models import User
from accounts.preferences import load_preferences
from accounts.signed_in import signed_in_by_now
from mcpendpoint.access.selecting import selection_of
from mcpendpoint.access.selection import NO_OVERRIDES, Selection
from mcpendpoint.access.who import Caller, CallerRefused, Credential
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.serving.directions import page_directions

_offer_to = sync_to_async(offer_to)
_load_preferences = sync_to_async(load_preferences)
_signed_in_by_now = sync_to_async(signed_in_by_now)


@dataclass(frozen=True)
class Visit:
    """Of a person, at a page."""

    user: User
    session_key: str | None
    address: str

    async def context(self) -> RequestContext:
        """Return what a message of this person has at hand, as it is at this moment."""
        caller, selection = await self._as_caller(self.user)
        return RequestContext(
            caller, selection, None, own_directions=page_directions(), renewal=self._by_now
        )

    async def _by_now(self) -> tuple[Caller, Selection]:
        """Raises CallerRefused."""
        user = await _signed_in_by_now(self.session_key)
        if user is None or user.pk != self.user.pk:
            raise CallerRefused(401, "", "You have signed out meanwhile.")
        return await self._as_caller(user)

    async def _as_caller(self, user: User) -> tuple[Caller, Selection]:
        caller = Caller(
            Credential.SESSION,
            user.pk,
            user.username,
            await _load_preferences(user.pk, self.user.edited_profile_id),
            hf_id=user.hf_id or "",
            offer=await _offer_to(user),
        )
        return caller, selection_of(caller, NO_OVERRIDES)


def visit_of(request: HttpRequest, user: User) -> Visit:
    return Visit(user, request.session.session_key, client_address(request))
