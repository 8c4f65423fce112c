"""Who makes the shards: this process, several, or Ray; the shards are the same."""

import itertools
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path

from digitgan.cpu import available_cores
from digitgan.datasets.shard_record import ShardRecord
from digitgan.datasets.shards import store_shard
from digitgan.datasets.spec import DatasetSpec
from digitgan.errors import DatasetFailed, InputError, import_extra

ENGINES = ("local", "ray")
QUEUED_PER_WORKER = 2  # shards given out ahead, so that none waits
MAX_WORKERS_PER_CORE = 64
MAX_RAY_WORKERS = 10**6


def make_shards(
    spec: DatasetSpec, folder: Path, indices: Iterable[int], workers: int, engine: str
) -> Iterator[ShardRecord]:
    """Make shards and put them into the data set; yield their records as they come.

    Args:
        spec: Of the data set.
        folder: Of the data set; with Ray on several machines, one that all of them see.
        indices: Which shards.
        workers: How many at a time, from 1.
        engine: ``local`` or ``ray``.

    Raises:
        DatasetFailed: A worker died.
    """
    if engine == "ray":
        return _with_ray(spec, folder, indices, workers)
    if workers == 1:
        return (store_shard(spec, folder, index) for index in indices)
    return _with_processes(spec, folder, indices, workers)


def check_engine(workers: int, engine: str) -> None:
    """Refuse an engine that is not there, or a number of workers that cannot be.

    Raises:
        InputError: See above.
    """
    if engine not in ENGINES:
        raise InputError.unknown("engine", engine, ENGINES)
    if engine == "ray":
        import_extra("ray", "engine", engine)
    limit = MAX_WORKERS_PER_CORE * available_cores()
    limit = MAX_RAY_WORKERS if engine == "ray" else limit
    if not (isinstance(workers, int) and 1 <= workers <= limit):
        raise InputError("workers", workers, f"1 to {limit:,}")


def _with_processes(
    spec: DatasetSpec, folder: Path, indices: Iterable[int], workers: int
) -> Iterator[ShardRecord]:
    remaining = iter(indices)
    spawn = get_context("spawn")
    pool = ProcessPoolExecutor(workers, spawn, initializer=_follow_parent)

    def submit(count: int) -> set:
        some = itertools.islice(remaining, count)
        return {pool.submit(store_shard, spec, folder, index) for index in some}

    try:
        running = submit(QUEUED_PER_WORKER * workers)
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running |= submit(len(done))
            for future in done:
                yield future.result()
    except BrokenProcessPool as error:
        raise DatasetFailed(
            "a worker died: it was killed, or memory ran out (try fewer workers)"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _follow_parent() -> None:
    """Leave at once and without a word at Ctrl-C, and when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def follow() -> None:
        if parent := parent_process():
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _with_ray(
    spec: DatasetSpec, folder: Path, indices: Iterable[int], workers: int
) -> Iterator[ShardRecord]:
    """As above, on this machine or on the cluster that RAY_ADDRESS names."""
    ray = import_extra("ray", "engine", "ray")
    started_here = not ray.is_initialized()
    if started_here:
        local = {"num_cpus": workers, "include_dashboard": False}
        settings = {} if "RAY_ADDRESS" in os.environ else local
        ray.init(log_to_driver=False, logging_level="error", **settings)
    task = ray.remote(num_cpus=1)(store_shard)
    remaining, folder = iter(indices), folder.absolute()

    def submit(count: int) -> list:
        some = itertools.islice(remaining, count)
        return [task.remote(spec, folder, index) for index in some]

    try:
        running = submit(QUEUED_PER_WORKER * workers)
        while running:
            done, running = ray.wait(running)
            running += submit(len(done))
            yield from ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error  # what went wrong in the worker, as if here
    except ray.exceptions.RayError as error:
        raise DatasetFailed(f"a worker of Ray died ({type(error).__name__})") from error
    finally:
        if started_here:
            ray.shutdown()
