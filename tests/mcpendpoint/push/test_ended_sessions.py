"""A session that was ended has ended at every worker, whether Redis says so or not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mcpendpoint.models import EndedSession
from mcpendpoint.protocol.client_tag import UNKNOWN_CLIENT
from mcpendpoint.protocol.sessions import Session
from mcpendpoint.push import stored_endings
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.ended_sessions import EndedSessions

SESSION, ANOTHER = (Session(UNKNOWN_CLIENT, number=name) for name in ("one", "another"))


@pytest.fixture
def make_worker():
    return lambda: EndedSessions(Bus(""))


@pytest.mark.django_db(transaction=True)
async def test_another_worker_reads_that_a_session_was_ended(make_worker):
    worker, other = make_worker(), make_worker()
    other.take([])

    await worker.end(SESSION.number)

    for reader in (other, make_worker()):
        reader.take([(row.pk, row.number) async for row in EndedSession.objects.all()])
        assert SESSION in reader
        assert ANOTHER not in reader


@pytest.mark.django_db
def test_what_was_read_is_read_again_for_a_while_only():
    for number in range(stored_endings.READ_AGAIN + 10):
        stored_endings.store(str(number))
    [newest, *_] = stored_endings.read(None)

    again = stored_endings.read(newest[0])

    assert len(again) == stored_endings.READ_AGAIN
    assert again[0] == newest


@pytest.mark.django_db
def test_the_end_of_a_session_is_kept_for_a_day_and_of_not_too_many(monkeypatch):
    monkeypatch.setattr(stored_endings, "MAX_KEPT", 2)
    for number in range(4):
        stored_endings.store(str(number))
    EndedSession.objects.filter(number="3").update(at=timezone.now() - timedelta(days=2))

    assert stored_endings.forget_old(timezone.now()) == 2

    assert [number for _, number in stored_endings.read(None)] == ["2", "1"]
