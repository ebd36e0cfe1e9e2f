from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.encryption import EncryptedTextField
from accounts.models import AuditEvent


class Rule(models.Model):
    """What operators want to be told of."""

    class Figure(models.TextChoices):
        REQUESTS = "requests", "Requests a minute"
        ERROR_RATE = "error_rate", "Error rate (% of requests)"
        ERRORS = "errors", "Errors of one reason"
        P95 = "p95", "95th percentile of tool calls (ms)"
        LIMITED = "limited", "Requests over a limit"
        WRONG_CREDENTIALS = "wrong_credentials", "Wrong credentials"
        OPEN_STREAMS = "open_streams", "Open streams"
        SPACE = "space", "A Space that fails (% of its calls)"

    class Window(models.IntegerChoices):
        """In minutes."""

        FIVE_MINUTES = 5, "5 minutes"
        FIFTEEN_MINUTES = 15, "15 minutes"
        HOUR = 60, "hour"
        SIX_HOURS = 360, "6 hours"
        DAY = 1_440, "24 hours"

    figure = models.CharField("What is counted", max_length=20, choices=Figure)
    reason = models.CharField(max_length=20, choices=AuditEvent.Reason.choices, blank=True)
    """Which errors count, where `figure` says that it is of one reason."""
    threshold = models.FloatField("More than")
    """It fires above it."""
    window_minutes = models.PositiveSmallIntegerField("In the last", choices=Window)
    least = models.PositiveIntegerField("Requests at least", default=0)
    """With fewer requests in the window, or calls of a Space, nothing is said of them."""
    is_active = models.BooleanField("In use", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.figure} > {self.threshold}"


class Incident(models.Model):
    """From when a rule fired until it did not any more."""

    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, related_name="incidents")
    title = models.CharField(max_length=200)
    """Of the rule as it was."""
    subject = models.CharField(max_length=200, blank=True)
    """Which Space, of a rule about each of them."""
    value = models.FloatField()
    """The highest."""
    began_at = models.DateTimeField(db_index=True)
    seen_at = models.DateTimeField()
    """When it was so last."""
    told_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject"],
                condition=Q(resolved_at=None),
                name="one_open_incident",
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.subject} since {self.began_at}"


class Receiver(models.Model):
    """Where alerts go."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail"
        WEBHOOK = "webhook", "Webhook"
        SLACK = "slack", "Slack (incoming webhook)"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="alert_receivers",
    )
    """Whose alerts it gets; nobody's: those of the operators."""
    kind = models.CharField(max_length=8, choices=Kind)
    address = EncryptedTextField()
    """An e-mail address or a URL, which with Slack is a secret."""
    secret = EncryptedTextField(blank=True)
    """What a webhook's messages are signed with."""
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    zone = models.CharField(max_length=64, default="UTC")
    """That these are times of."""
    digest_day = models.PositiveSmallIntegerField(null=True)
    """The day of the week that it wants a digest on, Monday being 0; none without."""
    digest_hour = models.PositiveSmallIntegerField(default=8, db_default=8)
    digest_due_at = models.DateTimeField(null=True, db_index=True)
    """Of the next digest."""
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, db_index=True)
    """Nothing but the request to confirm it goes to an address before."""
    tried_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    """What went wrong at the last time, "" if nothing did."""

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"

    @property
    def shown(self) -> str:
        """The address as pages show it, where what comes after a host may be a secret."""
        if self.kind == Receiver.Kind.EMAIL:
            return self.address
        return f"{urlsplit(self.address).netloc}/…"


class Delivery(models.Model):
    """The outbox: one message to one receiver."""

    receiver = models.ForeignKey(Receiver, on_delete=models.CASCADE, related_name="deliveries")
    number = models.CharField(max_length=40)
    """The same at each attempt, so that who gets it twice can tell."""
    content = models.JSONField()
    """A messages.Message."""
    at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()
    """Of the next attempt."""
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="alerts_due", condition=Q(sent_at=None)),
        ]

    def __str__(self) -> str:
        return f"Delivery {self.number}"


class PersonalAlerts(models.Model):
    """What a person wants to be told of; without a row, nothing."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="personal_alerts"
    )
    spaces = models.BooleanField("A Space that I selected fails", default=False)
    endings = models.BooleanField(
        "An access key, or my connection to Hugging Face, ends soon or has ended", default=False
    )
    approvals = models.BooleanField("A call waits for my approval", default=False)
    looked_at = models.DateTimeField(db_index=True)
    """When it was last seen whether there is something to tell."""

    def __str__(self) -> str:
        return f"Alerts of {self.user_id}"


class PersonalNotice(models.Model):
    """That a person was told of something, so that they are not told at each look."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alert_notices"
    )
    subject = models.CharField(max_length=220)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], name="one_notice_a_subject")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} was told of {self.subject}"


class Turn(models.Model):
    """Whose turn it is to look: the one row is taken by one process a minute."""

    ONLY = 1

    taken_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Looked at {self.taken_at}"
