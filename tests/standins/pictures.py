"""`python -m tests.standins.pictures`: takes docs/images anew, from the demo in Chromium.

Three assistants use the demo for some minutes first, for the dashboard to show something.
"""

import argparse
import asyncio
import itertools
import os
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
from playwright.async_api import Page, async_playwright

from accounts.space_prefixes import url_space_prefix
from tests.mcpendpoint import wire
from tests.ports import free_port
from tests.standins.demo import serve
from tests.standins.serve import ROOT

IMAGES = ROOT / "docs" / "images"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SIZE = {"width": 1_100, "height": 1_000}
MAKER = url_space_prefix("acme/image-maker")

ASSISTANTS = (("claude-code", "2.1.4"), ("cursor-vscode", "1.4.0"), ("codex-mcp-client", "0.92"))
CALLS = (
    ("hub_repo_search", {"query": "llm"}),
    ("hub_repo_details", {"repo_ids": ["acme/tiny-llm"]}),
    ("hub_repo_details", {"repo_ids": ["acme/not-there"]}),
    ("hf_fs", {"operations": ["ls hf://models/trending --limit 5"]}),
    ("hf_fs", {"operations": ["cat hf://papers/2502.02737/paper.md"]}),
    (f"{MAKER}greet", {"name": "Ada"}),
    (f"{MAKER}slow_count", {"seconds": 0.5}),
    ("hf_whoami", {}),
)
PAUSE_SECONDS = 1.0


async def use(url: str, number: int, until: float) -> None:
    """Be one of the assistants: modern or legacy ones, the last without a credential."""
    name, version = ASSISTANTS[number]
    token = ("hf_alice", "hf_bob", None)[number]
    about = {wire.META + "clientInfo": {"name": name, "version": version}}
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        if number == 1:
            hello = wire.initialize()
            hello["params"]["clientInfo"] = {"name": name, "version": version}
            answer = await client.post(url, json=hello, headers={**headers, "Accept": wire.BOTH})
            headers |= {"Mcp-Session-Id": answer.headers["Mcp-Session-Id"]}
        for tool, arguments in itertools.cycle(CALLS):
            if time.monotonic() > until:
                return
            params = {"name": tool, "arguments": arguments}
            if number == 1:
                body = wire.request("tools/call", params)
                more = {"MCP-Protocol-Version": wire.LEGACY, "Accept": wire.BOTH}
            else:
                body = wire.modern("tools/call", params, progressToken=1, **about)
                more = wire.modern_headers(body)
            await client.post(url, json=body, headers={**headers, **more})
            await asyncio.sleep(PAUSE_SECONDS)


async def sign_in(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/sign-in/")
    await page.get_by_role("button", name="Sign in with Hugging Face").click()
    await page.get_by_label("User name").fill(name)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("button", name="Authorize").click()
    await page.wait_for_url(f"{url}/settings/")


async def take(page: Page, name: str, anchor: str | None = None) -> None:
    await page.wait_for_load_state("networkidle")
    if anchor is not None:
        await page.locator(anchor).first.evaluate("it => it.scrollIntoView({block: 'start'})")
    await page.screenshot(path=IMAGES / f"{name}.png")


async def take_all(url: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    await asyncio.gather(*(use(f"{url}/mcp", number, until) for number in range(len(ASSISTANTS))))
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = await browser.new_context(viewport=SIZE, timezone_id="UTC")
        page = await context.new_page()
        page.set_default_timeout(60_000)
        await page.goto(f"{url}/mcp")
        await take(page, "welcome")
        await sign_in(page, url, "admin")
        await page.goto(f"{url}/settings/")
        await take(page, "settings", "#tools")
        await page.locator("#space-query").fill("image")
        await page.locator("#space-results .space").first.wait_for()
        await take(page, "search", "#spaces h3")
        await page.goto(f"{url}/dashboard/?range=15m")
        await page.locator(".uplot").first.wait_for()
        await page.wait_for_timeout(2_000)
        await page.screenshot(path=IMAGES / "dashboard.png")  # it is never idle
        await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins.pictures", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="shown in the pictures; 0: any")
    parser.add_argument("--seconds", type=float, default=150, help="for how long it is used")
    options = parser.parse_args()
    with ExitStack() as running:
        product = serve(running, options.port or free_port())
        asyncio.run(take_all(product.url, options.seconds))


if __name__ == "__main__":
    main()
