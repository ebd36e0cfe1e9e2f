"""What is kept of handled messages: counts by minute, never a message.

Every count is kept by minute, by ten minutes, by hour, by day and by 32 days, so that a page reads
few rows whether it shows an hour or a year. Rows of several processes add up in place.

`MessageCount` tells everything apart, for the pages of one client, tool or Space. What is shown of
all of them comes from models that tell less apart, and so have a few rows a period however much is
going on.
"""

from django.db import models


class PeriodRow(models.Model):
    """A row of one period; `digest` stands for the dimensions, which are too wide for an index."""

    step_seconds = models.PositiveIntegerField()
    period = models.DateTimeField()
    digest = models.CharField(max_length=32)

    class Meta:
        abstract = True


def _one_a_period(name: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(fields=["step_seconds", "period", "digest"], name=name)


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
    reason = models.CharField(max_length=40, blank=True, db_default="")
    """Of mcpendpoint.protocol.records.Reason, where it did not go well."""
    count = models.PositiveBigIntegerField()
    duration_ms = models.FloatField()
    notifications_sent = models.PositiveBigIntegerField()
    answer_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    largest_answer_bytes = models.PositiveBigIntegerField(default=0, db_default=0)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [_one_a_period("one_message_count")]
        indexes = [
            models.Index(fields=["client_name", "step_seconds", "period"], name="count_by_client"),
            models.Index(fields=["tool", "step_seconds", "period"], name="count_by_tool"),
            models.Index(fields=["space_id", "step_seconds", "period"], name="count_by_space"),
            models.Index(fields=["reason", "step_seconds", "period"], name="count_by_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.method} {self.tool} at {self.period}"


class TrafficCount(PeriodRow):
    """All messages of a period, told apart by nothing that a client can make up."""

    method = models.CharField(max_length=120)
    credential = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=40, blank=True)
    limit = models.CharField(max_length=40, blank=True)
    count = models.PositiveBigIntegerField()
    duration_ms = models.FloatField()
    notifications_sent = models.PositiveBigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [_one_a_period("one_traffic_count")]

    def __str__(self) -> str:
        return f"{self.count} × {self.method} at {self.period}"


class UsageRow(PeriodRow):
    """What is counted of a client or a tool."""

    count = models.PositiveBigIntegerField()
    errors = models.PositiveBigIntegerField()
    limited = models.PositiveBigIntegerField()
    notifications_sent = models.PositiveBigIntegerField()
    duration_ms = models.FloatField()
    last_at = models.DateTimeField()

    class Meta(PeriodRow.Meta):
        abstract = True


class ClientCount(UsageRow):
    """All messages of one client in a period."""

    name = models.CharField(max_length=120, blank=True)
    version = models.CharField(max_length=120, blank=True)
    tool_calls = models.PositiveBigIntegerField()
    anonymous = models.PositiveBigIntegerField()
    refused = models.PositiveBigIntegerField()

    class Meta:
        constraints = [_one_a_period("one_client_count")]

    def __str__(self) -> str:
        return f"{self.count} of {self.name} at {self.period}"


class ToolCount(UsageRow):
    """All calls of one tool in a period."""

    tool = models.CharField(max_length=120)
    space_id = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [_one_a_period("one_tool_count")]

    def __str__(self) -> str:
        return f"{self.count} × {self.tool} at {self.period}"


class PersonCount(PeriodRow):
    """What somebody did with one client, protocol and credential in an hour or a day."""

    user_id = models.BigIntegerField()
    """Without a constraint: rows are written after the fact, and go with the account."""
    client_name = models.CharField(max_length=120, blank=True)
    client_version = models.CharField(max_length=120, blank=True)
    credential = models.CharField(max_length=40, blank=True)
    credential_name = models.CharField(max_length=120, blank=True)
    protocol_version = models.CharField(max_length=40, blank=True, db_default="")
    count = models.PositiveBigIntegerField()
    tool_calls = models.PositiveBigIntegerField()
    errors = models.PositiveBigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [_one_a_period("one_person_count")]
        indexes = [
            models.Index(fields=["user_id", "step_seconds", "period"], name="person_count_by_user"),
            models.Index(
                fields=["client_name", "step_seconds", "period"], name="person_count_by_client"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} at {self.period}"


class MethodLatency(PeriodRow):
    """How many messages of one method took as long as one bucket of `dashboard.histogram` says."""

    method = models.CharField(max_length=120)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [_one_a_period("one_method_latency")]

    def __str__(self) -> str:
        return f"{self.count} × {self.method} in bucket {self.bucket}"


class LatencyCount(PeriodRow):
    """As MethodLatency, of one tool."""

    method = models.CharField(max_length=120)
    tool = models.CharField(max_length=120, blank=True)
    space_id = models.CharField(max_length=120, blank=True)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [_one_a_period("one_latency_count")]
        indexes = [
            models.Index(fields=["tool", "step_seconds", "period"], name="latency_by_tool"),
            models.Index(fields=["space_id", "step_seconds", "period"], name="latency_by_space"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.method} {self.tool} in bucket {self.bucket}"


class FirstByteCount(PeriodRow):
    """As LatencyCount, of how long streamed answers of one tool took to begin."""

    tool = models.CharField(max_length=120)
    space_id = models.CharField(max_length=120, blank=True)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [_one_a_period("one_first_byte_count")]
        indexes = [
            models.Index(fields=["tool", "step_seconds", "period"], name="first_byte_by_tool"),
            models.Index(fields=["space_id", "step_seconds", "period"], name="first_byte_by_space"),
        ]

    def __str__(self) -> str:
        return f"{self.count} × {self.tool} in bucket {self.bucket}"


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
        constraints = [_one_a_period("one_stream_count")]

    def __str__(self) -> str:
        return f"{self.count} × {self.event} of {self.client_name} at {self.period}"


class HubCount(PeriodRow):
    """How often one route of the Hub was asked in a period, by what came of it."""

    route = models.CharField(max_length=80)
    """A template of accounts.outgoing.hub_routes."""
    outcome = models.CharField(max_length=20)
    count = models.PositiveBigIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [_one_a_period("one_hub_count")]

    def __str__(self) -> str:
        return f"{self.count} × {self.route} at {self.period}"


class HubLatency(PeriodRow):
    """As MethodLatency, of one route of the Hub: until its answer began."""

    route = models.CharField(max_length=80)
    bucket = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        constraints = [_one_a_period("one_hub_latency")]

    def __str__(self) -> str:
        return f"{self.count} × {self.route} in bucket {self.bucket}"


class ClientSeen(models.Model):
    """When a client was here first and last, beyond the range that a page shows."""

    digest = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=120, blank=True)
    version = models.CharField(max_length=120, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
