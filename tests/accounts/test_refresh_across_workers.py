"""Workers that share a database refresh a token one after the other, never with the same token.

The provider ends the whole grant when a refresh token is used twice, as Hugging Face does.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.accounts.sign_in_by_hand import authorize
from tests.live.people import Person, post_form
from tests.mcpendpoint.wire import Json, Wire, request
from tests.standins.hub.control import HubControl
from tests.standins.serve import Running

ABOUT_TO_EXPIRE = 200
LONG = 3_600
"""Seconds that tokens hold."""


@pytest.fixture
def token_seconds(hub, oauth) -> Iterator[Callable[[int], None]]:
    """Say how long the provider's tokens hold from now on, such as so short that each use of one
    is a refresh.
    """
    url = f"{hub.url}/oauth/_settings"
    before = httpx.get(url).json()
    httpx.delete(f"{hub.url}/oauth/_log")
    yield lambda seconds: httpx.post(url, json={"access_token_seconds": seconds})
    HubControl(hub.url).behave()
    httpx.post(url, json=before)


@pytest.fixture
def person(new_user) -> Person:
    return new_user()


@pytest.fixture
def key(workers, token_seconds, person) -> str:
    """An access key of a person whose Hugging Face token is about to expire."""
    token_seconds(ABOUT_TO_EXPIRE)
    made = access_key_of(workers[0], person.name)
    for worker in workers:  # the first request to a process takes longer
        Wire(f"{worker}/mcp").post(request("ping"))
    return made


def access_key_of(worker: str, name: str) -> str:
    with httpx.Client(base_url=worker, follow_redirects=True, trust_env=False) as browser:
        browser.get("/sign-in/")
        page = post_form(browser, "/accounts/huggingface/login/", {}).text
        onward = re.search(r'content="0;url=([^"]+)"', page)
        assert onward, page
        browser.get(authorize(html.unescape(onward[1]), name)).raise_for_status()
        page = post_form(browser, "/settings/keys/", {"name": "Laptop", "scopes": "mcp:read"}).text
    key = re.search(r"hfmcp_[\w-]{20,}", page)
    assert key, page
    return key[0]


def test_many_at_once_make_one_refresh_and_all_are_answered(
    hub, workers, token_seconds, person, key
):
    token_seconds(LONG)
    # Long enough for every worker to find that the token is about to expire.
    HubControl(hub.url).misbehave("/oauth/token", method="POST", delay=2)

    answers = call_at_once(workers * 10, key)

    assert all(person.name in str(answer) for answer in answers)
    assert refreshes(hub) == [None]
    assert person.name in str(call_at_once(workers, key))
    assert refreshes(hub) == [None]


def test_no_refresh_token_is_used_twice(hub, workers, person, key):
    HubControl(hub.url).misbehave("/oauth/token", method="POST", delay=2)

    answers = call_at_once(workers * 5, key)

    assert all(person.name in str(answer) for answer in answers)
    assert len(refreshes(hub)) >= len(workers)
    assert set(refreshes(hub)) == {None}


def call_at_once(workers: Sequence[str], key: str) -> list[Json]:
    """Call a tool that asks Hugging Face; return the results, which must be no errors."""
    with ThreadPoolExecutor(len(workers)) as pool:
        calls = [pool.submit(Wire(f"{worker}/mcp", key).call, "hf_whoami") for worker in workers]
        results = [call.result()["result"] for call in calls]
    assert not any(result.get("isError") for result in results)
    return results


def refreshes(hub: Running) -> list[str | None]:
    """Return what the provider answered to refreshes: None, or the error."""
    log = httpx.get(f"{hub.url}/oauth/_log").json()
    return [entry["error"] for entry in log if entry["grant_type"] == "refresh_token"]
