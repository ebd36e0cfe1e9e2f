"""Clients that others wrote, from a bare address to the end of what they were given."""

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page

from tests.accounts.authorization.assistants import ASSISTANTS, MCP_REMOTES, REDIRECTS
from tests.accounts.authorization.documents import CLIENT_ID, FOLDER_VARIABLE, document
from tests.live.people import Person
from tests.live.product import OAUTH_CLIENT, Product, start_product


@pytest.fixture(scope="module")
def site(product_env, oauth, tmp_path_factory) -> Iterator[Product]:
    """A product that can find the document of a client."""
    folder = tmp_path_factory.mktemp("documents")
    (folder / "client.json").write_text(json.dumps(document(redirect_uris=REDIRECTS)))
    more = {
        "DJANGO_SETTINGS_MODULE": "tests.live.settings_with_documents",
        FOLDER_VARIABLE: str(folder),
        "OAUTH_CLIENT_DOCUMENTS": "true",
    }
    with start_product(product_env | OAUTH_CLIENT | more) as running:
        yield running


@dataclass
class Owner:
    """Whoever the client acts for, in a browser."""

    page: Page
    person: Person
    site: Product
    visited: list[str] = field(default_factory=list)

    async def visit(self, address: str) -> None:
        self.visited.append(address)
        await self.page.goto(address)
        if "/sign-in/" in self.page.url:
            await self.page.get_by_role("button", name="Sign in with Hugging Face").click()
            await self.page.get_by_label("User name").fill(self.person.name)
            await self.page.get_by_role("button", name="Log in").click()
            await self.page.get_by_role("button", name="Authorize").click()
            await self.page.wait_for_url(self._is_of_site)
        await self.page.get_by_role("button", name="Authorize").click()
        # A page that is still under way would stop the next visit.
        await self.page.wait_for_url(lambda url: not self._is_of_site(url), wait_until="commit")

    def _is_of_site(self, url: str) -> bool:
        return url.startswith(self.site.url)

    async def disconnect_the_app(self) -> None:
        (path,) = set(
            re.findall(r"/settings/apps/\d+/disconnect/", await self._get("/settings/apps/"))
        )
        await self._post(path)

    async def let_tokens_expire(self) -> None:
        with sqlite3.connect(self.site.log_file.with_name("db.sqlite3")) as database:
            database.execute(
                "UPDATE authorization_accesstoken SET expires = datetime('now', '-1 minute') "
                "WHERE user_id = (SELECT id FROM accounts_user WHERE username = ?)",
                [self.person.name],
            )
        # What is saved there makes the product look at the database again.
        await self._post("/settings/tools/defaults/")

    async def history(self) -> list[str]:
        """Return what the audit log says of the app, oldest first."""
        log = await self._get("/settings/activity/export.jsonl")
        events = [json.loads(line)["action"] for line in log.splitlines()]
        of_app = {"consent", "token_issued", "token_refreshed", "token_revoked"}
        return [event for event in reversed(events) if event in of_app]

    async def _get(self, path: str) -> str:
        return await (await self.page.request.get(self.site.url + path)).text()

    async def _post(self, path: str) -> None:
        settings = await self._get("/settings/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', settings)
        assert token, settings
        answer = await self.page.request.post(
            self.site.url + path,
            form={"csrfmiddlewaretoken": token[1]},
            headers={"Referer": f"{self.site.url}/settings/"},
        )
        assert answer.ok


@pytest.fixture
def owner(page: Page, site: Product, new_user) -> Owner:
    return Owner(page, new_user(), site)


@pytest.mark.parametrize("how", ["registration", "document"])
@pytest.mark.parametrize("name", ASSISTANTS)
async def test_from_an_address_to_the_end(name: str, how: str, owner: Owner, tmp_path: Path):
    url = f"{owner.site.url}/u/{owner.person.name}/mcp"
    document_url = CLIENT_ID if how == "document" else None
    connected = ["consent", "token_issued"]

    async with ASSISTANTS[name](url, owner.visit, tmp_path, document_url) as assistant:
        assert owner.person.name in await assistant.whoami()
        assert len(owner.visited) == 1
        assert await owner.history() == connected

        await owner.let_tokens_expire()
        assistant.look_at_the_clock()
        assert owner.person.name in await assistant.whoami()
        assert len(owner.visited) == 1
        assert await owner.history() == [*connected, "token_refreshed"]

        await owner.disconnect_the_app()
        assert owner.person.name in await assistant.whoami()
        assert len(owner.visited) == 2
        assert await owner.history() == [*connected, "token_refreshed", "token_revoked", *connected]

    asked = [dict(httpx.URL(address).params) for address in owner.visited]
    assert all(each["resource"] == url for each in asked)
    assert all(each["code_challenge_method"] == "S256" for each in asked)
    assert all((each["client_id"] == CLIENT_ID) == (how == "document") for each in asked)


@pytest.mark.parametrize("path", ["/mcp?login", "/mcp/?login"])
@pytest.mark.parametrize("name", MCP_REMOTES)
async def test_mcp_remote_signs_in_refreshes_and_signs_in_again(
    name: str, path: str, owner: Owner, tmp_path: Path
):
    """Version 0.1 asks for a sign-in when it starts, and never later."""
    start = partial(MCP_REMOTES[name], owner.site.url + path, owner.visit, tmp_path, None)

    async with start() as assistant:
        assert owner.person.name in await assistant.whoami()

        await owner.let_tokens_expire()
        assert owner.person.name in await assistant.whoami()
    assert len(owner.visited) == 1

    await owner.disconnect_the_app()
    async with start() as assistant:
        assert owner.person.name in await assistant.whoami()
    assert len(owner.visited) == 2
