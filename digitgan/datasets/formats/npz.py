"""One NPZ file laid out as Keras' ``mnist.npz``.

Its arrays are stored, not compressed, so that NumPy reads them at the disk's speed.
"""

import io
import shutil
import zipfile
from collections.abc import Iterator, Sequence

import numpy as np

from digitgan.datasets.formats.base import EncodedShard, Format, Fragments, Paths
from digitgan.datasets.samples import Samples, labels_and_images
from digitgan.datasets.spec import PARTS, DatasetSpec, Shard


class Npz(Format):
    """Images and labels of all parts in one file."""

    name = "npz"
    kinds = ("digits",)
    merged_files = ("mnist.npz",)
    holds_metadata = False

    def encode(self, spec: DatasetSpec, shard: Shard, samples: Samples) -> EncodedShard:
        """Return labels and images as they will lie in the file."""
        return EncodedShard(fragment=b"".join(labels_and_images(samples)))

    def merge(self, spec: DatasetSpec, fragments: Fragments, paths: Paths) -> None:
        """Write all arrays, a little in memory at a time; train and test always."""
        with zipfile.ZipFile(paths[0], "w") as archive:
            for part, total in zip(PARTS, spec.split, strict=True):
                if not total and part == "validation":
                    continue
                for array, shape in (("x", spec.image_shape), ("y", ())):
                    info = zipfile.ZipInfo(f"{array}_{part}.npy")  # dated 1980
                    with archive.open(info, "w", force_zip64=True) as member:
                        member.write(_header(total, *shape))
                        for shard, fragment in fragments.get(part, []):
                            with fragment.open("rb") as file:
                                labels = file.read(shard.count)
                                if array == "y":
                                    member.write(labels)
                                else:
                                    shutil.copyfileobj(file, member)

    def extract_fragments(
        self, spec: DatasetSpec, part: str, paths: Paths, sizes: Sequence[int]
    ) -> Iterator[bytes]:
        """Yield the fragments of a part again, by their sizes in bytes."""
        total = spec.parts[part]
        with (
            zipfile.ZipFile(paths[0]) as archive,
            archive.open(f"x_{part}.npy") as x,
            archive.open(f"y_{part}.npy") as y,
        ):
            x.read(len(_header(total, *spec.image_shape)))
            y.read(len(_header(total)))
            for shard, size in zip(spec.shards(part), sizes, strict=True):
                yield y.read(shard.count) + x.read(size - shard.count)


def _header(*shape: int) -> bytes:
    description = {"descr": "|u1", "fortran_order": False, "shape": shape}
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, description)
    return header.getvalue()
