"""KMNIST, QMNIST and the letters of EMNIST, in the files that their makers publish."""

import gzip
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digitgan.data import readers
from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.sources import Unavailable, cache_folder, download
from digitgan.files import replacing, sha256


class Original(NamedTuple):
    """A named data set and the files it is read from, kept as they are published.

    Attributes:
        title: Its name.
        classes: The name of each label.
        address: Of the folder that holds the files.
        sums: The SHA-256 of each file.
        read: Makes the training and the test part of a folder with the files.
        fetched: Whether we fetch the files; else a person has to.
    """

    title: str
    classes: tuple[str, ...]
    address: str
    sums: dict[str, str]
    read: Callable[[Path], tuple[Digits, Digits]]
    fetched: bool = True


def find(name: str) -> Dataset:
    """Return a named data set from the cache, fetched into it where that is possible.

    Args:
        name: In :data:`ORIGINALS`.

    Raises:
        ConnectionError: A file cannot be had or is another one; the line says where to
            get it and where to put it.
    """
    original, folder = ORIGINALS[name], cache_folder() / name
    for file, expected in original.sums.items():
        try:
            _ensure(folder / file, expected, original)
        except (Unavailable, OSError) as error:
            raise ConnectionError(
                f"{original.title} could not be had: {file}: {error}; fetch "
                f"{original.address}{file} by hand and put it, as it is, into {folder}"
            ) from None
    train, test = original.read(folder)
    line = f"{original.title}: {count_line(train, test)}, from the cache"
    return Dataset(train, test, original.classes, line)


def _ensure(path: Path, expected: str, original: Original) -> None:
    """Make sure that the right file is there."""
    if path.is_file():
        if sha256(path) != expected:
            raise Unavailable("is not the original (its SHA-256 differs)")
        return
    if not original.fetched:
        raise Unavailable("is not there and too large to be fetched unasked")
    content = download(original.address + path.name)
    with replacing(path) as temporary:
        temporary.write_bytes(content)
        if sha256(temporary) != expected:
            raise Unavailable("is not the original (its SHA-256 differs)")


def _read_kmnist(folder: Path) -> tuple[Digits, Digits]:
    dataset = readers.read(folder)
    return dataset.train, dataset.test


def _read_qmnist(folder: Path) -> tuple[Digits, Digits]:
    """Read images, and of the eight columns of what is known of each the digit."""

    def part(name: str) -> Digits:
        images = readers.read_idx(folder / f"qmnist-{name}-images-idx3-ubyte.gz", 3)
        with gzip.open(folder / f"qmnist-{name}-labels-idx2-int.gz") as file:
            numbers = np.frombuffer(file.read(), ">i4")[3:]
        return Digits(images, numbers.reshape(len(images), -1)[:, 0].astype(np.int32))

    return part("train"), part("test")


def _read_letters(folder: Path) -> tuple[Digits, Digits]:
    """Read the letters; they are stored lying on their side, and counted from 1."""

    def part(name: str) -> Digits:
        start = f"{unpacked}/gzip/emnist-letters-{name}"
        images = readers.read_idx(Path(f"{start}-images-idx3-ubyte.gz"), 3)
        labels = readers.read_idx(Path(f"{start}-labels-idx1-ubyte.gz"), 1)
        upright = np.ascontiguousarray(images.transpose(0, 2, 1))
        return Digits(upright, labels.astype(np.int32) - 1)

    with (
        tempfile.TemporaryDirectory() as unpacked,
        zipfile.ZipFile(folder / "gzip.zip") as archive,
    ):
        wanted = [n for n in archive.namelist() if n.startswith("gzip/emnist-letters")]
        archive.extractall(unpacked, wanted)
        return part("train"), part("test")


LETTERS = tuple("abcdefghijklmnopqrstuvwxyz")
# The sums are those that TensorFlow Datasets (tensorflow/datasets) checks.
ORIGINALS = {
    "kmnist": Original(
        "KMNIST",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        {
            "train-images-idx3-ubyte.gz": "51467d22d8cc72929e2a028a0428f208"
            "6b092bb31cfb79c69cc0a90ce135fde4",
            "train-labels-idx1-ubyte.gz": "e38f9ebcd0f3ebcdec7fc8eabdcdaef9"
            "3bb0df8ea12bee65224341c8183d8e17",
            "t10k-images-idx3-ubyte.gz": "edd7a857845ad6bb1d0ba43fe7e794d1"
            "64fe2dce499a1694695a792adfac43c5",
            "t10k-labels-idx1-ubyte.gz": "20bb9a0ef54c7db3efc55a92eef5582c"
            "109615df22683c380526788f98e42a1c",
        },
        _read_kmnist,
    ),
    "qmnist": Original(
        "QMNIST",
        tuple("0123456789"),
        "https://raw.githubusercontent.com/facebookresearch/qmnist/master/",
        {
            "qmnist-train-images-idx3-ubyte.gz": "9e26a7bf1683614e065d7b76460ccd52"
            "807165b3f22561fb782bd9f38c52b51d",
            "qmnist-train-labels-idx2-int.gz": "2c05dc77f6b916b38e455e97ab129a42"
            "a444f3dbef09b278a366f82904e0dd9f",
            "qmnist-test-images-idx3-ubyte.gz": "43fc22bf7498b8fc98de98369d72f752"
            "d0deabc280a43a7bcc364ab19e57b375",
            "qmnist-test-labels-idx2-int.gz": "9fbcbe594c3766fdf4f0b15c5165dc0d"
            "1e57ac604e01422608bb72c906030d06",
        },
        _read_qmnist,
    ),
    "emnist-letters": Original(
        "EMNIST letters",
        LETTERS,
        "https://biometrics.nist.gov/cs_links/EMNIST/",
        {
            "gzip.zip": "fb9bb67e33772a9cc0b895e4ecf36d2c"
            "f35be8b709693c3564cea2a019fcda8e"
        },
        _read_letters,
        fetched=False,
    ),
}
LICENCES = {
    "kmnist": "KMNIST by the ROIS-DS Center for Open Data in the Humanities (CODH), "
    "adapted from the Kuzushiji Dataset of NIJL and others; CC BY-SA 4.0.",
    "qmnist": "QMNIST by Chhavi Yadav and Leon Bottou, made from NIST Special Database "
    "19; BSD-style licence.",
    "emnist-letters": "EMNIST by Gregory Cohen, Saeed Afshar, Jonathan Tapson and "
    "Andre van Schaik, made from NIST Special Database 19.",
}
