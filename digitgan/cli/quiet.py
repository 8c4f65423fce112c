"""What comes onto the screen: digitgan's own log, and no framework's notes."""

import logging

from digitgan.quiet import quiet


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
