"""Tar shards as WebDataset reads them: ``png``, ``json`` and for digits ``cls``."""

import io
import json
import tarfile

from digitgan.datasets.formats import Packed, records


def names(spec, shard) -> list[str]:
    """Return ``train-000003.tar``, so that braces can name a range."""
    return [f"{shard.part}-{shard.place:06}.tar"]


def pack(spec, shard, samples) -> Packed:
    """Return one archive; its files have no date and no owner."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for place, number in enumerate(shard.numbers):
            told = records.facts(samples, place)
            members = {"png": records.png(samples.images[place])}
            if samples.labels is not None:
                members["cls"] = str(told["label"]).encode()
            members["json"] = json.dumps(told, ensure_ascii=False).encode()
            for ending, data in members.items():
                info = tarfile.TarInfo(f"{records.stem(number)}.{ending}")
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return Packed({names(spec, shard)[0]: file.getvalue()})
