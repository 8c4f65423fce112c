"""Compare a data set with what it says of itself."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress

from digitgan.datasets.folder import (
    DatasetState,
    fragment_name,
    has_sha256,
    is_own_file,
    write_file,
)
from digitgan.datasets.formats import FORMATS
from digitgan.datasets.manifest import sha256_of_files
from digitgan.untrusted import sha256


def find_damage(state: DatasetState) -> dict[str, set[int]]:
    """Find what is missing or changed; bring fragments back out of merged files.

    Returns what is damaged, a few words each, and the shards to make again for it.
    """
    damage = dict(_damaged_shards(state))
    for parts, names in FORMATS[state.spec.format].merge_groups(state.spec):
        damaged = [name for name in names if not state.is_merged(name)]
        if not damaged:
            continue
        lost = {i for part in parts for i in _lost_fragments(state, part, names)}
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
        paths = {name: state.folder / name for name in names}
        whole = all(map(is_own_file, paths.values())) and (
            not names
            or record.sha256
            == sha256_of_files({name: sha256(path) for name, path in paths.items()})
        )
        if not whole:
            yield _what_is_wrong(state, names), {index}


def _what_is_wrong(state: DatasetState, names: list[str]) -> str:
    """Say which of some files are missing, or else that they have changed."""
    missing = [name for name in names if not is_own_file(state.folder / name)]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        return f"{missing[0]}{more} is missing"
    shown = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    return f"{shown} has changed"


def _lost_fragments(state: DatasetState, part: str, names: list[str]) -> set[int]:
    """Return the shards of a part whose fragment is gone and not to be had back."""
    spec, folder = state.spec, state.folder
    made = [s.index for s in spec.shards(part) if s.index in state.records]
    fragments = {i: f for i in made if (f := state.records[i].fragment)}
    lost = {
        index
        for index, fragment in fragments.items()
        if not has_sha256(folder / fragment_name(index), fragment.sha256)
    }
    paths = [folder / name for name in names]
    if not (lost and state.manifest and all(map(is_own_file, paths))):
        return lost
    sizes = [fragment.bytes for fragment in fragments.values()]
    contents = FORMATS[spec.format].extract_fragments(spec, part, paths, sizes)
    with suppress(Exception):  # whatever a damaged file brings up: it ends here
        pairs = zip(fragments.items(), contents, strict=False)
        for (index, fragment), content in pairs:
            if hashlib.sha256(content).hexdigest() == fragment.sha256:
                write_file(folder, fragment_name(index), content)
                lost.discard(index)
    return lost
