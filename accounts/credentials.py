"""Hugging Face tokens of users, refreshed before they expire."""

import asyncio
import time
from contextlib import suppress

from asgiref.sync import async_to_sync, sync_to_async
from django.db import transaction
from django.utils import timezone

from accounts import identity
from accounts.behind import run_behind
from accounts.caching import SingleFlightCache
from accounts.database import changes, lookups
from accounts.granting import powers_of
from accounts.hub_powers import Powers
from accounts.identity import HubUnreachable, TokenRefused, whoami
from accounts.models import HubCredential, User
from accounts.news import follower
from accounts.preferences import announce, preferences_changed
from accounts.refreshing import (
    InvalidGrant,
    Start,
    Step,
    begin,
    finish_without_refresh_token,
    fresh_seconds,
    give_up,
    is_fresh,
    longest_wait,
    refresh,
)

SHORT_SECONDS = 1.0
"""So long is a token remembered; longer, where every change of it is heard of."""
LONG_SECONDS = 300.0
LOOK_EVERY_SECONDS = 0.1
"""While somebody else refreshes a token."""
PATIENCE_SECONDS = 5.0
"""So long is a refresh waited for by those whose token holds: it goes on behind them."""


class SignInNeeded(Exception):
    """There is no usable Hugging Face token: the user has to sign in in a browser again."""


_tokens: SingleFlightCache[int, str] = SingleFlightCache(max_bytes=4_000_000)


def needs_sign_in(user: User) -> bool:
    """Return whether this user has to sign in again before anything can act for them."""
    credential = _find(user.pk)
    return credential is None or not credential.is_usable


def oauth_scope(user: User) -> str:
    """Return what Hugging Face granted when this user signed in there, "" for a pasted token."""
    credential = _find(user.pk)
    is_oauth = credential is not None and credential.kind == HubCredential.Kind.OAUTH
    return credential.scope if credential is not None and is_oauth else ""


def would_narrow(hf_id: str, powers: Powers) -> bool:
    """Return whether Hugging Face still takes what is stored for this person, and a new credential
    that has only these powers lacks some of it: then to replace it would be a loss.
    """
    user = User.objects.filter(hf_id=hf_id).first()
    if user is None or powers.cover(powers_of(_find(user.pk))):
        return False
    try:
        token, _ = async_to_sync(_load)(user.pk)
        async_to_sync(whoami)(token)
    except (SignInNeeded, TokenRefused):
        return False
    except HubUnreachable:
        pass
    return True


async def hub_token(user_id: int) -> str:
    """Return the user's Hugging Face token, refreshed when it was about to expire.

    Raises SignInNeeded, or HubUnreachable when the token has expired and cannot be refreshed now.
    """
    return await _tokens.get(user_id, lambda: _load(user_id))


async def recheck(user_id: int, token: str) -> None:
    """Ask the Hub about a token of this user that it has just refused.

    One that it does not know any more is renewed, or ends the connection.
    """
    identity.forget(token)
    try:
        await whoami(token)
    except TokenRefused:
        with suppress(SignInNeeded, HubUnreachable):
            await changes.run(_expire, user_id, token)
            await hub_token(user_id)
    except HubUnreachable:
        pass


@transaction.atomic
def _expire(user_id: int, token: str) -> None:
    credential = HubCredential.objects.select_for_update().filter(user_id=user_id).first()
    if credential is None or credential.access_token != token:
        return  # it has been replaced meanwhile
    if not credential.refresh_token:
        give_up(credential)
        return
    credential.expires_at = timezone.now()
    credential.save()
    announce(user_id)


async def _load(user_id: int) -> tuple[str, float]:
    asked_at = time.monotonic()
    credential = await lookups.run(_find, user_id)
    if credential is None or not credential.is_usable:
        raise SignInNeeded
    if not is_fresh(credential):
        return await _renew(user_id), SHORT_SECONDS
    most = LONG_SECONDS if follower.has_heard_all_since(asked_at) else SHORT_SECONDS
    return credential.access_token, min(most, max(SHORT_SECONDS, fresh_seconds(credential)))


def _find(user_id: int) -> HubCredential | None:
    return HubCredential.objects.filter(user_id=user_id).first()


async def _renew(user_id: int) -> str:
    now = asyncio.get_running_loop().time
    began = now()
    while now() < began + longest_wait():
        start = await changes.run(begin, user_id)
        match start.step:
            case Step.USE | Step.USE_FOR_NOW:
                return start.access_token
            case Step.SIGN_IN:
                raise SignInNeeded
            case Step.UNREACHABLE:
                raise HubUnreachable
            case Step.WAIT if start.holds and now() > began + PATIENCE_SECONDS:
                return start.access_token
            case Step.WAIT:
                await asyncio.sleep(LOOK_EVERY_SECONDS)
            case Step.REFRESH:
                if token := await _refresh_patiently(user_id, start):
                    return token
    raise HubUnreachable


_refreshes: set[asyncio.Task[str | None]] = set()
"""Under way."""


async def _refresh_patiently(user_id: int, start: Start) -> str | None:
    refreshing = run_behind(_refresh(user_id, start))
    _refreshes.add(refreshing)
    refreshing.add_done_callback(_refreshes.discard)
    done, _ = await asyncio.wait({refreshing}, timeout=PATIENCE_SECONDS if start.holds else None)
    return refreshing.result() if done else start.access_token


async def _refresh(user_id: int, start: Start) -> str | None:
    try:
        # In a thread of its own: the one that other database work shares must not wait for the Hub.
        return await sync_to_async(refresh, thread_sensitive=False)(user_id, start)
    except InvalidGrant:
        still_good = await _is_taken(start.access_token)
        await changes.run(finish_without_refresh_token, user_id, start, still_good=still_good)
        return None


async def _is_taken(token: str) -> bool:
    """Return whether the Hub takes this token, as far as it can be asked."""
    identity.forget(token)
    try:
        await whoami(token)
    except TokenRefused:
        return False
    except HubUnreachable:
        pass
    return True


def _forget(sender: object, user_id: int | None, **kwargs: object) -> None:
    if user_id is None:
        _tokens.clear()
    else:
        _tokens.forget(user_id)


preferences_changed.connect(_forget, dispatch_uid="accounts.credentials")
