from django.db import models
from django.db.models.functions import Now


class EndedSession(models.Model):
    """A session that was ended (DELETE): see mcpendpoint.push.ended_sessions."""

    number = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"Session {self.pk}"


class ResourceSubscription(models.Model):
    """A resource that a legacy session subscribed to: mcpendpoint.serving.resources.watching."""

    session = models.CharField(max_length=40)
    owner = models.CharField(max_length=140, db_index=True)
    """Who it is, as far as limits go."""
    digest = models.CharField(max_length=32)
    """Of the URI, which may be too wide for an index."""
    uri = models.CharField(max_length=2_000)
    seen = models.CharField(max_length=40, blank=True, default="")
    """What was there when the client was told last; "" before anybody looked."""
    at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "digest"], name="one_subscription_a_resource"
            )
        ]

    def __str__(self) -> str:
        return f"Subscription {self.pk}"
