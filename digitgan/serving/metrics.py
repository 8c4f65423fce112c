"""What ``/metrics`` tells Prometheus."""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    exposition,
)

from digitgan.serving.draw_pool import DrawPool

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)  # seconds
MEDIA_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Figures of one server.

    Attributes:
        paths: Those that are counted by name; the rest is ``other``, so that nobody
            can make the server remember names.
        in_flight: Requests that are not answered yet.
        requests: Those that are, by path and status.
        seconds: How long they took, by path.
    """

    def __init__(self, pool: DrawPool):
        """Count from nought, and show the load of a pool."""
        self.paths: frozenset[str] = frozenset()
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor, open files
        self.requests = Counter(
            "digitgan_requests",
            "Requests answered.",
            ("path", "status"),
            registry=registry,
        )
        self.seconds = Histogram(
            "digitgan_request_seconds",
            "From the request to the end of its answer.",
            ("path",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.in_flight = Gauge(
            "digitgan_requests_in_flight", "Not answered yet.", registry=registry
        )
        drawing = Gauge("digitgan_drawing", "Drawn, or waiting.", registry=registry)
        drawing.set_function(lambda: pool.busy)
        limit = Gauge("digitgan_drawing_limit", "Past this, 503.", registry=registry)
        limit.set(pool.limit)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return exposition.generate_latest(self._registry)
