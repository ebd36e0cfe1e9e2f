from django.db import models
from django.db.models.functions import Now


class EndedSession(models.Model):
    """A session that was ended (DELETE): see mcpendpoint.push.ended_sessions."""

    number = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"Session {self.pk}"
