"""How much memory a hostile, varied load leaves behind: `python -m benchmarks.soak --minutes 15`.

Nothing in it comes twice: tokens, paths, Spaces, clients, questions to the Hub. Many calls are left
before they are answered. Resident memory is to level off after the first minute.
"""

import argparse
import asyncio
import random
import string
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from accounts.space_prefixes import url_space_prefix
from tests.live.product import start_product
from tests.standins.serve import start
from tests.unlimited import NO_LIMITS

ALLOWED_GROWTH = 1.2
FIRST_SECONDS = 60.0
CONNECTIONS = 12
ANSWER_SECONDS = 20.0
LEFT_AFTER_SECONDS = 0.1

Headers = dict[str, str]


@dataclass(frozen=True)
class Shot:
    kind: str
    path: str
    body: Any
    headers: Headers = field(default_factory=dict)
    is_left: bool = False


@dataclass
class Report:
    rss_mb: list[tuple[float, float]] = field(default_factory=list)
    """With seconds since the start."""
    answers: Counter[str] = field(default_factory=Counter)

    def rss_after(self, seconds: float) -> float:
        return next(rss for at, rss in self.rss_mb if at >= seconds)

    @property
    def rss_at_the_end(self) -> float:
        return self.rss_mb[-1][1]


def soak(seconds: float, sample_seconds: float) -> Iterator[Report]:
    """Put a server of its own under load for that long; yield the report as it grows."""
    with start("benchmarks.hostile_hub") as hub:
        env = {
            **NO_LIMITS,
            "HF_ENDPOINT": hub.url,
            "HF_DATASETS_SERVER": f"{hub.url}/datasets-server",
            "HF_SPACE_URL": f"{hub.url}/s/{{subdomain}}",
            "DEFAULT_SPACES": "",
        }
        with start_product(env) as product:
            port = int(product.url.rpartition(":")[2])
            yield from _reports(port, product.process.pid, seconds, sample_seconds)


def _reports(port: int, pid: int, seconds: float, sample_seconds: float) -> Iterator[Report]:
    report, started = Report(), time.monotonic()
    with asyncio.Runner() as runner:
        load = runner.run(_start_load(port, report.answers))
        while (at := time.monotonic() - started) < seconds:
            report.rss_mb.append((at, _rss_mb(pid)))
            yield report
            runner.run(asyncio.sleep(sample_seconds))
        report.rss_mb.append((at, _rss_mb(pid)))
        for task in load:
            task.cancel()
    yield report


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


async def _start_load(port: int, answers: Counter[str]) -> list[asyncio.Task[None]]:
    return [asyncio.create_task(_shoot_for_ever(port, answers)) for _ in range(CONNECTIONS)]


async def _shoot_for_ever(port: int, answers: Counter[str]) -> None:
    while True:
        shot = random.choice(SHOTS)()
        status = "left" if shot.is_left else "failed"
        seconds = LEFT_AFTER_SECONDS if shot.is_left else ANSWER_SECONDS
        with suppress(TimeoutError, OSError, asyncio.IncompleteReadError, ValueError):
            async with asyncio.timeout(seconds):
                status = await _send(port, shot)
        answers[f"{shot.kind}: {status}"] += 1


async def _send(port: int, shot: Shot) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = orjson.dumps(shot.body)
    headers = {
        "Host": f"127.0.0.1:{port}",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Accept": "application/json, text/event-stream",
        "User-Agent": _word(),
        "Connection": "close",
        **shot.headers,
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    try:
        writer.write(f"POST {shot.path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        status = (await reader.readline()).split(b" ")[1].decode()
        while await reader.read(65_536):
            pass
        return status
    finally:
        writer.close()


def _word(length: int = 30) -> str:
    return "".join(random.choices(string.ascii_lowercase + string.digits, k=length))


def _message(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": random.randrange(10**9), "method": method, "params": params}


def _fs(*commands: tuple[str, str]) -> dict[str, Any]:
    operations = [{"cmd": command, "args": [uri]} for command, uri in commands]
    return _message("tools/call", name="hf_fs", arguments={"operations": operations})


def _token() -> Shot:
    headers = {"Authorization": f"Bearer hf_{_word(random.randint(10, 3_000))}"}
    return Shot("token", "/mcp?gradio=none", _message("tools/list"), headers)


def _path() -> Shot:
    return Shot("path", f"/u/{_word(60)}/mcp", _message("ping"), {"Origin": f"https://{_word()}"})


def _client() -> Shot:
    about = {"name": _word(120), "version": _word(120)}
    body = _message("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo=about)
    return Shot("client", "/mcp?gradio=none", body, {"Mcp-Session-Id": _word(380)})


def _spaces() -> Shot:
    spaces = ",".join(f"{_word(8)}/{_word(8)}" for _ in range(random.randint(1, 6)))
    return Shot("spaces", f"/mcp?gradio={spaces}", _message("tools/list"))


def _files() -> Shot:
    uris = [f"hf://models/{_word(8)}/{_word(8)}/{quote(_word(500))}" for _ in range(10)]
    return Shot("files", "/mcp?bouquet=all&gradio=none", _fs(*(("stat", uri) for uri in uris)))


def _search() -> Shot:
    arguments = {"query": _word(200)}
    body = _message("tools/call", name="hub_repo_search", arguments=arguments)
    return Shot("search", "/mcp?bouquet=all&gradio=none", body)


def _batch() -> Shot:
    body = [_fs(*(("ls", f"hf://datasets/{_word(8)}/{_word(8)}"),) * 3) for _ in range(10)]
    headers = {"MCP-Protocol-Version": "2025-03-26"}
    return Shot("batch", "/mcp?bouquet=all&gradio=none", body, headers)


def _abandoned() -> Shot:
    space = f"{_word(4)}/{random.randrange(50)}"
    body = _message("tools/call", name="unknown", arguments={}, _meta={"progressToken": 1})
    body["params"]["name"] = f"{url_space_prefix(space)}tool_0"
    return Shot("abandoned", f"/mcp?gradio={space}", body, is_left=True)


SHOTS = (_token, _path, _client, _spaces, _files, _search, _batch, _abandoned)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0)
    options = parser.parse_args()
    report = Report()
    for report in soak(options.minutes * 60, sample_seconds=10):
        at, rss = report.rss_mb[-1]
        print(f"{at:6.0f} s {rss:8.1f} MB {report.answers.total():8,} requests", flush=True)
    for kind, count in sorted(report.answers.items()):
        print(f"{count:8,} {kind}")
    first, last = report.rss_after(FIRST_SECONDS), report.rss_at_the_end
    print(f"after the first minute {first:.1f} MB, at the end {last:.1f} MB, × {last / first:.2f}")
    return int(last > first * ALLOWED_GROWTH)


if __name__ == "__main__":
    sys.exit(main())
