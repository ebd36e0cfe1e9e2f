"""The Spaces that people offer as tools, and what they agreed to of them."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower

from accounts.encryption import EncryptedTextField
from accounts.profile_models import SpaceFields
from accounts.space_changes import TakeOver


class SelectedSpace(SpaceFields):
    """A Gradio Space that a user offers as tools.

    The slot is part of its tools' names and stays with the Space for life: a removed Space keeps
    its row (inactive), so that its slot never comes to mean another Space.

    What is chosen of it here is that of the default profile; further ones have a ProfileSpace.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="spaces"
    )
    space_id = models.CharField(max_length=200)
    slot = models.PositiveSmallIntegerField()
    is_active = models.BooleanField(default=True)
    """Whether any profile has it."""
    is_in_default = models.BooleanField(default=True, db_default=True)
    """Whether it is the default profile that has it, or one of those, while any has."""
    removed_at = models.DateTimeField(null=True)
    """When it was taken out of the default profile, or out of the last one that had it."""
    is_private = models.BooleanField(default=False)
    was_default = models.BooleanField(default=False, db_default=False)
    """Whether it was offered before anybody chose it, under names that assistants may know."""
    takes_over = models.CharField(
        max_length=10, choices=TakeOver, default=TakeOver.NOTHING, db_default=TakeOver.NOTHING
    )
    pins = models.JSONField(null=True)
    """Fingerprints of what the person agreed to: accounts.pins. NULL: nothing was seen yet."""
    pins_cover_parts = models.BooleanField(default=False, db_default=False)
    """Whether they are of prompts and resources as well, as those of long ago are not."""
    header_names = models.JSONField(null=True)
    """Names of the headers that SpaceHeader has of it."""
    title = models.CharField(max_length=200, blank=True)
    emoji = models.CharField(max_length=16, blank=True)
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["slot"]
        constraints = [
            models.UniqueConstraint(fields=["user", "space_id"], name="one_row_per_space"),
            models.UniqueConstraint(fields=["user", "slot"], name="one_space_per_slot"),
        ]
        indexes = [models.Index(Lower("space_id"), name="spaces_by_lower_id")]

    def __str__(self) -> str:
        return f"{self.space_id} (slot {self.slot})"


class PinnedTools(models.Model):
    """What a person agreed to of a Space, to tell what changed: accounts.pins."""

    space = models.OneToOneField(SelectedSpace, on_delete=models.CASCADE, related_name="pinned")
    tools = models.JSONField(default=dict)
    """And prompts and resources, by key."""
    waiting = models.JSONField(default=list)
    """Fingerprints of what was seen since, and not agreed to."""
    was_first_sight = models.BooleanField(default=False)
    """Whether they were agreed to by being the first that were seen, after the Space was added."""
    pinned_at = models.DateTimeField()
    take_over_told_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{len(self.tools)} parts of Space {self.space_id}"


class SpaceHeader(models.Model):
    """The value of a header that a Space asks for, such as a key of another service's."""

    space = models.ForeignKey(SelectedSpace, on_delete=models.CASCADE, related_name="headers")
    name = models.CharField(max_length=100)
    """In lower case."""
    value = EncryptedTextField()
    hub_id = models.CharField(max_length=64)
    """The Hub's own id of the Space that it was given to: a name may come to be another's."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="one_value_per_header"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of Space {self.space_id}"


class KnownPrivateSpace(models.Model):
    """What a person's credential showed of a private Space: mcpendpoint.gradio.stored_private."""

    space = models.ForeignKey(SelectedSpace, on_delete=models.CASCADE, related_name="known")
    about = models.CharField(max_length=6)
    """As mcpendpoint.models.KnownSpace has it."""
    digest = models.CharField(max_length=64)
    """Of the credential that it was seen with: no other has it back."""
    source = EncryptedTextField(blank=True)
    found_at = models.DateTimeField(null=True)
    failure = EncryptedTextField(blank=True)
    """Why it could not be had at the last time, which may quote the Space."""
    failed_at = models.DateTimeField(null=True)
    size = models.PositiveIntegerField(default=0)
    """In bytes, before encryption."""
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["space", "about", "digest"], name="one_row_about_a_private_space"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about} of Space {self.space_id}"

    @classmethod
    def forget_all_of(cls, user_id: int) -> None:
        cls.objects.filter(space__user_id=user_id).delete()


class LateResult(models.Model):
    """A call that goes on after it was answered that it does: accounts.late_results."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="late_results"
    )
    call = models.CharField(max_length=64)
    """A digest of the tool and its arguments."""
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    is_done = models.BooleanField(default=False)
    result = EncryptedTextField(blank=True)
    """As JSON, of a call that is done."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "call"], name="one_late_result_per_call"),
        ]

    def __str__(self) -> str:
        return f"{'Result' if self.is_done else 'Call'} of {self.user_id}"
