"""One training at a time, in a process of its own."""

import asyncio
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from digitgan.serving.problems import Problem

COMMAND = (sys.executable, "-m", "digitgan", "train")
OFFERED = ("tiny", "dcgan", "conditional")  # presets that show something in minutes
STOP_SECONDS = 60  # to end cleanly when the server stops
MAX_LINES = 20  # of its output that are kept
PREFIX = "digitgan: "  # how a line for people begins when the command fails


@dataclass
class TrainingProcess:
    """A process that trains a run, running or ended.

    Attributes:
        name: Of the run.
        process: What runs ``digitgan train``.
        first_step: Where the run stood when it began.
        ending: ``pause`` or ``stop`` once somebody asked for it.
        lines: The last of what it printed.
        start: Seconds since the epoch.
    """

    name: str
    process: asyncio.subprocess.Process
    first_step: int = 0
    ending: Literal["", "pause", "stop"] = ""
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LINES))
    start: float = field(default_factory=time.time)

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return self.process.returncode is None

    @property
    def last_line(self) -> str | None:
        """The last of what it printed."""
        return self.lines[-1] if self.lines else None

    @property
    def error(self) -> str:
        """The line that says why it failed; nothing where it did not."""
        code = self.process.returncode
        line = next((x for x in reversed(self.lines) if x.startswith(PREFIX)), "")
        if not code or (self.ending and not line):
            return ""
        last = self.last_line or f"the process ended with {code}"
        return line.removeprefix(PREFIX) or last

    async def read(self) -> None:
        """Keep the last lines of its output until it ends."""
        assert self.process.stdout
        async for line in self.process.stdout:
            if text := line.decode(errors="replace").strip():
                self.lines.append(text[:500])
        await self.process.wait()


class Trainer:
    """Starts and ends the process that trains.

    Attributes:
        latest: The process started last, or None.
    """

    def __init__(self):
        """Train nothing yet."""
        self.latest: TrainingProcess | None = None
        self._reader: asyncio.Task | None = None
        self._starting = asyncio.Lock()

    @property
    def running(self) -> str | None:
        """The name of the run that is being trained."""
        latest = self.latest
        return latest.name if latest and latest.running else None

    def process_of(self, name: str) -> TrainingProcess | None:
        """Return the latest process if it is one of this run."""
        latest = self.latest
        return latest if latest and latest.name == name else None

    async def start(self, name: str, arguments: list[str], first_step: int = 0) -> None:
        """Start ``digitgan train``.

        Args:
            name: Of the run.
            arguments: Of the command; no shell reads them.
            first_step: Where the run stands.

        Raises:
            Problem: 409, another run is being trained.
        """
        async with self._starting:  # or two could both find nothing running
            if running := self.running:
                line = f"{running} is being trained: pause or stop it first, "
                line += "as one run is trained at a time"
                raise Problem(409, line, running=running, limit=1)
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in its terminal is the server's
            )
            self.latest = TrainingProcess(name, process, first_step)
            self._reader = asyncio.create_task(self.latest.read())

    def end(self, name: str, how: Literal["pause", "stop"]) -> None:
        """Let it finish its step and keep everything; a second time, at once.

        Raises:
            Problem: 409, this run is not being trained.
        """
        training = self.process_of(name)
        if not training or not training.running:
            raise Problem(409, f"{name} is not being trained", field="name", value=name)
        training.ending = how
        training.process.send_signal(signal.SIGINT)

    async def close(self) -> None:
        """Stop what runs, cleanly if it can."""
        if not self.latest or not self._reader:
            return
        if self.latest.running:
            if not self.latest.ending:
                self.end(self.latest.name, "stop")
            await asyncio.wait({self._reader}, timeout=STOP_SECONDS)
        if self.latest.running:
            self.latest.process.kill()
        await self._reader


def command_line(
    *,
    out: Path | None = None,
    resume: Path | None = None,
    preset: str = "",
    data: str = "",
    **goal: float | None,
) -> list[str]:
    """Return the arguments of ``digitgan train``.

    Args:
        out: The folder of a new run.
        resume: The folder of a run to go on with.
        preset: Of a new run.
        data: That a new run learns from.
        **goal: ``epochs``, ``minutes``; None for what is not given.
    """
    flags = {"data": data or None, "out": out, "resume": resume, **goal}
    given = [f"--{name}={value}" for name, value in flags.items() if value is not None]
    return [preset, *given] if preset else given
