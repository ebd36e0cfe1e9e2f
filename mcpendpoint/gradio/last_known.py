"""What this server knows of a Space that everybody may see, for those who operate it. For threads.

A failure is told in the words that its callers get: they may quote the Space.
"""

from dataclasses import dataclass
from datetime import datetime

from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.states import state_label
from mcpendpoint.gradio.stored_knowledge import stage_in
from mcpendpoint.models import KnownSpace


@dataclass(frozen=True)
class LastKnown:
    state: str
    """For people; "" where it is not known."""
    found_at: datetime | None
    failure: str
    failed_at: datetime | None
    rest: str
    """Why this process leaves the Space alone now, "" if it does not."""


def last_known(space_id: str) -> LastKnown:
    rows = {row.about: row for row in KnownSpace.objects.filter(space_id=space_id.lower())}
    info, schema = rows.get(KnownSpace.About.INFO), rows.get(KnownSpace.About.SCHEMA)
    failed = next((row for row in (schema, info) if row is not None and row.failure), None)
    rest = breakers.rest_of(space_id)
    return LastKnown(
        state=state_label(stage_in(info.source)) if info is not None else "",
        found_at=schema.found_at if schema is not None else None,
        failure=str(failed.failure["message"]) if failed and failed.failure else "",
        failed_at=failed.failed_at if failed else None,
        rest=str(rest) if rest is not None else "",
    )
