"""What is served while PostgreSQL, Redis or the Hub is away, and after it came back."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests import loopback
from tests.live import faulty_load as load
from tests.live.faulty_load import Kind, Load, eventually, under_load
from tests.live.people import new_user, post_form, sign_in
from tests.live.product import start_product
from tests.live.storage import Stoppable, postgres_program, stoppable_postgres, stoppable_redis
from tests.needs import need
from tests.ports import free_port

BEFORE_SECONDS = 1.0
AWAY_SECONDS = 3.0
RECOVERED_WITHIN_SECONDS = 5
PATIENCE_SECONDS = 8
"""No answer takes longer, whatever is away: DATABASE_WAIT_SECONDS and some."""

TRY_AGAIN_LATER = 1013


@dataclass(frozen=True)
class Site:
    """Two workers, whose storage can be taken away; and an admin's session."""

    workers: tuple[str, str]
    postgres: Stoppable
    redis: Stoppable
    session: str
    key: str

    @property
    def kinds(self) -> list[Kind]:
        search = {"name": "hub_repo_search", "arguments": {"query": "x"}}
        nonsense = {"grant_type": "refresh_token", "client_id": "x", "refresh_token": "y"}

        def token(client: httpx.Client, worker: str) -> httpx.Response:
            return client.post(f"{worker}/oauth/token", data=nonsense)

        return [
            Kind("anonymous", load.rpc("tools/list", {}), load.check_rpc, is_counted=True),
            Kind("list", load.rpc("tools/list", {}, self.key), load.check_rpc, is_counted=True),
            Kind("call", load.rpc("tools/call", search, self.key), load.check_rpc, is_counted=True),
            Kind("sign-in page", load.page("/sign-in/"), load.check_page),
            Kind("settings", load.page("/settings/", self.session), load.check_page),
            Kind("dashboard", load.page("/dashboard/", self.session), load.check_page),
            Kind("metrics", load.page("/dashboard/api/metrics", self.session), load.check_metrics),
            Kind("token", token, load.check_oauth),
        ]

    def totals(self) -> dict[str, int]:
        with loopback.client() as client:
            answer = load.page("/dashboard/api/metrics", self.session)(client, self.workers[0])
        return answer.raise_for_status().json()["totals"]

    def recovers(self, sent: Load) -> bool:
        return eventually(lambda: self.all_answer(sent), seconds=RECOVERED_WITHIN_SECONDS)

    def all_answer(self, sent: Load) -> bool:
        """Ask for everything once, and count that with what was sent before."""
        probe = Load()
        with loopback.client() as client:
            for kind in self.kinds:
                for worker in self.workers:
                    probe.send(kind, client, worker)
        sent.counted += probe.counted
        sent.failed += probe.failed
        return not probe.problems and not probe.names(503)


@pytest.fixture(scope="module")
def site(product_env) -> Iterator[Site]:
    need(postgres_program("initdb"), "PostgreSQL's server is not installed")
    with ExitStack() as parts:
        postgres = parts.enter_context(stoppable_postgres())
        redis = parts.enter_context(stoppable_redis())
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        storage = {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url, "PUBLIC_URL": url}
        ports = (port, free_port())
        for each in ports:
            parts.enter_context(start_product(product_env | storage | {"PORT": str(each)}))
        first, second = (f"http://127.0.0.1:{each}" for each in ports)
        browser = parts.enter_context(closing(sign_in(SimpleNamespace(url=url), "hf_admin")))
        form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
        key = re.search(r"hfmcp_[\w-]{40,}", post_form(browser, "/settings/keys/", form).text)[0]
        yield Site((first, second), postgres, redis, browser.cookies["sessionid"], key)


def test_while_postgresql_is_away_everybody_is_told_to_come_back_and_nothing_is_lost(site):
    before = load.settled(site.totals)

    with under_load(site.workers, site.kinds) as sent:
        time.sleep(BEFORE_SECONDS)
        with away(site.postgres):
            time.sleep(AWAY_SECONDS)
            closed = close_code_of_dashboard(site)
    recovered = site.recovers(sent)

    assert sent.problems == []
    assert recovered
    assert closed == TRY_AGAIN_LATER
    assert sent.names(503) >= {"list", "settings", "dashboard", "metrics", "token"}
    assert "anonymous" not in sent.names(503)
    assert sent.slowest_seconds < PATIENCE_SECONDS
    load.assert_all_counted(site.totals, before, sent)


def test_while_redis_is_away_everything_goes_on(site):
    before = load.settled(site.totals)
    registration = Kind("register", register, check_registration)

    with under_load(site.workers, [*site.kinds, registration]) as sent:
        time.sleep(BEFORE_SECONDS)
        with away(site.redis):
            time.sleep(AWAY_SECONDS)
            signed_in = sign_in(SimpleNamespace(url=site.workers[0]), new_user().token)
    recovered = site.recovers(sent)
    signed_in.close()

    assert sent.problems == []
    assert recovered
    assert sent.names(503) == set()
    assert sent.slowest_seconds < PATIENCE_SECONDS
    load.assert_all_counted(site.totals, before, sent)


def register(client: httpx.Client, worker: str) -> httpx.Response:
    return client.post(f"{worker}/oauth/register", json={"redirect_uris": ["http://127.0.0.1/x"]})


def check_registration(answer: httpx.Response) -> None:
    assert answer.status_code == 201
    assert answer.json()["client_id"]


@contextmanager
def away(server: Stoppable) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def close_code_of_dashboard(site: Site) -> int:
    address = site.workers[0].removeprefix("http://")
    headers = {"Cookie": f"sessionid={site.session}"}
    try:
        with connect(
            f"ws://{address}/ws/dashboard/",
            origin=f"http://{address}",
            additional_headers=headers,
            proxy=None,
        ) as socket:
            socket.recv(timeout=PATIENCE_SECONDS)
    except ConnectionClosed as closed:
        return closed.rcvd.code
    raise AssertionError("The dashboard's WebSocket stayed open.")
