"""A real MCP client, a real browser and a person: from an address to a tool's result."""

import asyncio
import re
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.accounts.authorization import live
from tests.accounts.authorization.python_sdk import (
    Callback,
    Storage,
    Visit,
    client_of,
    listening,
    provider_of,
    whoami,
)
from tests.live.people import Person
from tests.live.product import Product
from tests.mcpendpoint.wire import Wire, request


@pytest.fixture
async def callback() -> AsyncIterator[Callback]:
    async with listening() as callback:
        yield callback


async def agree(page: Page, callback: Callback) -> None:
    """Press the button and see the client's own page: a page that is under way stops the next."""
    await page.get_by_role("button", name="Authorize").click()
    await page.wait_for_url(lambda url: url.startswith(callback.url))


def paste_token_and_agree(page: Page, callback: Callback, person: Person) -> Visit:
    async def visit(url: str) -> None:
        await page.goto(url)
        if "/sign-in/" in page.url:
            await page.get_by_label("token").fill(person.token)
            await page.get_by_role("button", name="Sign in").last.click()
        await agree(page, callback)

    return visit


async def test_from_an_address_to_a_result_by_registration(
    page: Page, product: Product, callback: Callback, new_user
):
    person, storage = new_user(), Storage()
    url = f"{product.url}/u/{person.name}/mcp"

    async with client_of(
        url, provider_of(url, callback, paste_token_and_agree(page, callback, person), storage)
    ) as client:
        said = await whoami(client)

    await expect(page.locator("body")).to_contain_text("You can close this page")
    assert person.name in said
    assert storage.tokens.scope == "mcp:read mcp:spaces"
    assert storage.client.client_secret is None


async def test_a_client_refreshes_by_itself(
    page: Page, product: Product, callback: Callback, new_user
):
    person, storage = new_user(), Storage()
    url = f"{product.url}/u/{person.name}/mcp"
    provider = provider_of(url, callback, paste_token_and_agree(page, callback, person), storage)

    async with client_of(url, provider) as client:
        await whoami(client)
        first = storage.tokens
        provider.context.token_expiry_time = 1.0  # long ago
        said = await whoami(client)

    second = storage.tokens
    app = live.LiveApp(product.url, storage.client.client_id)
    assert person.name in said
    assert first.refresh_token != second.refresh_token
    assert app.refresh(second.refresh_token).status_code == 200


async def test_a_client_asks_for_more_when_a_call_needs_more(
    page: Page, product: Product, callback: Callback, new_user
):
    person, storage = new_user(), Storage()
    url = f"{product.url}/u/{person.name}/mcp"
    asked: list[str] = []

    async def visit(address: str) -> None:
        asked.append(dict(parse_qsl(urlsplit(address).query))["scope"])
        await page.goto(address)
        if "/sign-in/" in page.url:
            await page.get_by_label("token").fill(person.token)
            await page.get_by_role("button", name="Sign in").last.click()
            await page.get_by_label("Read on Hugging Face").uncheck()
        await agree(page, callback)

    async with client_of(url, provider_of(url, callback, visit, storage)) as client:
        first = storage.tokens.scope
        said = await whoami(client)

    assert person.name in said
    assert (first, storage.tokens.scope) == ("mcp:spaces", "mcp:read mcp:spaces")
    assert asked == ["mcp:read mcp:spaces"] * 2


async def test_the_way_through_hugging_face_leads_back_to_the_question(
    page: Page, oauth_product: Product, callback: Callback, new_user
):
    person, storage = new_user(), Storage()
    url = f"{oauth_product.url}/u/{person.name}/mcp"

    async def visit(address: str) -> None:
        await page.goto(address)
        await page.get_by_role("button", name="Sign in with Hugging Face").click()
        await page.get_by_label("User name").fill(person.name)
        await page.get_by_role("button", name="Log in").click()
        await page.get_by_role("button", name="Authorize").click()
        await expect(page.get_by_text("A client of the SDK")).to_be_visible()
        await agree(page, callback)

    async with client_of(url, provider_of(url, callback, visit, storage)) as client:
        assert person.name in await whoami(client)


async def test_who_says_no_is_sent_back_with_that(
    page: Page, product: Product, callback: Callback, new_user
):
    person = new_user()
    app = live.register(product.url, redirect_uris=[callback.url])
    await page.goto(app.authorize_url(redirect_uri=callback.url))
    await page.get_by_label("token").fill(person.token)
    await page.get_by_role("button", name="Sign in").last.click()

    await page.get_by_role("button", name="Deny").click()

    answer = await asyncio.wait_for(callback.called.get(), 10)
    assert answer == {"error": "access_denied", "state": "a-state", "iss": product.url}


async def test_an_error_right_after_the_sign_in_form_reaches_the_client(
    page: Page, product: Product, callback: Callback, new_user
):
    app = live.register(product.url, redirect_uris=[callback.url])
    await page.goto(app.authorize_url(redirect_uri=callback.url, response_type="token"))
    await page.get_by_label("token").fill(new_user().token)

    await page.get_by_role("button", name="Sign in").last.click()

    answer = await asyncio.wait_for(callback.called.get(), 10)
    assert answer["error"] == "unsupported_response_type"


async def test_an_installed_app_is_reached_by_a_link_too(page: Page, product: Product, new_user):
    redirect_uri = "cursor://anysphere.cursor-mcp/oauth/callback"
    app = live.register(product.url, redirect_uris=[redirect_uri])
    await page.goto(app.authorize_url(redirect_uri=redirect_uri))
    await page.get_by_label("token").fill(new_user().token)
    await page.get_by_role("button", name="Sign in").last.click()

    await page.get_by_role("button", name="Authorize").click()

    link = page.get_by_role("link", name="go on to Probe")
    await expect(link).to_have_attribute("href", re.compile(r"^cursor://.*\?code=.*&iss="))


async def test_the_question_can_be_put_in_no_frame(
    page: Page, product: Product, callback: Callback, sign_in, new_user
):
    app = live.register(product.url)
    browser = sign_in(product, new_user().token)
    session = browser.cookies["sessionid"]
    await page.context.add_cookies([{"name": "sessionid", "value": session, "url": product.url}])
    await page.goto(callback.url.replace("/callback", "/page"))

    await page.set_content(f'<iframe src="{app.authorize_url()}"></iframe>')
    frame = page.frames[1]
    await page.wait_for_load_state("networkidle")

    assert await frame.get_by_role("button", name="Authorize").count() == 0


async def test_the_connected_app_can_be_disconnected_on_the_settings_page(
    page: Page, product: Product, callback: Callback, new_user
):
    person, storage = new_user(), Storage()
    url = f"{product.url}/u/{person.name}/mcp"
    visit = paste_token_and_agree(page, callback, person)
    async with client_of(url, provider_of(url, callback, visit, storage)) as client:
        await whoami(client)

    await page.goto(f"{product.url}/settings/apps/")
    await page.get_by_label("Disconnect A client of the SDK").click()
    await page.get_by_role("button", name="Disconnect now").click()

    await expect(page.get_by_text("No app is connected")).to_be_visible()
    wire = Wire(url, storage.tokens.access_token)
    assert wire.post(request("tools/list")).status_code == 401
