import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from asgiref.sync import sync_to_async
from channels.auth import AuthMiddlewareStack
from channels.routing import URLRouter
from channels.testing import WebsocketCommunicator
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.operators.models import Role
from dashboard import live
from dashboard.consumers import CLOSE_BAD_MESSAGE, CLOSE_SIGNED_OUT
from dashboard.recorder import Recorder
from dashboard.routing import websocket_urlpatterns
from dashboard.viewers import Viewers, roles_of_sessions
from mcpendpoint.push.bus import Bus, bus
from tests.dashboard.factories import make_record

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/ws/dashboard/"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    pages = live.LivePages()
    monkeypatch.setattr("dashboard.consumers.live_pages", pages)
    monkeypatch.setattr("dashboard.consumers.viewers", Viewers(bus, pages, check_seconds=0.1))


def connect_as(session_key=None, query=""):
    headers = [(b"cookie", f"sessionid={session_key}".encode())] if session_key else []
    return WebsocketCommunicator(
        AuthMiddlewareStack(URLRouter(websocket_urlpatterns)), URL + query, headers=headers
    )


@asynccontextmanager
async def watching(session_key, query=""):
    socket = connect_as(session_key, query)
    is_accepted, _ = await socket.connect()
    assert is_accepted
    try:
        yield socket
    finally:
        await socket.disconnect()


async def next_message(socket):
    """Return what comes next, but for signs of life."""
    while (message := json.loads(await socket.receive_from(timeout=10))) == {"type": "alive"}:
        pass
    return message


async def closed_with(socket):
    """Return the close code, past the snapshots that come before."""
    while (message := await socket.receive_output(timeout=10))["type"] == "websocket.send":
        pass
    return message["code"]


def now_record(**overrides):
    return make_record(at=datetime.now(UTC), **overrides)


async def test_admins_get_all_that_is_shown_at_once(staff, session_of):
    async with watching(await session_of(staff)) as socket:
        message = await next_message(socket)

    assert (message["type"], message["range"]) == ("changes", "1h")
    assert message["parts"].keys() == {"tiles", "facts", "series"}
    assert len(message["parts"]["series"]["all"]["at"]) == 60


async def test_admins_are_sent_what_changes_and_nothing_else(staff, session_of):
    recorder = Recorder()
    recorder.note(now_record(client_name="Claude", method="tools/list", tool=""))
    await recorder.flush()
    async with watching(await session_of(staff)) as socket:
        first = (await next_message(socket))["parts"]
        recorder.note(now_record(client_name="Claude", method="tools/list", tool=""))
        second = (await next_message(socket))["parts"]

    assert sum(first["series"]["all"]["requests"]) == 1
    assert second.keys() == {"tiles", "clients", "methods", "series"}
    [row] = second["clients"]["rows"].values()
    assert row["cells"][2]["text"] == "2"
    points = second["series"].get("points") or second["series"]["all"]
    assert points["requests"][-1] in {1, 2}  # a minute may have passed


async def test_a_page_of_another_time_says_which_range_it_shows(staff, session_of):
    async with watching(await session_of(staff), "?range=7d") as socket:
        message = await next_message(socket)

    assert (message["range"], len(message["parts"]["series"]["all"]["at"])) == ("7d", 168)


@pytest.mark.parametrize("message", ["hello", "{}", "[" * 99])
async def test_a_message_from_the_page_ends_the_connection(staff, session_of, message):
    async with watching(await session_of(staff)) as socket:
        await socket.send_to(text_data=message)

        assert await closed_with(socket) == CLOSE_BAD_MESSAGE


async def test_bytes_end_the_connection(staff, session_of):
    async with watching(await session_of(staff)) as socket:
        await socket.send_to(bytes_data=b'{"range": "1h"}')

        assert await closed_with(socket) == CLOSE_BAD_MESSAGE


async def test_a_connection_that_was_ended_is_not_ended_again(staff, session_of):
    async with watching(await session_of(staff)) as socket:
        for _ in range(2):
            await socket.send_to(text_data="{")

        assert await closed_with(socket) == CLOSE_BAD_MESSAGE
        assert await socket.receive_nothing()


async def test_nobody_gets_in_without_a_session():
    is_accepted, _ = await connect_as().connect()

    assert not is_accepted


async def test_a_user_who_is_not_staff_does_not_get_in(visitor, session_of):
    is_accepted, _ = await connect_as(await session_of(visitor)).connect()

    assert not is_accepted


async def test_signing_out_closes_the_page_of_that_session_only(staff, session_of):
    leaving, staying = await session_of(staff), await session_of(staff)
    client = Client()
    client.cookies["sessionid"] = leaving
    async with watching(leaving) as socket, watching(staying) as other:
        await sync_to_async(client.logout)()

        assert await closed_with(socket) == CLOSE_SIGNED_OUT
        assert (await next_message(other))["type"] == "changes"


