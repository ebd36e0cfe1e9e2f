"""The live page in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.accounts.test_in_browser import sign_in
from tests.dashboard.test_live import initialize


@pytest.fixture
async def dashboard(page: Page, make_product, new_user) -> Page:
    admin = new_user()
    product = make_product(ADMIN_HF_USERS=admin.name)
    await page.clock.install()
    await sign_in(page, product, admin)
    return page


async def test_a_connection_that_says_nothing_is_not_called_live(dashboard: Page):
    def speak_once(socket):
        server = socket.connect_to_server()
        heard = []
        server.on_message(lambda text: heard or (heard.append(1), socket.send(text)))

    await dashboard.route_web_socket("**/ws/dashboard/**", speak_once)
    await dashboard.locator(".person-menu summary").click()
    await dashboard.get_by_role("link", name="Dashboard").click()
    badge = dashboard.locator(".live-badge")
    await expect(badge).to_have_text("Live")

    await dashboard.clock.fast_forward(16_000)

    await expect(badge).to_have_text("Connecting…")


AS_SERVED = r"""async () => {
    const parts = ['[data-part="tiles"]', '[data-tables="main"]', '[data-tables="connections"]'];
    const plain = (page) => parts.map((part) => {
        const copy = page.querySelector(part).cloneNode(true);
        copy.querySelectorAll('time').forEach((time) => { time.replaceWith(''); });
        copy.querySelectorAll('[title=""]').forEach((each) => each.removeAttribute('title'));
        return copy.outerHTML.replace(/\s*\n\s*/g, '').replace(/ class=""/g, '');
    });
    const answer = await fetch(location.href);
    const served = new DOMParser().parseFromString(await answer.text(), 'text/html');
    return [plain(document), plain(served)];
}"""


async def test_what_comes_live_is_what_the_page_shows_when_it_is_loaded(
    page: Page, make_product, new_user
):
    admin = new_user()
    product = make_product(ADMIN_HF_USERS=admin.name)
    await sign_in(page, product, admin)
    await page.goto(f"{product.url}/dashboard/")
    await expect(page.locator(".live-badge")).to_have_text("Live")

    await initialize(product.url, "<b>hostile</b>")
    await initialize(product.url, "polite")

    await expect(page.get_by_role("rowheader", name="polite")).to_be_visible()
    await expect(page.get_by_role("rowheader", name="<b>hostile</b>")).to_be_visible()
    live, served = await page.evaluate(AS_SERVED)
    assert live == served


async def test_a_paused_page_stays_as_it_is_until_it_goes_on(page: Page, make_product, new_user):
    admin = new_user()
    product = make_product(ADMIN_HF_USERS=admin.name)
    await sign_in(page, product, admin)
    await page.goto(f"{product.url}/dashboard/")
    await page.get_by_role("button", name="Pause").click()
    await expect(page.locator(".live-badge")).to_have_text("Paused")

    await initialize(product.url, "quiet")
    await page.get_by_role("button", name="Go on").click()

    await expect(page.get_by_role("rowheader", name="quiet")).to_be_visible()


async def test_dragging_across_the_chart_looks_closer(page: Page, make_product, new_user):
    admin = new_user()
    product = make_product(ADMIN_HF_USERS=admin.name)
    await sign_in(page, product, admin)
    await initialize(product.url, "first")
    await page.goto(f"{product.url}/dashboard/?range=24h")
    over = page.locator(".chart .u-over")
    await expect(over).to_be_visible(timeout=12_000)  # a page of a day is made every 5 seconds
    box = await over.bounding_box()

    await page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 50, steps=5)
    await page.mouse.up()

    await page.wait_for_url("**from=*")
    await expect(page.locator(".range-told")).to_contain_text("the chosen time")
    await expect(page.get_by_role("rowheader", name="first")).to_be_visible()
