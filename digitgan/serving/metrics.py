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
from digitgan.serving.encoders import MEDIA_TYPES

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)  # seconds
MEDIA_TYPE = exposition.CONTENT_TYPE_PLAIN_0_0_4


class Metrics:
    """Figures of one server.

    Attributes:
        in_flight: Requests that are not answered yet.
    """

    def __init__(self, pool: DrawPool):
        """Count from nought, and show the load of a pool."""
        self._paths: frozenset[str] = frozenset()
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)  # memory, processor, open files
        self._requests = Counter(
            "digitgan_requests",
            "Requests answered.",
            ("path", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
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

    def count_by_name(self, paths: set[str]) -> None:
        """Count these paths, with the endings of what is drawn, by name.

        The rest is ``other``, so that nobody can make the server remember names.
        """
        names = {
            p.format(ending=e) for p in paths for e in MEDIA_TYPES if "{n" not in p
        }
        self._paths = frozenset(names)

    def observe(self, path: str, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        path = path if path in self._paths else "other"
        self.in_flight.dec()
        self._requests.labels(path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return exposition.generate_latest(self._registry)
