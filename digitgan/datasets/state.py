"""How far a data set is made, as its folder says."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from digitgan.datasets import work_folder
from digitgan.datasets.manifest import Manifest, read_manifest
from digitgan.datasets.shard_record import ShardRecord
from digitgan.datasets.spec import DatasetSpec
from digitgan.errors import InputError
from digitgan.files import sha256

MAX_SHOWN = 3  # files of others that are named


@dataclass
class DatasetState:
    """A data set as far as it is made.

    Attributes:
        folder: Where it lies.
        spec: What it shall be.
        records: Of the shards that were whole once, by index.
        merged: SHA-256 of the files that fragments were merged to, by name.
        manifest: What it said when it was whole; None before.
    """

    folder: Path
    spec: DatasetSpec
    records: dict[int, ShardRecord] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)
    manifest: Manifest | None = None

    def is_merged(self, name: str) -> bool:
        """Say whether a merged file is still the one that was written."""
        path = self.folder / name
        return path.is_file() and sha256(path) == self.merged.get(name)


def claim_folder(folder: Path, spec: DatasetSpec) -> DatasetState:
    """Return the state of a folder that may be new; claim it for a spec.

    Raises:
        InputError: It holds other files or another data set, or cannot be written to.
    """
    try:
        state = read_state(folder)
        if state is None:
            _check_empty(folder)
            work_folder.write_spec(folder, spec)
            return DatasetState(folder, spec)
    except OSError as error:
        problem = f"cannot be written to ({error.strerror})"
        raise InputError("out", folder, "a folder of your own", problem) from error
    if state.spec != spec:
        wanted, present = asdict(spec), asdict(state.spec)
        name = next(k for k in wanted if k != "model" and wanted[k] != present[k])
        problem = (
            f"holds a data set with {name} {present[name]!r}, not {wanted[name]!r}"
        )
        raise InputError("out", folder, "another folder, or remove this one", problem)
    state.spec = spec  # the model may lie elsewhere now
    return state


def read_state(folder: Path) -> DatasetState | None:
    """Return what a folder says of itself, or None if it is no data set of ours.

    Raises:
        InputError: Its manifest or a record is damaged.
    """
    manifest = read_manifest(folder)
    if manifest:
        records = {record.index: record for record in manifest.shards}
        merged = dict(manifest.merged)
        return DatasetState(folder, manifest.spec, records, merged, manifest)
    spec = work_folder.read_spec(folder)
    if spec is None:
        return None
    records = work_folder.read_records(folder, spec)
    return DatasetState(folder, spec, {record.index: record for record in records})


def _check_empty(folder: Path) -> None:
    """Refuse a folder with somebody else's files, or a file."""
    if folder.exists() and not folder.is_dir():
        raise InputError("out", folder, "a new folder", "is a file")
    paths = [*folder.glob("*"), *folder.glob(f"{work_folder.NAME}/*")]
    names = sorted(path.name for path in paths)
    others = [name for name in names if not work_folder.may_be_left_over(name)]
    if others:
        shown = ", ".join(others[:MAX_SHOWN])
        more = ", ..." if len(others) > MAX_SHOWN else ""
        problem = f"holds other files ({shown}{more})"
        raise InputError("out", folder, "a new or an empty folder", problem)
