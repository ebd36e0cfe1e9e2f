"""What this server knows of a Space that everybody may see, for those who operate it. For threads.

A failure is told in the words that its callers get: they may quote the Space.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mcpendpoint.gradio.breaker import breakers
from mcpendpoint.gradio.states import state_label
from mcpendpoint.gradio.stored_knowledge import stage_in
from mcpendpoint.models import KnownSpace


@dataclass(frozen=True)
class LastKnown:
    stage: str
    """In the Hub's words; "" where it is not known."""
    found_at: datetime | None
    failure: str
    failed_at: datetime | None
    may_need_token: bool
    """Whether the failure is that of somebody without a credential: its owner may be told more."""
    rest: str
    """Why this process leaves the Space alone now, "" if it does not."""

    @property
    def state(self) -> str:
        """The stage for people; "" where it is not known."""
        return state_label(self.stage) if self.stage else ""


def last_known(space_id: str) -> LastKnown:
    return last_known_of([space_id])[space_id]


def last_known_of(space_ids: Collection[str]) -> dict[str, LastKnown]:
    """Return what is known of each, by one query."""
    rows = KnownSpace.objects.filter(space_id__in={name.lower() for name in space_ids})
    by_place = {(row.space_id, row.about): row for row in rows}
    return {
        name: _known(
            name,
            by_place.get((name.lower(), KnownSpace.About.INFO)),
            by_place.get((name.lower(), KnownSpace.About.SCHEMA)),
        )
        for name in space_ids
    }


def _known(space_id: str, info: KnownSpace | None, schema: KnownSpace | None) -> LastKnown:
    failed = next((row for row in (schema, info) if row is not None and row.failure), None)
    rest = breakers.rest_of(space_id)
    return LastKnown(
        stage=stage_in(info.source) if info is not None else "",
        found_at=schema.found_at if schema is not None else None,
        failure=str(failed.failure["message"]) if failed and failed.failure else "",
        failed_at=failed.failed_at if failed else None,
        may_need_token=bool(failed and failed.failure and failed.failure["may_need_token"]),
        rest=str(rest) if rest is not None else "",
    )
