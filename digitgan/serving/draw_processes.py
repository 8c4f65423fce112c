"""Processes that draw: threads of one would wait for each other's turn in Python.

They are begun when two draw at once, so who is alone pays for none. Until one is ready,
and where one is killed, this process draws itself.
"""

import gc
import logging
import signal
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from digitgan.handwriting.model import Model

# Returns the bytes of each of some requests, or its error; a function of a module.
DrawRequests = Callable[[Model, Sequence[Any]], Sequence[bytes | Exception]]


class DrawProcesses:
    """Up to so many processes, each with a copy of a model.

    Args:
        model: What draws.
        count: How many may draw at once.
    """

    def __init__(self, model: Model, count: int):
        self._model = model
        self._to_begin, self._here = count, 0  # processes; drawings of this one
        self._ready: list[Connection] = []  # the last is used first: it is warm
        self._lock = threading.Lock()

    def draw(
        self, draw: DrawRequests, requests: Sequence[Any]
    ) -> Sequence[bytes | Exception]:
        """Draw requests, in whichever process is free, and wait for them."""
        try:
            pipe = self._ready.pop()
        except IndexError:
            return self._draw_here(draw, requests)
        try:
            pipe.send((draw, requests))
            answers = pipe.recv()
        except (EOFError, OSError):  # it was killed
            with self._lock:
                self._to_begin += 1
            return self._draw_here(draw, requests)
        self._ready.append(pipe)
        if isinstance(answers, Exception):
            raise answers
        return answers

    def close(self) -> None:
        """End all that draw no more."""
        for pipe in self._ready:
            pipe.close()

    def _draw_here(
        self, draw: DrawRequests, requests: Sequence[Any]
    ) -> Sequence[bytes | Exception]:
        with self._lock:
            self._here += 1
            begins = self._here > 1 and self._to_begin > 0
            self._to_begin -= begins
        if begins:
            threading.Thread(target=self._begin, args=(draw,), daemon=True).start()
        try:
            return draw(self._model, requests)
        finally:
            with self._lock:
                self._here -= 1

    def _begin(self, draw: DrawRequests) -> None:
        """Begin a process that has what it draws with in memory."""
        spawn = get_context("spawn")
        pipe, its_end = spawn.Pipe()
        spawn.Process(target=_draw_for, args=(its_end,), daemon=True).start()
        its_end.close()
        try:
            pipe.send((self._model, draw))
            pipe.recv()
        except Exception:  # killed, no memory: whatever it is, this process draws
            line = "a process that draws could not begin: fewer draw at once"
            logging.getLogger("uvicorn.error").exception(line)
            pipe.close()
        else:
            self._ready.append(pipe)


def _draw_for(pipe: Connection) -> None:
    """Draw what comes through a pipe until its other end is closed, or gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server finishes what has begun
    with suppress(EOFError, OSError):
        model, _ = pipe.recv()
        gc.freeze()
        pipe.send("ready")
        while True:
            draw, requests = pipe.recv()
            try:
                answers = draw(model, requests)
            except Exception as error:
                error.add_note(traceback.format_exc())  # for the server's log
                answers = error
            pipe.send(answers)
