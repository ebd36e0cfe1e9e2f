"""The access keys, and the text of one that was made just now."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils import timezone

from accounts.access_keys import MAX_KEYS
from accounts.addresses import endpoint_url
from accounts.authorization.scopes import (
    Scope,
    ScopeLabel,
    read_scopes,
    scope_rows,
    scope_titles,
)
from accounts.clients.directory import guides_with_key
from accounts.clients.guide import Address
from accounts.credentials import oauth_scope
from accounts.forms import AccessKeyForm
from accounts.granting import scopes_to_hand_out
from accounts.huggingface.permissions import further_permissions
from accounts.models import AccessKey, User
from accounts.profiles.editing import edited_url


@dataclass(frozen=True)
class NewKey:
    """A key that was created just now: only the page that shows its text knows it."""

    row: AccessKey
    text: str

    @property
    def name(self) -> str:
        return self.row.name

    def url(self, request: HttpRequest, user: User) -> str:
        """Return the address for it: of the only profile that it opens, or else the edited one."""
        profile = self.row.profile
        if profile is None:
            return edited_url(request, user)
        return endpoint_url(request, user.username, None if profile.is_default else profile.name)


@dataclass(frozen=True)
class KeyRow:
    key: AccessKey
    has_expired: bool

    @property
    def titles(self) -> list[str]:
        return scope_titles(read_scopes(self.key.scope))

    @property
    def scope_rows(self) -> list[tuple[Scope, ScopeLabel, bool]]:
        """Each scope that there is, and whether the key has it."""
        return scope_rows(read_scopes(self.key.scope))


def key_form(
    request: HttpRequest,
    user: User,
    data: QueryDict | None = None,
    initial: dict[str, Any] | None = None,
) -> AccessKeyForm:
    """Return the form of a new key, with what this person and session can give it."""
    grantable = scopes_to_hand_out(user, request.session)
    return AccessKeyForm(grantable, data, initial=initial, profiles=user.profiles.all())


def keys_context(
    request: HttpRequest,
    user: User,
    form: AccessKeyForm | None = None,
    new_key: NewKey | None = None,
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "key_form": form or key_form(request, user),
        "keys": [
            _key_row(key)
            for key in AccessKey.objects.filter(user_id=user.pk).select_related("profile")
        ],
        "has_profiles": user.profiles.exists(),
        "max_keys": MAX_KEYS,
        "new_key": new_key,
        "further_permissions": further_permissions(oauth_scope(user)),
    }
    if new_key:
        address = Address(new_key.url(request, user), new_key.text)
        context["guides"] = guides_with_key(address)
    return context


def _key_row(key: AccessKey) -> KeyRow:
    return KeyRow(
        key=key,
        has_expired=key.expires_at is not None and key.expires_at <= timezone.now(),
    )
