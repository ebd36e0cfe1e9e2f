"""An admin watches real clients of a real server."""

import asyncio
import time
from contextlib import closing

import httpx
from playwright.async_api import Page, expect

from tests.live.people import sign_in
from tests.live.product import Product

ADMIN = "hf_admin"
WITHIN_MS = 2_000  # on a busy test machine; a second is what the page promises


async def sign_in_as_admin(page: Page, product: Product) -> None:
    def session() -> str:
        with closing(sign_in(product, ADMIN)) as browser:
            return browser.cookies["sessionid"]

    value = await asyncio.to_thread(session)
    await page.context.add_cookies([{"name": "sessionid", "value": value, "url": product.url}])


def note_problems(page: Page) -> list[str]:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type == "error" else None,
    )
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    return problems


async def initialize(url: str, name: str) -> None:
    params = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": name, "version": "1.2.3"},
    }
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.post(
            f"{url}/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params},
            headers={"Accept": "application/json, text/event-stream"},
        )
    assert answer.status_code == 200, answer.text


def client_row(page: Page, name: str):
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


async def test_an_admin_sees_a_client_arrive(page: Page, product: Product):
    problems = note_problems(page)
    await sign_in_as_admin(page, product)
    await page.goto(f"{product.url}/dashboard/")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    await initialize(product.url, "<img src=x onerror=alert(1)>")

    row = client_row(page, "<img src=x onerror=alert(1)> 1.2.3")
    await expect(row).to_contain_text("legacy", timeout=WITHIN_MS)
    await expect(page.locator(".chart canvas")).to_be_visible()
    assert problems == []


async def test_the_page_asks_by_itself_where_no_websocket_gets_through(
    page: Page, product: Product
):
    await page.route_web_socket("**/ws/**", lambda socket: socket.close())
    await sign_in_as_admin(page, product)
    await page.goto(f"{product.url}/dashboard/?range=15m")

    await initialize(product.url, "patient-client")

    await expect(client_row(page, "patient-client")).to_be_visible(timeout=12_000)
    await expect(page.get_by_text("Every 5 seconds")).to_be_visible()


async def test_the_page_is_readable_without_javascript(browser, product: Product):
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in_as_admin(page, product)
    await initialize(product.url, "plain-client")

    deadline = time.monotonic() + 5
    await page.goto(f"{product.url}/dashboard/")
    while not await client_row(page, "plain-client").is_visible() and time.monotonic() < deadline:
        await page.get_by_role("link", name="Refresh").click()

    await expect(client_row(page, "plain-client")).to_be_visible()


async def test_signing_out_elsewhere_leaves_the_page(page: Page, product: Product):
    await sign_in_as_admin(page, product)
    await page.goto(f"{product.url}/dashboard/")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    other = await page.context.new_page()
    await other.goto(f"{product.url}/dashboard/")
    await other.locator(".person-menu summary").click()
    await other.get_by_role("button", name="Sign out").click()

    await page.wait_for_url("**/sign-in/?next=/dashboard/")


async def test_a_foreign_page_cannot_listen(product: Product):
    handshake = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Origin": "https://evil.example",
    }
    with closing(await asyncio.to_thread(sign_in, product, ADMIN)) as browser:
        handshake["Cookie"] = f"sessionid={browser.cookies['sessionid']}"

    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{product.url}/ws/dashboard/", headers=handshake)

    assert answer.status_code == 403


async def test_clients_of_one_worker_show_on_the_page_of_another(page: Page, postgres_product):
    one, other = postgres_product(), postgres_product()
    await sign_in_as_admin(page, one)
    await page.goto(f"{one.url}/dashboard/")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()

    await asyncio.gather(*(initialize(worker.url, "far-client") for worker in (one, other) * 5))

    row = client_row(page, "far-client")
    await expect(row.get_by_role("cell", name="10", exact=True).first).to_be_visible(
        timeout=WITHIN_MS
    )


def test_counts_survive_a_restart(make_product, tmp_path, sign_in):
    database = {"DATABASE_URL": f"sqlite:///{tmp_path}/kept.sqlite3"}
    first = make_product(**database)
    asyncio.run(initialize(first.url, "early-client"))
    wait_for_client(sign_in(first, ADMIN), "early-client")
    first.process.terminate()
    first.process.wait(10)

    second = make_product(**database)

    wait_for_client(sign_in(second, ADMIN), "early-client")


def wait_for_client(browser: httpx.Client, name: str) -> None:
    deadline = time.monotonic() + 5
    while True:
        metrics = browser.get("/dashboard/api/metrics").json()
        if name in {client["name"] for client in metrics["clients"]}:
            return
        assert time.monotonic() < deadline, metrics
