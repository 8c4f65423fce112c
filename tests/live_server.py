"""A server as the command starts it, in a thread."""

import socket
import threading
from contextlib import contextmanager

from digitgan.handwriting.model import load
from digitgan.serving import server
from digitgan.serving.app import create_app


@contextmanager
def live_server(**more):
    """Yield the port of a server on loopback; ``more`` is for ``create_app``."""
    listening = server.create_server(create_app(load(threads=1), workers=2, **more))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        run = threading.Thread(target=listening.run, args=([listener],))
        run.start()
        try:
            yield port
        finally:
            listening.should_exit = True
            run.join(20)
