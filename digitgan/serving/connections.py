"""HTTP connections that strangers cannot hold: bounds of time, size and number.

This subclasses uvicorn's own protocol, which is not public, so pyproject.toml names the
versions it is known to work with. uvicorn's limits do not suffice: a head that never
ends and an answer that is never read hold a connection for ever, and past
``limit_concurrency`` everybody is refused. tests/test_serving_abuse.py shows it; when
that test fails, uvicorn has learnt it, and this file may go. A reverse proxy does
all of this, too; line folding and bare line feeds, which h11 reads, are left to it.
"""

import asyncio
import math
from typing import Any, ClassVar

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from digitgan.serving.problems import Problem

MAX_HEAD = 16_384  # bytes of the line and headers of a request
HEAD_SECONDS = 10  # to send them
READ_SECONDS = 60  # to take what was written
LAST_SECONDS = 0.2  # for a request on its way when the server stops
CLOSE = (b"connection", b"close")
MAX_CONNECTIONS = 500  # at once
LOG_SECONDS = 60  # between lines that say there were more
VERSIONS = (b"1.0", b"1.1")


class _Requests(h11.Connection):
    """What h11 reads of a client, if the head is small and gives one length.

    h11 itself bounds only heads that come in pieces, and takes a length beside chunks,
    which a proxy may understand otherwise (RFC 9112, 6.1).
    """

    def next_event(self):
        """Return what came next."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = [name for name, _ in event.headers]
            size = len(event.target) + sum(
                len(n) + len(v) + 4 for n, v in event.headers
            )
            two_lengths = b"content-length" in names and b"transfer-encoding" in names
            if size > MAX_HEAD or two_lengths or event.http_version not in VERSIONS:
                raise h11.RemoteProtocolError("refused")
        return event


class Connection(H11Protocol):
    """One client. uvicorn limits how long it is silent, but not how slow it may be.

    Attributes:
        most: Connections that are kept at once.
    """

    most: ClassVar[int] = MAX_CONNECTIONS
    _clock: asyncio.TimerHandle | None = None
    _since = _logged = -math.inf  # the last whole request; the last line in the log
    _stops = False

    def __init__(self, config: uvicorn.Config, *arguments: Any, **more: Any):
        """Read requests more strictly than h11 does."""
        super().__init__(config, *arguments, **more)
        self.conn: h11.Connection = _Requests(h11.SERVER, MAX_HEAD)

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for a request; where too many are connected, one has to go."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._wait(HEAD_SECONDS, self._late)
        if len(self.connections) > self.most:
            self._make_room()

    def _make_room(self) -> None:
        """Hang up on those who have let us wait longest; refuse this one if none has.

        A tenth of them goes at once, as it takes longer to look for them.
        """
        if (now := self.loop.time()) - Connection._logged > LOG_SECONDS:
            Connection._logged = now
            self.logger.error("more than %s connections: the idle ones go", self.most)
        others: list[Any] = [one for one in self.connections if one is not self]
        waiting = sorted((o for o in others if o.waits), key=lambda one: one._since)
        for one in waiting[: 1 + len(waiting) // 10]:
            one.transport.abort()
            self.connections.discard(one)  # now, not when the loop comes to it
        if waiting:
            return
        line = f"{self.most} connections are being answered: try again"
        self._refuse(Problem(503, line, {"Retry-After": "1"}))

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn: to ask, to go on asking, or to read."""
        return (
            self._idle
            or self.conn.their_state is h11.SEND_BODY
            or self.flow.write_paused
        )

    @property
    def _idle(self) -> bool:
        """Whether nothing is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read; a head must be whole within its time, however its bytes come."""
        super().data_received(data)
        if self._stops and not self._idle:
            self.shutdown()
        if self.flow.write_paused:
            return  # that clock runs
        if not self._idle:
            self._since = self.loop.time()
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
        """Finish the answer under way or just asked for, and say it is the last."""
        idle, cycle = self._idle, self.cycle
        if idle and not self._stops:
            self.loop.call_later(LAST_SECONDS, self.shutdown)
        elif not self.transport.is_closing():
            super().shutdown()
            if not idle and CLOSE not in cycle.default_headers:
                cycle.default_headers = [*cycle.default_headers, CLOSE]
        self._stops = True

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP, in words, as all that is refused."""
        line = (
            f"this is no request of HTTP/1.1 with a head of up to {MAX_HEAD:,} bytes "
            "and one length"
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
        if self.cycle is not None:
            self.cycle.disconnected = True  # the application must not answer, too
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
