"""What ``/metrics`` tells Prometheus."""

import time

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
    """An ASGI layer that counts and times what goes through it."""

    def __init__(self, capacity: DrawPool, paths: frozenset[str]):
        """Count from nought.

        Args:
            capacity: Whose load to show.
            paths: Those that are counted by name; the rest is ``other``, so that
                nobody can make the server remember names.
        """
        self._paths = paths
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)  # memory, processor, open files
        self._requests = Counter(
            "digitgan_requests",
            "Requests answered.",
            ("path", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "digitgan_request_seconds",
            "From the request to the end of its answer.",
            ("path",),
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._open = Gauge(
            "digitgan_requests_in_flight",
            "Not answered yet.",
            registry=self._registry,
        )
        busy = Gauge(
            "digitgan_drawing", "Drawn now, or waiting.", registry=self._registry
        )
        busy.set_function(lambda: capacity.busy)
        most = Gauge(
            "digitgan_drawing_limit", "Past this, 503.", registry=self._registry
        )
        most.set(capacity.most)

    def around(self, app):
        """Return an ASGI application that is counted."""

        async def counted(scope, receive, send):
            if scope["type"] != "http":
                return await app(scope, receive, send)
            begun, status = time.perf_counter(), "500"
            path = scope["path"] if scope["path"] in self._paths else "other"

            async def watched(message):
                nonlocal status
                if message["type"] == "http.response.start":
                    status = str(message["status"])
                await send(message)

            self._open.inc()
            try:
                await app(scope, receive, watched)
            finally:
                self._open.dec()
                self._requests.labels(path, status).inc()
                self._seconds.labels(path).observe(time.perf_counter() - begun)

        return counted

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return exposition.generate_latest(self._registry)
