"""Groups and who is in them. A member is a word as accounts.operators.subjects writes it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from accounts.consequences import Choice
from accounts.operators.subjects import MAX_WORD

MAX_NAME = 60
MAX_DESCRIPTION = 300


class Group(models.Model):
    """What its members may choose from, begin with, and are held to. NULL stands for what holds
    without groups.
    """

    name = models.CharField(max_length=MAX_NAME, unique=True)
    """Told to members, where something is not offered to them."""
    description = models.CharField(max_length=MAX_DESCRIPTION, blank=True)
    """For admins."""
    is_for_others = models.BooleanField(default=False)
    """Whether it holds for everybody who signs in and is in no other group. It has no members."""
    tools = models.JSONField(null=True)
    """Names of the built-in tools that may be chosen."""
    spaces = models.JSONField(null=True)
    """Patterns in lower case, owner/name or owner/*, of the Spaces that may be chosen."""
    default_tools = models.JSONField(null=True)
    """Ticked for who never chose."""
    default_spaces = models.JSONField(null=True)
    """Offered to who never chose, in place of DEFAULT_SPACES."""
    requests_per_minute = models.PositiveIntegerField(null=True)
    writes_per_minute = models.PositiveIntegerField(null=True)
    space_calls_per_minute = models.PositiveIntegerField(null=True)
    streams = models.PositiveIntegerField(null=True)
    # The least that holds: `allow` demands nothing.
    approve_delete = models.CharField(max_length=5, choices=Choice, default=Choice.ALLOW)
    approve_publish = models.CharField(max_length=5, choices=Choice, default=Choice.ALLOW)
    approve_spend = models.CharField(max_length=5, choices=Choice, default=Choice.ALLOW)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_for_others"],
                condition=models.Q(is_for_others=True),
                name="one_group_for_others",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    subject = models.CharField(max_length=MAX_WORD, db_index=True)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "subject"], name="one_row_per_member"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} in {self.group_id}"
