"""The processes that train together: which this one is, how they meet and end."""

import atexit
import contextlib
import ctypes
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import keras

from digitgan.errors import InputError, TrainingFailed
from digitgan.quiet import quiet

MAX_DEVICES = 1024
AUTO = "auto"
HEARTBEAT_TIMEOUT = 20  # seconds without a sign of life
START_TIMEOUT = 300  # seconds for all processes to meet
GRACE = 5  # seconds that a process has to end by itself when its group is broken
BROKEN = "another process has ended: start all of them again with --resume"
ALONE = (
    "the other processes were not found: start all of them within "
    f"{START_TIMEOUT // 60} minutes"
)
LOGGER = logging.getLogger("digitgan")
LAUNCHERS = (  # number of processes, rank, and what only a process of a group has
    ("OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"),  # mpirun, even within Slurm
    ("SLURM_NTASKS", "SLURM_PROCID", "SLURM_STEP_NODELIST"),  # srun, not sbatch
)


@dataclass(frozen=True)
class ProcessGroup:
    """The processes that train together, and which of them this one is.

    Processes and rank are what srun or mpirun say, unless given; without either there
    is one process.
    """

    devices: int = 0  # of this process; 0 for the one that Keras takes by itself
    coordinator: str | None = None  # HOST:PORT where rank 0 listens; auto: JAX knows
    processes: int | None = None
    rank: int | None = None

    @property
    def is_single(self) -> bool:
        """Whether this process has no others to wait for."""
        return self.processes == 1


AS_LAUNCHED = ProcessGroup()


def find_process_group(given: ProcessGroup) -> ProcessGroup:
    """Complete what was given; with ``auto`` alone, JAX does it when they meet."""
    group, launched = given, _launched()
    if given.processes is not None:
        group = replace(given, rank=given.rank or 0)
    elif launched:
        address = given.coordinator or AUTO
        group = replace(group, coordinator=address, **launched)
    elif given.coordinator != AUTO:
        group = replace(given, processes=1, rank=given.rank or 0)
    _check(group)
    return group


def _launched() -> dict[str, int]:
    """Return what the launcher says; nothing where it started one process alone."""
    for names in LAUNCHERS:
        if all(name in os.environ for name in names):
            processes, rank = (int(os.environ[name]) for name in names[:2])
            return {"processes": processes, "rank": rank} if processes > 1 else {}
    return {}


def _check(group: ProcessGroup) -> None:
    address, processes, rank = group.coordinator, group.processes, group.rank
    backend = keras.backend.backend()
    if backend != "jax" and (group.devices or address or processes != 1):
        field, alone = "processes", ", or --processes 1 to train alone"
        if group.devices:
            field, alone = "devices", ""
        problem = f"needs JAX and this is {backend}: set KERAS_BACKEND=jax{alone}"
        raise InputError(field, problem=problem)
    host, _, port = (address or "none:1").rpartition(":")
    has_port = bool(host) and port.isdigit() and 0 < int(port) < 2**16
    last = 0 if processes is None else processes - 1  # of auto, nothing is known yet
    for name, is_allowed, allowed in (
        ("devices", 0 <= group.devices <= MAX_DEVICES, f"1 to {MAX_DEVICES:,}"),
        ("processes", last >= 0, "1 or more"),
        ("rank", 0 <= (rank or 0) <= last, f"0 to {last}, one less than --processes"),
        ("coordinator", address == AUTO or has_port, f"HOST:PORT or {AUTO}"),
        (
            "processes",
            last or not processes or not address,
            "2 or more with --coordinator",
        ),
    ):
        if not is_allowed:
            raise InputError(name, getattr(group, name), allowed)
    if last and not address:
        raise InputError("coordinator", None, "HOST:PORT of rank 0", "is not given")


@contextlib.contextmanager
def coordinated(given: ProcessGroup) -> Iterator[ProcessGroup]:
    """Meet the other processes, and end together with them.

    Every message names its rank; what is no error comes from rank 0 alone. What is
    yielded is the group with all that the launcher and JAX say.
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
