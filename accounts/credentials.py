"""The Hugging Face token that a user's assistants act with, refreshed before it expires."""

import logging
from contextlib import suppress
from datetime import timedelta

from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction
from django.utils import timezone
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from accounts import audit, identity
from accounts.audit import Action
from accounts.caching import SingleFlightCache
from accounts.database import changes, lookups
from accounts.granting import powers_of
from accounts.hub_powers import Powers
from accounts.hub_sign_in import ask_token_endpoint, says_invalid_grant
from accounts.identity import HubUnreachable, TokenRefused, whoami
from accounts.models import HubCredential, User
from accounts.outgoing.errors import OutgoingError
from accounts.preferences import announce, preferences_changed

logger = logging.getLogger(__name__)

REFRESH_BEFORE = timedelta(minutes=5)
# The refresh holds a row lock (on SQLite the only write lock there is), so it may not take long.
REFRESH_TIMEOUT_SECONDS = 5

KNOWN_SECONDS = 1.0
# A token that is still good, whose refresh just failed: time before the next attempt.
RETRY_REFRESH_SECONDS = 10.0


class SignInNeeded(Exception):
    """There is no usable Hugging Face token: the user has to sign in in a browser again."""


class _Refreshed(BaseModel):
    model_config = ConfigDict(hide_input_in_errors=True)  # it would hold the tokens

    access_token: str = Field(min_length=1)
    refresh_token: str = ""
    expires_in: int | None = Field(default=None, gt=0)
    scope: str = ""


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
        _give_up(credential)
        return
    credential.expires_at = timezone.now()
    credential.save()
    announce(user_id)


async def _load(user_id: int) -> tuple[str, float]:
    credential = await lookups.run(_find, user_id)
    if credential is None or not credential.is_usable:
        raise SignInNeeded
    if _is_fresh(credential):
        return credential.access_token, KNOWN_SECONDS
    # In a thread of its own: the thread that other database work shares must not wait for the Hub.
    return await sync_to_async(_renew, thread_sensitive=False)(user_id)


def _find(user_id: int) -> HubCredential | None:
    return HubCredential.objects.filter(user_id=user_id).first()


def _is_fresh(credential: HubCredential) -> bool:
    expires_at = credential.expires_at
    return expires_at is None or expires_at > timezone.now() + REFRESH_BEFORE


def _renew(user_id: int) -> tuple[str, float]:
    try:
        with transaction.atomic():
            answer = _renew_under_lock(user_id)
        # Raised after the commit, so that "sign in again" is kept.
        if answer is None:
            raise SignInNeeded
        return answer
    finally:
        connection.close()


def _renew_under_lock(user_id: int) -> tuple[str, float] | None:
    credential = HubCredential.objects.select_for_update().filter(user_id=user_id).first()
    if credential is None or not credential.is_usable:
        return None
    if _is_fresh(credential):
        # Another worker was quicker. Its refresh made our refresh token worthless.
        return credential.access_token, KNOWN_SECONDS
    has_expired = credential.expires_at is not None and credential.expires_at <= timezone.now()
    if not credential.refresh_token and not has_expired:
        return credential.access_token, KNOWN_SECONDS
    if not credential.refresh_token:
        _give_up(credential)
        return None
    try:
        refreshed = _ask_for_refresh(credential.refresh_token)
    except HubUnreachable:
        if has_expired:
            raise
        return credential.access_token, RETRY_REFRESH_SECONDS
    if refreshed is None:
        _give_up(credential)
        return None
    return _keep(credential, refreshed), KNOWN_SECONDS


def _give_up(credential: HubCredential) -> None:
    credential.needs_sign_in = True
    credential.access_token = credential.refresh_token = ""
    credential.save()
    audit.record(Action.HUB_ACCESS_ENDED, credential.user)
    announce(credential.user_id)


def _keep(credential: HubCredential, refreshed: _Refreshed) -> str:
    credential.access_token = refreshed.access_token
    # The Hub rotates refresh tokens; a server that does not, sends none and keeps the old one good.
    credential.refresh_token = refreshed.refresh_token or credential.refresh_token
    credential.scope = refreshed.scope or credential.scope
    credential.expires_at = (
        timezone.now() + timedelta(seconds=refreshed.expires_in) if refreshed.expires_in else None
    )
    credential.save()
    audit.record(Action.HUB_ACCESS_RENEWED, credential.user)
    return refreshed.access_token


def _ask_for_refresh(refresh_token: str) -> _Refreshed | None:
    """Return new tokens, or None when the Hub says that this refresh token is no good.

    Raises HubUnreachable.
    """
    try:
        answer = ask_token_endpoint(
            {"grant_type": "refresh_token", "refresh_token": refresh_token},
            seconds=REFRESH_TIMEOUT_SECONDS,
        )
        if answer.status == 200:
            return _Refreshed.model_validate_json(answer.body)
        if says_invalid_grant(answer):
            return None
    except (OutgoingError, ValidationError) as error:
        raise HubUnreachable from error
    logger.warning("Hugging Face answered a token refresh with status %s.", answer.status)
    raise HubUnreachable


def _forget(sender: object, user_id: int, **kwargs: object) -> None:
    _tokens.forget(user_id)


preferences_changed.connect(_forget, dispatch_uid="accounts.credentials")
