"""Clients, codes and tokens, in tables of our own: django-oauth-toolkit's cannot be exchanged for
others once a deployment has them.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from oauth2_provider.models import (
    AbstractAccessToken,
    AbstractApplication,
    AbstractGrant,
    AbstractIDToken,
    AbstractRefreshToken,
)

from accounts.authorization.redirects import problems_with
from accounts.models import User


class Application(AbstractApplication):
    """An MCP client, known by registering itself or by the document that its id is the URL of."""

    is_active = models.BooleanField(default=True)
    """An administrator can lock a client out."""
    let_in_at = models.DateTimeField(null=True, editable=False)
    """When somebody last agreed to it, whether that holds to this day or not."""

    class Meta(AbstractApplication.Meta):
        pass

    def clean(self) -> None:
        super().clean()
        problems = problems_with(self.redirect_uris.split(), settings.OAUTH_APP_SCHEMES)
        if problems:
            raise ValidationError({"redirect_uris": problems})
        if self.authorization_grant_type != self.GRANT_AUTHORIZATION_CODE:
            raise ValidationError(
                {"authorization_grant_type": "Only authorization codes are given."}
            )
        if not (self.client_id.isascii() and self.client_id.isprintable()):
            # The host in it is shown to people, who could not tell it from one that looks alike.
            raise ValidationError({"client_id": "client_id has to be plain ASCII."})

    def is_usable(self, request: object) -> bool:
        return self.is_active


class Grant(AbstractGrant):
    class Meta(AbstractGrant.Meta):
        pass


class AccessToken(AbstractAccessToken):
    class Meta(AbstractAccessToken.Meta):
        pass


class RefreshToken(AbstractRefreshToken):
    code_digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
    """Of the code that it was the first to be given for, so that a replay of it can be told."""

    class Meta(AbstractRefreshToken.Meta):
        pass


class IDToken(AbstractIDToken):
    """Never issued; the tables above point to it."""

    class Meta(AbstractIDToken.Meta):
        pass


class Connection(models.Model):
    """That a user let a client in, since when, and when it last came."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="connections")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    first_used_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "application"], name="one_row_per_connection"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id} of {self.user_id}"
