"""Whoever sends a file slowly holds no place for long, and gives way to others."""

import asyncio

import pytest

from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.tickets import HEADER, PATH, Ticket, write_ticket
from mcpendpoint.transports import incoming_files
from mcpendpoint.transports.incoming_files import IncomingFiles
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = 50_000


class Request:
    """A client that sends what it is told to."""

    def __init__(self, app, user, number=0):
        file_id = f"{user.username[:6]}{number}".replace("-", "x").ljust(26, "a")[:26]
        told = {"name": "a.bin", "mime_type": "", "digest": "", "source": "x"}
        ticket = write_ticket(Ticket(user_id=user.pk, file_id=file_id, size=SIZE, **told))
        headers = [(HEADER.encode(), ticket.encode())]
        scope = {"method": "PUT", "path": PATH, "headers": headers}
        self.messages = asyncio.Queue()
        self.was_read = asyncio.Event()
        self.status = None
        self.task = asyncio.create_task(app(scope, self._read, self._answered))

    async def _read(self):
        message = await self.messages.get()
        self.was_read.set()
        return message

    async def _answered(self, message):
        self.status = message.get("status", self.status)

    def send(self, content, *, is_all=False):
        message = {"type": "http.request", "body": content, "more_body": not is_all}
        self.messages.put_nowait(message)

    async def outcome(self):
        async with asyncio.timeout(10):
            await self.task
        return self.status


@pytest.fixture
def people(db):
    return [make_user(f"p{number}") for number in range(3)]


@pytest.fixture
async def requests():
    """Ends those that are still open."""
    begun = []
    yield begun
    for request in begun:
        request.task.cancel()
    await asyncio.gather(*(request.task for request in begun), return_exceptions=True)


async def test_a_byte_at_a_time_is_ended(people, settings, requests):
    settings.BODY_TIMEOUT_SECONDS = 0.3
    request = Request(IncomingFiles(), people[0])
    requests.append(request)

    async with asyncio.timeout(10):
        while not request.task.done():
            request.send(b"x")
            await asyncio.wait({request.task}, timeout=0.05)

    assert request.status == 408
    assert not await StoredFile.objects.aexists()


@pytest.fixture
async def full(people, requests, monkeypatch):
    """Two slow senders have all the places: the first has sent nothing yet."""
    monkeypatch.setattr(incoming_files, "MAX_AT_ONCE", 2)
    app = IncomingFiles()
    requests += [Request(app, person) for person in people[:2]]
    requests[1].send(b"x" * 1000)
    await requests[1].was_read.wait()
    return app


async def test_the_slowest_gives_way_to_others(full, people, requests, monkeypatch):
    monkeypatch.setattr(incoming_files, "SLOW_AFTER_SECONDS", 0)
    other = Request(full, people[2])
    requests.append(other)
    other.send(b"x" * SIZE, is_all=True)

    assert await other.outcome() == 204
    assert await requests[0].outcome() == 408
    assert not requests[1].task.done()


async def test_nobody_gives_way_who_has_just_begun(full, people, requests):
    other = Request(full, people[2])
    requests.append(other)
    other.send(b"x" * SIZE, is_all=True)

    assert await other.outcome() == 429
    assert not any(request.task.done() for request in requests[:2])


async def test_a_person_sends_so_many_at_once(people, requests, monkeypatch):
    monkeypatch.setattr(incoming_files, "DROP_SECONDS", 0.1)
    app = IncomingFiles()
    requests += [Request(app, people[0], number) for number in range(5)]

    assert await requests[4].outcome() == 429
    other = Request(app, people[1])
    requests.append(other)
    other.send(b"x" * SIZE, is_all=True)
    assert await other.outcome() == 204
