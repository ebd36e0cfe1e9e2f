"""Whether a part of a Space is offered as it is now, or waits for its person. Pure: no I/O."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.space_changes import PartKind, TakeOver
from mcpendpoint.gradio.definitions import is_of_same_name
from mcpendpoint.gradio.scanning import Finding

SHOW, HOLD, REFUSE = "SHOW", "HOLD", "REFUSE"
"""Values of SPACE_FINDINGS."""


class Held(StrEnum):
    """Why a part is not offered."""

    NEW = "new"
    CHANGED = "changed"
    SUSPICIOUS = "suspicious"
    REFUSED = "refused"


@dataclass(frozen=True)
class Agreement:
    """What a person agreed to of a Space that they saved."""

    pins: frozenset[str] | None = None
    """Fingerprints of parts; None where nothing of the Space was seen yet."""
    takes_over: TakeOver = TakeOver.NOTHING
    covers_parts: bool = True
    """Whether the pins are of prompts and resources as well."""

    def pins_of(self, kind: PartKind) -> frozenset[str] | None:
        """Return None where nothing of the kind was seen yet."""
        return self.pins if self.covers_parts or kind is PartKind.TOOL else None


def why_held(
    pin: str,
    findings: tuple[Finding, ...],
    agreement: Agreement | None,
    policy: str,
    kind: PartKind = PartKind.TOOL,
) -> Held | None:
    """Return why a part is held back, None for one that is offered.

    `agreement` is None where nobody saved the Space: it was named in a URL, or is a default.
    """
    if findings and policy == REFUSE:
        return Held.REFUSED
    pins = agreement.pins_of(kind) if agreement else None
    if pins is not None and pin in pins:
        return None
    if findings and policy == HOLD:
        return Held.SUSPICIOUS
    if agreement is None or pins is None or agreement.takes_over == TakeOver.EVERYTHING:
        return None
    is_known = any(is_of_same_name(pin, other) for other in pins)
    return Held.CHANGED if is_known else Held.NEW


def explain_hold(name: str, space_id: str, why: Held, *, where: str | None) -> str:
    """Tell an assistant why a part is not used, and what its person can do."""
    part = f"{name[:80]} of the Space {space_id}"
    if why is Held.REFUSED:
        return (
            f"{part} is not offered: its description speaks to the assistant in a way that this "
            "server refuses. Tell the person; do not try other ways to call it."
        )
    reason = {
        Held.NEW: "is new, and the person has not agreed to it yet",
        Held.CHANGED: "has changed since the person agreed to it",
        Held.SUSPICIOUS: "has words in its description that the person has to look at first",
    }[why]
    remedy = (
        "Only what is of a Space that they added on the settings page can be agreed to."
        if where is None
        else f"They can look at it and agree at {where}."
    )
    return f"{part} {reason}, so it was not called. {remedy}"
