"""A server as the command starts it, in a thread."""

import socket
import threading
from contextlib import contextmanager

from digitgan.handwriting.model import load
from digitgan.serving.app import create_app
from digitgan.serving.server import create_server


@contextmanager
def live_server(**options):
    """Yield the port of a server on loopback; ``options`` are those of the app."""
    app = create_app(load(threads=1), workers=2, **options)
    with running(create_server(app)) as port:
        yield port


@contextmanager
def running(server):
    """Run a uvicorn server in a thread; yield its port on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)
