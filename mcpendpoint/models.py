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


class KnownSpace(models.Model):
    """What is known of a Space that everybody may see: mcpendpoint.gradio.knowledge."""

    class About(models.TextChoices):
        INFO = "info"
        """Where it is, and its state."""
        SCHEMA = "schema"
        """Its tools."""

    space_id = models.CharField(max_length=200)
    """In lower case."""
    about = models.CharField(max_length=6, choices=About)
    source = models.BinaryField(null=True)
    """Compressed."""
    found_at = models.DateTimeField(null=True)
    failure = models.JSONField(null=True)
    """Why it could not be had at the last time."""
    failed_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(db_index=True)
    """When somebody looked at the Space, or was given the task."""
    last_used_at = models.DateTimeField(null=True)
    """When somebody listed it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space_id", "about"], name="one_row_about_a_space")
        ]

    def __str__(self) -> str:
        return f"{self.about} of {self.space_id}"


class SpaceState(models.Model):
    """A time in which a Space that everybody may see was seen in one state:
    mcpendpoint.gradio.state_history.
    """

    space_id = models.CharField(max_length=200)
    """In lower case."""
    stage = models.CharField(max_length=40, blank=True)
    """As the Hub calls it; "" for a Space that the Hub did not show."""
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    """When it was so last."""

    class Meta:
        indexes = [models.Index(fields=["space_id", "seen_at"], name="states_of_a_space")]

    def __str__(self) -> str:
        return f"{self.space_id} {self.stage} since {self.began_at}"
