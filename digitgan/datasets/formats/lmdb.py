"""LMDB folders with the keys that trainers of text readers look for."""

import errno
from pathlib import Path
from tempfile import TemporaryDirectory

from digitgan.datasets.formats.base import EncodedShard, Format
from digitgan.datasets.samples import Samples, as_json
from digitgan.datasets.spec import DatasetSpec, Shard

MAP_SIZE = 2**20  # bytes that LMDB may use anyway
MAP_SIZE_PER_VALUE = 8192  # bytes that a value may take beyond its own


class Lmdb(Format):
    """A database a shard."""

    name = "lmdb"
    kinds = ("digits", "numbers")
    shard_file = "{part}/{shard:05}-of-{shards:05}/data.mdb"  # LMDB opens the folder
    needs = "lmdb"

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return one database; its samples count from 1, as readers expect."""
        items = {"num-samples": str(shard.count).encode()}
        for i, sample in enumerate(samples, 1):
            record, label = sample.record(), sample.label
            text = record["text"] if label is None else spec.classes[label]
            items[f"image-{i:09}"] = sample.png()
            items[f"label-{i:09}"] = text.encode()
            items[f"json-{i:09}"] = as_json(record).rstrip()
        return EncodedShard([_database(items)])


def _database(items: dict[str, bytes]) -> bytes:
    """Return the bytes of a database; sorted, its pages are full and always alike."""
    import lmdb

    size = MAP_SIZE + sum(len(value) + MAP_SIZE_PER_VALUE for value in items.values())
    rows = sorted((key.encode(), value) for key, value in items.items())
    with TemporaryDirectory() as folder:
        try:
            with (
                lmdb.open(folder, map_size=size, lock=False, sync=False) as database,
                database.begin(write=True) as transaction,
            ):
                transaction.cursor().putmulti(rows, append=True)
        except lmdb.Error as error:
            problem = f"LMDB needs room in {folder} ({error})"
            raise OSError(errno.EIO, problem) from error
        return (Path(folder) / "data.mdb").read_bytes()
