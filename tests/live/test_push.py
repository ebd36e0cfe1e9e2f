"""What changes at one worker is announced on streams that are open at another."""

import queue
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from huggingface_hub import HfApi

from mcpendpoint.protocol.sessions import read_session
from tests import environment, loopback
from tests.live.listening import END, Listener, begin_session, get_stream, listen
from tests.live.people import let_urls_write, post_form
from tests.mcpendpoint.wire import (
    BOTH,
    LEGACY,
    LEGACY_VERSIONS,
    META,
    Wire,
    modern,
    modern_headers,
    request,
)

WITHIN_SECONDS = 1.5
"""Of which the product promises one: the rest is for a busy machine."""
END_WITHIN_SECONDS = 2.5

ANNOUNCED = {"jsonrpc": "2.0", "method": "notifications/tools/list_changed"}
CHANGED = ["hf_whoami"]


@dataclass
class Somebody:
    """Who saves at the first worker and listens at the second."""

    workers: tuple[str, str]
    browser: httpx.Client
    key: str
    listeners: ExitStack = field(default_factory=ExitStack)

    @property
    def url(self) -> str:
        return f"{self.workers[1]}/mcp"

    def submit(self, path: str, **form: Any) -> None:
        post_form(self.browser, path, form).raise_for_status()

    def save(self, *tools: str) -> None:
        self.submit("/settings/tools/", tools=list(tools), include_images="on")

    def listen(self, **filters: Any) -> Listener:
        return self._closed_in_the_end(listen(self.url, self.key, **filters))

    def get(self, version: str = LEGACY, **headers: str) -> Listener:
        session = begin_session(self.url, self.key, version)
        return self._closed_in_the_end(get_stream(self.url, session, **headers))

    def _closed_in_the_end(self, listener: Listener) -> Listener:
        self.listeners.callback(listener.close)
        return listener


@pytest.fixture
def make_somebody(workers, new_user, sign_in) -> Iterator[Any]:
    with ExitStack() as stack:

        def make(token: str = "") -> Somebody:
            browser = sign_in(SimpleNamespace(url=workers[0]), token or new_user().token)
            form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
            page = post_form(browser, "/settings/keys/", form).text
            key = re.search(r"hfmcp_[\w-]{40,}", page)[0]
            return Somebody(workers, browser, key, stack)

        yield make


@pytest.fixture
def writer(workers, new_user) -> Iterator[Somebody]:
    """Somebody with a repository, whose own token may write without a question."""
    token = new_user().token
    let_urls_write(SimpleNamespace(url=workers[0]), token)
    with closing(loopback.client()) as browser, ExitStack() as stack:
        made = Somebody(workers, browser, token, stack)
        name = token.removeprefix("hf_user_")
        wire = Wire(f"{workers[0]}/mcp?bouquet=write", token)
        assert not wire.call("create_repo", {"uri": f"hf://models/{name}/notes"})["result"].get(
            "isError"
        )
        yield made


@pytest.fixture
def somebody(make_somebody) -> Somebody:
    return make_somebody()


def test_a_saved_selection_is_announced_at_another_worker_within_a_second(somebody):
    stream, subscription = somebody.get(), somebody.listen()
    subscription.next()  # the acknowledgement

    somebody.save("hub_repo_search")
    saved_at = time.monotonic()

    assert stream.next() == ANNOUNCED
    told = subscription.next()
    assert time.monotonic() - saved_at < WITHIN_SECONDS
    assert (told["method"], told["params"]["_meta"]) == (
        ANNOUNCED["method"],
        {META + "subscriptionId": "listen:0"},
    )
    assert set(Wire(somebody.url, somebody.key).tools()) & {"hub_repo_search", "hf_doc_search"} == {
        "hub_repo_search"
    }


def test_a_saved_selection_is_announced_on_a_stream_of_http_sse(somebody):
    url = f"{somebody.workers[1]}/sse"
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {somebody.key}"}
    stream = somebody._closed_in_the_end(Listener().open("GET", url, headers=headers))
    somebody.submit("/settings/tools/", tools=["hub_repo_search"], include_images="on")

    assert stream.next(WITHIN_SECONDS + 1) == ANNOUNCED
    assert_takes_messages_of_its_caller_only(somebody, stream.first_lines[1])


def assert_takes_messages_of_its_caller_only(somebody: Somebody, line: str) -> None:
    url = somebody.workers[0] + line.removeprefix("data: ")
    statuses = [Wire(url, key).post(request("ping")).status_code for key in (somebody.key, None)]
    assert statuses == [202, 404]


def test_a_subscription_is_acknowledged_before_anything_else(somebody):
    listener = somebody.listen(
        toolsListChanged=True, promptsListChanged=True, resourceSubscriptions=["ftp://papers/1"]
    )

    assert listener.next() == {
        "jsonrpc": "2.0",
        "method": "notifications/subscriptions/acknowledged",
        "params": {
            "notifications": {"toolsListChanged": True, "promptsListChanged": True},
            "_meta": {META + "subscriptionId": "listen:0"},
        },
    }


