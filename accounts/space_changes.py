"""What can change of a Space, and what becomes of it then. Pure: no I/O."""

from enum import StrEnum

from django.db.models import TextChoices


class PartKind(StrEnum):
    """What a Space consists of, in Gradio's words (`meta.mcp_type`)."""

    TOOL = "tool"
    PROMPT = "prompt"
    RESOURCE = "resource"


def key_of(kind: PartKind, name: str) -> str:
    """Return what a part is known by among all of its Space: no name has a control character."""
    return name if kind is PartKind.TOOL else f"{kind}\t{name}"


def kind_and_name(key: str) -> tuple[PartKind, str]:
    kind, is_other, name = key.partition("\t")
    return (PartKind(kind), name) if is_other else (PartKind.TOOL, key)


class TakeOver(TextChoices):
    """What of a saved Space's changes is taken over without asking."""

    NOTHING = "nothing", "Hold changed tools back until I agree"
    GROWTH = "growth", "Accept added optional parameters, hold everything else"
    EVERYTHING = "everything", "Accept every change"
