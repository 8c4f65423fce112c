"""Data sets of any size: made shard by shard, gone on with, checked, mended."""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from digitgan.datasets import manifest, stored
from digitgan.datasets.executors import check_engine, make_shards
from digitgan.datasets.formats import groups, writer
from digitgan.datasets.manifest import State
from digitgan.datasets.shards import WORK, clear_work, piece_path
from digitgan.datasets.spec import WISH, Spec, plan
from digitgan.errors import DatasetFailed, InputError
from digitgan.files import replacing, sha256
from digitgan.handwriting.model import load


@dataclass(frozen=True)
class Made:
    """What became of a data set.

    Attributes:
        folder: Where it lies.
        manifest: What ``manifest.json`` holds.
        made: Samples drawn this time; the others were there.
        seconds: How long that took.
        wrong: What was missing or changed and was made again, a few words each.
        differing: Shards that came out otherwise than the manifest said.
    """

    folder: Path
    manifest: dict
    made: int
    seconds: float
    wrong: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()


def make_dataset(  # noqa: PLR0913 - each decides what is made, or by whom
    out: str | Path,
    *,
    kind: str = "digits",
    count: int = 10_000,
    format: str | None = None,
    seed: int = 0,
    split=(80, 10, 10),
    labels=None,
    balance: bool = False,
    checked: bool = False,
    measure: bool = False,
    length=None,
    pattern: str | None = None,
    shard_size: int | None = None,
    model: str | Path = "flagship",
    workers: int = 1,
    engine: str = "local",
    progress: bool = False,
) -> Made:
    """Make a data set, or go on with one that was broken off.

    The same wish gives the same bytes, whoever makes it and however often it was
    stopped. With several workers a script needs ``if __name__ == "__main__":``.

    Args:
        out: A new or empty folder, or that of the same data set.
        kind: ``digits``, 28x28 each; ``numbers``, written ones; ``scenes``, pages of
            numbers with boxes.
        count: Samples in all, from 1.
        format: idx, npz (digits); lmdb (digits and numbers); png, parquet, webdataset;
            coco, yolo (numbers and scenes). Unless given idx for digits, png for
            numbers, coco for scenes.
        seed: From 0 to 2**64 - 1.
        split: Train, validation and test, in percent or in samples.
        labels: The digits that may occur; all unless given.
        balance: Each digit as often as the others, to within one in each part.
        checked: Drop digits that the judge misreads and draw others.
        measure: Store the measured morphometry of each digit.
        length: Digits of a number, such as ``"3-8"`` or ``(3, 8)``.
        pattern: Of numbers, ``"dd/mm/yyyy"``: :func:`digitgan.datasets.texts.parse`.
        shard_size: Samples that are made, kept and checked together.
        model: What :func:`digitgan.load` takes.
        workers: Processes, of one thread each.
        engine: ``local``, or ``ray``: here, or on the cluster that RAY_ADDRESS names.
        progress: Show rate and time left on standard error.

    Raises:
        InputError: The wish cannot be met; nothing was written.
        DatasetFailed: It broke off; what was whole stays whole, and the same call goes
            on with it.
    """
    wish = {name: value for name, value in locals().items() if name in WISH}
    check_engine(workers, engine)
    spec = plan(load(model, threads=1), str(model), **wish)
    state = manifest.begin(Path(out), spec)
    return _complete(Path(out), state, workers, engine, progress)


def verify_dataset(
    out: str | Path,
    *,
    model: str | Path | None = None,
    workers: int = 1,
    engine: str = "local",
    progress: bool = False,
) -> Made:
    """Check every file of a data set and make again just what is missing or changed.

    Args:
        out: Its folder.
        model: Where its model lies now, if no longer where it was.
        workers: As in :func:`make_dataset`.
        engine: See there.
        progress: See there.

    Raises:
        InputError: The folder holds no data set, or its model is not there any more.
        DatasetFailed: It broke off.
    """
    check_engine(workers, engine)
    folder = Path(out)
    state = manifest.read_state(folder)
    if state is None:
        raise InputError(
            f"folder {str(out)!r} holds no manifest.json of ours: "
            "name one that digitgan dataset made"
        )
    if model is not None:
        state.spec = replace(state.spec, model=str(model))
    return _complete(folder, state, workers, engine, progress)


