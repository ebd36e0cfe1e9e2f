"""What Hugging Face took back or never granted: people and assistants are told how to mend it."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.live.people import Person
from tests.live.product import Product
from tests.mcpendpoint.wire import Wire
from tests.standins.hub.control import HubControl
from tests.standins.serve import Running

BANNER = "Your connection to Hugging Face has ended."


@pytest.fixture
def control(hub: Running):
    control = HubControl(hub.url)
    yield control
    control.behave()


@pytest.fixture
def short_lived_tokens(oauth_product: Product, hub: Running):
    """Tokens that are about to expire when they are made: each use of one is a refresh."""
    url = f"{hub.url}/oauth/_settings"
    before = httpx.get(url).json()
    httpx.post(url, json={"access_token_seconds": 200})
    yield
    httpx.post(url, json=before)


@pytest.fixture
def person(new_user) -> Person:
    return new_user()


async def decide_on_hugging_face(page: Page, person: Person, decision: str = "Authorize") -> None:
    await page.get_by_label("User name").fill(person.name)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("button", name=decision).click()


async def sign_in(page: Page, product: Product, person: Person) -> None:
    await page.goto(f"{product.url}/sign-in/?next=/settings/")
    await page.get_by_role("button", name="Sign in with Hugging Face").click()
    await decide_on_hugging_face(page, person)


async def assistant_of(page: Page, product: Product, *more: str) -> Wire:
    """Return a client with a new key, good for what keys are by default and more."""
    await page.goto(f"{product.url}/settings/apps/")
    await page.get_by_label("Name of a new key").fill("Laptop")
    for title in more:
        await page.locator("#keys").get_by_label(title).check()
    await page.get_by_role("button", name="Create key").click()
    return Wire(f"{product.url}/mcp", await page.locator("#new-key").inner_text())


def remove_app(hub: Running, person: Person) -> None:
    httpx.post(f"{hub.url}/oauth/_revoke", json={"name": person.name}).raise_for_status()


def look_at(assistant: Wire, repo_id: str) -> dict[str, Any]:
    result: dict[str, Any] = assistant.call("hub_repo_details", {"repo_ids": [repo_id]})["result"]
    return result


def text_of(result: dict[str, Any]) -> str:
    return str(result["content"][0]["text"])


async def test_whoever_removed_the_app_on_hugging_face_can_sign_in_again(
    page: Page, oauth_product: Product, hub: Running, person: Person
):
    await sign_in(page, oauth_product, person)
    assistant = await assistant_of(page, oauth_product)
    assert not look_at(assistant, "acme/tiny-llm")["isError"]
    settings_url = f"{oauth_product.url}/settings/"
    remove_app(hub, person)

    refused = look_at(assistant, "acme/squad")
    ended = look_at(assistant, "acme/squad")
    await page.goto(settings_url)
    banner = page.get_by_role("alert").filter(has_text=BANNER)
    await expect(banner).to_be_visible()
    await banner.get_by_role("button", name="Sign in again").click()
    await decide_on_hugging_face(page, person)

    await expect(page).to_have_url(settings_url)
    await expect(page.get_by_text(BANNER)).to_have_count(0)
    assert refused["isError"]
    assert settings_url in text_of(refused)
    assert ended["isError"]
    assert "has ended" in text_of(ended)
    assert settings_url in text_of(ended)
    assert not look_at(assistant, "acme/squad")["isError"]


async def test_a_refresh_that_is_refused_is_said_to_the_assistant_and_the_person(
    page: Page, oauth_product: Product, hub: Running, person: Person, short_lived_tokens
):
    await sign_in(page, oauth_product, person)
    assistant = await assistant_of(page, oauth_product)
    remove_app(hub, person)

    ended = look_at(assistant, "acme/squad")
    await page.goto(f"{oauth_product.url}/settings/")
    await page.get_by_role("button", name="Sign in again").click()
    await decide_on_hugging_face(page, person, "Cancel")

    assert ended["isError"]
    assert f"sign in again at {oauth_product.url}/settings/" in text_of(ended)
    await expect(page.get_by_text("Nothing has changed.")).to_be_visible()
    await expect(page.get_by_text(BANNER)).to_be_visible()


async def test_a_pasted_token_that_was_revoked_is_said_to_the_person(
    page: Page, product: Product, control: HubControl, person: Person
):
    await page.goto(f"{product.url}/sign-in/?next=/settings/")
    await page.get_by_label("token").fill(person.token)
    await page.get_by_role("button", name="Sign in with this token").click()
    assistant = await assistant_of(page, product)
    control.misbehave("", token=person.token, status=401)

    refused = look_at(assistant, "acme/squad")
    await page.goto(f"{product.url}/settings/")

    assert f"{product.url}/settings/" in text_of(refused)
    await expect(page.get_by_text(BANNER)).to_be_visible()


async def test_one_refusal_by_mistake_ends_nothing(
    page: Page, product: Product, control: HubControl, person: Person
):
    await page.goto(f"{product.url}/sign-in/?next=/settings/")
    await page.get_by_label("token").fill(person.token)
    await page.get_by_role("button", name="Sign in with this token").click()
    assistant = await assistant_of(page, product)
    control.misbehave("/api/", token=person.token, status=401, times=1)

    look_at(assistant, "acme/squad")
    await page.goto(f"{product.url}/settings/")

    await expect(page.get_by_text(BANNER)).to_have_count(0)


async def test_what_changes_is_allowed_on_hugging_face_before_a_key_can_have_it(
    page: Page, oauth_product: Product, person: Person
):
    await sign_in(page, oauth_product, person)
    await page.goto(f"{oauth_product.url}/settings/apps/")
    withheld = page.locator("#keys").get_by_text("Not available now: Make changes")
    await expect(withheld).to_be_visible()
    await page.locator("#keys").get_by_role("link", name="Allow it first.").click()
    await page.locator("#hugging-face").get_by_label("Create repositories").check()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("Hugging Face will ask you")).to_be_visible()
    await page.get_by_role("button", name="Continue to Hugging Face").click()
    await decide_on_hugging_face(page, person)
    await expect(page.get_by_text("This server may now: create repositories.")).to_be_visible()

    await page.goto(f"{oauth_product.url}/settings/tools/")
    tick = page.locator("input[value=create_repo]")
    await page.locator("#tools details", has=tick).locator("summary").click()
    await tick.check()
    await expect(page.locator("#toasts")).to_contain_text("is on.")
    assistant = await assistant_of(page, oauth_product, "Make changes on Hugging Face")

    created = assistant.call(
        "create_repo", {"uri": f"hf://models/{person.name}/notes", "private": True}
    )["result"]
    assert not created.get("isError")
