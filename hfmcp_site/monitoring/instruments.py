"""Counts records and outgoing requests for Prometheus, on the event loop, with bounded labels only:
no name of a client, person or Space is one.

With PROMETHEUS_MULTIPROC_DIR each process writes into files that all can add up.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric

from accounts.outgoing.watching import Asked
from mcpendpoint import __version__
from mcpendpoint.protocol.records import AT_ONCE, KNOWN_METHODS, Record
from mcpendpoint.tools.registry import by_name

T = TypeVar("T")

UNKNOWN = "unknown"
SPACE = "space"
"""Stands for the tools of all Spaces."""

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)

_noted: deque[Record] = deque()
"""What is not counted yet. A deque, as whoever collects does so on another thread."""


class _Registry(CollectorRegistry):
    def collect(self) -> Iterable[Metric]:
        count_noted()
        return super().collect()


SOON_SECONDS = 0.2
"""When the other workers, one of which is asked for what all have, see what this one counted."""

registry = _Registry()
"""Of this process alone."""

_requests = Counter(
    "hfmcp_requests",
    "Messages of MCP clients, and requests that were refused unread.",
    ("method", "transport", "era", "outcome", "reason"),
    registry=registry,
)
_request_seconds = Histogram(
    "hfmcp_request_duration_seconds",
    "From a message to its answer.",
    ("method",),
    buckets=SECONDS,
    registry=registry,
)
_http_errors = Counter(
    "hfmcp_http_errors",
    "Answers of the endpoint with a status of 400 or more.",
    ("status",),
    registry=registry,
)
_tool_calls = Counter(
    "hfmcp_tool_calls",
    "Calls of tools; those of all Spaces are of one.",
    ("tool", "outcome", "reason"),
    registry=registry,
)
_tool_seconds = Histogram(
    "hfmcp_tool_call_duration_seconds",
    "From a call of a tool to its result.",
    ("tool",),
    buckets=SECONDS,
    registry=registry,
)
_answer_bytes = Counter(
    "hfmcp_tool_answer_bytes",
    "Of all answers to calls of a tool.",
    ("tool",),
    registry=registry,
)
_first_byte_seconds = Histogram(
    "hfmcp_first_byte_seconds",
    "From a message until its streamed answer began.",
    ("method",),
    buckets=SECONDS,
    registry=registry,
)
_outgoing = Counter(
    "hfmcp_outgoing_requests",
    "Requests to other servers, by what they are for and the class of the answer's status.",
    ("pool", "status"),
    registry=registry,
)
_outgoing_seconds = Histogram(
    "hfmcp_outgoing_request_duration_seconds",
    "Until another server's answer began.",
    ("pool",),
    buckets=SECONDS,
    registry=registry,
)
_hub = Counter(
    "hfmcp_hub_requests",
    "Requests to Hugging Face, by route and the class of the answer's status.",
    ("route", "status"),
    registry=registry,
)
_hub_seconds = Histogram(
    "hfmcp_hub_request_duration_seconds",
    "Until the answer of Hugging Face began.",
    ("route",),
    buckets=SECONDS,
    registry=registry,
)
_build = Gauge(
    "hfmcp_build_info",
    "1, for each version that runs.",
    ("version",),
    registry=registry,
    multiprocess_mode="livemax",
)
_build.labels(__version__).set(1)


class _Children(dict[tuple[str, ...], T]):
    """Those of one metric, by labels: the library's own look-up takes longer than counting."""

    def __init__(self, make: Callable[..., T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, labels: tuple[str, ...]) -> T:
        child = self[labels] = self._make(*labels)
        return child


_requests_by = _Children(_requests.labels)
_request_seconds_by = _Children(_request_seconds.labels)
_http_errors_by = _Children(_http_errors.labels)
_tool_calls_by = _Children(_tool_calls.labels)
_tool_seconds_by = _Children(_tool_seconds.labels)
_answer_bytes_by = _Children(_answer_bytes.labels)
_first_byte_seconds_by = _Children(_first_byte_seconds.labels)
_outgoing_by = _Children(_outgoing.labels)
_outgoing_seconds_by = _Children(_outgoing_seconds.labels)
_hub_by = _Children(_hub.labels)
_hub_seconds_by = _Children(_hub_seconds.labels)


def note_record(record: Record) -> None:
    """A listener of mcpendpoint.protocol.records, on the event loop."""
    if not _noted:
        asyncio.get_running_loop().call_later(SOON_SECONDS, count_noted)
    _noted.append(record)
    if len(_noted) >= AT_ONCE:
        count_noted()


def count_noted() -> None:
    """Count what was noted until now; on any thread."""
    while _noted:
        try:
            record = _noted.popleft()
        except IndexError:  # another thread took the last one
            return
        _count(record)


def _count(record: Record) -> None:
    method = (record.method or "none") if record.method in KNOWN_METHODS else UNKNOWN
    ended = (record.outcome.value, record.reason.value if record.reason else "")
    seconds = record.duration_ms / 1000
    _requests_by[method, record.transport, record.era, *ended].inc()
    _request_seconds_by[method,].observe(seconds)
    if record.http_status >= 400:
        _http_errors_by[str(record.http_status),].inc()
    if record.first_byte_ms is not None:
        _first_byte_seconds_by[method,].observe(record.first_byte_ms / 1000)
    if record.method == "tools/call":
        tool = _tool_label(record)
        _tool_calls_by[tool, *ended].inc()
        _tool_seconds_by[tool,].observe(seconds)
        _answer_bytes_by[tool,].inc(record.answer_bytes)


def note_asked(asked: Asked) -> None:
    """A listener of accounts.outgoing.watching."""
    status = f"{asked.status // 100}xx" if asked.status else "none"
    _outgoing_by[asked.pool, status].inc()
    _outgoing_seconds_by[asked.pool,].observe(asked.seconds)
    if asked.route:
        _hub_by[asked.route, status].inc()
        _hub_seconds_by[asked.route,].observe(asked.seconds)


def _tool_label(record: Record) -> str:
    if record.tool in by_name:
        return record.tool
    return SPACE if record.space_id else UNKNOWN
