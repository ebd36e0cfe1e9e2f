"""The live page in a real browser."""

import pytest
from playwright.async_api import Page, expect

from tests.accounts.test_in_browser import sign_in


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
    await dashboard.get_by_role("link", name="Dashboard").click()
    badge = dashboard.locator(".live-badge")
    await expect(badge).to_have_text("Live")

    await dashboard.clock.fast_forward(16_000)

    await expect(badge).to_have_text("Connecting…")
