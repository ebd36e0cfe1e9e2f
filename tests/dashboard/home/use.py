"""Assistants that have called: counted and logged as the endpoint's records are."""

from typing import Any

from asgiref.sync import async_to_sync
from django.utils import timezone

from accounts.models import User
from dashboard import store
from dashboard.call_log import CallLog
from dashboard.tally import Limits, Tally
from mcpendpoint.protocol.records import Record
from tests.dashboard.factories import make_record


def call(user: User, **about: Any) -> Record:
    """Return a call of this person's, now, with the key "Laptop"."""
    usual = {"at": timezone.now(), "user_id": user.pk, "credential_name": "Laptop"}
    return make_record(**(usual | about))


def note(*records: Record) -> None:
    tally, log = Tally(Limits()), CallLog(prune=lambda: None)
    for record in records:
        tally.add(record)

    async def note_calls() -> None:
        for record in records:
            log.note(record)

    async_to_sync(note_calls)()
    log.finish_at_exit()
    store.write(tally)
