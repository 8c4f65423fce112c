"""What ``digitgan serve`` does: listen, answer, and finish what has begun."""

import os
import re
import secrets
import signal
import socket
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from digitgan.cpu import available_cores
from digitgan.errors import InputError
from digitgan.handwriting.model import load
from digitgan.serving.app import RUNS, make_app
from digitgan.serving.auth import is_loopback
from digitgan.serving.connections import HEAD, Connection

WAITING = 64  # requests that may wait to be drawn
PATIENCE = 10  # seconds for what has begun when the server is asked to stop
IDLE = 30  # seconds a silent connection is kept
BACKLOG = 1_024  # connections that wait to be taken up
TOKEN = re.compile(r"[A-Za-z0-9._~-]{16,128}")


def serve(
    host: str,
    port: int,
    model: str,
    token: str | None = None,
    runs: Path = RUNS,
    data: str = "mnist",
) -> None:
    """Answer until Ctrl-C or SIGTERM.

    Args:
        host: Address to listen on.
        port: Port, or 0 for any that is free.
        model: What :func:`digitgan.load` takes.
        token: What those who write or train must know; made up where others than this
            machine can ask and there is none.
        runs: The folder of the trainings.
        data: What new ones learn from.

    Raises:
        InputError: There is no such model, the token is too short, or the address
            cannot be listened on.
    """
    if token is not None and not TOKEN.fullmatch(token):
        raise InputError(
            f"token has {len(token)} characters: allowed are 16 to 128 letters, "
            "digits and - . _ ~"
        )
    sampler = load(model, threads=1)
    with _listening(host, port) as listener:
        where, port = listener.getsockname()[:2]
        if token is None and not is_loopback(where):
            token = secrets.token_urlsafe(24)
        app = make_app(
            sampler,
            workers=available_cores(),
            waiting=WAITING,
            token=token,
            runs=runs,
            data=data,
        )
        print(f"digitgan serves {_link(where, port, token)} until Ctrl-C", flush=True)
        try:
            # uvicorn raises a signal again after it has stopped for it
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            server_of(app).run(sockets=[listener])
        except KeyboardInterrupt:
            print("digitgan: stopped")


def server_of(app: Starlette) -> uvicorn.Server:
    """Return what answers for an application, with the limits of this module."""
    config = uvicorn.Config(
        app,
        http=Connection,
        ws="none",
        h11_max_incomplete_event_size=HEAD,
        log_level="error",
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=PATIENCE,
        server_header=False,
    )
    return uvicorn.Server(config)


def _link(where: str, port: int, token: str | None) -> str:
    """Return what to open in a browser on this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(where, where)
    shown = f"[{here}]" if ":" in here else here
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        InputError: The port is taken, or the address is not this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, proto=socket.IPPROTO_TCP)
        family, kind, proto, _, where = found[0]
        # asyncio sends without delay (Nagle's) only where the socket names its protocol
        listener = socket.socket(family, kind, proto)
    except OSError as error:
        raise _unheard(host, port, error) from error
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(where)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _unheard(host, port, error) from error
    return listener


def _unheard(host: str, port: int, error: OSError) -> InputError:
    return InputError(
        f"port {port} on {host} cannot be listened on "
        f"({error.strerror or error}): allowed is a free one, or --port 0"
    )
