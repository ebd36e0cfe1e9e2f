"""Who somebody is and what they chose. The Hugging Face user id is the key of a person."""

from django.contrib.auth.models import AbstractUser
from django.db import models

from accounts.encryption import EncryptedTextField


class User(AbstractUser):
    """A person, known by their Hugging Face id; `username` is their current Hugging Face name."""

    hf_id = models.CharField(max_length=64, unique=True, null=True, editable=False)  # noqa: DJ001 - unique needs NULL for local admins
    avatar_url = models.URLField(blank=True, max_length=500)


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
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.user_id}"


class ToolSelection(models.Model):
    """The built-in tools that a user saved. No row: they never chose, so the defaults hold."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="tool_selection")
    tools = models.JSONField(default=list)
    include_images = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{len(self.tools)} tools of {self.user_id}"


class SelectedSpace(models.Model):
    """A Gradio Space that a user offers as tools.

    The slot is part of its tools' names and stays with the Space for life: a removed Space keeps
    its row (inactive), so that its slot never comes to mean another Space.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="spaces")
    space_id = models.CharField(max_length=200)
    slot = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    is_private = models.BooleanField(default=False)
    title = models.CharField(max_length=200, blank=True)
    emoji = models.CharField(max_length=16, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slot"]
        constraints = [
            models.UniqueConstraint(fields=["user", "space_id"], name="one_row_per_space"),
            models.UniqueConstraint(fields=["user", "slot"], name="one_space_per_slot"),
        ]

    def __str__(self) -> str:
        return f"{self.space_id} (slot {self.slot})"


class AccessKey(models.Model):
    """A key for MCP clients that cannot sign in through a browser. Only its digest is stored."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="access_keys")
    name = models.CharField(max_length=80)
    hint = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"
