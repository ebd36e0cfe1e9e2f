"""What a ticked tool still lacks before it can be used, and where its person can mend that.

Three things decide besides the tick: the operator (DISABLE_TOOLS), what Hugging Face lets this
server do for the person, and what their apps and keys were allowed here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from accounts.authorization.connections import allowed_scopes
from accounts.authorization.scopes import LABELS, Scope, read_scopes, scopes_for
from accounts.catalogue import Effect, ToolChoice
from accounts.huggingface.permissions import permission_of
from accounts.models import AccessKey, HubCredential, User


@dataclass(frozen=True)
class Need:
    """Something that a tool lacks, as the end of a sentence that begins with "Needs"."""

    text: str
    page: str
    """The URL name of the page where it can be given; "" where only the operator can."""


@dataclass(frozen=True)
class Permissions:
    """What everything but the tick allows."""

    credential: HubCredential | None
    client_scopes: frozenset[Scope]
    """What at least one app or key may do."""
    has_clients: bool

    def needs_of(self, tool: ToolChoice) -> Iterable[Need]:
        if tool.name in settings.DISABLE_TOOLS:
            yield Need("the administrator of this server to switch it on", "")
            return
        if text := self._lacking_on_hugging_face(tool):
            yield Need(text, "accounts:permissions")
        missing = scopes_for(tool.effects) - self.client_scopes
        if self.has_clients and missing:
            titles = " and ".join(f"“{LABELS[scope].title}”" for scope in sorted(missing))
            yield Need(f"an app or key that is allowed to {titles}", "accounts:apps")

    def _lacking_on_hugging_face(self, tool: ToolChoice) -> str:
        credential = self.credential
        if credential is None:
            return ""
        if credential.kind == HubCredential.Kind.OAUTH:
            if not tool.hub_scopes or set(tool.hub_scopes) & set(credential.scope.split()):
                return ""
            titles = " or ".join(f"“{permission_of(scope).title}”" for scope in tool.hub_scopes)
            return f"your permission on Hugging Face to {titles}"
        if credential.scope == "read" and Effect.WRITE in tool.effects:
            return "a Hugging Face token that may write; yours can only read"
        return ""


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
    texts = [key.scope for key in keys if key.expires_at is None or key.expires_at > now]
    return Permissions(
        credential=credential,
        client_scopes=frozenset().union(of_apps, *map(read_scopes, texts)),
        has_clients=bool(of_apps or texts),
    )
