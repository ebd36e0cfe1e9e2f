"""Clients, codes and tokens, in tables of our own: django-oauth-toolkit's cannot be exchanged for
others once a deployment has them.
"""

import unicodedata
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Upper
from django.utils import timezone
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from accounts.audit import Action, Outcome
from accounts.authorization.events import note
from accounts.authorization.redirects import usable
from accounts.models import User
from accounts.preferences import announce
from accounts.profile_models import Profile

MAX_NAME_LENGTH = 80
MAX_NAMESAKES = 5


def shown_client_name(name: str) -> str:
    printable = "".join(
        character if not unicodedata.category(character).startswith(("C", "Z")) else " "
        for character in name
    )
    return " ".join(printable.split())[:MAX_NAME_LENGTH] or "An app without a name"


class Application(AbstractApplication):
    """An MCP client, known by registering itself or by the document that its id is the URL of."""

    is_active = models.BooleanField(default=True)
    """An administrator can lock a client out."""
    let_in_at = models.DateTimeField(null=True, editable=False)
    """When somebody last agreed to it, whether that holds to this day or not."""

    class Meta(AbstractApplication.Meta):
        indexes = [models.Index(Upper("name"), name="application_upper_name")]

    def clean(self) -> None:
        # Not django-oauth-toolkit's: it knows schemes by a list only.
        uris = self.redirect_uris.split()
        good, problems = usable(uris, settings.OAUTH_APP_SCHEMES)
        if not good or problems:
            raise ValidationError({"redirect_uris": problems or ["None is given."]})
        if self.authorization_grant_type != self.GRANT_AUTHORIZATION_CODE:
            raise ValidationError(
                {"authorization_grant_type": "Only authorization codes are given."}
            )
        if not (self.client_id.isascii() and self.client_id.isprintable()):
            # The host in it is shown to people, who could not tell it from one that looks alike.
            raise ValidationError({"client_id": "client_id has to be plain ASCII."})

    @property
    def shown_name(self) -> str:
        """What the client calls itself, without characters that could change the text around."""
        return shown_client_name(self.name)

    @property
    def publisher(self) -> str | None:
        """The host of the client's metadata document, None for a registered client."""
        if self.registration_source != self.RegistrationSource.CIMD:
            return None
        return urlsplit(self.client_id).netloc

    @classmethod
    def vouched_for_as(cls, name: str) -> list[str]:
        """Return the sites whose documents call an app so, whatever its capitals and the form of
        its letters, such as wide ones.
        """
        documented = cls.objects.filter(registration_source=cls.RegistrationSource.CIMD)
        plain = unicodedata.normalize("NFKC", name)
        namesakes = documented.filter(is_active=True, name__iexact=plain)[:MAX_NAMESAKES]
        return sorted({app.publisher for app in namesakes if app.publisher})

    def is_usable(self, request: object) -> bool:
        return self.is_active


class Grant(AbstractGrant):
    class Meta(AbstractGrant.Meta):
        indexes = [models.Index("expires", name="grant_expires")]


class AccessToken(AbstractAccessToken):
    token_family = models.UUIDField(null=True, editable=False, db_index=True)
    """Of the sign-in that it came of, as its refresh tokens have it."""

    class Meta(AbstractAccessToken.Meta):
        indexes = [models.Index("expires", name="access_token_expires")]


class RefreshToken(AbstractRefreshToken):
    code_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    """Of the code that it was the first to be given for, so that a replay of it can be told."""
    scope = models.TextField(blank=True, editable=False, db_default="")
    """What the person agreed to; an access token may be for less. "" in rows from before."""

    class Meta(AbstractRefreshToken.Meta):
        indexes = [
            *AbstractRefreshToken.Meta.indexes,
            models.Index("revoked", "access_token", name="refresh_token_revoked"),
        ]

    @property
    def granted_scope(self) -> str:
        return self.scope or (self.access_token.scope if self.access_token else "")

    @property
    def has_expired(self) -> bool:
        """Whether nobody refreshed for long; one that was replaced has its own, shorter time."""
        if self.revoked is not None:
            return False
        idle = timedelta(days=settings.OAUTH_REFRESH_TOKEN_DAYS)
        return self.access_token is None or self.access_token.expires + idle <= timezone.now()

    @property
    def is_of_live_family(self) -> bool:
        family = RefreshToken.objects.filter(token_family=self.token_family, revoked=None)
        return self.token_family is not None and family.exists()

    @property
    def is_good_once_more(self) -> bool:
        """Whether this token, which a newer one has replaced, is still taken.

        Several processes of one client refresh with the same token, and an answer may be lost. A
        family that was ended has no live token, so nothing of it is good.
        """
        grace = timedelta(seconds=settings.OAUTH_REFRESH_GRACE_SECONDS)
        was_just_replaced = self.revoked is not None and self.revoked + grace > timezone.now()
        return was_just_replaced and self.is_of_live_family

    @classmethod
    def revoke_family(cls, token_family: UUID | None) -> None:
        """Revoke all tokens of one sign-in, since a code or a token of it was used twice."""
        live = (
            cls.objects.filter(token_family=token_family, revoked=None)
            .select_related("user", "application")
            .first()
        )
        cls.end_family(token_family)
        if live is not None:
            reason = {"by": "server", "reason": "used twice, so it may have been stolen"}
            note(Action.TOKEN_REVOKED, live.user, live.application, Outcome.DENIED, **reason)
            announce(live.user_id)

    @classmethod
    def end_family(cls, token_family: UUID | None) -> None:
        """Take back all refresh tokens that came of one sign-in, and all access tokens."""
        super().revoke_family(token_family)
        if token_family is not None:
            # Those whose refresh token was replaced are known by the family alone.
            AccessToken.objects.filter(token_family=token_family).delete()


class IDToken(AbstractIDToken):
    """Never issued; the tables above point to it."""

    class Meta(AbstractIDToken.Meta):
        pass


class Connection(models.Model):
    """A client that a user authorized: since when, and when it was last used."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="connections")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    first_used_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    profile = models.ForeignKey(Profile, null=True, on_delete=models.RESTRICT, related_name="apps")
    """The only one that it opens, as of an access key."""

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "application"], name="one_row_per_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} of {self.user_id}"


def lock_connection(user: User, application: Application) -> Connection | None:
    """Let nobody else change what this client may do for this user until the transaction ends.

    Returns None for a client that is not connected.
    """
    rows = Connection.objects.select_for_update()
    return rows.filter(user_id=user.pk, application_id=application.pk).first()
