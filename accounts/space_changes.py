"""What becomes of a Space's tool that is no longer as its person agreed to it. Pure: no I/O."""

from django.db.models import TextChoices


class TakeOver(TextChoices):
    """What of a saved Space's changes is taken over without asking."""

    NOTHING = "nothing", "Hold changed tools back until I agree"
    GROWTH = "growth", "Accept added optional parameters, hold everything else"
    EVERYTHING = "everything", "Accept every change"
