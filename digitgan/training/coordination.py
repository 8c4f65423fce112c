"""The processes of a group find each other, speak by their rank and end together."""

import atexit
import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from digitgan.errors import InputError, TrainingFailed
from digitgan.quiet import quiet
from digitgan.training.process_group import AUTO, ProcessGroup, find_process_group

HEARTBEAT_TIMEOUT = 20  # seconds without a sign of life
START_TIMEOUT = 300  # seconds for all processes to meet
GRACE = 5  # seconds that a process has to end by itself when its group is broken
BROKEN = "another process has ended: start all of them again with --resume"
ALONE = (
    "the other processes were not found: start all of them within "
    f"{START_TIMEOUT // 60} minutes"
)
LOGGER = logging.getLogger("digitgan")


@contextlib.contextmanager
def coordinated(given: ProcessGroup) -> Iterator[ProcessGroup]:
    """Meet the other processes, and end together with them.

    Every message names its rank; what is no error comes from rank 0 alone. What is
    yielded is the group with all that the launcher and JAX say.

    Raises:
        InputError: There cannot be such a group.
        TrainingFailed: The others did not come, or one of them has ended.
    """
    group = find_process_group(given)
    if group.devices:
        import jax

        with contextlib.suppress(RuntimeError):  # JAX has begun: it has what it has
            jax.config.update("jax_num_cpu_devices", group.devices)
    if group.is_single:
        yield group
        return
    farewell = _Farewell(group.rank)
    try:
        group = _meet(group, farewell)
        _name_messages(group)
        yield group
    except (InputError, TrainingFailed) as error:
        farewell.exit_code = 2 if isinstance(error, InputError) else 1
        error.add_note(f"rank {group.rank}")
        raise
    except Exception as error:  # the backend's own, of what lies between the processes
        farewell.exit_code = 1
        failure = TrainingFailed(f"{BROKEN} ({type(error).__name__}: {error})")
        failure.add_note(f"rank {group.rank}")
        raise failure from error
    except KeyboardInterrupt:
        farewell.exit_code = 130
        raise


def _meet(group: ProcessGroup, farewell: "_Farewell") -> ProcessGroup:
    """Wait until all processes are there; return the group with what JAX knows."""
    import jax
    from jax.experimental import multihost_utils

    address = None if group.coordinator == AUTO else group.coordinator
    try:
        with quiet():
            jax.distributed.initialize(
                address,
                group.processes,
                group.rank,
                initialization_timeout=START_TIMEOUT,
                heartbeat_timeout_seconds=HEARTBEAT_TIMEOUT,
            )
            multihost_utils.sync_global_devices("all are there")
    except ValueError as error:  # JAX finds no cluster
        problem = "is not given, and nothing here says it"
        raise InputError("coordinator", None, "HOST:PORT of rank 0", problem) from error
    group = replace(group, processes=jax.process_count(), rank=jax.process_index())
    farewell.rank, farewell.reason = group.rank, BROKEN
    return group


def _name_messages(group: ProcessGroup) -> None:
    def name(record: logging.LogRecord) -> bool:
        record.msg = f"rank {group.rank}: {record.msg}"
        return True

    LOGGER.addFilter(name)
    if group.rank:
        LOGGER.setLevel(logging.ERROR)


class _Farewell:
    """How a process leaves its group: at the end with all others, else at once.

    JAX would wait for a lost process as long as it may, and then end this one by
    ``abort()`` with a stack trace; ``jax.distributed`` takes no other way to end.
    """

    def __init__(self, rank: int | None):
        self.rank, self.reason = rank, ALONE
        self.exit_code: int | None = None  # of a failure
        atexit.register(self._leave)
        # The library's own lines go nowhere, those of Python where they went before.
        sys.stderr = os.fdopen(os.dup(2), "w", buffering=1)
        with open(os.devnull, "w") as null:
            os.dup2(null.fileno(), 2)
        self._handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(self._on_abort)
        ctypes.CDLL(None).signal(int(signal.SIGABRT), self._handler)

    def _leave(self) -> None:
        if self.exit_code is not None:
            sys.stdout.flush()
            os._exit(self.exit_code)
        import jax

        with contextlib.suppress(jax.errors.JaxRuntimeError):  # all is written
            jax.distributed.shutdown()

    def _on_abort(self, _signal: int) -> None:
        """End this process by a line; Python may be about to say more itself."""
        time.sleep(GRACE)
        print(f"digitgan: rank {self.rank}: {self.reason}", file=sys.stderr)
        os._exit(1)
