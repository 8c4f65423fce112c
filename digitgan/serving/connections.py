"""HTTP connections that strangers cannot hold: time for a head, and for an answer.

This subclasses uvicorn's own protocol, which is not public, so pyproject.toml names the
versions it is known to work with. uvicorn's limits do not suffice: a head that never
ends and an answer that is never read hold a connection for ever, and past
``limit_concurrency`` everybody is refused. tests/test_serving_abuse.py shows it; when
that test fails, uvicorn has learnt it, and this file may go.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from digitgan.serving.problems import Problem

MAX_HEAD = 16_384  # bytes of the line and headers of a request
HEAD_SECONDS = 10  # to send them
READ_SECONDS = 60  # to take what was written
CLOSE = (b"connection", b"close")
MAX_CONNECTIONS = 500  # connections at once; past them 503


class Connection(H11Protocol):
    """One client. uvicorn limits how long it is silent, but not how slow it may be."""

    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request, unless too many are connected."""
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            line = f"{MAX_CONNECTIONS} connections are open: try again"
            headers = {"Retry-After": "1", "Connection": "close"}
            self.app = Problem(503, line, headers).response()
        self._wait(HEAD_SECONDS, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read; a head must be whole within its time, however its bytes come."""
        super().data_received(data)
        if self.flow.write_paused:
            return  # that clock runs
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop()
        elif self._clock is None:
            self._wait(HEAD_SECONDS, self._late)

    def pause_writing(self) -> None:
        """Begin to wait for a client that does not read."""
        super().pause_writing()
        self._wait(READ_SECONDS, self._hang_up)

    def resume_writing(self) -> None:
        """It has read."""
        self._stop()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Hang up on a client that is silent, once it has read or had time to."""
        if not self.transport.get_write_buffer_size():
            super().timeout_keep_alive_handler()
        elif self._clock is None:
            self._wait(READ_SECONDS, self._hang_up)

    def shutdown(self) -> None:
        """Finish the answer under way, and say in it that it is the last."""
        super().shutdown()
        cycle = self.cycle
        if cycle is not None and not cycle.response_started:
            cycle.default_headers = [*cycle.default_headers, CLOSE]

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in words, as all that is refused."""
        line = (
            f"this is not a request of HTTP/1.1 with a head of up to {MAX_HEAD:,} bytes"
        )
        self._refuse(Problem(400, line))

    def _hang_up(self) -> None:
        self._clock = None
        if self.transport.get_write_buffer_size():
            self.transport.abort()  # or what was written would be kept for ever
        else:
            super().timeout_keep_alive_handler()

    def _late(self) -> None:
        line = f"the head of a request took more than {HEAD_SECONDS} seconds"
        self._refuse(Problem(408, line))

    def _refuse(self, problem: Problem) -> None:
        """Answer without the application, where that is still possible; hang up."""
        if self.transport.get_write_buffer_size():
            return self.transport.abort()
        answer = problem.response()
        headers = [*answer.raw_headers, CLOSE]
        try:
            said = self.conn.send(
                h11.Response(status_code=problem.status_code, headers=headers)
            )
            said += self.conn.send(h11.Data(data=bytes(answer.body)))
            said += self.conn.send(h11.EndOfMessage())
        except h11.LocalProtocolError:  # in the middle of an answer
            return self.transport.abort()
        self.transport.write(said)
        return self.transport.close()

    def _wait(self, seconds: float, then) -> None:
        self._stop()
        self._clock = self.loop.call_later(seconds, then)

    def _stop(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
