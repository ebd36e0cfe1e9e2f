"""A guide in a real browser, while a real client connects."""

from playwright.async_api import Browser, Page, expect

from tests.accounts.authorization.python_sdk import (
    Storage,
    client_of,
    listening,
    provider_of,
    whoami,
)
from tests.accounts.test_in_browser import PHONE, complaints, sign_in, signed_in
from tests.live.product import Product

__all__ = ["complaints", "signed_in"]


async def test_a_guide_turns_by_itself_when_its_client_arrives(
    page: Page, complaints, product: Product, new_user
):
    person = new_user()
    await sign_in(page, product, person)
    await page.get_by_role("link", name="Connect a client", exact=True).click()
    await page.get_by_role("link", name="Any other client").click()
    arrival = page.locator("#arrival")
    await expect(arrival).to_contain_text("Waiting for your client")
    url = await page.locator("#mcp-url").inner_text()
    browser = await page.context.new_page()

    async def agree(address: str) -> None:
        await browser.goto(address)
        await expect(arrival).to_contain_text("asks for your agreement")
        await browser.get_by_role("button", name="Authorize").click()
        await browser.wait_for_url(lambda url: not url.startswith(product.url))

    async with listening() as callback:
        provider = provider_of(url, callback, agree, Storage())
        async with client_of(url, provider) as client:
            await client.list_tools()
            await expect(arrival).to_contain_text("is connected. It was given")
            assert person.name in await whoami(client)

    await expect(arrival).to_contain_text("A call of hf_whoami was answered.")
    await expect(arrival).to_have_attribute("data-state", "done")
    await expect(page.locator("#arrival[hx-get]")).to_have_count(0)
    assert complaints == []


async def test_a_guide_fits_a_phone_and_its_alternatives_open_by_keyboard(signed_in: Page):
    await signed_in.set_viewport_size(PHONE)
    await signed_in.goto(signed_in.url.replace("/settings/", "/connect/cursor/"))
    other = signed_in.locator("summary", has_text="Or add the server to the file yourself.")

    await other.press("Enter")

    await expect(signed_in.get_by_text("~/.cursor/mcp.json")).to_be_visible()
    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await signed_in.evaluate(wider) == 0


async def test_what_a_guide_says_of_itself_covers_none_of_it(page: Page, product: Product):
    await page.set_viewport_size(PHONE)
    await page.goto(f"{product.url}/connect/chatgpt/")
    await page.get_by_text("When it is on the internet").click()

    await page.locator(".guide > li").last.scroll_into_view_if_needed()

    await expect(page.locator("main > .message")).not_to_be_in_viewport()


async def test_without_javascript_a_guide_has_a_button_to_check_again(
    browser: Browser, product: Product, new_user
):
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, product, new_user())
    await page.goto(f"{product.url}/connect/codex/")

    await page.get_by_role("link", name="Check again").click()

    await expect(page.locator("#arrival")).to_contain_text("Waiting for your client")
    await expect(page.get_by_role("heading", name="Connect Codex")).to_be_visible()
    await context.close()
