"""What comes onto the screen: digitgan's own log, and no framework's notes."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class _PrintHandler(logging.Handler):
    """Print what is logged, to wherever standard output leads at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        print(self.format(record), flush=True)


def show_log() -> None:
    """Print what the library logs, from level INFO."""
    logger = logging.getLogger("digitgan")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [_PrintHandler()]


def import_keras_quietly() -> None:
    """Keep TensorFlow's start-up notes off the screen; errors still come as errors."""
    with quiet():
        import keras  # noqa: F401


@contextmanager
def quiet() -> Iterator[None]:
    """Keep off the screen what libraries write there past Python."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    stderr = os.dup(2)
    with open(os.devnull, "w") as null:
        os.dup2(null.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(stderr, 2)
        os.close(stderr)