def test_a_change_of_a_resource_is_told_wherever_its_client_listens(writer):
    readme = f"hf://models/{writer.key.removeprefix('hf_user_')}/notes/README.md"
    session = begin_session(writer.url, writer.key)
    legacy = writer._closed_in_the_end(get_stream(writer.url, session))
    modern = writer.listen(resourceSubscriptions=[readme])
    assert modern.next()["params"]["notifications"] == {"resourceSubscriptions": [readme]}
    subscribed = Wire(f"{writer.workers[0]}/mcp").post(
        request("resources/subscribe", {"uri": readme}), {"Accept": BOTH, **session}
    )
    assert subscribed.json()["result"] == {}

    # What is there is not known until it was looked at once, which the first changes may precede.
    told = next(filter(None, (write_and_hear(writer, readme, modern, n) for n in range(5))))

    assert told["params"]["uri"] == readme
    assert legacy.next() == {
        "jsonrpc": "2.0",
        "method": "notifications/resources/updated",
        "params": {"uri": readme},
    }


def test_what_a_webhook_tells_of_is_looked_at_at_once(writer, hub, sign_in):
    name = writer.key.removeprefix("hf_user_")
    readme = f"hf://models/{name}/notes/README.md"
    browser = sign_in(SimpleNamespace(url=writer.workers[0]), writer.key)
    page = post_form(browser, "/settings/webhook/", {}).text
    path, secret = re.findall(r'id="webhook-(?:url|secret)">(?:http://[^/<]*)?([^<]+)<', page)
    listener = writer.listen(resourceSubscriptions=[readme])
    listener.next()

    def change_and_hear(number: int) -> Any:
        HfApi(hub.url, token=writer.key).upload_file(
            path_or_fileobj=b"text %d" % number, path_in_repo="README.md", repo_id=f"{name}/notes"
        )
        told = {
            "event": {"action": "update", "scope": "repo.content"},
            "repo": {"type": "model", "name": f"{name}/notes"},
        }
        headers = {"X-Webhook-Secret": secret}
        answer = httpx.post(f"{writer.workers[0]}{path}", json=told, headers=headers)
        assert answer.status_code == 200
        with suppress(queue.Empty):
            return listener.next(WITHIN_SECONDS + 1)

    assert next(filter(None, map(change_and_hear, range(5))))["params"]["uri"] == readme


def write_and_hear(writer: Somebody, uri: str, listener: Listener, number: int) -> Any:
    wire = Wire(f"{writer.workers[0]}/mcp?bouquet=write", writer.key)
    arguments = {"cmd": "put", "args": [uri], "content": f"text {number}"}
    assert not wire.call("hf_fs_write", arguments)["result"].get("isError"), number
    with suppress(queue.Empty):
        return listener.next(WITHIN_SECONDS + 1)


def test_a_stream_tells_of_so_many_resources_and_no_more(somebody):
    uris = [f"hf://models/acme/model-{number}" for number in range(51)]
    body = modern("subscriptions/listen", {"notifications": {"resourceSubscriptions": uris}})
    answer = Wire(somebody.url, somebody.key).post(body, modern_headers(body))

    assert answer.status_code == 400
    assert "50 resources at most" in answer.json()["error"]["message"]


def test_who_asked_for_another_list_is_not_told_of_the_tools(somebody):
    listener, other = somebody.listen(promptsListChanged=True), somebody.listen()
    assert listener.next()["params"]["notifications"] == {"promptsListChanged": True}
    other.next()

    somebody.save("hub_repo_search")
    other.next()
    somebody.submit("/settings/sign-out-everywhere/", revoke_keys="on")

    assert listener.next()["result"]["_meta"] == {META + "subscriptionId": "listen:0"}


def test_what_does_not_change_the_list_is_announced_to_nobody(make_somebody):
    one, other = make_somebody(), make_somebody()
    mine, others = one.get(), other.get()
    same_list = one.get()

    other.save("hub_repo_search")
    assert others.next() == ANNOUNCED
    one.submit("/settings/keys/", name="Another", scopes=["mcp:read"], days="")
    one.submit("/settings/sign-out-everywhere/", revoke_keys="on")

    assert (mine.next(), same_list.next()) == (END, END)


def test_several_changes_at_once_are_announced_together(somebody):
    stream = somebody.get()

    for tools in (["hub_repo_search"], ["hub_repo_details"], ["hub_repo_search", "hf_doc_search"]):
        somebody.save(*tools)
    heard = [stream.next()]
    time_is_up = time.monotonic() + 2 * WITHIN_SECONDS
    somebody.submit("/settings/sign-out-everywhere/", revoke_keys="on")
    while (message := stream.next()) != END:
        heard.append(message)
        assert time.monotonic() < time_is_up

    assert 1 <= len(heard) <= 3
    assert all(message == ANNOUNCED for message in heard)


