"""One sitting of a run: go on from its checkpoint, learn, go back when it fails."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from digitgan.errors import TrainingFailed
from digitgan.files import write_text
from digitgan.model.gan import GAN
from digitgan.training.build import lower_rate
from digitgan.training.checkpoint_callback import CheckpointCallback
from digitgan.training.clock import Clock, Progress
from digitgan.training.collapse_monitor import LOWER, MOST_ROLLBACKS, CollapseMonitor
from digitgan.training.progress_display import watch
from digitgan.training.run import Run
from digitgan.training.run_logger import RunLogger
from digitgan.training.validation import Score


@dataclass
class Session:
    """The game, and those who keep time, records and checkpoints beside it.

    Attributes:
        run: What was asked for, and where things go.
        gan: The game.
        steps: Until the end, for a learning rate that falls.
        clock: Keeps time.
        recorder: Keeps records.
        score: Measures now and then.
        saver: Keeps checkpoints.
        guard: Raises when the game cannot get better.
    """

    run: Run
    gan: GAN
    steps: int
    clock: Clock
    recorder: RunLogger
    score: Score
    saver: CheckpointCallback
    guard: CollapseMonitor

    def __post_init__(self):
        """Line up: who judges stands behind who measures, who saves behind both."""
        view = watch(self.run, self.clock, self.recorder)
        guard = [self.guard] if self.run.config.guard != "off" else []
        self.callbacks = [self.clock, self.recorder, self.score, *guard]
        self.callbacks += [view, self.saver]

    def go_on(self) -> bool:
        """Go on from the last checkpoint; return whether there is one.

        Raises:
            InputError: It is damaged, as is the one before, or of another game.
        """
        stood = self.saver.checkpoints.restore(self.gan)
        if stood:
            self._take_up(stood)
            self.saver.go_on(stood)
        return stood is not None

    def learn(self, fit: Callable[[], None]) -> None:
        """Let the game learn until the goal, after a roll-back once more.

        Args:
            fit: Plays on from where the clock stands.

        Raises:
            TrainingFailed: As the guard says, unless a roll-back was asked for and
                there were not too many.
        """
        while not self.clock.done:
            try:
                fit()
            except TrainingFailed as failure:
                self.close()
                self._roll_back(failure)
            except BaseException:
                self.close()
                raise

    def close(self) -> None:
        """Let everybody put down what they hold."""
        for callback in self.callbacks:
            with suppress(OSError):
                callback.on_train_end()

    def _roll_back(self, failure: TrainingFailed) -> None:
        asked = self.run.config.guard == "rollback"
        if not asked or self.clock.rollbacks == MOST_ROLLBACKS:
            after = f" (after {MOST_ROLLBACKS} roll-backs)" if asked else ""
            self._note(f"{failure}{after}")
            raise TrainingFailed(f"{failure}{after}") from failure
        stood = self.saver.checkpoints.restore(self.gan)
        if stood is None:
            raise failure
        self.saver.go_on(stood)
        rollbacks = self.clock.rollbacks + 1
        self._take_up(replace(stood, seconds=self.clock.seconds, rollbacks=rollbacks))
        line = (
            f"{failure}. Roll-back {rollbacks} of {MOST_ROLLBACKS}: on from step "
            f"{stood.step} at {LOWER**rollbacks:.3g} times the learning rate"
        )
        self._note(line)
        print(line, flush=True)

    def _take_up(self, progress: Progress) -> None:
        self.clock.start(progress)
        self.recorder.go_on(self.gan)
        self.score.go_on()
        if progress.rollbacks:
            share = LOWER**progress.rollbacks
            lower_rate(self.gan, self.run.config.settings, self.steps, share)

    def _note(self, line: str) -> None:
        path = self.run.guard_log
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        write_text(path, f"{before}{line}\n")
