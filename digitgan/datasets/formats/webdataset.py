"""Tar shards as WebDataset reads them: ``png``, ``json`` and for digits ``cls``."""

import io
import tarfile

from digitgan.datasets.formats.base import EncodedShard, Format
from digitgan.datasets.samples import Samples, as_json
from digitgan.datasets.spec import DatasetSpec, Shard


class WebDataset(Format):
    """A tar file a shard."""

    name = "webdataset"
    kinds = ("digits", "numbers", "scenes")
    shard_file = "{part}-{shard:06}.tar"  # so that braces can name a range

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return one archive; its files have no date and no owner."""
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for number, sample in zip(shard.sample_numbers, samples, strict=True):
                members = {"png": sample.png()}
                if sample.label is not None:
                    members["cls"] = str(sample.label).encode()
                members["json"] = as_json(sample.record()).rstrip()
                for suffix, data in members.items():
                    info = tarfile.TarInfo(f"{number:09}.{suffix}")
                    info.size = len(data)
                    tar.addfile(info, io.BytesIO(data))
        return EncodedShard([file.getvalue()])
