"""`python -m tests.standins.pictures`: takes docs/images and static/pictures anew, from the demo.

Chromium looks at it after three assistants have used it for some minutes, so that there is
something to see. Two are Alice's, one of which wants her approval.
"""

import argparse
import asyncio
import io
import itertools
import os
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from accounts.space_prefixes import url_space_prefix
from tests.mcpendpoint import wire
from tests.ports import free_port
from tests.standins.demo import serve
from tests.standins.serve import ROOT

IMAGES = ROOT / "docs" / "images"
ON_THE_FRONT_PAGE = ROOT / "static" / "pictures"
CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
SIZE = {"width": 1_100, "height": 1_000}
SMALL = {"width": 720, "height": 450}
SHARPNESS = 1.5
MAKER = url_space_prefix("acme/image-maker")

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
TO_DRAW = (f"{MAKER}make_image", {"prompt": "sea"})
TO_PUBLISH = ("create_repo", {"uri": "hf://models/alice/summaries"})
PAUSE_SECONDS = 1.0


@dataclass(frozen=True)
class Assistant:
    name: str
    version: str
    token: str | None = None
    is_legacy: bool = False


class Client:
    """One of the assistants, as it speaks to the endpoint."""

    def __init__(self, http: httpx.AsyncClient, url: str, assistant: Assistant) -> None:
        self._http, self._url, self._assistant = http, url, assistant
        token = assistant.token
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def begin(self) -> None:
        if not self._assistant.is_legacy:
            return
        hello = wire.initialize()
        about = {"name": self._assistant.name, "version": self._assistant.version}
        hello["params"]["clientInfo"] = about
        headers = {**self._headers, "Accept": wire.BOTH}
        answer = await self._http.post(self._url, json=hello, headers=headers)
        self._headers |= {"Mcp-Session-Id": answer.headers["Mcp-Session-Id"]}

    async def call(self, tool: str, arguments: dict[str, Any]) -> None:
        params = {"name": tool, "arguments": arguments}
        if self._assistant.is_legacy:
            body = wire.request("tools/call", params)
            more = {"MCP-Protocol-Version": wire.LEGACY, "Accept": wire.BOTH}
        else:
            about = {"name": self._assistant.name, "version": self._assistant.version}
            itself = {wire.META + "clientInfo": about}
            body = wire.modern("tools/call", params, progressToken=1, **itself)
            more = wire.modern_headers(body)
        await self._http.post(self._url, json=body, headers={**self._headers, **more})


async def use(url: str, assistant: Assistant, until: float) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        client = Client(http, url, assistant)
        await client.begin()
        for tool, arguments in itertools.cycle(CALLS):
            if time.monotonic() > until:
                return
            await client.call(tool, arguments)
            await asyncio.sleep(PAUSE_SECONDS)


async def draw_and_want_to_publish(url: str, assistant: Assistant) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        client = Client(http, url, assistant)
        await client.call(*TO_DRAW)
        await client.call(*TO_PUBLISH)


async def sign_in(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/sign-in/")
    await page.get_by_role("button", name="Sign in with Hugging Face").click()
    await authorize(page, name)
    await page.wait_for_url(f"{url}/")


async def authorize(page: Page, name: str) -> None:
    await page.get_by_label("User name").fill(name)
    await page.get_by_role("button", name="Log in").click()
    await page.get_by_role("button", name="Authorize").click()


async def let_it_create_repositories(page: Page, url: str, name: str) -> None:
    await page.goto(f"{url}/settings/permissions/")
    await page.locator("input[name=scopes][value=contribute-repos]").check()
    await page.locator("#hugging-face").get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Continue to Hugging Face").click()
    await authorize(page, name)
    await page.wait_for_url(f"{url}/settings/permissions/")
    await page.goto(f"{url}/settings/tools/")
    await page.locator("#tools details").evaluate_all("all => all.forEach(it => it.open = true)")
    await page.locator("#tool-create_repo").check()
    await page.locator("#toasts").get_by_text("is on.").wait_for()


async def make_key(page: Page, url: str, name: str, *, may_write: bool) -> str:
    await page.goto(f"{url}/settings/apps/")
    await page.get_by_label("Name of a new key").fill(name)
    if may_write:
        await page.locator("#keys input[name=scopes][value='mcp:write']").last.check()
    await page.get_by_role("button", name="Create key").click()
    return await page.locator("#new-key").inner_text()


async def take(page: Page, name: str, anchor: str | None = None) -> None:
    await page.wait_for_load_state("networkidle")
    if anchor is not None:
        await page.locator(anchor).first.evaluate("it => it.scrollIntoView({block: 'start'})")
    await page.screenshot(path=IMAGES / f"{name}.png")


async def in_both_schemes(page: Page, name: str) -> dict[str, bytes]:
    taken = {}
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await page.wait_for_load_state("networkidle")
        taken[f"{name}-{scheme}"] = await page.screenshot()
    return taken


def keep_for_the_front_page(taken: dict[str, bytes]) -> None:
    """As small files: who comes for the first time waits for them."""
    for name, png in taken.items():
        picture = Image.open(io.BytesIO(png))
        picture.save(ON_THE_FRONT_PAGE / f"{name}.webp", quality=82, method=6)


async def look_as_alice(browser: Browser, url: str, seconds: float) -> dict[str, bytes]:
    context = await browser.new_context(
        viewport=SMALL, device_scale_factor=SHARPNESS, timezone_id="UTC"
    )
    page = await context.new_page()
    page.set_default_timeout(60_000)
    await sign_in(page, url, "alice")
    await let_it_create_repositories(page, url, "alice")
    laptop = await make_key(page, url, "Laptop", may_write=True)
    desk = await make_key(page, url, "Desk", may_write=False)
    claude = Assistant("claude-code", "2.1.4", laptop)
    until = time.monotonic() + seconds
    await asyncio.gather(
        use(f"{url}/mcp", claude, until),
        use(f"{url}/mcp", Assistant("cursor-vscode", "1.4.0", desk, is_legacy=True), until),
        use(f"{url}/mcp", Assistant("codex-mcp-client", "0.92"), until),
    )
    await draw_and_want_to_publish(f"{url}/mcp", claude)
    await page.wait_for_timeout(2_000)  # what is counted is stored behind the calls
    await page.goto(f"{url}/")
    taken = await in_both_schemes(page, "home")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(SIZE)
    await take(page, "home")
    await context.close()
    return taken


async def look_as_an_admin(browser: Browser, url: str) -> None:
    context = await browser.new_context(viewport=SIZE, timezone_id="UTC")
    page = await context.new_page()
    page.set_default_timeout(60_000)
    await page.goto(f"{url}/")
    await take(page, "welcome")
    await sign_in(page, url, "admin")
    await page.goto(f"{url}/settings/tools/")
    await take(page, "settings")
    await page.goto(f"{url}/settings/spaces/")
    await page.locator("#space-query").fill("image")
    await page.locator("#space-results .space").first.wait_for()
    await take(page, "search", "#space-query")
    await page.goto(f"{url}/dashboard/?range=15m")
    await page.locator(".uplot").first.wait_for()
    await page.wait_for_timeout(2_000)
    await page.screenshot(path=IMAGES / "dashboard.png")  # it is never idle
    await context.close()


async def take_all(url: str, seconds: float) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        taken = await look_as_alice(browser, url, seconds)
        await look_as_an_admin(browser, url)
        await browser.close()
    # A server that runs knows the sizes of those that there were when it started.
    keep_for_the_front_page(taken)


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
