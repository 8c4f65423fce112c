"""Keep a framework's notes off the screen."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


def import_keras_quietly() -> None:
    """Keep TensorFlow's start-up notes off the screen; errors still come as errors."""
    with quiet():
        import keras  # noqa: F401


@contextmanager
def quiet() -> Iterator[None]:
    """Keep off the screen what libraries write there past Python."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(silence)
        os.close(kept)
