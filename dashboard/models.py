"""What is kept of handled messages: counts by minute, never a message.

Every count is kept three times, by minute, by ten minutes and by hour, so that the page reads a few
hundred rows whether it shows an hour or a week. Rows of several processes add up in place.
"""

from django.db import models


class PeriodRow(models.Model):
    """A row of one period; `digest` stands for the dimensions, which are too wide for an index."""

    step_seconds = models.PositiveIntegerField()
    period = models.DateTimeField()
    digest = models.CharField(max_length=32)

    class Meta:
        abstract = True


class MessageCount(PeriodRow):
    """How many messages of one kind were handled for one sort of client in a period."""

    method = models.CharField(max_length=120)
    tool = models.CharField(max_length=120, blank=True)
    space_id = models.CharField(max_length=120, blank=True)
    client_name = models.CharField(max_length=120, blank=True)
    client_version = models.CharField(max_length=120, blank=True)
    era = models.CharField(max_length=120, blank=True)
    protocol_version = models.CharField(max_length=120, blank=True)
    transport = models.CharField(max_length=120, blank=True)
    credential = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=120)
    limit = models.CharField(max_length=120, blank=True, db_default="")
    """The one that was hit, where `outcome` says so."""
    count = models.PositiveBigIntegerField()
    duration_ms = models.FloatField()
    notifications_sent = models.PositiveBigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step_seconds", "period", "digest"], name="one_message_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.method} {self.tool} at {self.period}"


class LatencyCount(PeriodRow):
    """How many messages of one kind took as long as one bucket of `dashboard.histogram` says."""

    method = models.CharField(max_length=120)
    tool = models.CharField(max_length=120, blank=True)
    space_id = models.CharField(max_length=120, blank=True)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step_seconds", "period", "digest"], name="one_latency_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.method} {self.tool} in bucket {self.bucket}"


class OpenStreams(models.Model):
    """How many streams of one client are open in one worker, as it said a few seconds ago."""

    worker = models.CharField(max_length=32)
    digest = models.CharField(max_length=32)
    client_name = models.CharField(max_length=120, blank=True)
    client_version = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20)
    protocol_version = models.CharField(max_length=120, blank=True, db_default="")
    count = models.PositiveIntegerField()
    distressed = models.PositiveIntegerField(db_default=0)
    """Of these, how many have clients that do not read."""
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["worker", "digest"], name="one_row_of_open_streams")
        ]

    def __str__(self) -> str:
        return f"{self.count} of {self.client_name} in {self.worker}"


class StreamSample(models.Model):
    """Some of the streams of one worker one by one: the newest, and those that ended last."""

    worker = models.CharField(max_length=32, unique=True)
    streams = models.JSONField()
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{len(self.streams)} of {self.worker}"


class StreamCount(PeriodRow):
    """How often something became of a client's streams in a period, as push.stream calls it."""

    client_name = models.CharField(max_length=120, blank=True)
    client_version = models.CharField(max_length=120, blank=True)
    event = models.CharField(max_length=40)
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["step_seconds", "period", "digest"], name="one_stream_count"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.event} of {self.client_name} at {self.period}"


class ClientSeen(models.Model):
    """When a client was here first and last, beyond the range that a page shows."""

    digest = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120, blank=True)
    version = models.CharField(max_length=120, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
