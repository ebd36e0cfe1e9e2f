"""What a ticked tool still lacks before it can be used, and where its person can mend that.

Three things decide besides the tick: the operator (DISABLE_TOOLS), what Hugging Face lets this
server do for the person, and what their apps and keys were allowed here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.authorization.connections import allowed_scopes
from accounts.authorization.scopes import LABELS, Scope, read_scopes, scopes_for
from accounts.catalogue import Effect, ToolChoice
from accounts.huggingface.permissions import further_permissions, permission_of
from accounts.models import AccessKey, HubCredential, User


@dataclass(frozen=True)
class Need:
    """Something that a tool lacks, as the end of a sentence that begins with "Needs"."""

    text: str
    page: str = ""
    """The URL name of the page where it can be given; "" where only the operator can."""
    place: str = ""
    """Where on that page: a fragment with its #."""
    action: str = ""
    """What the button says that leads there."""

    @property
    def url(self) -> str:
        return reverse(self.page) + self.place if self.page else ""


@dataclass(frozen=True)
class Permissions:
    """What everything but the tick allows."""

    credential: HubCredential | None
    client_scopes: frozenset[Scope]
    """What at least one app or key may do."""
    has_clients: bool
    client_place: str = ""
    """Where on the page of apps and keys it is said what they may do."""

    def needs_of(self, tool: ToolChoice) -> Iterable[Need]:
        if tool.name in settings.DISABLE_TOOLS:
            yield Need("the administrator of this server to switch it on")
            return
        if need := self._lacking_on_hugging_face(tool):
            yield need
        missing = scopes_for(tool.effects) - self.client_scopes
        if self.has_clients and missing:
            titles = " and ".join(f"“{LABELS[scope].title}”" for scope in sorted(missing))
            text = f"an app or key that is allowed to {titles}"
            yield Need(text, "accounts:apps", self.client_place, "Change what a client may do")

    def _lacking_on_hugging_face(self, tool: ToolChoice) -> Need | None:
        credential = self.credential
        if credential is None:
            return None
        if credential.kind == HubCredential.Kind.OAUTH:
            if not tool.hub_scopes or set(tool.hub_scopes) & set(credential.scope.split()):
                return None
            return _permission_needed(tool.hub_scopes, credential.scope)
        if credential.scope == "read" and Effect.WRITE in tool.effects:
            text = "a Hugging Face token that may write; yours can only read"
            place = "#another-token" if settings.SIGN_IN_WITH_TOKEN else ""
            return Need(text, "accounts:permissions", place, "Use another token")
        return None


def _permission_needed(scopes: Sequence[str], granted: str) -> Need:
    """Say which of these would do, and where the first is given that this server asks for."""
    titles = " or ".join(f"“{permission_of(scope).title}”" for scope in scopes)
    text = f"your permission on Hugging Face to {titles}"
    offered = {permission.scope for permission in further_permissions(granted)}
    for scope in scopes:
        if scope in offered:
            place = f"#allow-{scope}"
            return Need(text, "accounts:permissions", place, "Allow it on Hugging Face")
    unasked = f"{text}, which this server does not ask for"
    return Need(unasked, "accounts:permissions", action="See your permissions")


def permissions_of(user: User) -> Permissions:
    return permissions_from(
        HubCredential.objects.filter(user_id=user.pk).first(),
        AccessKey.objects.filter(user_id=user.pk),
        allowed_scopes(user),
    )


def permissions_from(
    credential: HubCredential | None, keys: Iterable[AccessKey], of_apps: frozenset[Scope]
) -> Permissions:
    """Return what a person's credential, their keys and their connected apps allow together."""
    now = timezone.now()
    live = [key for key in keys if key.expires_at is None or key.expires_at > now]
    return Permissions(
        credential=credential,
        client_scopes=frozenset().union(of_apps, *(read_scopes(key.scope) for key in live)),
        has_clients=bool(of_apps or live),
        client_place=_place_of(live, of_apps),
    )


def _place_of(keys: Sequence[AccessKey], of_apps: frozenset[Scope]) -> str:
    if not keys:
        return "#apps"
    is_only_client = len(keys) == 1 and not of_apps
    return f"#change-key-{keys[0].pk}" if is_only_client else "#keys"
