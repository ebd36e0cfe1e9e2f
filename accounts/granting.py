"""Which scopes keys and apps can have: never more than the credential of their owner allows.

Checked when a key or token is created, and at each use.
"""

from collections.abc import Iterable

from django.contrib.sessions.backends.base import SessionBase

from accounts.authorization.scopes import Scope, with_implied
from accounts.hub_powers import (
    NO_POWERS,
    Powers,
    grantable_scopes,
    powers_of_scope,
    powers_of_token,
)
from accounts.models import HubCredential, User

_PASTED = "pasted_token_scope"


def powers_of(credential: HubCredential | None) -> Powers:
    return NO_POWERS if credential is None else _powers(credential.kind, credential.scope)


def _powers(kind: str, hub_scope: str) -> Powers:
    is_oauth = kind == HubCredential.Kind.OAUTH
    return powers_of_scope(hub_scope) if is_oauth else powers_of_token(hub_scope)


def note_pasted_token(session: SessionBase, scope: str) -> None:
    """Store the permissions of the pasted token that opened this session."""
    session[_PASTED] = scope


def note_sign_in_there(session: SessionBase) -> None:
    """Note that this session was opened, or confirmed, by signing in at Hugging Face."""
    session.pop(_PASTED, None)


def scopes_to_hand_out(user: User, session: SessionBase) -> frozenset[Scope]:
    """Return the scopes that this session can grant to a key or an app."""
    credential = HubCredential.objects.filter(user_id=user.pk).first()
    if credential is None:
        return frozenset()
    pasted = session.get(_PASTED)
    opened_by = None if pasted is None else powers_of_token(pasted)
    return grantable_scopes(powers_of(credential), opened_by)


def scopes_still_held(
    scopes: Iterable[Scope], kind: str | None, hub_scope: str | None
) -> frozenset[Scope]:
    """Return which scopes of a key or token still hold, with those that they imply.

    The last two are of its owner's credential. Without one nothing can be done on the Hub anyway,
    and the error says why.
    """
    given = with_implied(scopes)
    if kind is None:
        return given
    return given & grantable_scopes(_powers(kind, hub_scope or ""))
