"""Sends what /metrics has to a collector of OpenTelemetry: the same counters, under the same names.

The SDK's own instruments would count everything a second time, and it has no histogram that is
observed. So the registry is read as a scraper reads it, and translated as
https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ says, such that a
Prometheus that takes OTLP has the names of /metrics again.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from threading import Event, Lock, Thread
from time import time_ns
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

from mcpendpoint import __version__

if TYPE_CHECKING:
    from opentelemetry.sdk.metrics.export import (
        HistogramDataPoint,
        Metric,
        MetricExporter,
        NumberDataPoint,
    )
    from opentelemetry.sdk.resources import Resource

PREFIX = "hfmcp_"
BUILD_INFO = "hfmcp_build_info"
"""Left out: the resource tells the version."""

_UNITS = {"_seconds": "s", "_bytes": "By"}

Labels = tuple[tuple[str, str], ...]


class MetricsSender:
    """Sends what a registry of this process holds, from a thread of its own."""

    def __init__(
        self, registry: CollectorRegistry, exporter: "MetricExporter", resource: "Resource"
    ) -> None:
        self._registry = registry
        self._exporter = exporter
        self._resource = resource
        self._began = time_ns()
        # An exporter may not be called by two threads at once.
        self._sending = Lock()

    def start(self, every_seconds: float) -> None:
        Thread(target=self._send_for_ever, args=(every_seconds,), daemon=True).start()

    def send(self) -> None:
        """Send what there is now; takes as long as the collector, which may be away, lets it."""
        from opentelemetry.sdk.metrics.export import MetricsData, ResourceMetrics, ScopeMetrics
        from opentelemetry.sdk.util.instrumentation import InstrumentationScope

        with self._sending:
            metrics = list(translated(self._registry.collect(), self._began, time_ns()))
            scope = ScopeMetrics(InstrumentationScope("hfmcp", __version__), metrics, "")
            self._exporter.export(MetricsData([ResourceMetrics(self._resource, [scope], "")]))

    def _send_for_ever(self, every_seconds: float) -> None:
        pause = Event()
        while not pause.wait(every_seconds):
            self.send()


def translated(families: Iterable[Family], began: int, now: int) -> Iterator["Metric"]:
    """Yield the metrics of OpenTelemetry that say the same; times are nanoseconds since 1970."""
    from opentelemetry.sdk.metrics.export import AggregationTemporality, Histogram, Metric, Sum

    cumulative = AggregationTemporality.CUMULATIVE
    for family in families:
        if family.name == BUILD_INFO:
            continue
        data: Any
        if family.type == "histogram":
            data = Histogram(list(_histograms(family, began, now)), cumulative)
        else:
            # Gauges here add up over workers, as an UpDownCounter's do.
            points = list(_numbers(family, began, now))
            data = Sum(points, cumulative, is_monotonic=family.type == "counter")
        if data.data_points:
            name, unit = _name_and_unit(family.name)
            yield Metric(name, family.documentation, unit, data)


def _name_and_unit(name: str) -> tuple[str, str]:
    bare = "hfmcp." + name.removeprefix(PREFIX)
    for suffix, unit in _UNITS.items():
        if bare.endswith(suffix):
            return bare.removesuffix(suffix), unit
    return bare, ""


def _numbers(family: Family, began: int, now: int) -> Iterator["NumberDataPoint"]:
    from opentelemetry.sdk.metrics.export import NumberDataPoint

    for sample in family.samples:
        if not sample.name.endswith("_created"):
            yield NumberDataPoint(sample.labels, began, now, sample.value)


def _histograms(family: Family, began: int, now: int) -> Iterator["HistogramDataPoint"]:
    from opentelemetry.sdk.metrics.export import HistogramDataPoint

    by_labels: defaultdict[Labels, list[Sample]] = defaultdict(list)
    for sample in family.samples:
        by_labels[_without_bound(sample.labels)].append(sample)
    for labels, samples in by_labels.items():
        buckets = [each for each in samples if each.name.endswith("_bucket")]
        up_to = [int(each.value) for each in buckets]
        yield HistogramDataPoint(
            dict(labels),
            began,
            now,
            count=up_to[-1],
            sum=next(each.value for each in samples if each.name.endswith("_sum")),
            bucket_counts=[here - below for below, here in zip([0, *up_to], up_to, strict=False)],
            # The last one is "+Inf", which OTLP does not name.
            explicit_bounds=[float(each.labels["le"]) for each in buckets[:-1]],
            # Not known, and not required.
            min=None,  # type: ignore[arg-type]
            max=None,  # type: ignore[arg-type]
        )


def _without_bound(labels: Mapping[str, str]) -> Labels:
    return tuple((name, value) for name, value in labels.items() if name != "le")
