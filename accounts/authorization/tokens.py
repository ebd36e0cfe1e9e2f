"""Access tokens of ours: how they look, and what one is worth at the endpoint."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils import timezone

from accounts.authorization.models import AccessToken
from accounts.authorization.scopes import Scope, read_scopes, with_implied

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
    """Addresses at which it counts, as accounts.authorization.resources writes them."""
    expires_at: datetime

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()


def generate_access_token(request: object) -> str:
    return ACCESS_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def generate_refresh_token(request: object) -> str:
    return REFRESH_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def find_token(token: str) -> TokenGrant | None:
    """Return what this access token grants, None for one that grants nothing (any more)."""
    if not token.startswith(ACCESS_PREFIX) or len(token) > _MAX_LENGTH:
        return None
    row = (
        AccessToken.objects.select_related("user", "application")
        .filter(
            token_checksum=sha256(token.encode()).hexdigest(),
            expires__gt=timezone.now(),
            user__is_active=True,
            application__is_active=True,
        )
        .first()
    )
    if row is None or row.user is None or row.application is None:
        return None
    scopes = with_implied(read_scopes(row.scope))
    # A token for nowhere in particular is not one for everywhere.
    if not scopes or not row.resource:
        return None
    return TokenGrant(
        token_id=row.pk,
        user_id=row.user.pk,
        username=row.user.username,
        hf_id=row.user.hf_id or "",
        application_id=row.application.pk,
        client_id=row.application.client_id,
        client_name=row.application.name,
        scopes=scopes,
        resources=frozenset(row.resource),
        expires_at=row.expires,
    )
