from django.conf import settings
from django.db import models
from django.utils import timezone

from mcpendpoint.files.handles import ID_CHARS, handle_of, new_id
from mcpendpoint.files.names import MAX_NAME_CHARS, RASTER_TYPES, in_words


class StoredFile(models.Model):
    """A file of one person. Its bytes are in pieces, as they came, in the storage `files`."""

    id = models.CharField(primary_key=True, max_length=ID_CHARS, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stored_files"
    )
    name = models.CharField(max_length=MAX_NAME_CHARS)
    mime_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    """In bytes: what it has, or while it comes, what is set aside for it."""
    received = models.BigIntegerField(default=0)
    is_complete = models.BooleanField(default=False)
    pieces = models.JSONField(default=list)
    """Their names in the storage, in order."""
    digest = models.CharField(max_length=43, blank=True, default="")
    """SHA-256 in base64url, where all of it was seen to come; "" for uploads in pieces."""
    fingerprint = models.CharField(max_length=100, blank=True, default="")
    """By which the page knows a file again that it began to upload."""
    source = models.CharField(max_length=330, blank=True, default="")
    """"" for an upload, else the tool that it is from, and its Space."""
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "-created_at"], name="file_by_user")]

    def __str__(self) -> str:
        return f"File {self.id} of {self.user_id}"

    @property
    def handle(self) -> str:
        return handle_of(self.id, self.name)

    @property
    def is_picture(self) -> bool:
        """Whether a browser may show it in a page."""
        return self.mime_type in RASTER_TYPES

    @property
    def size_in_words(self) -> str:
        return in_words(self.size)

    @property
    def percent(self) -> int:
        return 100 * self.received // self.size if self.size else 100


class UsedTicket(models.Model):
    """A ticket whose file is here, or was, until the ticket ends: see files.tickets."""

    id = models.CharField(primary_key=True, max_length=ID_CHARS, editable=False)
    """Of the file."""
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Ticket of file {self.id}"


class FileQuestion(models.Model):
    """One call that lacks files which its person is asked for: see files.questions."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ANSWERED = "answered", "Answered"
        REFUSED = "refused", "Refused"
        USED = "used", "Used"
        """The call was made with what was given: it counts for no other."""

    id = models.CharField(primary_key=True, max_length=ID_CHARS, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="file_questions"
    )
    digest = models.CharField(max_length=64)
    """Of the tool, its arguments and the parameter."""
    tool = models.CharField(max_length=120)
    space_id = models.CharField(max_length=200)
    parameter = models.CharField(max_length=64)
    kind = models.CharField(max_length=900, blank=True, default="")
    """Which files, in the words of gradio.file_kinds with commas between; "" for any."""
    takes_many = models.BooleanField(default=False)
    client = models.CharField(max_length=160, blank=True, default="")
    file_ids = models.JSONField(default=list)
    """Those that the person gave."""
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "digest"],
                condition=~models.Q(state="used"),
                name="one_open_file_question_per_call",
            ),
        ]

    def __str__(self) -> str:
        return f"Question {self.id} of {self.user_id}: {self.state}"

    @property
    def takes(self) -> list[str]:
        return self.kind.split(",") if self.kind else []
