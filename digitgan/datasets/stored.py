"""What a data set keeps of itself as JSON, checked before it is believed."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from digitgan.datasets.formats import writer
from digitgan.datasets.shards import WORK, ShardRecord
from digitgan.datasets.spec import WISH, Spec, plan
from digitgan.errors import InputError
from digitgan.files import as_input_errors, from_json, read_json
from digitgan.sampling.model_loader import check_classes

FILE = "manifest.json"
MOST = 2**28  # bytes: half a million shards


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` holds.

    Attributes:
        digitgan: Version that made the data set.
        kind: As in the spec, like the next three.
        format: See there.
        seed: See there.
        count: See there.
        dropped: Samples that the judge misread.
        parts: Samples by part.
        label_counts: How often each label or character occurs, by part.
        model_sha256: Of the network.
        spec: Everything that decides the bytes.
        joined: SHA-256 of the files that pieces were joined to, by name.
        shards: What is known of each.
    """

    digitgan: str
    kind: str
    format: str
    seed: int
    count: int
    dropped: int
    parts: dict[str, int]
    label_counts: dict[str, dict[str, int]]
    model_sha256: str
    spec: Spec
    joined: dict[str, str]
    shards: tuple[ShardRecord, ...]


def manifest_json(folder: Path) -> dict:
    """Return what the manifest of a finished data set holds.

    Raises:
        InputError: It cannot be read.
    """
    return read_json("data set", folder / FILE, MOST)


def manifest(folder: Path) -> Manifest | None:
    """Return a manifest, or None if it is somebody else's: many programs have one.

    Raises:
        InputError: It is damaged.
    """
    told = manifest_json(folder)
    if isinstance(told, dict) and "digitgan" not in told:
        return None
    with as_input_errors("data set", folder / FILE):
        found = from_json(Manifest, told)
        _checked(found.spec)
        for one in found.shards:
            _checked_receipt(found.spec, one)
    return found


def spec(folder: Path) -> Spec:
    """Return what a data set that is not finished shall be.

    Raises:
        InputError: It is damaged.
    """
    path = folder / WORK / "spec.json"
    told = read_json("data set", path)
    with as_input_errors("data set", path):
        return _checked(from_json(Spec, told))


def receipt(of: Spec, path: Path) -> ShardRecord:
    """Return what is known of a shard that is whole.

    Raises:
        InputError: It is damaged, or of another data set.
    """
    told = read_json("data set", path)
    with as_input_errors("data set", path):
        return _checked_receipt(of, from_json(ShardRecord, told))


def _checked(told: Spec) -> Spec:
    """Return a stored spec if the wish in it leads to itself again."""
    check_classes(told.classes)
    sums = {"generator.onnx": "", **told.model_sha256}
    model = SimpleNamespace(classes=told.classes, description={"sha256": sums})
    wish = {name: getattr(told, name) for name in WISH}
    if told.pattern is not None:
        wish["labels"] = None  # a pattern has its own
    try:
        again = plan(model, told.model, **wish)
    except InputError as error:  # of a wish that nobody made: name the file
        raise ValueError(str(error)) from error
    if again != told:
        raise ValueError("its spec contradicts itself")
    return told


def _checked_receipt(of: Spec, receipt: ShardRecord) -> ShardRecord:
    """Return a stored receipt if the spec has such a shard."""
    shard = of.shard(receipt.index) if receipt.index >= 0 else None
    if not shard or (shard.part, shard.count) != (receipt.part, receipt.count):
        raise ValueError(f"there is no such shard as {receipt.index}")
    waiting = not writer(of.format).names(of, shard)
    if receipt.piece is None and waiting:
        raise ValueError(f"shard {receipt.index} has no piece")
    return receipt
