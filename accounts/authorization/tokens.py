"""Access tokens of ours: how they look, and what one is worth at the endpoint."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.authorization.models import AccessToken, Connection, shown_client_name
from accounts.authorization.resources import audiences_of
from accounts.authorization.scopes import Scope, read_scopes
from accounts.compiled_query import CompiledQuery
from accounts.granting import scopes_still_held
from accounts.preferences import (
    Preferences,
    preferences_of,
    with_preferences,
)

ACCESS_PREFIX = "hfmcp_at_"
REFRESH_PREFIX = "hfmcp_rt_"

_RANDOM_BYTES = 32
_MAX_LENGTH = 100


@dataclass(frozen=True)
class TokenGrant:
    """What an access token stands for. It holds only while `expires_at` is ahead."""

    token_id: int
    user_id: int
    username: str
    hf_id: str
    application_id: int
    client_id: str
    client_name: str
    scopes: frozenset[Scope]
    """With those that they imply."""
    resources: frozenset[str]
    """The addresses that it was given for, as accounts.authorization.resources writes them."""
    audiences: frozenset[str]
    """Where it counts, as accounts.authorization.resources tells."""
    expires_at: datetime
    preferences: Preferences
    profile: str | None = None
    """The only one of its owner's that it opens; None for each."""

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()


def generate_access_token(request: object) -> str:
    return ACCESS_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def generate_refresh_token(request: object) -> str:
    return REFRESH_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


_CONNECTION = Connection.objects.filter(
    user_id=OuterRef("user_id"), application_id=OuterRef("application_id")
)

_BY_CHECKSUM = CompiledQuery(
    lambda checksum: with_preferences(
        AccessToken.objects.filter(
            token_checksum=checksum, user__is_active=True, application__is_active=True
        ),
        "user__",
        *("pk", "user_id", "application_id", "user__username", "user__hf_id"),
        *("application__client_id", "application__name", "scope", "resource", "expires"),
        *("user__hub_credential__kind", "user__hub_credential__scope"),
        *(Subquery(_CONNECTION.values(name)) for name in ("profile_id", "profile__name")),
    )
)


def find_token(token: str) -> TokenGrant | None:
    """Return what this access token grants, None for one that grants nothing (any more)."""
    if not token.startswith(ACCESS_PREFIX) or len(token) > _MAX_LENGTH:
        return None
    rows = _BY_CHECKSUM.rows(sha256(token.encode()).hexdigest())
    if not rows:
        return None
    *ids, username, hf_id, client_id, client_name, scope, resource, expires = rows[0][:10]
    token_id, user_id, application_id = ids
    kind, hub_scope, profile_id, profile = rows[0][10:14]
    granted = read_scopes(scope)
    # A token for nowhere in particular is not one for everywhere.
    if not granted or not resource:
        return None
    grant = TokenGrant(
        token_id=token_id,
        user_id=user_id,
        username=username,
        hf_id=hf_id or "",
        application_id=application_id,
        client_id=client_id,
        client_name=shown_client_name(client_name),
        scopes=scopes_still_held(granted, kind, hub_scope),
        resources=frozenset(resource),
        audiences=audiences_of(resource),
        expires_at=expires,
        preferences=preferences_of(user_id, profile_id, rows, 14),
        profile=profile,
    )
    return None if grant.has_expired else grant
