"""What a refusal tells a client of how to get a credential, or a better one."""

from collections.abc import Iterable

from accounts.authorization.scopes import DEFAULT_SCOPES, Scope, write_scopes
from mcpendpoint.access.who import CallerRefused
from mcpendpoint.protocol.request_head import RequestHead
from mcpendpoint.protocol.security import public_base

WELL_KNOWN = "/.well-known/oauth-protected-resource"
"""Before the path of an endpoint: where its metadata is (RFC 9728 3.1)."""


def challenge(head: RequestHead, refused: CallerRefused) -> str:
    """Return the `WWW-Authenticate` value of a 401 or 403 (RFC 6750 3, RFC 9728 5.1)."""
    scopes = DEFAULT_SCOPES if refused.status == 401 else ()
    return _bearer(head, refused.error, str(refused), scopes)


def scope_challenge(head: RequestHead, scopes: Iterable[Scope]) -> str:
    """Return the `WWW-Authenticate` value for a call that needs more than was granted.

    `scopes` are those to ask for: with what there is already, or a client would lose that.
    """
    return _bearer(head, "insufficient_scope", "This call needs more scopes.", scopes)


def _bearer(head: RequestHead, error: str, description: str, scopes: Iterable[Scope]) -> str:
    fields = {"error": error, "error_description": error and description}
    fields |= {"scope": write_scopes(scopes)}
    fields |= {"resource_metadata": public_base(head) + WELL_KNOWN + head.path}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in fields.items() if value)
