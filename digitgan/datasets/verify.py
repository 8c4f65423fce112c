"""Compare a data set with what it says of itself."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from digitgan.datasets import work_folder
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.shard_record import ShardRecord, sha256_of_files
from digitgan.datasets.state import DatasetState
from digitgan.files import sha256


def find_damage(state: DatasetState) -> dict[str, set[int]]:
    """Find what is missing or changed; bring fragments back out of merged files.

    Returns:
        What is damaged, a few words each, and the shards to make again for it. Shards
        that were never made are not among them.
    """
    damage = dict(_damaged_shards(state))
    format = FORMATS[state.spec.format]
    for parts in format.merge_groups(state.spec):
        names = format.merged_names(state.spec, parts)
        damaged = [name for name in names if not state.is_merged(name)]
        if not damaged:
            continue
        lost = {index for part in parts for index in _lost_fragments(state, part)}
        if state.manifest:
            damage |= {_what_is_wrong(state, [name]): lost for name in damaged}
        elif lost:
            damage[f"fragments of {len(lost)} shards are missing or changed"] = lost
    return damage


def _damaged_shards(state: DatasetState) -> Iterator[tuple[str, set[int]]]:
    """Yield the shards whose own files differ from their records."""
    format = FORMATS[state.spec.format]
    for index, record in sorted(state.records.items()):
        names = format.file_names(state.spec, state.spec.shard(index))
        if names and _sha256_of_shard(state, names) != record.sha256:
            yield _what_is_wrong(state, names), {index}


def _sha256_of_shard(state: DatasetState, names: list[str]) -> str | None:
    """Return the SHA-256 of a shard's files; None if one is missing."""
    try:
        return sha256_of_files({name: sha256(state.folder / name) for name in names})
    except FileNotFoundError:
        return None


def _what_is_wrong(state: DatasetState, names: list[str]) -> str:
    """Say which of some files are missing, or else that they have changed."""
    missing = [name for name in names if not (state.folder / name).is_file()]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"{missing[0]}{more} is missing"
    shown = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    return f"{shown} has changed"


def _lost_fragments(state: DatasetState, part: str) -> set[int]:
    """Return the shards of a part whose fragment is gone and not to be had back."""
    spec, folder = state.spec, state.folder
    shards = (state.records.get(shard.index) for shard in spec.shards(part))
    records = [record for record in shards if record and record.fragment]
    lost = {record.index for record in records if not _has_fragment(state, record)}
    if not (lost and state.manifest):
        return lost
    sizes = [record.fragment.bytes for record in records if record.fragment]
    fragments = FORMATS[spec.format].extract_fragments(spec, part, folder, sizes)
    with suppress(Exception):  # whatever a damaged file brings up: it ends here
        for record, fragment in zip(records, fragments, strict=False):
            if (
                record.fragment
                and hashlib.sha256(fragment).hexdigest() == record.fragment.sha256
            ):
                work_folder.write_fragment(folder, record.index, fragment)
                lost.discard(record.index)
    return lost


def _has_fragment(state: DatasetState, record: ShardRecord) -> bool:
    path = work_folder.fragment_path(state.folder, record.index)
    return bool(
        record.fragment and path.is_file() and sha256(path) == record.fragment.sha256
    )
