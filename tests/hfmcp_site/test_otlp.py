"""That OpenTelemetry is told the same as Prometheus."""

from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult
from opentelemetry.sdk.resources import Resource
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from hfmcp_site.monitoring.instruments import registry as of_the_product
from hfmcp_site.monitoring.otlp import BUILD_INFO, MetricsSender


class Kept(MetricExporter):
    """Encodes what it is to send, as an exporter does."""

    def export(self, metrics_data, timeout_millis=0, **_):
        (resource,) = encode_metrics(metrics_data).resource_metrics
        self.metrics = {
            each.name: each for scope in resource.scope_metrics for each in scope.metrics
        }
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis=0):
        return True

    def shutdown(self, timeout_millis=0, **_):
        pass


def sent(registry):
    exporter = Kept()
    MetricsSender(registry, exporter, Resource.create()).send()
    return exporter.metrics


def labels(point):
    return {each.key: each.value.string_value for each in point.attributes}


def test_a_counter_is_a_sum_that_only_grows():
    registry = CollectorRegistry()
    counter = Counter("hfmcp_requests", "Messages.", ("method",), registry=registry)
    counter.labels("ping").inc(3)

    metric = sent(registry)["hfmcp.requests"]

    (point,) = metric.sum.data_points
    assert (point.as_double, labels(point)) == (3, {"method": "ping"})
    assert metric.sum.is_monotonic
    assert metric.description == "Messages."
    assert 0 < point.start_time_unix_nano <= point.time_unix_nano


def test_a_gauge_is_a_sum_that_may_fall():
    registry = CollectorRegistry()
    Gauge("hfmcp_cache_bytes", "Taken.", registry=registry).set(7)

    metric = sent(registry)["hfmcp.cache"]

    assert (metric.sum.data_points[0].as_double, metric.unit) == (7, "By")
    assert not metric.sum.is_monotonic


def test_a_histogram_has_the_same_buckets_each_counted_once():
    registry = CollectorRegistry()
    histogram = Histogram(
        "hfmcp_request_duration_seconds", "", ("method",), buckets=(1, 2), registry=registry
    )
    for seconds in (0.5, 0.5, 1.5, 9):
        histogram.labels("ping").observe(seconds)
    histogram.labels("initialize").observe(1)

    metric = sent(registry)["hfmcp.request_duration"]

    of_ping, of_other = metric.histogram.data_points
    assert metric.unit == "s"
    assert (of_ping.count, of_ping.sum) == (4, 11.5)
    assert (list(of_ping.explicit_bounds), list(of_ping.bucket_counts)) == ([1, 2], [2, 1, 1])
    assert not of_ping.HasField("min")
    assert labels(of_other) == {"method": "initialize"}


def test_all_that_prometheus_is_told_is_sent_under_its_own_name():
    with_values = {each.name for each in of_the_product.collect() if each.samples} - {BUILD_INFO}

    assert len(sent(of_the_product)) == len(with_values)
