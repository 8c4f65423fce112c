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
from digitgan.datasets.shards import ShardRecord, keep_shard
from digitgan.datasets.spec import Spec
from digitgan.errors import DatasetFailed, InputError, import_extra, unknown_name

ENGINES = ("local", "ray")
AHEAD = 2  # shards given out for each worker, so that none waits


def make_shards(
    spec: Spec, folder: Path, indices: Iterable[int], workers: int, engine: str
) -> Iterator[ShardRecord]:
    """Make shards and put them into the data set; yield their receipts as they come.

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
        return (keep_shard(spec, folder, index) for index in indices)
    return _with_processes(spec, folder, indices, workers)


def check_engine(workers: int, engine: str) -> None:
    """Refuse an engine that is not there, or a number of workers that cannot be.

    Raises:
        InputError: See above.
    """
    if engine not in ENGINES:
        raise unknown_name("engine", str(engine), ENGINES)
    if engine == "ray":
        import_extra("ray", "engine", engine)
    most = 10**6 if engine == "ray" else 64 * available_cores()
    if not (isinstance(workers, int) and 1 <= workers <= most):
        raise InputError(f"workers is {workers!r}: allowed is 1 to {most:,}")


def _with_processes(spec, folder, indices, workers: int) -> Iterator[ShardRecord]:
    left = iter(indices)
    pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_settle_in)
    try:
        given = {
            pool.submit(keep_shard, spec, folder, index)
            for index in itertools.islice(left, AHEAD * workers)
        }
        while given:
            done, given = wait(given, return_when=FIRST_COMPLETED)
            for future in done:
                for index in itertools.islice(left, 1):
                    given.add(pool.submit(keep_shard, spec, folder, index))
                yield future.result()
    except BrokenProcessPool as error:
        raise DatasetFailed(
            "a worker died: it was killed, or memory ran out (try fewer workers)"
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _settle_in() -> None:
    """Leave at once and without a word at Ctrl-C, and when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def follow():
        parent_process().join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _with_ray(spec, folder, indices, workers: int) -> Iterator[ShardRecord]:
    """As above, on this machine or on the cluster that RAY_ADDRESS names."""
    import ray

    cluster = "RAY_ADDRESS" in os.environ
    ours = not ray.is_initialized()
    if ours:
        local = {} if cluster else {"num_cpus": workers, "include_dashboard": False}
        ray.init(log_to_driver=False, logging_level="error", **local)
    task = ray.remote(num_cpus=1)(keep_shard)
    left, folder = iter(indices), folder.absolute()
    given = [
        task.remote(spec, folder, i) for i in itertools.islice(left, AHEAD * workers)
    ]
    try:
        while given:
            done, given = ray.wait(given)
            given += [task.remote(spec, folder, i) for i in itertools.islice(left, 1)]
            yield from ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error  # what went wrong in the worker, as if here
    except ray.exceptions.RayError as error:
        raise DatasetFailed(f"a worker of Ray died ({type(error).__name__})") from error
    finally:
        if ours:
            ray.shutdown()
