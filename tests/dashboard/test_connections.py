"""Which streams are open, as the dashboard shows it."""

import re
import time
from contextlib import closing
from datetime import UTC, datetime
from functools import partial

import httpx
import pytest

from dashboard.connections import (
    ENDED_SHOWN_FOR,
    GONE_AFTER,
    MAX_KINDS,
    MAX_SHOWN,
    Connections,
    Kind,
    Open,
    forget_old,
    store,
)
from dashboard.connections_shown import Pings
from dashboard.listed_again import ListedAgain
from dashboard.models import OpenStreams
from dashboard.ranges import RANGES
from dashboard.reading import read_snapshot
from dashboard.stream_counts import Cell, Counts, write_counts
from mcpendpoint.protocol.client_tag import ClientTag
from mcpendpoint.push.bus import Bus
from mcpendpoint.push.frames import SessionFrames
from mcpendpoint.push.stream import Origin, Stream, StreamEvent
from tests.dashboard.factories import make_record
from tests.live.listening import END, begin_session, get_stream, listen
from tests.live.people import post_form
from tests.mcpendpoint.wire import BOTH, LEGACY, Wire, request

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
CURSOR = Kind("cursor", "1.0", "session")
CLAUDE = Kind("claude-code", "2", "subscription")
WITHIN_SECONDS = 10


def shown(now=NOW):
    return read_snapshot(RANGES["1h"].at(now), now).connections


def open_by_client(now=NOW):
    clients = {row.name: (row.subscriptions, row.sessions) for row in shown(now).clients}
    return shown(now).open, clients


@pytest.mark.django_db
def test_streams_of_all_workers_add_up():
    store("one", {CURSOR: Open(2)}, NOW)
    store("other", {CURSOR: Open(1, distressed=1), CLAUDE: Open(5)}, NOW)

    assert open_by_client() == (8, {"claude-code": (5, 0), "cursor": (0, 3)})
    assert shown().distressed == 1


@pytest.mark.django_db
def test_what_a_worker_says_replaces_what_it_said():
    store("one", {CURSOR: Open(2)}, NOW)
    store("one", {CLAUDE: Open(1)}, NOW + GONE_AFTER / 3)

    assert open_by_client() == (1, {"claude-code": (1, 0)})


@pytest.mark.django_db
def test_a_worker_that_says_nothing_more_is_gone_after_a_while():
    store("one", {CURSOR: Open(2)}, NOW, [row_of(stream())])
    assert [each.state for each in shown().streams] == ["connected"]

    assert open_by_client(NOW + GONE_AFTER) == (0, {})
    assert shown(NOW + GONE_AFTER).streams == ()
    assert forget_old(NOW + ENDED_SHOWN_FOR + GONE_AFTER) == 2
    assert not OpenStreams.objects.exists()


@pytest.mark.django_db
def test_made_up_names_take_no_more_than_their_share():
    store("one", {Kind(f"client {n}", "", "session"): Open(1) for n in range(2_000)}, NOW)

    assert OpenStreams.objects.count() == MAX_KINDS + 1
    assert open_by_client()[0] == 2_000


def stream(client="cursor", **origin):
    async def send(message):
        """Write nothing."""

    origin = Origin(ClientTag(client, "1.0"), protocol_version="2025-11-25", **origin)
    return Stream(SessionFrames("2025-11-25"), send, origin)


def row_of(one):
    several = Connections()
    several._streams[one] = None
    return several._sample()[0]


async def test_few_of_many_streams_are_told_one_by_one(db):
    said = []

    async def changed():
        said.append(True)

    several = Connections(changed)
    for _ in range(1_000):
        several.note(stream(), StreamEvent.OPENED)
    ended = stream("gone")
    several.note(ended, StreamEvent.OPENED)
    several.note(ended, StreamEvent.CLOSED)

    sample = several._sample()
    assert len(sample) == MAX_SHOWN + 1
    assert (sample[-1]["client_name"], sample[-1]["ended_by"]) == ("gone", "client")
    several._saying.cancel()


