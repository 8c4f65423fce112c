"""Which of the processes that train together this one is, and where they meet."""

import os
from dataclasses import dataclass, replace

import keras

from digitgan.errors import InputError

MAX_DEVICES = 1024
AUTO = "auto"
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
    """Complete what was given; with ``auto`` alone, JAX does it when they meet.

    Raises:
        InputError: A number is out of its range, or the backend is not JAX.
    """
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
