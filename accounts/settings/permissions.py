"""What this server may do for a person on Hugging Face, and what it might ask for besides."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.catalogue import catalogue
from accounts.credentials import oauth_scope
from accounts.huggingface.permissions import (
    Permission,
    further_permissions,
    read_permissions,
)
from accounts.models import HubCredential, User


@dataclass(frozen=True)
class PermissionRow:
    """Something that this server might be allowed on Hugging Face, and what for."""

    permission: Permission
    tools: tuple[str, ...]


def connection_context(user: User) -> dict[str, Any]:
    """Return whether the person has to sign in again, and how they can."""
    credential = HubCredential.objects.filter(user_id=user.pk).first()
    return {
        "credential": credential,
        "needs_sign_in": credential is None or not credential.is_usable,
        "has_oauth": bool(settings.HF_OAUTH_CLIENT_ID),
    }


def permissions_context(user: User) -> dict[str, Any]:
    scope = oauth_scope(user)
    return {
        **connection_context(user),
        "permissions": read_permissions(scope),
        "further_permissions": [_permission_row(each) for each in further_permissions(scope)],
        "takes_tokens": settings.SIGN_IN_WITH_TOKEN,
        "hub": settings.HF_ENDPOINT,
    }


def _permission_row(permission: Permission) -> PermissionRow:
    tools = (tool.name for tool in catalogue.tools if permission.scope in tool.hub_scopes)
    return PermissionRow(permission, tuple(tools))
