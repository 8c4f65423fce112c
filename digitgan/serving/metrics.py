"""What ``/metrics`` tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, exposition
from prometheus_client.process_collector import ProcessCollector

from digitgan.serving.draw_pool import DrawPool

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)  # seconds
MEDIA_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Figures of one server, and the load of its pool."""

    def __init__(self, pool: DrawPool):
        """Count from nought."""
        self.paths: frozenset[str] = frozenset()  # counted by name; the rest is other
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor, open files
        labels, line = ("path", "status"), "Requests answered."
        self._requests = Counter("digitgan_requests", line, labels, registry=registry)
        self._seconds = Histogram(
            "digitgan_request_seconds",
            "From the request to the end of its answer.",
            ("path",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.in_flight: Gauge = Gauge(
            "digitgan_requests_in_flight", "Not answered yet.", registry=registry
        )
        drawing = Gauge("digitgan_drawing", "Drawn, or waiting.", registry=registry)
        drawing.set_function(lambda: pool.busy)
        limit = Gauge("digitgan_drawing_limit", "Past this, 503.", registry=registry)
        limit.set(pool.limit)

    def count(self, path: str, status: int, seconds: float) -> None:
        """Count a request that is answered; nobody can make it remember names."""
        path = path if path in self.paths else "other"
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return exposition.generate_latest(self._registry)
