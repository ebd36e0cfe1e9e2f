"""The further selections of people who have several: accounts.profiles."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.consequences import Choice

MAX_NAME_LENGTH = 40

CHOSEN_OF_SPACE = (
    *("asks_first", "tools", "tool_words"),
    *("offers_resources", "offers_prompts", "answers_within"),
)
"""Columns of SpaceFields."""


class ToolFields(models.Model):
    """What is chosen of the built-in tools."""

    include_images = models.BooleanField(default=True)
    urls_may_write = models.BooleanField(default=False, db_default=False)
    """Whether a URL may switch on tools that write or spend, without their tick in `tools`."""
    approve_delete = models.CharField(
        max_length=5, choices=Choice, default=Choice.ASK, db_default=Choice.ASK
    )
    approve_publish = models.CharField(
        max_length=5, choices=Choice, default=Choice.ASK, db_default=Choice.ASK
    )
    approve_spend = models.CharField(
        max_length=5, choices=Choice, default=Choice.ASK, db_default=Choice.ASK
    )

    class Meta:
        abstract = True


class SpaceFields(models.Model):
    """What is chosen of a Space, apart for each profile."""

    asks_first = models.BooleanField(default=False, db_default=False)
    """Whether the person wants to be asked before each call."""
    tools = models.JSONField(null=True)
    """Those of its tools that are offered, in the Space's own names; null for all that it has."""
    tool_words = models.JSONField(null=True)
    """What the person calls its tools: accounts.tool_words."""
    offers_resources = models.BooleanField(default=False, db_default=False)
    offers_prompts = models.BooleanField(default=False, db_default=False)
    answers_within = models.PositiveSmallIntegerField(null=True)
    """Seconds after which a call that is not done answers how to get its result; null: as usual."""

    class Meta:
        abstract = True


class Profile(ToolFields):
    """A selection with a name and an address, of somebody who has more than one.

    Of the default one this is the name alone: what it selects is where it is of people without
    profiles, in ToolSelection and SelectedSpace.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profiles"
    )
    name = models.SlugField(max_length=MAX_NAME_LENGTH, db_index=False)
    is_default = models.BooleanField(default=False)
    tools = models.JSONField(null=True)
    """Null: never chosen, so the defaults hold, as do those of the other fields."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_profile_per_name"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_profile"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProfileSpace(SpaceFields):
    """A Space in a profile that is not the default one.

    Its slot, what was agreed to of it and the headers that it was given are of the Space and the
    person, in all profiles: SelectedSpace.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="spaces")
    space = models.ForeignKey(
        "accounts.SelectedSpace", on_delete=models.CASCADE, related_name="in_profiles"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["profile", "space"], name="one_row_per_profile_space"),
        ]

    def __str__(self) -> str:
        return f"Space {self.space_id} in profile {self.profile_id}"
