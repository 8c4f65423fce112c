"""How large what comes from anywhere may be: each bound once.

`benchmarks/faults` prints this table into docs/safety.md.
"""

from typing import Self


class Limit(int):
    """A number of bytes or pixels, with what may have so many at most."""

    what: str

    def __new__(cls, value: int, what: str) -> Self:
        """Return the number and note what it is for."""
        limit = super().__new__(cls, value)
        limit.what = what
        return limit


ARRAYS = Limit(2**30, "bytes of the arrays of a data set: IDX, NPZ, NPY, CSV, MATLAB")
UNPACKED = Limit(2**32, "bytes that an archive unpacks to, on the disk")
ZIP_READ = Limit(2**20, "bytes of the table of contents of a zip or NPZ file")
PICTURE = Limit(2**27, "bytes of a picture")
PICTURE_PIXELS = Limit(2**24, "pixels of a picture")
PHOTO = Limit(2**28, "bytes of a photograph, scan or PDF of the form")
PHOTO_PIXELS = Limit(10**8, "pixels of a page of one; a JPEG is first decoded smaller")
CLASSES = Limit(2**20, "bytes of `classes.txt`")
ANNOTATIONS = Limit(2**28, "bytes of the labels of pages: COCO, CSV, JSON lines")
JSON = Limit(2**22, "bytes of `model.json`, `config.json` or the record of a shard")
MANIFEST = Limit(2**26, "bytes of `manifest.json`")
TABLE = Limit(2**24, "bytes of `log.csv`, `scores.csv` or `guard.log`")
READING = Limit(5 * 2**27, "bytes more while a command reads a file of up to 100 MB")
READING_LARGE = Limit(16, "times the size of a larger one, likewise (both on Linux)")
PARSED = Limit(2**28, "bytes that any text takes in memory once it is parsed")
SHEET = Limit(2**24, "bytes of a sample sheet, which begins as a PNG does")
SAMPLES = Limit(2**28, "bytes of the arrays of an NPZ file that is evaluated")
STYLES = Limit(2**24, "bytes of the styles of a model, or of a run's real images")
CHECKPOINT = Limit(2**30, "bytes of the arrays of a checkpoint")
GAN = Limit(2**28, "bytes of `gan.keras`, whose layers may have as many weights")
NETWORK = Limit(2**28, "bytes of `generator.onnx`, a discriminator or a classifier")
NETWORK_MEMORY = Limit(2**29, "bytes that all networks of a process take together")
NETWORK_CORE = Limit(2**26, "bytes more for each core")
