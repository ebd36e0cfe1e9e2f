"""Workers that share a database refresh a token one after the other, never with the same token.

The provider ends the whole grant when a refresh token is used twice, as Hugging Face does.
"""

import asyncio
import html
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.accounts.sign_in_by_hand import authorize
from tests.live.people import post_form
from tests.live.product import OAUTH_CLIENT, Product
from tests.standins.hub.control import HubControl

CALL = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "hf_whoami"}}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-06-18"}


@pytest.fixture
def short_lived_tokens(hub, oauth) -> Iterator[str]:
    """Tokens that are about to expire when they are made: each use of one is a refresh."""
    url = f"{hub.url}/oauth/_settings"
    before = httpx.get(url).json()
    httpx.post(url, json={"access_token_seconds": 200})
    httpx.delete(f"{hub.url}/oauth/_log")
    yield hub.url
    HubControl(hub.url).behave()
    httpx.post(url, json=before)


def access_key_of(product: Product, name: str) -> str:
    with httpx.Client(base_url=product.url, follow_redirects=True, trust_env=False) as browser:
        browser.get("/sign-in/")
        page = post_form(browser, "/accounts/huggingface/login/", {}).text
        onward = re.search(r'content="0;url=([^"]+)"', page)
        assert onward, page
        browser.get(authorize(html.unescape(onward[1]), name)).raise_for_status()
        page = post_form(browser, "/settings/keys/", {"name": "Laptop", "scopes": "mcp:read"}).text
    key = re.search(r"hfmcp_[\w-]{20,}", page)
    assert key, page
    return key[0]


async def test_no_refresh_token_is_used_twice(postgres_product, short_lived_tokens, new_user):
    workers = postgres_product(**OAUTH_CLIENT), postgres_product(**OAUTH_CLIENT)
    person = new_user()
    key = await asyncio.to_thread(access_key_of, workers[0], person.name)
    for worker in workers:
        await asyncio.to_thread(httpx.post, f"{worker.url}/mcp", json=PING, headers=HEADERS)
    # Long enough for every worker to find that the token is about to expire.
    HubControl(short_lived_tokens).misbehave("/oauth/token", method="POST", delay=2)

    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        headers = HEADERS | {"Authorization": f"Bearer {key}"}
        calls = [
            client.post(f"{worker.url}/mcp", json=CALL, headers=headers) for worker in workers * 5
        ]
        answers = [answer.json()["result"] for answer in await asyncio.gather(*calls)]
        log = (await client.get(f"{short_lived_tokens}/oauth/_log")).json()

    assert all(person.name in str(answer) for answer in answers)
    assert not any(answer.get("isError") for answer in answers)
    refreshes = [entry["error"] for entry in log if entry["grant_type"] == "refresh_token"]
    assert len(refreshes) >= len(workers)
    assert set(refreshes) == {None}
