"""Blocks, roles and groups are in force at every worker within two seconds, and so is their end."""

import queue
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.live.listening import END, Listener, listen
from tests.live.people import Person, post_form
from tests.mcpendpoint.wire import Wire, request

WITHIN_SECONDS = 2
POLL_SECONDS = 0.05
BLOCKS = "/dashboard/blocks/"
LIST = request("tools/list")


@dataclass
class Settled:
    workers: tuple[str, str]
    person: Person
    browser: httpx.Client
    admin: httpx.Client
    key: str

    def statuses(self) -> list[int]:
        return [Wire(f"{worker}/mcp", self.key).post(LIST).status_code for worker in self.workers]

    def block(self, **form: str) -> None:
        form = {"reason": "spam", "lasts": "day", **form}
        assert post_form(self.admin, BLOCKS, form).status_code == 200

    def undo(self) -> None:
        for path in re.findall(r"/dashboard/blocks/\d+/undo/", self.admin.get(BLOCKS).text):
            post_form(self.admin, path, {})


@pytest.fixture
def somebody(workers, new_user, sign_in) -> Iterator[Settled]:
    person = new_user()
    first = SimpleNamespace(url=workers[0])
    browser, admin = sign_in(first, person.token), sign_in(first, "hf_admin")
    form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
    key = re.search(r"hfmcp_[\w-]{40,}", post_form(browser, "/settings/keys/", form).text)[0]
    settled = Settled(workers, person, browser, admin, key)
    assert settled.statuses() == [200, 200]
    yield settled
    settled.undo()


def soon(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(POLL_SECONDS)


def test_a_person_is_kept_out_by_every_worker_until_the_block_is_undone(somebody):
    somebody.block(kind="person", subject=somebody.person.name)
    soon(lambda: somebody.statuses() == [403, 403])
    cookies = dict(somebody.browser.cookies)
    for worker in somebody.workers:
        page = httpx.get(f"{worker}/settings/", cookies=cookies)
        assert page.status_code in (302, 403)  # the first of them has ended the session

    somebody.undo()

    soon(lambda: somebody.statuses() == [200, 200])


def test_the_streams_of_who_is_blocked_end(somebody):
    streams = [listen(f"{worker}/mcp", somebody.key) for worker in somebody.workers]
    assert [stream.status for stream in streams] == [200, 200]

    somebody.block(kind="person", subject=f"id:{somebody.person.hf_id}")

    for stream in streams:
        assert END in heard_within(stream, WITHIN_SECONDS)


def heard_within(stream: Listener, seconds: float) -> list[object]:
    heard: list[object] = []
    deadline = time.monotonic() + seconds
    while END not in heard and time.monotonic() < deadline:
        try:
            heard.append(stream.next(max(deadline - time.monotonic(), 0.01)))
        except queue.Empty:
            break
    return heard


def test_a_version_of_a_client_is_kept_out_at_every_worker(somebody):
    def statuses() -> list[int]:
        wires = [Wire(f"{worker}/mcp", somebody.key) for worker in somebody.workers]
        return [wire.modern("tools/list").status_code for wire in wires]

    assert statuses() == [200, 200]

    somebody.block(kind="client", subject="wire", versions="<2")

    soon(lambda: statuses() == [403, 403])


def test_a_role_that_is_taken_away_shows_a_viewer_out_at_another_worker(somebody):
    give = {"who": f"id:{somebody.person.hf_id}", "role": "1"}
    assert post_form(somebody.admin, "/dashboard/people/roles/", give).status_code == 200
    cookies = {"Cookie": f"sessionid={somebody.browser.cookies['sessionid']}"}
    other = somebody.workers[1]
    address = f"ws{other.removeprefix('http')}/ws/dashboard/"
    with connect(address, origin=other, additional_headers=cookies, proxy=None) as socket:
        socket.recv(timeout=10)

        post_form(somebody.admin, "/dashboard/people/roles/take/", {"who": give["who"]})

        deadline = time.monotonic() + WITHIN_SECONDS
        with pytest.raises(ConnectionClosed):
            while time.monotonic() < deadline:
                socket.recv(timeout=WITHIN_SECONDS)


def test_a_group_holds_at_every_worker_until_it_is_deleted(somebody):
    def lists() -> list[set[str]]:
        wires = [Wire(f"{worker}/mcp", somebody.key) for worker in somebody.workers]
        return [set(wire.tools()) for wire in wires]

    everything = lists()
    form = {"name": f"Of {somebody.person.name}", "tools_offered": "some", "tools": "hf_fs"}
    form |= dict.fromkeys(("spaces_offered", "first_tools", "first_spaces"), "all")
    form |= {f"approve_{kind}": "allow" for kind in ("delete", "publish", "spend")}
    page = post_form(somebody.admin, "/dashboard/people/groups/new/", form).url.path
    try:
        post_form(somebody.admin, page, {"who": f"id:{somebody.person.hf_id}"})

        soon(lambda: not any("hub_repo_search" in tools for tools in lists()))
        assert all("hf_fs" in tools for tools in lists())
    finally:
        post_form(somebody.admin, f"{page}delete/", {})
    soon(lambda: lists() == everything)