async def test_whoever_is_taken_out_of_the_setting_is_shown_out(staff, session_of, settings):
    async with watching(await session_of(staff)) as socket:
        settings.ADMIN_HF_USERS = ["somebody-else"]

        assert await closed_with(socket) == CLOSE_SIGNED_OUT


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "!x"}])
async def test_whose_session_counts_no_longer_is_shown_out(staff, session_of, change):
    async with watching(await session_of(staff)) as socket:
        await type(staff).objects.filter(pk=staff.pk).aupdate(**change)

        assert await closed_with(socket) == CLOSE_SIGNED_OUT


async def test_a_session_that_goes_on_is_left_alone(staff, session_of):
    async with watching(await session_of(staff)) as socket:
        await next_message(socket)

        assert await socket.receive_nothing(timeout=0.4)


async def test_two_pages_share_the_work_of_one_change(staff, session_of, monkeypatch):
    made = []
    make = live._make
    monkeypatch.setattr(
        live, "_make", lambda shown, *how: made.append(shown.name) or make(shown, *how)
    )
    recorder, session = Recorder(), await session_of(staff)
    async with watching(session) as one, watching(session) as other:
        await next_message(one)
        await next_message(other)
        made.clear()
        recorder.note(now_record())
        messages = [await next_message(one), await next_message(other)]

    assert messages[0] == messages[1]
    assert made == ["1h"]


async def test_a_redis_that_is_away_costs_nobody_anything(staff, session_of, monkeypatch):
    monkeypatch.setattr(bus, "_redis_url", "redis://127.0.0.1:9/0")
    recorder = Recorder()
    recorder.note(now_record())
    await recorder.flush()

    async with watching(await session_of(staff)) as socket:
        message = await next_message(socket)

    assert sum(message["parts"]["series"]["all"]["requests"]) == 1


async def test_a_page_that_cannot_be_made_is_said_to_be_out_of_date(staff, session_of, monkeypatch):
    session = await session_of(staff)

    def fail(*args):
        raise DatabaseError

    monkeypatch.setattr(live, "read_snapshot", fail)

    async with watching(session) as socket:
        assert await next_message(socket) == {"type": "stale"}


async def test_where_nothing_changes_a_sign_of_life_is_sent(staff, session_of, monkeypatch):
    monkeypatch.setattr("dashboard.live.MAX_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr("dashboard.consumers.MAX_PAUSE_SECONDS", 0.01)
    async with watching(await session_of(staff)) as socket:
        await next_message(socket)

        assert json.loads(await socket.receive_from(timeout=10)) == {"type": "alive"}


async def test_who_comes_while_others_are_looked_up_stays(monkeypatch):
    viewers = Viewers(Bus(""), live.LivePages(), check_seconds=0.0)
    shown_out, is_looked_up = [], asyncio.Event()

    @dataclass(frozen=True)
    class Viewer:
        session_key: str
        role: Role = Role.VIEWER

        async def sign_out(self):
            shown_out.append(self.session_key)
            is_looked_up.set()

    def look_up(session_keys):
        viewers.add(Viewer("of-the-next"))
        return {key: Role.VIEWER for key in session_keys if key == "of-the-next"}

    monkeypatch.setattr("dashboard.viewers.roles_of_sessions", look_up)
    viewers.add(Viewer("of-the-first"))
    async with asyncio.timeout(10):
        await is_looked_up.wait()

    assert shown_out == ["of-the-first"]


async def test_a_page_of_a_day_is_made_less_often(staff, session_of, monkeypatch):
    monkeypatch.setattr("dashboard.live.MIN_PAUSE_SECONDS", 0.0)
    recorder, session = Recorder(), await session_of(staff)
    async with watching(session) as hour, watching(session, "?range=24h") as day:
        await next_message(hour)
        await next_message(day)
        recorder.note(now_record())
        await next_message(hour)

        assert await day.receive_nothing()


async def test_many_viewers_are_looked_up_at_once(staff, visitor, session_of):
    admins = [await session_of(staff) for _ in range(20)]
    others = [await session_of(visitor) for _ in range(20)]

    @sync_to_async
    def look_up():
        with CaptureQueriesContext(connection) as queries:
            return roles_of_sessions({*admins, *others, "no-session", ""}), len(queries)

    found, queries = await look_up()

    assert found == dict.fromkeys(admins, Role.ADMIN)
    assert queries <= 4


async def test_a_socket_that_does_not_exist_is_refused_without_a_fault():
    nowhere = WebsocketCommunicator(URLRouter(websocket_urlpatterns), "/ws/nope/")

    is_accepted, _ = await nowhere.connect()

    assert not is_accepted