@pytest.mark.django_db
def test_what_became_of_streams_is_counted_by_client():
    counts = Counts()
    minute = int(NOW.timestamp())
    noted = {"opened": 3, "resumed": 2, "closed_stuck": 1, "ping_sent": 4, "ping_answered": 3}
    for event, times in noted.items():
        counts.add(Cell(minute, "cursor", "1.0", event), times)
    write_counts(counts)
    write_counts(counts)

    (client,) = shown().clients
    assert (client.happened.opened, client.happened.resumed) == (10, 4)
    assert client.happened.closed == {"stuck": 2}
    assert client.happened.pings == Pings(sent=8, answered=6)
    assert shown().happened == client.happened


class Noted:
    """Counts that are looked at, not stored."""

    def __init__(self):
        self.events = []

    def count(self, origin, event, *, at=None):
        self.events.append((origin.client.name, event))


async def test_who_lists_again_is_counted_once_whichever_worker_is_asked():
    noted, bus = Noted(), Bus("")
    worker = ListedAgain(bus, noted)
    told = [stream("a", source="1"), stream("b", source="2")]
    for one in told:
        worker.note_told(one, StreamEvent.LIST_CHANGED)
        worker.note_told(one, StreamEvent.LIST_CHANGED)
    await worker._telling

    for source in ("1", "1", "3"):
        source_of_it = partial(str, source)
        worker.note(make_record(method="tools/list", source=source_of_it, client_name="a"))

    assert noted.events == [("a", "watched"), ("b", "watched"), ("a", "listed_again")]


def test_streams_at_two_workers_show_on_one_page_until_they_are_closed(postgres_product, sign_in):
    one, other = postgres_product(), postgres_product()
    browser = sign_in(one, "hf_admin")

    def open_streams():
        return browser.get("/dashboard/api/metrics").json()["totals"]["open_streams"]

    at_one, at_other = f"{one.url}/mcp", f"{other.url}/mcp"
    with closing(get_stream(at_one, begin_session(at_one))), closing(listen(at_other)):
        assert comes_to(2, open_streams)

    assert comes_to(0, open_streams)


def test_an_admin_ends_a_session_at_every_worker(postgres_product, sign_in):
    one, other = postgres_product(), postgres_product()
    admin = sign_in(one, "hf_admin")
    sign_in(one, "hf_alice")
    session = begin_session(f"{other.url}/mcp", "hf_alice")

    with closing(get_stream(f"{other.url}/mcp", session)) as stream:
        assert comes_to(["alice"], lambda: people(admin))
        (address,) = set(
            re.findall(r"/dashboard/sessions/[\w-]+/end/", admin.get("/dashboard/").text)
        )
        assert sign_in(one, "hf_bob").get(address).status_code == 403
        assert "<strong>alice</strong>" in admin.get(address).text

        post_form(admin, address, {}).raise_for_status()

        assert stream.next(WITHIN_SECONDS) is END
    assert "Client’s session ended" in admin.get("/dashboard/audit/").text.replace("&#x27;", "’")
    assert comes_to({"session": 1}, lambda: closed(admin))


def test_a_call_that_is_taken_up_again_is_counted(postgres_product, sign_in):
    one, other = postgres_product(), postgres_product()
    admin, url = sign_in(one, "hf_admin"), f"{other.url}/mcp"
    headers = {**begin_session(url, "hf_alice"), "Accept": BOTH, "MCP-Protocol-Version": LEGACY}
    operations = [{"cmd": "cat", "args": ["hf://models/acme/tiny-llm/README.md"]}]
    call = {"name": "hf_fs", "arguments": {"operations": operations}, "_meta": {"progressToken": 1}}
    called = Wire(url).post(request("tools/call", call), headers)
    event_id = re.search(r"^id: (call\.\S+\.0)\s", called.text, re.MULTILINE)[1]

    resumed = httpx.get(url, headers={**headers, "Last-Event-ID": event_id})

    assert "tiny-llm" in resumed.text
    assert comes_to(1, lambda: happened(admin)["calls_resumed"])


def happened(admin):
    return admin.get("/dashboard/api/metrics").json()["connections"]["happened"]


def people(admin):
    streams = admin.get("/dashboard/api/metrics").json()["connections"]["streams"]
    return [row["username"] for row in streams if row["state"] == "connected"]


def closed(admin):
    return happened(admin)["closed"]


def comes_to(wanted, ask):
    deadline = time.monotonic() + WITHIN_SECONDS
    while (found := ask()) != wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return found == wanted
