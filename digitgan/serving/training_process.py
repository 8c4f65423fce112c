"""One training at a time, in a process of its own."""

import asyncio
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from digitgan.serving.problems import Problem
from digitgan.serving.runs import unfit

COMMAND = (sys.executable, "-m", "digitgan", "train")
OFFERED = ("tiny", "dcgan", "conditional")  # presets that show something in minutes
STOP_SECONDS = 60  # to end cleanly when the server stops
MAX_LINES = 20  # of its output that are kept
PREFIX = "digitgan: "  # how a line for people begins when the command fails


@dataclass
class TrainingProcess:
    """A process that trains a run, running or ended."""

    name: str  # of the run
    process: Process
    first_step: int = 0  # where the run stood when it began
    ending: Literal["", "pause", "stop"] = ""  # once somebody asked for it
    has_folder: bool = False  # once it was seen
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LINES))

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
        if line:
            return line.removeprefix(PREFIX)
        if code < 0:
            often = " (often: no memory was left)" if code == -signal.SIGKILL else ""
            return f"it was ended by {signal.Signals(-code).name}{often}"
        return self.last_line or f"the process ended with {code}"

    async def read(self) -> None:
        """Keep the last lines of its output until it ends."""
        assert self.process.stdout
        async for line in self.process.stdout:
            if text := line.decode(errors="replace").strip():
                self.lines.append(text[:500])
        await self.process.wait()


class Trainer:
    """Starts and ends the process that trains; ``latest`` is the one started last."""

    def __init__(self):
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
        """Start ``digitgan train``; a :class:`Problem` (409) while another runs."""
        async with self._starting:  # or two could both find nothing running
            if running := self.running:
                line = f"{running} is being trained: pause or stop it first, "
                line += "as one run is trained at a time"
                raise Problem(409, line, running=running, limit=1)
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                *arguments,  # that no shell reads
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=STDOUT,
                start_new_session=True,  # Ctrl-C in its terminal is the server's
            )
            self.latest = TrainingProcess(name, process, first_step)
            self._reader = asyncio.create_task(self.latest.read())

    def end(self, name: str, how: Literal["pause", "stop"]) -> None:
        """Let it finish its step and keep everything; a second time, at once."""
        training = self.process_of(name)
        if not training or not training.running:
            raise unfit(name, f"{name} is not being trained")
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
