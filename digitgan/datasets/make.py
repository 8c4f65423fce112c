"""Data sets of any size: made shard by shard, gone on with, verified, mended."""

import errno
import shutil
import time
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any, Unpack

from digitgan.data.html import img
from digitgan.data.load import load_dataset
from digitgan.datasets.dataset_hub import publish_dataset
from digitgan.datasets.executors import check_engine, make_shards
from digitgan.datasets.folder import (
    SHARDS,
    DatasetState,
    claim_folder,
    creating,
    fragment_name,
    read_state,
    record_paths,
)
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.model_cache import facts_of, load_once
from digitgan.datasets.progress import progress_bar
from digitgan.datasets.request import DatasetOptions, DatasetRequest
from digitgan.datasets.resolve import resolve_spec
from digitgan.datasets.verify import find_damage
from digitgan.errors import DatasetFailed, InputError, import_extra
from digitgan.hub import PREFIX
from digitgan.random_streams import random_seed
from digitgan.untrusted import sha256

SHOWN = 4  # numbers or pages, in a notebook


@dataclass(frozen=True, repr=False)
class DatasetReport:
    """What became of a data set.

    Attributes:
        folder: Where it lies.
        manifest: What ``manifest.json`` holds.
        drawn: Samples drawn this time; the others were there.
        seconds: How long that took.
        damage: What was missing or changed and was made again, a few words each.
        differing: Shards that came out otherwise than the manifest said.
    """

    folder: Path
    manifest: dict[str, Any]
    drawn: int
    seconds: float
    damage: tuple[str, ...] = ()
    differing: tuple[int, ...] = ()

    def __repr__(self) -> str:
        """Say where how many of what are."""
        what = "{count:,} {kind} as {format}".format_map(self.manifest)
        return f"DatasetReport({str(self.folder)!r}: {what})"

    def push_to_hub(self, repo: str) -> str:
        """Publish it on the Hugging Face hub as ``user/name``; return its address.

        Raises:
            InputError: The name is none, or there is no token.
            ExportFailed: The hub refused.
            OSError: The hub cannot be reached.
        """
        return publish_dataset(self.folder, self.manifest, repo)

    def _repr_html_(self) -> str:
        """Show what it holds, as it is read again, in a notebook."""
        line = f"<code>{escape(repr(self))}</code>"
        if self.manifest["kind"] == "digits":
            return f"{line}<br>{load_dataset(self.folder)._repr_html_()}"
        pictures = islice(self.folder.rglob("*.png"), SHOWN)
        images = [img(path.read_bytes(), path.stem) for path in sorted(pictures)]
        return "<br>".join([line, *images])


def make_dataset(
    out: str | Path,
    *,
    workers: int = 1,
    engine: str = "local",
    progress: bool = False,
    **options: Unpack[DatasetOptions],
) -> DatasetReport:
    """Make a data set, or go on with one that was broken off.

    The same request gives the same bytes, whoever makes it and however often it was
    stopped. With several workers a script needs ``if __name__ == "__main__":``.

    Args:
        out: A new or empty folder, or that of the same data set.
        workers: Processes, of one thread each.
        engine: ``local``, or ``ray``: here, or on the cluster that RAY_ADDRESS names.
        progress: Show rate and time left on standard error.
        options: ``kind``, ``count``, ``format``, ``seed``, ``split``, ``labels``,
            ``like``, ``balance``, ``checked``, ``measure``, ``robust``, ``length``,
            ``pattern``, ``texts``, ``ink``, ``background``, ``shard_size`` and
            ``model``, as :class:`DatasetRequest` says; a seed of None is a random one,
            which the manifest keeps.

    Raises:
        InputError: The request cannot be met; nothing was written.
        DatasetFailed: It broke off; what was whole stays whole, and the same call goes
            on with it.
    """
    check_engine(workers, engine)
    load_once.cache_clear()
    given: dict[str, Any] = {**options}
    if given.get("seed", 0) is None:
        given["seed"] = random_seed()
    request = DatasetRequest(**given)
    spec = resolve_spec(request, facts_of(load_once(str(request.model))))
    _check_installed(spec.format)
    state = claim_folder(Path(out).expanduser(), spec)
    return _complete(state, workers, engine, progress)


def verify_dataset(
    out: str | Path,
    *,
    model: str | Path | None = None,
    workers: int = 1,
    engine: str = "local",
    progress: bool = False,
) -> DatasetReport:
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
    load_once.cache_clear()
    state = read_state(Path(out).expanduser())
    if state is None:
        problem = "holds no manifest.json of ours"
        raise InputError("out", out, "a folder that digitgan dataset made", problem)
    _check_installed(state.spec.format)
    if model is not None:
        state.spec = replace(state.spec, model=str(model))
    trusts_hub = model is not None or not state.spec.model.startswith(PREFIX)
    return _complete(state, workers, engine, progress, trusts_hub)


def _check_installed(format: str) -> None:
    if package := FORMATS[format].needs:
        import_extra(package, "format", format)


def _complete(
    state: DatasetState,
    workers: int,
    engine: str,
    progress: bool,
    trusts_hub: bool = True,
) -> DatasetReport:
    """Find what is not there, make it, merge the fragments and write the manifest."""
    began, spec, folder = time.perf_counter(), state.spec, state.folder
    try:
        damage = find_damage(state) if state.records else {}
        whole = state.records.keys() - set().union(*damage.values())
        missing = [shard for shard in spec.shards() if shard.index not in whole]
        if missing and not trusts_hub:  # nobody but the manifest has named it
            problem = "lacks shards, and its manifest.json names a model of the hub"
            allowed = f"--model {spec.model} where you trust it"
            raise InputError("out", folder, allowed, problem)
        drawn = sum(shard.count for shard in missing)
        before = {s.index: state.records.pop(s.index, None) for s in missing}
        show = progress and missing
        bar = progress_bar(spec.kind, spec.count, drawn) if show else nullcontext()
        with bar as advance:
            for record in make_shards(spec, folder, missing, workers, engine):
                state.records[record.index] = record
                if advance:
                    advance(record.count)
        manifest = state.manifest
        if missing or damage or manifest is None:
            _merge(state)
            manifest = state.finish()
        shutil.rmtree(folder / SHARDS, ignore_errors=True)
    except (OSError, DatasetFailed) as error:
        raise _broken_off(state, error) from error
    return DatasetReport(
        folder=folder,
        manifest=manifest,
        drawn=drawn,
        seconds=time.perf_counter() - began,
        damage=tuple(damage),
        differing=tuple(i for i, r in before.items() if r and r != state.records[i]),
    )


def _merge(state: DatasetState) -> None:
    """Merge the fragments whose files are not there or have changed."""
    spec, folder = state.spec, state.folder
    format = FORMATS[spec.format]
    for parts, names in format.merge_groups(spec):
        if all(map(state.is_merged, names)):
            continue
        fragments = {
            part: [(s, folder / fragment_name(s.index)) for s in spec.shards(part)]
            for part in parts
        }
        with ExitStack() as stack:
            paths = [stack.enter_context(creating(folder, name)) for name in names]
            format.merge(spec, fragments, paths)
        state.merged |= {name: sha256(folder / name) for name in names}


def _broken_off(state: DatasetState, error: Exception) -> DatasetFailed:
    why = str(error)
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "the disk is full" if full else (error.strerror or str(error))
    # Workers may have made more than they said before it broke off.
    whole = max(len(state.records), len(record_paths(state.folder)))
    return DatasetFailed(
        f"{state.folder}: {why}; {whole} of {state.spec.shard_count} shards are whole: "
        "mend the cause, and the same command goes on from there"
    )
