"""How far a run has come, where its goal lies, and how long it takes to get there."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run has come, over all its sessions, and how often it rolled back."""

    step: int = 0
    seconds: float = 0.0
    rollbacks: int = 0

    def steps_per_second(self, since: "Progress") -> float:
        """Return the mean rate since an earlier moment; 0 where no time has passed."""
        seconds = self.seconds - since.seconds
        return (self.step - since.step) / seconds if seconds > 0 else 0.0


@dataclass(frozen=True)
class Goal:
    """When a run is done: after so many epochs or minutes, whichever comes first.

    Both are over all sessions; None is no such goal.
    """

    epochs: int | None
    minutes: float | None
    steps_per_epoch: int

    @property
    def last_step(self) -> int | None:
        """The step that the run ends with, where it ends by epochs."""
        return self.epochs * self.steps_per_epoch if self.epochs else None

    def is_reached(self, progress: Progress) -> bool:
        """Whether a run that has come so far is done."""
        by_steps = self.last_step is not None and progress.step >= self.last_step
        by_time = self.minutes is not None and progress.seconds >= 60 * self.minutes
        return by_steps or by_time

    def seconds_left(self, progress: Progress, steps_per_second: float) -> float:
        """Return the seconds from there to the goal; infinite where unknown."""
        left = [math.inf]
        if self.minutes is not None:
            left.append(60 * self.minutes - progress.seconds)
        if self.last_step is not None and steps_per_second:
            left.append((self.last_step - progress.step) / steps_per_second)
        return max(0.0, min(left))
