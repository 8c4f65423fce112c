"""What ``digitgan serve`` does: listen, answer, and finish what has begun."""

import gc
import os
import re
import secrets
import signal
import socket
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from digitgan.cpu import available_cores
from digitgan.errors import InputError
from digitgan.handwriting.model import load
from digitgan.serving.app import DEFAULT_RUNS, create_app
from digitgan.serving.auth import is_loopback
from digitgan.serving.connections import MAX_CONNECTIONS, MAX_HEAD, Connection

MAX_QUEUE = 64  # requests that may wait to be drawn
STOP_SECONDS = 10  # for what has begun when the server is asked to stop
KEEP_ALIVE_SECONDS = 30  # for a silent connection
BACKLOG = 1_024  # connections that wait to be taken up
ACCEPTS = 64  # of them that are taken up before any is read
ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
ORIGIN = re.compile(r"https?://[^/?#*\s]+")
TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,128}")


def serve(  # noqa: PLR0913 - each is a flag
    host: str,
    port: int,
    model: str,
    token: str | None = None,
    runs: Path = DEFAULT_RUNS,
    data: str = "mnist",
    clean: bool = False,
    root_path: str = "",
    workers: int | None = None,
    origins: Collection[str] = (),
) -> None:
    """Answer until Ctrl-C or SIGTERM; the arguments are those of the command.

    A token is made up where others than this machine can ask and there is none.
    """
    for origin in origins:
        if not ORIGIN.fullmatch(origin):
            raise InputError("allow_origin", origin, "such as https://example.org")
    if token is not None and not TOKEN.fullmatch(token):
        allowed = "16 to 128 letters, digits and - . _ ~"
        problem = f"has {len(token)} characters"  # and is not shown
        raise InputError("token", None, allowed, problem)
    if root_path and not ROOT_PATH.fullmatch(root_path):
        allowed = "a path as /digits, without a slash at its end"
        raise InputError("root_path", root_path, allowed)
    opened = load(model, threads=1)
    Connection.most = min(MAX_CONNECTIONS, _open_files() // 2)
    with listen(host, port) as listener:
        address, port = listener.getsockname()[:2]
        if token is None and not is_loopback(address):
            token = secrets.token_urlsafe(24)
        app = create_app(
            opened,
            workers=workers or available_cores(),
            queue=MAX_QUEUE,
            token=token,
            runs=runs,
            data=data,
            clean=clean,
            root_path=root_path,
            origins=origins,
        )
        gc.freeze()
        gc.enable()
        print(f"digitgan serves {_link(address, port, token)} until Ctrl-C", flush=True)
        try:
            # uvicorn raises a signal again after it has stopped for it
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            create_server(app).run(sockets=[listener])
        except KeyboardInterrupt:
            print("digitgan: stopped")


def create_server(app: ASGIApp) -> uvicorn.Server:
    """Return what answers for an application, with the limits of this module."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        h11_max_incomplete_event_size=MAX_HEAD,
        backlog=ACCEPTS,
        loop="asyncio",  # others take up as many as there are
        log_level="error",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        server_header=False,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """A server whose queue is longer than what it takes up at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; asyncio makes a queue as short as its runs of taking up."""
        await super().startup(sockets)
        for listener in sockets or ():
            listener.listen(BACKLOG)


def _open_files() -> int:
    """Let this process open as many files as it may; return how many those are."""
    try:
        import resource
    except ImportError:  # Windows counts otherwise
        return 2 * MAX_CONNECTIONS
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):  # macOS says "infinite" and means less
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft > 0 else 2 * MAX_CONNECTIONS  # infinite is below 0


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; :class:`InputError` where that cannot be."""
    listener = None
    try:
        addresses = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
        family, kind, protocol, _, address = addresses[0]
        # asyncio sends without delay (Nagle's) only where the socket names its protocol
        listener = socket.socket(family, kind, protocol)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        if listener:
            listener.close()
        problem = f"on {host} cannot be listened on ({error.strerror or error})"
        raise InputError("port", port, "a free one, or --port 0", problem) from error
    return listener


def _link(address: str, port: int, token: str | None) -> str:
    """Return what to open in a browser on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)
    shown = f"[{here}]" if ":" in here else here
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