def revoke_key(somebody: Somebody, administer: Any) -> None:
    page = somebody.browser.get("/settings/apps/").text
    somebody.submit(re.search(r"/settings/keys/\d+/revoke/", page)[0])


def sign_out_everywhere(somebody: Somebody, administer: Any) -> None:
    somebody.submit("/settings/sign-out-everywhere/", revoke_keys="on")


def remove_account(somebody: Somebody, administer: Any) -> None:
    somebody.submit("/settings/account/remove/")


def disable(somebody: Somebody, administer: Any) -> None:
    administer(
        "from accounts.models import AccessKey, User; User.objects.filter("
        f"access_keys__hint={somebody.key[:10]!r}).update(is_active=False)"
    )


@pytest.fixture
def administer(worker_env) -> Any:
    """Run what an administrator types into `manage.py shell`."""

    def run(statement: str) -> None:
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", statement]
        env = {**environment.SETTINGS, **worker_env}
        subprocess.run(command, env=env, check=True, capture_output=True)

    return run


@pytest.mark.parametrize("end", [revoke_key, sign_out_everywhere, remove_account, disable])
def test_a_stream_ends_with_its_credential(somebody, administer, end):
    stream, subscription = somebody.get(), somebody.listen()
    subscription.next()

    end(somebody, administer)
    ended_at = time.monotonic()

    assert stream.next() == END
    assert subscription.next() == {
        "jsonrpc": "2.0",
        "id": "listen:0",
        "result": {"resultType": "complete", "_meta": {META + "subscriptionId": "listen:0"}},
    }
    assert subscription.next() == END
    assert time.monotonic() - ended_at < END_WITHIN_SECONDS


@pytest.mark.parametrize("version", LEGACY_VERSIONS)
def test_a_stream_begins_as_clients_of_its_version_bear(somebody, version):
    names = [line.partition(":")[0] for line in somebody.get(version).first_lines]
    session = begin_session(somebody.url, somebody.key, version)
    del session["MCP-Protocol-Version"]  # as some bridges do, which cannot read an empty event
    unsaid = get_stream(somebody.url, session)

    assert names == (["retry", "id", "data"] if version == LEGACY else ["retry"])
    assert [line.partition(":")[0] for line in unsaid.first_lines] == ["retry"]


def test_who_comes_back_hears_what_changed_meanwhile(somebody):
    stream = somebody.get()
    known = stream.last_event_id
    stream.close()

    same = somebody.get(**{"Last-Event-ID": known})
    somebody.save("hub_repo_search")
    assert same.next() == ANNOUNCED
    late = somebody.get(**{"Last-Event-ID": known})

    assert late.next() == ANNOUNCED


def test_a_stream_belongs_to_a_session_of_its_caller(make_somebody):
    one, other = make_somebody(), make_somebody()
    of_other = begin_session(other.url, other.key)["Mcp-Session-Id"]
    headers = {"Authorization": f"Bearer {one.key}", "Accept": "text/event-stream"}

    statuses = [
        httpx.get(one.url, headers={**headers, **session}).status_code
        for session in ({}, {"Mcp-Session-Id": of_other}, {"Mcp-Session-Id": "made up"})
    ]

    assert statuses == [405, 404, 404]


def test_a_session_goes_on_when_its_person_signs_in_here_for_the_first_time(
    workers, new_user, sign_in
):
    token = new_user().token
    session = begin_session(f"{workers[1]}/mcp", token)

    sign_in(SimpleNamespace(url=workers[0]), token)

    answer = Wire(f"{workers[0]}/mcp").post(request("ping"), {**session, "Accept": BOTH})
    assert answer.status_code == 200


def test_requests_of_a_session_are_those_of_its_caller(make_somebody):
    one, other = make_somebody(), make_somebody()
    session = begin_session(other.url, other.key)["Mcp-Session-Id"]

    def status(key: str | None, session: str) -> int:
        headers = {"Mcp-Session-Id": session, "Accept": BOTH}
        return Wire(one.url, key).post(request("tools/list"), headers).status_code

    statuses = [status(key, session) for key in (other.key, one.key, None)]

    assert (statuses, status(other.key, "made up")) == ([200, 404, 404], 404)


def test_a_session_ends_everywhere_even_if_redis_does_not_say_so(somebody, administer):
    session = begin_session(somebody.url, somebody.key)
    stream = somebody._closed_in_the_end(get_stream(somebody.url, session))
    number = read_session(session["Mcp-Session-Id"]).number

    administer(f"from mcpendpoint.push.stored_endings import store; store({number!r})")
    stored_at = time.monotonic()

    assert stream.next() == END
    assert time.monotonic() - stored_at < END_WITHIN_SECONDS
    for url in somebody.workers:
        wait_for(lambda url=url: Wire(f"{url}/mcp").post(request("ping"), session).status_code, 404)


def wait_for(ask: Any, expected: Any) -> None:
    deadline = time.monotonic() + END_WITHIN_SECONDS
    while (found := ask()) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == expected
