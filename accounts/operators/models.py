"""What operators decide about people, clients, networks and Spaces. Subjects are stored as
accounts.operators.subjects writes them.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from accounts.operators.subjects import MAX_WORD

MAX_REASON = 300


class Role(models.IntegerChoices):
    """Each may do what those before it may. Labels are English, as the audit log has them."""

    VIEWER = 1, gettext_noop("Viewer")
    """Sees numbers, and nothing of people."""
    OPERATOR = 2, gettext_noop("Operator")
    """Acts: ends sessions, blocks, reads the audit log."""
    ADMIN = 3, gettext_noop("Admin")
    """Sees to people and roles."""


class Membership(models.Model):
    """An organization that a person is in, as Hugging Face told when they signed in last."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    org_id = models.CharField(max_length=64)
    name = models.CharField(max_length=96)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "org_id"], name="one_row_per_membership"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.name}"


class NameBinding(models.Model):
    """A name that an operator wrote down, and the id that had it when it was met first."""

    word = models.CharField(max_length=MAX_WORD, unique=True)
    hf_id = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return f"{self.word} is {self.hf_id}"


class RoleGrant(models.Model):
    """A role that was given on a page. Those of ADMIN_HF_USERS are in no row."""

    subject = models.CharField(max_length=MAX_WORD, unique=True)
    role = models.PositiveSmallIntegerField(choices=Role)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    is_first = models.BooleanField(default=False, db_default=False)
    """Of the first person on a local server, to whom nobody could have given it."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_first"], condition=models.Q(is_first=True), name="one_first_admin"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.get_role_display()}"


class Invitation(models.Model):
    """Whom an admin lets in where ACCESS is `invited`."""

    subject = models.CharField(max_length=MAX_WORD, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.subject


class NamePart(models.Model):
    """The end of a person's name from one of its characters on: what begins with the text that
    somebody looks for is found by the index, wherever in the name it stands.

    As bytes, since those are compared one by one in every database: an index on text serves a
    search for its beginning in some collations only.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    part = models.BinaryField(max_length=24)

    class Meta:
        indexes = [models.Index(fields=["part", "user"], name="people_by_name_part")]

    def __str__(self) -> str:
        return f"{bytes(self.part)!r} of {self.user_id}"


class Block(models.Model):
    """Somebody or something that is kept out, or was. Rows stay, as a history."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        CLIENT = "client", "Client"
        NETWORK = "network", "Network"
        SPACE = "space", "Space"

    kind = models.CharField(max_length=7, choices=Kind)
    subject = models.CharField(max_length=200)
    """A Hugging Face id, a client's name, a network, or owner/name or owner/* in lower case."""
    name = models.CharField(max_length=150, blank=True)
    """What the person was called when they were blocked."""
    hub_id = models.CharField(max_length=64, blank=True)
    """The Hub's own id of a Space, which stays when its name does not; "" where it is unknown."""
    versions = models.CharField(max_length=100, blank=True)
    """Of a client: a range of PEP 440, as it was typed; "" for all."""
    reason = models.CharField(max_length=MAX_REASON)
    """Told to whoever is blocked."""
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    over_at = models.DateTimeField(null=True)
    """When it was undone, or its end was noticed."""

    class Meta:
        indexes = [
            # Those in force are few, however many there were.
            models.Index(fields=["-id"], condition=models.Q(over_at=None), name="blocks_in_force"),
            models.Index(fields=["kind", "subject"], name="blocks_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class BlockRevision(models.Model):
    """Counts the changes of Block, in one row, for which each process asks twice a second."""

    ONLY = 1

    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"Revision {self.number}"
