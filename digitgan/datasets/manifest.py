"""What a data set folder says of itself, and whether that is still so."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

import digitgan
from digitgan.datasets import stored
from digitgan.datasets.formats import groups, writer
from digitgan.datasets.shards import (
    WORK,
    ShardRecord,
    digest,
    piece_path,
    stored_sum,
)
from digitgan.datasets.spec import Spec
from digitgan.datasets.stored import FILE
from digitgan.errors import InputError
from digitgan.files import replacing, sha256, write_text


@dataclass
class State:
    """A data set as far as it is made.

    Attributes:
        spec: What it shall be.
        receipts: Of the shards that were whole once, by index.
        joined: SHA-256 of the files that pieces were joined to, by name.
        finished: It has a manifest.
    """

    spec: Spec
    receipts: dict[int, ShardRecord] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    finished: bool = False


def begin(folder: Path, spec: Spec) -> State:
    """Return the state of a folder that may be new; claim it for a spec.

    Raises:
        InputError: It holds other files or another data set, or cannot be written to.
    """
    writer(spec.format)  # or it is said what to install, before anything is written
    try:
        state = read_state(folder)
        if state is None:
            _check_empty(folder)
            write_text(folder / WORK / "spec.json", json.dumps(spec.to_dict()))
            return State(spec)
    except OSError as error:
        raise InputError(
            f"folder {str(folder)!r} cannot be written to ({error.strerror}): "
            "name a folder of your own"
        ) from error
    if state.spec != spec:
        ours, theirs = spec.to_dict(), state.spec.to_dict()
        name = next(k for k in ours if k != "model" and ours[k] != theirs[k])
        raise InputError(
            f"folder {str(folder)!r} holds a data set with {name} {theirs[name]!r}, "
            f"not {ours[name]!r}: name another folder, or remove this one"
        )
    state.spec = spec  # the model may lie elsewhere now
    return state


def read_state(folder: Path) -> State | None:
    """Return what a folder says of itself, or None if it is no data set of ours.

    Raises:
        InputError: Its manifest is damaged.
    """
    if (folder / FILE).is_file():
        told = stored.manifest(folder)
        if told is None:
            return None
        receipts = {receipt.index: receipt for receipt in told.shards}
        return State(told.spec, receipts, dict(told.joined), True)
    if not (folder / WORK / "spec.json").is_file():
        return None
    state = State(stored.spec(folder))
    for path in (folder / WORK).glob("[0-9]*.json"):
        receipt = stored.receipt(state.spec, path)
        state.receipts[receipt.index] = receipt
    return state


def write_manifest(folder: Path, state: State) -> dict:
    """Write and return the manifest of a data set that is whole."""
    receipts = [state.receipts[index] for index in sorted(state.receipts)]
    counts = {part: Counter() for part in state.spec.parts}
    for receipt in receipts:
        counts[receipt.part].update(receipt.labels)
    spec = state.spec
    manifest = {
        "digitgan": digitgan.__version__,
        "kind": spec.kind,
        "format": spec.format,
        "seed": spec.seed,
        "count": spec.count,
        "dropped": sum(receipt.dropped for receipt in receipts),
        "parts": spec.parts,
        "label_counts": {part: dict(sorted(c.items())) for part, c in counts.items()},
        "model_sha256": spec.model_sha256["generator.onnx"],
        "spec": spec.to_dict(),
        "joined": state.joined,
        "shards": [asdict(receipt) for receipt in receipts],
    }
    write_text(folder / FILE, json.dumps(manifest, indent=1) + "\n")
    return stored.manifest_json(folder)


def find_wrong(folder: Path, state: State) -> dict[str, set[int]]:
    """Compare a folder with its receipts; bring back pieces that can be had.

    Returns:
        What is missing or changed, a few words each, and the shards to make again for
        it. Shards that were never made are not named.
    """
    wrong = dict(_changed_files(folder, state))
    for parts in groups(state.spec):
        names = writer(state.spec.format).joined(state.spec, parts)
        bad = [name for name in names if not as_noted(folder, name, state.joined)]
        if not bad:
            continue
        lost = {index for part in parts for index in _lost_pieces(folder, state, part)}
        if state.finished:
            wrong |= {_words(folder, name): lost for name in bad}
        elif lost:
            wrong[f"pieces of {len(lost)} shards are missing or changed"] = lost
    return wrong


def _changed_files(folder: Path, state: State) -> Iterator[tuple[str, set[int]]]:
    """Yield the shards whose own files differ from what was noted."""
    for shard in state.spec.shards():
        receipt = state.receipts.get(shard.index)
        names = writer(state.spec.format).names(state.spec, shard)
        if not (receipt and names):
            continue
        found = stored_sum(state.spec, folder, shard)
        if found != receipt.sha256:
            gone = [name for name in names if not (folder / name).is_file()]
            ends = names if len(names) == 1 else [f"{names[0]} to {names[-1]}"]
            more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
            words = f"{gone[0]}{more} is missing" if gone else f"{ends[0]} has changed"
            yield words, {shard.index}


def as_noted(folder: Path, name: str, noted: dict[str, str]) -> bool:
    """Say whether a joined file is the one whose SHA-256 was noted."""
    path = folder / name
    return path.is_file() and sha256(path) == noted.get(name)


def _words(folder: Path, name: str) -> str:
    return f"{name} {'has changed' if (folder / name).is_file() else 'is missing'}"


def _lost_pieces(folder: Path, state: State, part: str) -> set[int]:
    """Return the shards of a part whose piece is neither kept nor to be had back."""
    receipts = [
        state.receipts[shard.index]
        for shard in state.spec.shards()
        if shard.part == part and shard.index in state.receipts
    ]
    lost = {r.index for r in receipts if not _piece_is_whole(folder, r)}
    if not (lost and state.finished):
        return lost
    sizes = [receipt.piece.bytes for receipt in receipts]
    pieces = writer(state.spec.format).take_out(state.spec, part, folder, sizes)
    with suppress(Exception):  # whatever a damaged file brings up: it ends here
        for receipt, piece in zip(receipts, pieces, strict=False):
            if digest(piece) == receipt.piece.sha256:
                with replacing(piece_path(folder, receipt.index)) as path:
                    path.write_bytes(piece)
                lost.discard(receipt.index)
    return lost


def _piece_is_whole(folder: Path, receipt: ShardRecord) -> bool:
    if receipt.piece is None:
        return True
    path = piece_path(folder, receipt.index)
    return path.is_file() and sha256(path) == receipt.piece.sha256


def _check_empty(folder: Path) -> None:
    """Refuse a folder with somebody else's files, or a file."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"folder {str(folder)!r} is a file: name a new folder")
    if not folder.is_dir():
        return
    inside = [*folder.iterdir(), *folder.glob(f"{WORK}/*")]
    begun = (WORK, ".spec-")  # what a run that was killed at once leaves
    others = sorted(p.name for p in inside if not p.name.startswith(begun))
    if others:
        shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
        raise InputError(
            f"folder {str(folder)!r} holds other files ({shown}): "
            "name a new or an empty folder"
        )