def _complete(folder: Path, state: State, workers: int, engine, progress) -> Made:
    """Find what is not there, make it, join the pieces and write the manifest."""
    began, spec = time.perf_counter(), state.spec
    try:
        wrong = manifest.find_wrong(folder, state)
        again = set().union(*wrong.values())
        todo = [s.index for s in spec.shards() if s.index not in state.receipts]
        todo = sorted(again.union(todo))
        _check_model(spec, todo)
        samples = sum(spec.shard(index).count for index in todo)
        noted = {index: state.receipts.pop(index, None) for index in todo}
        show = _bar(spec, samples) if progress and todo else nullcontext(_silent)
        with show as advance:
            for receipt in make_shards(spec, folder, todo, workers, engine):
                state.receipts[receipt.index] = receipt
                advance(receipt.count)
        if todo or wrong or not state.finished:
            _join(folder, state)
            told = manifest.write_manifest(folder, state)
        else:
            told = stored.manifest_json(folder)
        clear_work(folder)
    except (OSError, DatasetFailed) as error:
        raise _broken_off(folder, state, error) from error
    differing = [i for i in todo if noted[i] and noted[i] != state.receipts[i]]
    seconds = time.perf_counter() - began
    return Made(folder, told, samples, seconds, tuple(wrong), tuple(differing))


def _join(folder: Path, state: State) -> None:
    """Join the pieces of the groups whose files are not as noted."""
    spec = state.spec
    module = writer(spec.format)
    for parts in groups(spec):
        names = module.joined(spec, parts)
        if all(manifest.as_noted(folder, name, state.joined) for name in names):
            continue

        def pieces(part: str) -> Iterator[Path]:
            for shard in spec.shards():
                if shard.part == part:
                    yield piece_path(folder, shard.index)

        @contextmanager
        def place(name: str) -> Iterator[Path]:
            waiting = folder / WORK / name.replace("/", "-")
            with replacing(waiting) as path:
                yield path
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            waiting.replace(folder / name)
            state.joined[name] = sha256(folder / name)

        module.join(spec, parts, pieces, place)


def _check_model(spec: Spec, todo: list[int]) -> None:
    """Refuse to mend a data set with another model than it was made with."""
    if not todo:
        return
    sums = load(spec.model, threads=1).description["sha256"]
    if any(sums.get(name) != known for name, known in spec.model_sha256.items()):
        raise InputError(
            f"model {spec.model!r} is not the one that this data set was made with "
            f"(SHA-256 {spec.model_sha256['generator.onnx'][:12]}...): bring that "
            "back, or make another data set"
        )


def _broken_off(folder: Path, state: State, error: Exception) -> DatasetFailed:
    """Say in one line what happened, what is whole and how to go on."""
    why = str(error)
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else (error.strerror or str(error))
    try:
        whole = len(manifest.read_state(folder).receipts)
    except (OSError, InputError, AttributeError):
        whole = len(state.receipts)
    total = sum(1 for _ in state.spec.shards())
    return DatasetFailed(
        f"{folder}: {why}; {whole} of {total} shards are whole: "
        "mend the cause, and the same command goes on from there"
    )


def _silent(count: int) -> None:
    """Show nothing."""


@contextmanager
def _bar(spec: Spec, left: int):
    """Show rate and time left on standard error; yield what moves it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[pace]}")
    console, began, there = Console(stderr=True), time.perf_counter(), spec.count - left
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=spec.count, completed=there, pace="")

        def advance(count: int) -> None:
            done = bar.tasks[task].completed + count
            rate = (done - there) / (time.perf_counter() - began)
            rest = timedelta(seconds=round((spec.count - done) / rate))
            pace = f"{rate:,.0f} {spec.kind}/s, {rest} left"
            bar.update(task, completed=done, pace=pace)

        yield advance
