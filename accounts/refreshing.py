"""Renews the Hugging Face tokens of a sign-in: one process at a time for each person, and with no
transaction open while Hugging Face is asked.

Whoever goes there writes down when they left (`refreshing_since`), and the others wait for them.
Until the new tokens are stored, the old ones stay: a lost answer, or a process that ends before it
has stored one, costs nothing that Hugging Face would still take.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from http import HTTPStatus

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from pydantic import ValidationError

from accounts import audit
from accounts.audit import Action
from accounts.hub_sign_in import ask_token_endpoint, says_invalid_grant
from accounts.models import HubCredential
from accounts.operators.memberships import renew_memberships
from accounts.outgoing.errors import OutgoingError
from accounts.outgoing.untrusted_json import parse_json
from accounts.preferences import announce
from accounts.space_models import KnownPrivateSpace
from accounts.token_answers import TokenAnswer

logger = logging.getLogger(__name__)

REFRESH_BEFORE = timedelta(minutes=5)
PAUSE = timedelta(seconds=10)
"""After a refresh that got no answer."""
STORING_SECONDS = 5
"""How long storing the new tokens may take; later, the refresh is taken for lost."""


class Step(Enum):
    USE = auto()
    """The token is as good as it gets."""
    USE_FOR_NOW = auto()
    """It holds a while, and cannot be renewed at this moment."""
    REFRESH = auto()
    """The caller has to go to Hugging Face, and come back with `finish`."""
    WAIT = auto()
    """Somebody else is there."""
    UNREACHABLE = auto()
    """It has expired, and Hugging Face did not answer just now."""
    SIGN_IN = auto()


class InvalidGrant(Exception):
    """Hugging Face says that this refresh token is no good."""


@dataclass(frozen=True)
class Start:
    step: Step
    access_token: str = ""
    refresh_token: str = ""
    since: datetime | None = None
    """Names this refresh."""
    holds: bool = False
    """Whether the access token is good for a while, whatever comes of the refresh."""


@transaction.atomic
def begin(user_id: int) -> Start:
    """Find out what is to be done about a token that is about to expire, or has."""
    credential = HubCredential.objects.select_for_update().filter(user_id=user_id).first()
    if credential is None or not credential.is_usable:
        return Start(Step.SIGN_IN)
    token = credential.access_token
    if is_fresh(credential):
        # Another process was quicker.
        return Start(Step.USE, token)
    now = timezone.now()
    holds = not has_expired(credential)
    if not credential.refresh_token:
        if holds:
            return Start(Step.USE, token)
        give_up(credential)
        return Start(Step.SIGN_IN)
    if _is_there(credential.refreshing_since, now):
        return Start(Step.WAIT, token, holds=holds)
    if credential.refresh_failed_at and abs(now - credential.refresh_failed_at) < PAUSE:
        return Start(Step.USE_FOR_NOW, token) if holds else Start(Step.UNREACHABLE)
    credential.refreshing_since = now
    credential.save(update_fields=["refreshing_since"])
    return Start(Step.REFRESH, token, credential.refresh_token, now, holds)


def ask(start: Start) -> TokenAnswer | None:
    """Return new tokens, None for no answer that can be used. Raises InvalidGrant."""
    form = {"grant_type": "refresh_token", "refresh_token": start.refresh_token}
    try:
        answer = ask_token_endpoint(form, seconds=settings.HF_TIMEOUT_SECONDS)
        if answer.status == HTTPStatus.OK:
            return TokenAnswer.model_validate(parse_json(answer.body))
    except (OutgoingError, ValidationError) as error:
        logger.warning("A token could not be refreshed: %s.", type(error).__name__)
        return None
    if says_invalid_grant(answer):
        raise InvalidGrant
    logger.warning("Hugging Face answered a token refresh with status %s.", answer.status)
    return None


def refresh(user_id: int, start: Start) -> str | None:
    """Go to Hugging Face and store what it answers; return the new token, if there is one.

    In one go, on a thread of its own: nobody who leaves in between loses the answer. Raises
    InvalidGrant.
    """
    try:
        answer = ask(start)
        if not (finish(user_id, start, answer) and answer):
            return None
        renew_memberships(user_id, answer.access_token)
        return answer.access_token
    finally:
        connection.close()


@transaction.atomic
def finish(user_id: int, start: Start, answer: TokenAnswer | None) -> bool:
    """Store what a refresh brought; return whether it was still wanted."""
    credential = _of_this_refresh(user_id, start)
    if credential is None:
        return False
    credential.refreshing_since = None
    credential.refresh_failed_at = timezone.now() if answer is None else None
    if answer is not None:
        credential.access_token = answer.access_token
        # The Hub rotates refresh tokens; a server that does not, sends none, and the old one holds.
        credential.refresh_token = answer.refresh_token or credential.refresh_token
        credential.scope = answer.scope or credential.scope
        credential.expires_at = answer.expires_at()
        audit.record(Action.HUB_ACCESS_RENEWED, credential.user)
    credential.save()
    return True


@transaction.atomic
def finish_without_refresh_token(user_id: int, start: Start, *, still_good: bool) -> None:
    """Do without a refresh token that is no good; the access token may hold until its end."""
    credential = _of_this_refresh(user_id, start)
    if credential is None:
        return
    credential.refreshing_since = None
    credential.refresh_token = ""
    if still_good and not has_expired(credential):
        credential.save()
    else:
        give_up(credential)


def give_up(credential: HubCredential) -> None:
    credential.needs_sign_in = True
    credential.access_token = credential.refresh_token = ""
    credential.refreshing_since = credential.refresh_failed_at = None
    credential.save()
    KnownPrivateSpace.forget_all_of(credential.user_id)
    audit.record(Action.HUB_ACCESS_ENDED, credential.user)
    announce(credential.user_id)


def is_fresh(credential: HubCredential) -> bool:
    return fresh_seconds(credential) > 0


def fresh_seconds(credential: HubCredential) -> float:
    """Return for how long it need not be refreshed."""
    if credential.expires_at is None:
        return float("inf")
    return (credential.expires_at - REFRESH_BEFORE - timezone.now()).total_seconds()


def has_expired(credential: HubCredential) -> bool:
    return credential.expires_at is not None and credential.expires_at <= timezone.now()


def longest_wait() -> float:
    """Return after how many seconds a refresh that has not finished is taken for lost."""
    return float(settings.HF_TIMEOUT_SECONDS) + STORING_SECONDS


def _is_there(since: datetime | None, now: datetime) -> bool:
    return since is not None and abs(now - since) < timedelta(seconds=longest_wait())


def _of_this_refresh(user_id: int, start: Start) -> HubCredential | None:
    """Return the row, None when a new sign-in or a later refresh has replaced its tokens."""
    rows = HubCredential.objects.select_for_update().filter(user_id=user_id)
    credential = rows.filter(refreshing_since=start.since).first()
    is_same = credential is not None and credential.refresh_token == start.refresh_token
    return credential if is_same else None
