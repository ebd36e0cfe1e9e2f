"""How long lists take while Spaces hang, refuse, send rubbish, or far too much.

`python -m benchmarks.bad_spaces`: one worker, 20 Spaces, of which 8 are well. The first list may
wait for them; those after it, one at a time without a pause, answer with what is known. Then the
worker is started anew, with what it knew in the database.
"""

import argparse
import asyncio
import http.client
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import orjson

from tests.live.product import Product, start_product

KINDS = ["well"] * 8 + ["hangs"] * 5 + ["refuses"] * 5 + ["huge"] * 2
"""And the first five of those that are well have bad schemas among their tools."""

HUGE_BYTES = 50_000_000
HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
LIST = orjson.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})


def _schema(number: int) -> bytes:
    text = {"type": "string"}
    tools = [
        {"name": f"tool_{each}", "inputSchema": {"type": "object", "properties": {"text": text}}}
        for each in range(5)
    ]
    if number < 5:
        tools += [{"name": 7}, {"name": "odd", "inputSchema": {"type": "array"}}, "rubbish"]
    return orjson.dumps(tools)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The Hub, and every Space at a path of its own."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            path = head.split(b" ", 2)[1].decode()
            if path.startswith("/api/spaces/"):
                name = path.partition("?")[0].rpartition("/")[2]
                space = {"id": f"acme/{name}", "sdk": "gradio", "subdomain": name}
                _answer(writer, orjson.dumps(space | {"runtime": {"stage": "RUNNING"}}))
            elif path.endswith("/schema"):
                await _answer_schema(reader, writer, path.split("/")[1])
            else:
                _answer(writer, b"{}")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def _answer_schema(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str
) -> None:
    kind, number = name.split("-")
    if kind == "hangs":
        await reader.read()  # until the other side gives up
    elif kind == "refuses":
        _answer(writer, b"no", status="403 No")
    elif kind == "huge":
        _answer(writer, b"[" + b" " * HUGE_BYTES)
    else:
        _answer(writer, _schema(int(number)))


def _answer(writer: asyncio.StreamWriter, body: bytes, status: str = "200 OK") -> None:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    writer.write(head.encode() + b"\r\n\r\n" + body)


def _start_spaces() -> int:
    """Return the port of a server that a thread serves for as long as this process lives."""
    ready = threading.Event()
    port = 0

    async def serve() -> None:
        nonlocal port
        server = await asyncio.start_server(_serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    threading.Thread(target=asyncio.run, args=(serve(),), daemon=True).start()
    ready.wait()
    return port


def main() -> int:
    options = _options()
    names = [f"acme/{kind}-{number}" for number, kind in enumerate(KINDS)]
    port = _start_spaces()
    with tempfile.TemporaryDirectory() as folder:
        env = {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "SECRET_KEY": "x" * 50,
            "HF_ENDPOINT": f"http://127.0.0.1:{port}",
            "HF_SPACE_URL": f"http://127.0.0.1:{port}/{{subdomain}}",
            "DEFAULT_SPACES": ",".join(names),
        }
        first = _measure("a new worker", env, options.seconds)
        again = _measure("started anew", env, options.seconds)
    if first != again:
        raise SystemExit("The tools have other names than before.")
    return 0


def _measure(title: str, env: dict[str, str], seconds: float) -> set[str]:
    with start_product(env) as product:
        connection = http.client.HTTPConnection(urlsplit(product.url).netloc, timeout=60)
        first, names = _list(connection)
        times: list[float] = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            took, now = _list(connection)
            times.append(took)
            if now != names:
                raise SystemExit(f"The list has changed: {sorted(now ^ names)}")
        times.sort()
        p99 = times[len(times) * 99 // 100]
        print(
            f"{title}: {len(names)} tools, first {first:,.0f} ms, then {len(times):,} lists: "
            f"median {median(times):.2f}, p99 {p99:.2f}, longest {times[-1]:.2f} ms; "
            f"{_resident_mb(product):.0f} MB"
        )
        return names


def _list(connection: http.client.HTTPConnection) -> tuple[float, set[str]]:
    started = time.perf_counter()
    connection.request("POST", "/mcp", LIST, HEADERS)
    answer = orjson.loads(connection.getresponse().read())
    took = (time.perf_counter() - started) * 1_000
    return took, {tool["name"] for tool in answer["result"]["tools"]}


def _resident_mb(product: Product) -> float:
    pages = int(Path(f"/proc/{product.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bad_spaces", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
