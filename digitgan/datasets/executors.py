"""Who makes the shards: this process, several, or Ray; the shards are the same."""

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import current_process, get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple

from digitgan.cpu import available_cores
from digitgan.datasets.manifest import ShardRecord
from digitgan.datasets.shards import store_shard
from digitgan.datasets.spec import DatasetSpec, Shard
from digitgan.errors import DatasetFailed, InputError, check_range, import_extra

ENGINES = ("local", "ray")
QUEUED_PER_WORKER = 2  # shards given out ahead, so that none waits
MAX_WORKERS_PER_CORE = 64
MAX_RAY_WORKERS = 10**6


class Pool(NamedTuple):
    """What gives out tasks: submit one, wait for any, take what one returned."""

    submit: Callable[..., Any]
    wait: Callable[[list], tuple[Iterable, Iterable]]
    result: Callable[[Any], ShardRecord]


def check_engine(workers: int, engine: str) -> None:
    """Refuse an engine that is not there, or a number of workers that cannot be."""
    if engine not in ENGINES:
        raise InputError.unknown("engine", engine, ENGINES)
    if workers != 1 and getattr(current_process(), "_inheriting", False):
        raise SystemExit(1)  # a worker runs the script anew: its parent says why
    limit = MAX_WORKERS_PER_CORE * available_cores()
    if engine == "ray":
        import_extra("ray", "engine", engine)
        limit = MAX_RAY_WORKERS
    check_range("workers", workers, 1, limit)


def make_shards(
    spec: DatasetSpec, folder: Path, shards: Iterable[Shard], workers: int, engine: str
) -> Iterator[ShardRecord]:
    """Make shards and put them into the data set; yield their records as they come."""
    if engine == "local" and workers == 1:
        yield from (store_shard(spec, folder, shard) for shard in shards)
        return
    remaining = iter(shards)
    with (_ray if engine == "ray" else _processes)(workers) as pool:

        def submit(count: int) -> list:
            some = islice(remaining, count)
            return [pool.submit(spec, folder.absolute(), shard) for shard in some]

        running = submit(QUEUED_PER_WORKER * workers)
        while running:
            done, others = map(list, pool.wait(running))
            running = [*others, *submit(len(done))]
            yield from map(pool.result, done)


@contextmanager
def _processes(workers: int) -> Iterator[Pool]:
    spawn = get_context("spawn")
    executor = ProcessPoolExecutor(workers, spawn, initializer=_follow_parent)
    any_of = partial(wait, return_when=FIRST_COMPLETED)
    try:
        yield Pool(partial(executor.submit, store_shard), any_of, Future.result)
    except BrokenProcessPool as error:
        raise DatasetFailed(
            "a worker died: it was killed, memory ran out (try fewer workers), or "
            'the script lacks `if __name__ == "__main__":`'
        ) from error
    finally:
        executor.shutdown(cancel_futures=True)


def _follow_parent() -> None:
    """Leave at once and without a word at Ctrl-C, and when the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

    def follow() -> None:
        if parent := parent_process():
            parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


@contextmanager
def _ray(workers: int) -> Iterator[Pool]:
    """As above, on this machine or on the cluster that RAY_ADDRESS names."""
    ray = import_extra("ray", "engine", "ray")
    started_here = not ray.is_initialized()
    if started_here:
        local = {"num_cpus": workers, "include_dashboard": False}
        settings = {} if "RAY_ADDRESS" in os.environ else local
        ray.init(log_to_driver=False, logging_level="error", **settings)
    try:
        yield Pool(ray.remote(num_cpus=1)(store_shard).remote, ray.wait, ray.get)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from error  # what went wrong in the worker, as if here
    except ray.exceptions.RayError as error:
        raise DatasetFailed(f"a worker of Ray died ({type(error).__name__})") from error
    finally:
        if started_here:
            ray.shutdown()
