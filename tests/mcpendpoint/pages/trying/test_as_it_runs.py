"""What the script of the page is told while a call runs, and that to leave ends the call."""

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlencode

import orjson
import pytest
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.test import AsyncClient

from accounts.models import HubCredential, User
from accounts.preferences import save_tools
from accounts.space_selection import add_space, mark_space
from mcpendpoint.protocol.records import Outcome
from tests.mcpendpoint.asgi_client import SECONDS, AsgiRequest
from tests.mcpendpoint.gradio.scripted_space import event, progress, result

LINES = "application/x-ndjson"
PATH = "/tools/gr1_wait/"
SCHEMA = [{"name": "wait", "inputSchema": {"type": "object", "properties": {}}}]


@dataclass
class Space:
    """A Hub and its one Space, whose tool reports progress and ends when it may."""

    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    was_left: asyncio.Event = field(default_factory=asyncio.Event)
    was_called: bool = False

    async def serve(self, reader, writer):
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                if head.startswith(b"POST"):
                    await self._run(reader, writer)
                    break
                answer = SCHEMA if b"/schema" in head else self._info()
                writer.write(_json(orjson.dumps(answer)))
        writer.close()

    def _info(self):
        runtime = {"runtime": {"stage": "RUNNING"}}
        return {"id": "acme/waits", "sdk": "gradio", "subdomain": "acme-waits"} | runtime

    async def _run(self, reader, writer):
        self.was_called = True
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
        writer.write(b"Connection: close\r\n\r\n" + event(progress(1, total=2, message="half")))
        await writer.drain()
        leaving = asyncio.create_task(_until_closed(reader))
        ending = asyncio.create_task(self.may_end.wait())
        await asyncio.wait({leaving, ending}, return_when=asyncio.FIRST_COMPLETED)
        if leaving.done():
            self.was_left.set()
        writer.write(event(result("it <b>ended</b>")))
        await writer.drain()
        leaving.cancel()


async def _until_closed(reader):
    while await reader.read(1_000):
        pass


def _json(body):
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % len(body) + body


@pytest.fixture
async def waiting_space(settings):
    space = Space()
    server = await asyncio.start_server(space.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings.HF_ENDPOINT, settings.HF_SPACE_URL = url, url + "/{subdomain}"
    async with server:
        yield space
        space.may_end.set()


@pytest.fixture
async def alice(transactional_db):
    return await sync_to_async(make_alice)()


def make_alice():
    user = User.objects.create_user("alice-who-waits", hf_id="id-of-alice-who-waits")
    HubCredential.objects.create(user=user, kind=HubCredential.Kind.TOKEN, access_token="hf_alice")
    add_space(user, "acme/waits", is_private=False, title="", emoji="")
    return user


@pytest.fixture
async def browser(alice):
    client = AsyncClient()
    await client.aforce_login(alice)
    await client.get("/settings/activity/")
    return client


@asynccontextmanager
async def running(browser, path=PATH, **typed):
    token = "t" * 32
    cookies = f"sessionid={browser.cookies['sessionid'].value}; csrftoken={token}"
    body = urlencode({**typed, "csrfmiddlewaretoken": token}).encode()
    headers = {
        "accept": LINES,
        "cookie": cookies,
        "content-type": "application/x-www-form-urlencoded",
        "content-length": str(len(body)),
    }
    async with AsgiRequest(ASGIHandler(), body, headers, path) as exchange:
        yield exchange


async def news(exchange):
    """Return the next line that says something."""
    while True:
        line = (await exchange.chunk()).strip()
        if line:
            return orjson.loads(line)


async def test_progress_comes_before_the_result(waiting_space, browser, recorded):
    async with running(browser) as exchange:
        told = await news(exchange)
        assert (told["progress"], told["total"], told["message"]) == (1, 2, "half")
        waiting_space.may_end.set()
        done = await news(exchange)

    assert exchange.headers["content-type"] == LINES
    assert (
        exchange.headers["cache-control"] == "no-store"
        or "private" in (exchange.headers["cache-control"])
    )
    assert "it &lt;b&gt;ended&lt;/b&gt;" in done["result"]
    assert [record.outcome for record in recorded] == [Outcome.OK]


async def test_who_leaves_ends_the_call_up_to_the_space(waiting_space, browser, recorded):
    async with running(browser) as exchange:
        await news(exchange)
        exchange.disconnect()
        await asyncio.wait_for(waiting_space.was_left.wait(), SECONDS)

    assert [record.outcome for record in recorded] == [Outcome.CANCELLED]


async def test_a_call_goes_on_when_it_has_been_approved(waiting_space, browser, alice, recorded):
    await sync_to_async(mark_space)(alice, "acme/waits", asks_first=True)
    waiting_space.may_end.set()

    async with running(browser) as exchange:
        told = await news(exchange)
        assert not waiting_space.was_called
        await browser.post(path_in(told["page"]), {"decision": "approve"})
        while "result" not in told:
            told = await news(exchange)

    assert "ended" in told["result"]
    assert [record.outcome for record in recorded] == [Outcome.OK]


async def test_a_call_is_not_made_when_it_has_been_refused(waiting_space, browser, alice):
    await sync_to_async(mark_space)(alice, "acme/waits", asks_first=True)

    async with running(browser) as exchange:
        told = await news(exchange)
        await browser.post(path_in(told["page"]), {"decision": "refuse"})
        while "result" not in told:
            told = await news(exchange)

    assert "the person refused it" in told["result"]
    assert not waiting_space.was_called


async def test_whoever_signed_out_meanwhile_has_no_call_made(waiting_space, browser, alice):
    await sync_to_async(mark_space)(alice, "acme/waits", asks_first=True)
    elsewhere = AsyncClient()
    await elsewhere.aforce_login(alice)

    async with running(browser) as exchange:
        told = await news(exchange)
        await browser.alogout()
        await elsewhere.post(path_in(told["page"]), {"decision": "approve"})
        while "result" not in told:
            told = await news(exchange)

    assert "its credential ended" in told["result"]
    assert not waiting_space.was_called


async def test_what_was_unticked_meanwhile_is_not_run(waiting_space, browser, alice):
    await sync_to_async(save_tools)(alice, ["create_repo"], True)

    async with running(
        browser, "/tools/create_repo/", **{"arg.uri": "hf://models/a/b"}
    ) as exchange:
        told = await news(exchange)
        await sync_to_async(save_tools)(alice, [], True)
        await browser.post(path_in(told["page"]), {"decision": "approve"})
        while "result" not in told:
            told = await news(exchange)

    assert "is not selected" in told["result"]


async def test_what_is_wrong_with_the_form_comes_as_the_form(browser):
    async with running(browser, "/tools/hub_repo_search/", **{"arg.limit": "x"}) as exchange:
        form = (await exchange.chunk()).decode()

    assert exchange.status == 422
    assert form.lstrip().startswith("<form")
    assert "This should be a number" in form


def path_in(url):
    return "/" + url.split("/", 3)[3]
