"""Who somebody is and what they chose. The Hugging Face user id is the key of a person."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now, Upper

from accounts import space_models  # noqa: F401 - Django finds models through this module
from accounts.audit_models import AuditEvent as AuditEvent  # as above
from accounts.encryption import EncryptedTextField
from accounts.profile_models import Profile, ToolFields


class User(AbstractUser):
    """A person, known by their Hugging Face id; `username` is their current Hugging Face name."""

    hf_id = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique needs NULL for local admins
    avatar_url = models.URLField(blank=True, max_length=500)
    hub_changes = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    """How often their assistants changed something on the Hub: see preferences.Preferences."""
    has_chosen_spaces = models.BooleanField(default=False, db_default=False, editable=False)
    """Whether they ever added or removed a Space; until then the default Spaces are theirs."""

    edited_profile: Profile | None = None
    """The profile that a request is about, None for the default one. It is stored nowhere:
    accounts.profiles.editing."""

    class Meta(AbstractUser.Meta):
        # As `username__iexact` asks.
        indexes = [models.Index(Upper("username"), name="user_by_name")]

    @property
    def edited_profile_id(self) -> int | None:
        return self.edited_profile.pk if self.edited_profile else None


class FormerName(models.Model):
    """A name that a person had on the Hub, so that their old URL can tell them the new one."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_names")
    name = models.CharField(max_length=150)
    """In lower case."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_row_per_former_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} was {self.user_id}"


class AdminEntry(models.Model):
    """An entry of ADMIN_HF_USERS, and the Hugging Face id that it stands for: accounts.admins."""

    entry = models.CharField(max_length=150, unique=True)
    """A name in lower case, or `id:` and an id."""
    hf_id = models.CharField(max_length=64, db_index=True)
    is_in_force = models.BooleanField(default=False)
    """Whether the setting had it when that was looked at last, for the audit log alone."""

    def __str__(self) -> str:
        return f"{self.entry} is {self.hf_id}"


class HubCredential(models.Model):
    """The Hugging Face token that a user's assistants act with on the Hub."""

    class Kind(models.TextChoices):
        OAUTH = "oauth", "Sign-in with Hugging Face"
        TOKEN = "token", "Pasted access token"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="hub_credential")
    kind = models.CharField(max_length=8, choices=Kind)
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    scope = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    needs_sign_in = models.BooleanField(default=False)
    refreshing_since = models.DateTimeField(null=True)
    """When somebody went to Hugging Face to refresh it, who is not back yet."""
    refresh_failed_at = models.DateTimeField(null=True)
    """When the last refresh got no answer."""
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user_id}"

    @property
    def role(self) -> str:
        """Of a pasted token: "read", "write" or "fineGrained", as far as the Hub said."""
        return self.scope.partition(" ")[0]

    @property
    def is_usable(self) -> bool:
        """Whether it can still be acted with, as far as is known here."""
        return bool(self.access_token) and not self.needs_sign_in


class ToolSelection(ToolFields):
    """The built-in tools of somebody's default profile, and what they are asked about.

    No row, or null (of JSON) for the tools: they never chose, so the defaults hold.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="tool_selection")
    tools = models.JSONField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{len(self.tools or ())} tools of {self.user_id}"


class AccessKey(models.Model):
    """A key for MCP clients that cannot sign in through a browser. Only its digest is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_keys")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scope = models.TextField(default="mcp:read mcp:spaces", db_default="mcp:read mcp:spaces")
    """What it is good for, as accounts.authorization.scopes writes it."""
    was_reduced = models.BooleanField(default=False, db_default=False)
    """Whether it is from before keys had scopes, when each could do everything."""
    profile = models.ForeignKey(
        Profile, null=True, on_delete=models.RESTRICT, related_name="access_keys"
    )
    """The only one that it opens. NULL: it opens each, and the default one unless asked."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"


class HubWebhook(models.Model):
    """Where Hugging Face tells of changes that a person watches there: accounts.hub_webhooks."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="hub_webhook")
    address = models.CharField(max_length=32, unique=True)
    """The last part of its URL."""
    digest = models.CharField(max_length=64)
    """Of its secret."""
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    """When it told of something last, to the minute."""

    def __str__(self) -> str:
        return f"webhook of {self.user_id}"


class PersonChange(models.Model):
    """Something that decides about a person's requests was changed: see accounts.news.

    The database itself writes it (accounts.triggers), whoever made the change.
    """

    user_id = models.BigIntegerField(null=True)
    """No foreign key, since a person may be gone by then. NULL: it concerns more than one."""
    at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"Change {self.pk} of {self.user_id}"


class JobSecrets(models.Model):
    """The secrets of a job or schedule that somebody started here: see accounts.job_secrets.

    Whose they are is a Hugging Face id, since people who never signed in here start jobs as well.
    """

    hf_id = models.CharField(max_length=64)
    job_id = models.CharField(max_length=100, db_index=True)
    values = EncryptedTextField()
    """A JSON object, values by name."""
    size = models.PositiveIntegerField()
    """In bytes, before encryption."""
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hf_id", "job_id"], name="one_row_per_job"),
        ]

    def __str__(self) -> str:
        return f"Secrets of job {self.job_id}"


class Approval(models.Model):
    """One call that a person is asked about, or was: see accounts.approvals."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        USED = "used", "Used"
        """The call was made, or the question was answered elsewhere: it counts for no other."""

    id = models.CharField(max_length=32, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="approvals")
    tool = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    """Of the tool and its arguments."""
    content = EncryptedTextField()
    """What the person is shown, which quotes arguments."""
    client = models.CharField(max_length=160, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"],
                condition=~models.Q(state="used"),
                name="one_open_approval_per_call",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tool} of {self.user_id}: {self.state}"


class Tidying(models.Model):
    """Whose turn it is to throw away what is old: the one row is taken by one process an hour."""

    ONLY = 1

    taken_at = models.DateTimeField()
    reached = models.DateTimeField()
    """What was old then is gone."""

    def __str__(self) -> str:
        return f"Tidied up at {self.taken_at}"
