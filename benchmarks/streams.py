"""What open streams cost one process, and calls beside them: `python -m benchmarks.streams`.

Opens idle connections, then as many streams of one person, and lets the person's list change.
"""

import argparse
import asyncio
import re
import resource
import sys
import time
from statistics import median

import httpx

from tests.live.listening import begin_session
from tests.live.people import new_user, post_form, sign_in
from tests.live.product import Product, start_product
from tests.mcpendpoint.wire import Wire
from tests.standins.serve import start
from tests.unlimited import NO_LIMITS

CHANGED = b"notifications/tools/list_changed"
CALLS = 300


def main() -> int:
    options = _options()
    files = 2 * options.streams + 1_000
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, max(files, _most_files())))
    many = {"MCP_MAX_STREAMS": "1000000", "MCP_MAX_STREAMS_PER_CALLER": "1000000"}
    with start("tests.standins.hub") as hub:
        env = {"HF_ENDPOINT": hub.url, "DEFAULT_SPACES": "", **many, **NO_LIMITS}
        with start_product(env) as product:
            asyncio.run(_measure(product, options.streams))
    return 0


async def _measure(product: Product, count: int) -> None:
    browser = sign_in(product, new_user().token)
    form = {"name": "Laptop", "scopes": ["mcp:read"], "days": ""}
    found = re.search(r"hfmcp_[\w-]{40,}", post_form(browser, "/settings/keys/", form).text)
    assert found is not None
    key, url = found[0], httpx.URL(f"{product.url}/mcp")
    alone = await asyncio.to_thread(_call_ms, str(url), key)
    sessions = [begin_session(str(url), key) for _ in range(count)]
    before = _rss(product)
    idle = [await _connect(url) for _ in range(count)]
    for _, writer in idle:
        writer.write(_request("POST", {"Authorization": "Bearer x"}))
    for reader, _ in idle:
        await reader.readuntil(b"}")
    idle_kb = (_rss(product) - before) / count
    before = _rss(product)
    streams = [await _open_stream(url, session) for session in sessions]
    kb = (_rss(product) - before) / count
    print(f"{count} streams: {kb:.1f} kB each; an idle connection: {idle_kb:.1f} kB")
    beside = await asyncio.to_thread(_call_ms, str(url), key)
    print(f"tools/list: {alone:.2f} ms alone, {beside:.2f} ms beside them")
    heard = [asyncio.create_task(_until_changed(reader)) for reader, _ in streams]
    saved = await asyncio.to_thread(
        post_form, browser, "/settings/tools/", {"tools": ["hub_repo_search"]}
    )
    saved_at = time.perf_counter()
    saved.raise_for_status()
    times = [at - saved_at for at in await asyncio.gather(*heard)]
    print(f"a change is announced after {min(times):.2f} to {max(times):.2f} s")
    for _, writer in [*streams, *idle]:
        writer.close()


async def _connect(url: httpx.URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(url.host, url.port)


def _request(method: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} /mcp HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 0"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


async def _open_stream(
    url: httpx.URL, session: dict[str, str]
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _connect(url)
    writer.write(_request("GET", {**session, "Accept": "text/event-stream"}))
    await reader.readuntil(b"retry:")
    return reader, writer


async def _until_changed(reader: asyncio.StreamReader) -> float:
    await reader.readuntil(CHANGED)
    return time.perf_counter()


def _call_ms(url: str, key: str) -> float:
    wire = Wire(url, key)
    times = []
    for _ in range(CALLS):
        began = time.perf_counter()
        wire.tools()
        times.append((time.perf_counter() - began) * 1000)
    return median(times)


def _rss(product: Product) -> float:
    """Return kB of resident memory."""
    with open(f"/proc/{product.process.pid}/status") as status:
        line = next(line for line in status if line.startswith("VmRSS:"))
    return float(line.split()[1])


def _most_files() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.streams", description=__doc__)
    parser.add_argument("--streams", type=int, default=5_000, help="how many (5000)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
