"""One training at a time, in a process of its own."""

import asyncio
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from digitgan.serving.problems import Problem

COMMAND = (sys.executable, "-m", "digitgan", "train")
PATIENCE = 60  # seconds to end cleanly when the server stops
LINES = 20  # of its output that are kept
OURS = "digitgan: "  # how a line for people begins when the command fails


@dataclass
class Session:
    """One process that trains a run, running or ended.

    Attributes:
        name: Of the run.
        process: What runs ``digitgan train``.
        first_step: Where the run stood when it began.
        asked: ``pause`` or ``stop`` once somebody asked for it.
        lines: The last of what it printed.
        began: Seconds since the epoch.
    """

    name: str
    process: asyncio.subprocess.Process
    first_step: int = 0
    asked: str = ""
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))
    began: float = field(default_factory=time.time)

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.returncode is None

    @property
    def error(self) -> str:
        """The line that says why it failed; nothing where it did not."""
        code = self.process.returncode
        line = next((x for x in reversed(self.lines) if x.startswith(OURS)), "")
        if not code or (self.asked and not line):
            return ""
        last = self.lines[-1] if self.lines else f"the process ended with {code}"
        return line.removeprefix(OURS) or last


class Trainer:
    """Starts and ends the process that trains.

    Attributes:
        session: The latest, or None.
    """

    def __init__(self):
        """Train nothing yet."""
        self.session: Session | None = None
        self._reader: asyncio.Task | None = None
        self._beginning = asyncio.Lock()

    async def begin(self, name: str, arguments: list[str], first_step: int = 0) -> None:
        """Start ``digitgan train``.

        Args:
            name: Of the run.
            arguments: Of the command; no shell reads them.
            first_step: Where the run stands.

        Raises:
            Problem: 409, another run is being trained.
        """
        async with self._beginning:  # or two could both find nothing running
            if self.session and self.session.alive:
                line = f"{self.session.name} is being trained: pause or stop it first, "
                line += "as one run is trained at a time"
                raise Problem(409, line, running=self.session.name, limit=1)
            process = await asyncio.create_subprocess_exec(
                *COMMAND,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in its terminal is the server's
            )
            self.session = Session(name, process, first_step)
            self._reader = asyncio.create_task(_read(self.session))

    def end(self, name: str, how: str) -> None:
        """Let it finish its step and keep everything; a second time, at once.

        Args:
            name: Of the run.
            how: ``pause`` or ``stop``.

        Raises:
            Problem: 409, this run is not being trained.
        """
        session = self.session
        if not session or not session.alive or session.name != name:
            raise Problem(409, f"{name} is not being trained", field="name", value=name)
        session.asked = how
        session.process.send_signal(signal.SIGINT)

    async def close(self) -> None:
        """Stop what runs, cleanly if it can."""
        if not self.session or not self._reader:
            return
        if self.session.alive:
            if not self.session.asked:
                self.end(self.session.name, "stop")
            await asyncio.wait({self._reader}, timeout=PATIENCE)
        if self.session.alive:
            self.session.process.kill()
        await self._reader


async def _read(session: Session) -> None:
    """Keep the last lines of a process until it ends."""
    async for line in session.process.stdout:
        if text := line.decode(errors="replace").strip():
            session.lines.append(text[:500])
    await session.process.wait()


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
        **goal: ``epochs``, ``minutes``, ``seed``; None for what is not asked.
    """
    flags = {"data": data or None, "out": out, "resume": resume, **goal}
    words = [preset] if preset else []
    for name, value in flags.items():
        if value is not None:
            words += [f"--{name}={value}"]
    return words
