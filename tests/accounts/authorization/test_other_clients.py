"""Clients that others wrote, in Node, sign a person in through a browser."""

import asyncio
import json
import re
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import mcp
import pytest
from mcp import StdioServerParameters
from mcp.client.stdio import stdio_client
from playwright.async_api import Page, expect

from tests import node
from tests.live.people import Person
from tests.live.product import Product
from tests.needs import need

SECONDS = 40


@pytest.fixture(autouse=True)
def _needs_node():
    need(node.are_installed(), "the Node programs are not installed (npm ci in tests/node)")


async def agree(page: Page, person: Person, address: str) -> None:
    await page.goto(address)
    await page.get_by_label("token").fill(person.token)
    await page.get_by_role("button", name="Sign in").last.click()
    await page.get_by_role("button", name="Let it in").click()


@asynccontextmanager
async def running(*command: object, home: object) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *map(str, command), stdout=PIPE, env={"HOME": str(home), "PATH": "/usr/bin:/bin"}
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_the_typescript_sdk_signs_a_person_in(
    page: Page, product: Product, new_user, tmp_path
):
    person = new_user()
    url = f"{product.url}/u/{person.name}/mcp"
    script = node.HERE / "clients" / "sign_in_with_sdk_1.mjs"

    async with running(node.find_node(), script, url, home=tmp_path) as process:
        lines = aiter(process.stdout)
        async with asyncio.timeout(SECONDS):
            address = json.loads(await anext(lines))["visit"]
            await agree(page, person, address)
            found = json.loads(await anext(lines))

    assert person.name in str(found["result"])
    assert (found["state"], found["iss"]) == ("a-state", product.url)
    assert found["scope"] == "mcp:read mcp:spaces"


async def test_mcp_remote_signs_a_person_in(page: Page, product: Product, new_user, tmp_path):
    person = new_user()
    url = f"{product.url}/u/{person.name}/mcp"
    errors = tmp_path / "errors"
    server = StdioServerParameters(
        command=node.find_node(),
        args=[str(node.BIN / "mcp-remote"), url, "--allow-http", "--debug"],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )

    async def address() -> str:
        while True:
            if found := re.search(r"https?://\S+/oauth/authorize\?\S+", errors.read_text()):
                return found[0]
            await asyncio.sleep(0.05)

    with errors.open("w+") as log:
        async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as tasks:

            async def visit() -> None:
                await agree(page, person, await address())

            tasks.create_task(visit())
            async with mcp.Client(stdio_client(server, errlog=log), mode="legacy") as client:
                result = await client.call_tool("hf_whoami", {})

    assert person.name in str(result.structured_content)
    assert parse_qs(urlsplit(await address()).query)["resource"] == [url]
    await expect(page.locator("body")).to_contain_text("close")
