"""From the front page to a connected assistant, as somebody new would go."""

from playwright.async_api import Page, expect

from tests.accounts.test_in_browser import complaints
from tests.live.product import Product
from tests.mcpendpoint.wire import Wire

__all__ = ["complaints"]

EXCESS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
LOOKS = 50
"""At a page that shows a call as soon as it is stored."""


async def test_somebody_new_signs_in_and_sees_their_first_assistant(
    page: Page, complaints, product: Product, new_user
):
    person = new_user()
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{product.url}/")
    sign_in = page.get_by_role("main").get_by_role("link", name="Sign in")
    for what in (page.get_by_text("Give Claude"), sign_in, page.locator("#mcp-url")):
        await expect(what).to_be_in_viewport(ratio=1)
    assert await page.evaluate(EXCESS) == 0

    await sign_in.click()
    await page.get_by_label("Hugging Face access token").fill(person.token)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{product.url}/")
    await expect(page.get_by_role("heading", name=f"Hello, {person.name}")).to_be_visible()
    await expect(page.locator("#on")).to_contain_text("tokens")

    await page.get_by_role("link", name="Or make a key").click()
    await page.get_by_label("Name of a new key").fill("Laptop")
    await page.get_by_role("button", name="Create key").click()
    key = await page.locator("#new-key").inner_text()
    assert not Wire(f"{product.url}/mcp", key).call("hf_whoami", {})["result"]["isError"]

    await page.get_by_role("banner").get_by_role("link", name="Hugging Face MCP").click()
    called = page.get_by_text("1 call in the last hour, all went well.")
    for _ in range(LOOKS):
        if await called.count():
            break
        await page.reload()
    await expect(called).to_be_visible()
    await expect(page.locator("#assistants")).to_contain_text("With the key “Laptop”")
    assert complaints == []
