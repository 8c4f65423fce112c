"""What ``/metrics`` tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, exposition
from prometheus_client.process_collector import ProcessCollector

from digitgan.serving.draw_pool import DrawPool

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)  # seconds
MEDIA_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Figures of one server, and the load of its pool."""

    def __init__(self, pool: DrawPool):
        self.paths: frozenset[str] = frozenset()  # counted by name; the rest is other
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor, open files
        labels, line = ("path", "status"), "Requests answered."
        self.requests = Counter("digitgan_requests", line, labels, registry=registry)
        name, line = "digitgan_request_seconds", "From the request to its answer's end."
        self.seconds = Histogram(
            name, line, labels[:1], buckets=BUCKETS, registry=registry
        )
        name, line = "digitgan_requests_in_flight", "Not answered yet."
        self.in_flight = Gauge(name, line, registry=registry)
        drawing = Gauge("digitgan_drawing", "Drawn, or waiting.", registry=registry)
        drawing.set_function(lambda: pool.busy)
        limit = Gauge("digitgan_drawing_limit", "Past this, 503.", registry=registry)
        limit.set(pool.limit)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return exposition.generate_latest(self._registry)
