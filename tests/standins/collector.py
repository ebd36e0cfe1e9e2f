"""A collector of OpenTelemetry on loopback, which keeps what it takes by OTLP over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SECONDS = 20


@dataclass(frozen=True)
class Span:
    name: str
    trace: str
    id: str
    parent: str
    """"" for none."""
    kind: int
    attributes: dict[str, Any]
    links: tuple[str, ...]
    """Ids of spans."""
    has_failed: bool
    resource: dict[str, Any]


class Collector:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.headers: list[dict[str, str]] = []
        self.raw = b""
        self._spans: list[Span] = []
        self._metrics: dict[str, Any] = {}
        self._came = threading.Condition()

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        with self._came:
            self.headers.append(headers)
            self.raw += body
            if path == "/v1/traces":
                self._spans += _read(body)
            else:
                assert path == "/v1/metrics"
                self._metrics |= _read_metrics(body)
            self._came.notify_all()

    def spans_of(self, trace: str, *names: str) -> dict[str, Span]:
        """Return a trace's spans by name, once those names are among them."""

        def found() -> dict[str, Span]:
            return {span.name: span for span in self._spans if span.trace == trace}

        with self._came:
            assert self._came.wait_for(lambda: set(names) <= set(found()), SECONDS), found()
            return found()

    def point(self, name: str, **labels: str) -> Any:
        """Return what came last of a histogram with these labels, once any did."""

        def found() -> Any:
            metric = self._metrics.get(name)
            points = metric.histogram.data_points if metric else ()
            return next((each for each in points if _values(each.attributes) == labels), None)

        with self._came:
            assert self._came.wait_for(found, SECONDS), self._metrics.keys()
            return found()


@contextmanager
def start_collector() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            collector.take(self.path, headers, body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()


def _read(body: bytes) -> Iterator[Span]:
    for resource_spans in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = _values(resource_spans.resource.attributes)
        for scope in resource_spans.scope_spans:
            for span in scope.spans:
                yield Span(
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    kind=span.kind,
                    attributes=_values(span.attributes),
                    links=tuple(link.span_id.hex() for link in span.links),
                    has_failed=span.status.code == 2,
                    resource=resource,
                )


def _read_metrics(body: bytes) -> dict[str, Any]:
    return {
        metric.name: metric
        for resource_metrics in ExportMetricsServiceRequest.FromString(body).resource_metrics
        for scope in resource_metrics.scope_metrics
        for metric in scope.metrics
    }


def _values(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
