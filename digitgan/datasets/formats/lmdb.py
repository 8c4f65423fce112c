"""LMDB folders with the keys that trainers of text readers look for."""

import errno
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import lmdb

from digitgan.datasets.formats import Packed, records

PAGES = 8192  # bytes that a value may take beyond its own
LEAST = 2**20  # bytes that LMDB may use


def names(spec, shard) -> list[str]:
    """Return ``train/00003-of-00012/data.mdb``: LMDB opens the folder."""
    return [f"{shard.part}/{shard.place:05}-of-{shard.places:05}/data.mdb"]


def pack(spec, shard, samples) -> Packed:
    """Return one database; its samples count from 1, as readers expect."""
    items = {"num-samples": str(shard.count).encode()}
    for place in range(shard.count):
        told = records.facts(samples, place)
        text = told["text"] if samples.labels is None else spec.classes[told["label"]]
        items[f"image-{place + 1:09}"] = records.png(samples.images[place])
        items[f"label-{place + 1:09}"] = text.encode()
        items[f"json-{place + 1:09}"] = json.dumps(told, ensure_ascii=False).encode()
    return Packed({names(spec, shard)[0]: _database(items)})


def _database(items: dict[str, bytes]) -> bytes:
    """Return the bytes of a database; sorted, its pages are full and always alike."""
    most = LEAST + sum(len(value) + PAGES for value in items.values())
    rows = sorted((key.encode(), value) for key, value in items.items())
    with TemporaryDirectory() as folder:
        try:
            with (
                lmdb.open(folder, map_size=most, lock=False, sync=False) as database,
                database.begin(write=True) as change,
            ):
                change.cursor().putmulti(rows, append=True)
        except lmdb.Error as error:
            raise OSError(
                errno.EIO, f"LMDB needs room in {folder} ({error})"
            ) from error
        return (Path(folder) / "data.mdb").read_bytes()
