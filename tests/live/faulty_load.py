"""A small load on all that the product answers, which looks at every answer and counts them."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests import loopback
from tests.mcpendpoint.wire import Wire, message_of, request

PAUSE_SECONDS = 0.02
SETTLED_AFTER_SECONDS = 1.5
COUNTED_WITHIN_SECONDS = 15
RETRY_AFTER = "Retry-After"

Ask = Callable[[httpx.Client, str], httpx.Response]
Check = Callable[[httpx.Response], None]
Totals = Callable[[], dict[str, int]]
"""Asks for what the dashboard has counted so far."""


@dataclass(frozen=True)
class Kind:
    """One thing to ask for, at a worker's address, and what its answers have to be like."""

    name: str
    ask: Ask
    check: Check
    is_counted: bool = False
    """Whether the dashboard counts it, as a message to the endpoint."""


@dataclass
class Load:
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    counted: int = 0
    failed: int = 0
    """Of those that were counted, the ones that were answered with an error."""
    problems: list[str] = field(default_factory=list)
    slowest_seconds: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, kind: Kind, answer: httpx.Response) -> None:
        with self._lock:
            self.statuses[kind.name, answer.status_code] += 1
            self.slowest_seconds = max(self.slowest_seconds, answer.elapsed.total_seconds())
            if kind.is_counted:
                self.counted += 1
                self.failed += _tells_an_error(answer)

    def note_problem(self, kind: Kind, problem: Exception, text: str = "") -> None:
        with self._lock:
            self.problems.append(f"{kind.name}: {type(problem).__name__} {problem} {text[:300]}")

    def names(self, status: int) -> set[str]:
        return {name for name, each in self.statuses if each == status}

    def send(self, kind: Kind, client: httpx.Client, worker: str) -> None:
        try:
            answer = kind.ask(client, worker)
        except httpx.HTTPError as error:
            self.note_problem(kind, error)
            return
        self.note(kind, answer)
        try:
            kind.check(answer)
        except (AssertionError, ValueError, KeyError, TypeError) as error:
            self.note_problem(kind, error, f"{answer.status_code} {answer.text}")


def _tells_an_error(answer: httpx.Response) -> bool:
    try:
        message = message_of(answer)
        return "error" in message or message["result"].get("isError", False)
    except (ValueError, KeyError):
        return True


@contextmanager
def under_load(workers: Sequence[str], kinds: Sequence[Kind]) -> Iterator[Load]:
    """Send each kind to each worker again and again, one at a time."""
    load, done = Load(), threading.Event()

    def send_for_ever(kind: Kind) -> None:
        with loopback.client() as client:
            for worker in itertools.cycle(workers):
                if done.is_set():
                    return
                load.send(kind, client, worker)
                time.sleep(PAUSE_SECONDS)

    threads = [threading.Thread(target=send_for_ever, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        done.set()
        for thread in threads:
            thread.join()


def eventually(is_so: Callable[[], bool], *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if is_so():
            return True
        time.sleep(0.1)
    return False


def settled(totals: Totals) -> dict[str, int]:
    """Return the totals once nothing more is stored."""
    found = totals()
    while True:
        time.sleep(SETTLED_AFTER_SECONDS)
        if found["requests"] == (found := totals())["requests"]:
            return found


def assert_all_counted(totals: Totals, before: dict[str, int], sent: Load) -> None:
    """Whatever went wrong meanwhile: each message is counted once, and as what came of it."""

    def counted(what: str) -> int:
        return totals()[what] - before[what]

    eventually(lambda: counted("requests") >= sent.counted, seconds=COUNTED_WITHIN_SECONDS)
    assert (counted("requests"), counted("errors")) == (sent.counted, sent.failed)


def rpc(method: str, params: dict[str, object], token: str | None = None) -> Ask:
    def ask(client: httpx.Client, worker: str) -> httpx.Response:
        return Wire(f"{worker}/mcp", token, client).post(request(method, params))

    return ask


def page(path: str, session: str = "") -> Ask:
    def ask(client: httpx.Client, worker: str) -> httpx.Response:
        cookies = {"Cookie": f"sessionid={session}"} if session else {}
        return client.get(worker + path, headers={"Accept": "text/html", **cookies})

    return ask


def check_rpc(answer: httpx.Response) -> None:
    message = message_of(answer)
    assert message["jsonrpc"] == "2.0"
    assert message["id"] == 1
    if answer.status_code == 503:
        assert int(answer.headers[RETRY_AFTER]) > 0
        assert message["error"]["data"]["retryable"] is True
    else:
        assert answer.status_code == 200
        assert "error" not in message or message["error"]["code"] == 503


def check_oauth(answer: httpx.Response) -> None:
    error = answer.json()["error"]
    if answer.status_code == 503:
        assert int(answer.headers[RETRY_AFTER]) > 0
        assert error == "temporarily_unavailable"
    else:
        assert answer.status_code in (400, 401)


def check_page(answer: httpx.Response) -> None:
    assert answer.headers["content-type"].startswith("text/html")
    if answer.status_code == 503:
        assert int(answer.headers[RETRY_AFTER]) > 0
        assert "Try again in a moment" in answer.text
    else:
        assert answer.status_code == 200


def check_metrics(answer: httpx.Response) -> None:
    if answer.status_code == 503:
        assert int(answer.headers[RETRY_AFTER]) > 0
        assert answer.json()["error"]
    else:
        assert answer.status_code == 200
        assert answer.json()["totals"]
