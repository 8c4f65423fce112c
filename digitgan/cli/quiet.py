"""Keep a framework's start-up notes off the screen."""

import os
import sys


def import_keras_quietly() -> None:
    """Keep TensorFlow's start-up notes off the screen; errors still come as errors."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    kept = os.dup(2)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    try:
        import keras  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(silence)
        os.close(kept)
