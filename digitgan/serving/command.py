"""What ``digitgan serve`` does: listen, answer, and finish what has begun."""

import os
import socket
from pathlib import Path

import uvicorn

from digitgan.errors import InputError
from digitgan.generation.sampler import load
from digitgan.serving.app import make_app

WAITING = 64  # requests that may wait to be drawn
PATIENCE = 10  # seconds for what has begun when the server is asked to stop
IDLE = 30  # seconds a silent connection is kept
BACKLOG = 1_024  # connections that wait to be taken up
CONNECTIONS = 1_000  # at once; past them 503


def serve(host: str, port: int, model: str) -> None:
    """Answer until Ctrl-C or SIGTERM.

    Args:
        host: Address to listen on.
        port: Port, or 0 for any that is free.
        model: What :func:`digitgan.generation.sampler.load` takes.

    Raises:
        InputError: There is no such model, or the address cannot be listened on.
    """
    sampler = load(model, threads=1)
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    workers = workers or os.cpu_count() or 1
    with _listening(host, port) as listener:
        port = listener.getsockname()[1]
        shown = f"[{host}]" if ":" in host else host
        print(f"digitgan serves http://{shown}:{port}/ until Ctrl-C", flush=True)
        config = uvicorn.Config(
            make_app(sampler, name=Path(model).name, workers=workers, waiting=WAITING),
            log_level="warning",
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=PATIENCE,
            server_header=False,
        )
        try:
            uvicorn.Server(config).run(sockets=[listener])
        except KeyboardInterrupt:
            print("digitgan: stopped")


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
