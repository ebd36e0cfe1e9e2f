"""A person decides about calls in a real browser."""

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from tests.mcpendpoint.serving.asked import LONG, Somebody, address_in

PHONE = {"width": 390, "height": 740}


async def sign_in(page: Page, somebody: Somebody) -> None:
    await page.goto(f"{httpx.URL(somebody.url).join('/sign-in/?next=/settings/approvals/')}")
    await page.get_by_label("Hugging Face access token").fill(somebody.person.token)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Approvals", exact=True)).to_be_visible()


@pytest.mark.parametrize("javascript", [True, False])
async def test_calls_are_decided_about_on_the_settings_page(
    browser: Browser, somebody: Somebody, javascript
):
    somebody.call(somebody.put("b.txt"))
    addresses = [address_in(somebody.call(somebody.remove())) for _ in "12"]
    assert addresses[0] == addresses[1]
    page = await browser.new_page(java_script_enabled=javascript, viewport=PHONE)
    await sign_in(page, somebody)

    await page.get_by_role("button", name="Approve: Delete").press("Enter")

    await expect(page.get_by_text(f"Approved: Delete {somebody.repo}/a.txt.")).to_be_visible()
    await expect(page.get_by_text("Waiting for your approval")).to_have_count(0)
    await page.get_by_role("link", name="Change it").press("Enter")
    await expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    await page.get_by_role("button", name="Refuse").press("Enter")
    await expect(page.get_by_role("heading", name="Refused")).to_be_visible()
    assert "the person refused it" in somebody.call(somebody.remove())["content"][0]["text"]
    assert somebody.content_of() == "old"


async def test_a_long_call_is_read_whole_on_a_phone(browser: Browser, somebody: Somebody):
    address = address_in(somebody.call(somebody.put(content=LONG)))
    page = await browser.new_page(viewport=PHONE)
    await sign_in(page, somebody)
    await page.goto(address)

    await expect(page.get_by_text("line 500")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


async def test_whoever_signs_in_comes_to_the_call_they_were_sent_to(page: Page, somebody: Somebody):
    await page.goto(address_in(somebody.call(somebody.remove())))
    await expect(page.get_by_text("needs your approval")).to_be_visible()
    await page.get_by_label("Hugging Face access token").fill(somebody.person.token)
    await page.keyboard.press("Enter")

    await page.get_by_role("button", name="Approve").click()

    await expect(page.get_by_role("heading", name="Approved")).to_be_visible()
    assert not somebody.call(somebody.remove()).get("isError", False)
    assert somebody.content_of() is None
