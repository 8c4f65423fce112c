"""Other writing than MNIST: by name, by path, and by the names of its classes."""

import gzip
import json
import struct
import zipfile

import numpy as np
import pytest
from model_folders import make_model

import digitgan
from digitgan.data import download
from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.data.named_datasets import NAMED_DATASETS
from digitgan.errors import InputError
from digitgan.evaluation import table, train_classifier
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.load_samples import load_samples
from digitgan.measure import classifier as classifiers
from digitgan.model.presets import PRESETS
from digitgan.training.checks import check_data
from digitgan.untrusted import sha256

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (6, 28, 28), np.uint8)
CLOTHES = ("T-shirt/top", "Trouser", "Sneaker", "Ankle boot")


def idx(array, kind=8, dtype=np.uint8):
    header = struct.pack(f">4B{array.ndim}I", 0, 0, kind, array.ndim, *array.shape)
    return gzip.compress(header + array.astype(dtype).tobytes())


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a network that nobody reaches."""
    monkeypatch.setenv("DIGITGAN_CACHE", str(tmp_path / "cache"))

    def refuse(_):
        raise download.Unavailable("cannot be fetched: no network")

    monkeypatch.setattr(download, "download", refuse)
    return tmp_path / "cache"


def put(cache, monkeypatch, name, files):
    """Put files where a person would, as if they were the original ones."""
    (cache / name).mkdir(parents=True)
    for file, content in files.items():
        (cache / name / file).write_bytes(content)
    sums = {file: sha256(cache / name / file) for file in files}
    assert set(files) == set(NAMED_DATASETS[name].sums)
    original = NAMED_DATASETS[name]._replace(sums=sums)
    monkeypatch.setitem(NAMED_DATASETS, name, original)


# By name


@pytest.mark.parametrize("name", ["kmnist", "qmnist", "emnist-letters"])
def test_one_line_says_what_to_fetch_and_where_to_put_it(cache, name):
    with pytest.raises(ConnectionError) as caught:
        load_dataset(name)
    line = str(caught.value)
    assert "\n" not in line and "://" in line
    assert all(f"/{file}" in line for file in NAMED_DATASETS[name].sums)
    assert str(cache / name) in line


def test_kmnist(cache, monkeypatch):
    labels = np.array([0, 9, 3, 3, 1, 2])
    files = {
        "train-images-idx3-ubyte.gz": idx(X),
        "train-labels-idx1-ubyte.gz": idx(labels),
        "t10k-images-idx3-ubyte.gz": idx(X[:3]),
        "t10k-labels-idx1-ubyte.gz": idx(labels[:3]),
    }
    put(cache, monkeypatch, "kmnist", files)
    found = load_dataset("kmnist")
    assert np.array_equal(found.train.images, X)
    assert (found.classes[9], len(found.test)) == ("wo", 3)


def test_qmnist_has_the_digit_in_the_first_of_eight_columns(cache, monkeypatch):
    columns = RNG.integers(0, 9, (6, 8))
    labels = idx(columns, 12, ">i4")
    files = {
        f"qmnist-{part}-{what}": content
        for part in ("train", "test")
        for what, content in (
            ("images-idx3-ubyte.gz", idx(X)),
            ("labels-idx2-int.gz", labels),
        )
    }
    put(cache, monkeypatch, "qmnist", files)
    found = load_dataset("qmnist")
    assert np.array_equal(found.train.labels, columns[:, 0])
    assert np.array_equal(found.test.images, X)


def test_emnist_letters_are_turned_upright_and_counted_from_0(cache, monkeypatch):
    archive, labels = cache / "gzip.zip", np.array([1, 26, 3, 3, 1, 2])
    cache.mkdir()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("gzip/emnist-digits-train-images-idx3-ubyte.gz", b"another")
        for part in ("train", "test"):
            start = f"gzip/emnist-letters-{part}"
            lying = X.transpose(0, 2, 1)
            made.writestr(f"{start}-images-idx3-ubyte.gz", idx(lying))
            made.writestr(f"{start}-labels-idx1-ubyte.gz", idx(labels))
    put(cache, monkeypatch, "emnist-letters", {"gzip.zip": archive.read_bytes()})
    found = load_dataset("emnist-letters")
    assert np.array_equal(found.train.images, X)
    assert [found.classes[n] for n in found.train.labels] == list("azccab")


def test_a_file_that_is_not_the_original_is_refused(cache):
    (cache / "kmnist").mkdir(parents=True)
    (cache / "kmnist" / "train-images-idx3-ubyte.gz").write_bytes(b"something")
    with pytest.raises(ConnectionError, match="not the original"):
        load_dataset("kmnist")


def test_what_is_fetched_is_checked_before_it_is_kept(cache, monkeypatch):
    monkeypatch.setattr(download, "download", lambda _: b"something else")
    with pytest.raises(ConnectionError, match="not the original"):
        load_dataset("kmnist")
    assert not list(cache.rglob("*.gz"))


# By path


def test_a_folder_of_idx_files_may_name_its_classes(tmp_path):
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(idx(X))
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(idx(np.arange(6) % 4))
    assert load_dataset(tmp_path).classes == ("0", "1", "2", "3")
    names = tmp_path / "classes.txt"
    names.write_text("\n".join(CLOTHES) + "\n")
    assert load_dataset(tmp_path).classes == CLOTHES
    for wrong in (CLOTHES[:3], ("a", "a", "b", "c")):
        names.write_text("\n".join(wrong))
        with pytest.raises(InputError, match=r"in classes\.txt"):
            load_dataset(tmp_path)


# Models that write other things


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_model(tmp_path_factory.mktemp("clothes"), "tiny", CLOTHES)


def test_classes_are_asked_for_by_name(model):
    sampler = digitgan.load(model)
    expected = sampler.sample(n=3, digit=2)
    for name in ("Sneaker", "sneaker", "SNEAKER"):
        assert np.array_equal(sampler.sample(n=3, digit=name), expected)
    with pytest.raises(InputError, match="did you mean 'Sneaker'"):
        sampler.sample(digit="Sneakers")


def test_the_command_takes_names_too(model, tmp_path, capsys):
    from digitgan.cli import main

    out = ["--count", "3", "-o", str(tmp_path / "a.npz"), "--model", str(model)]
    with pytest.raises(SystemExit) as stopped:
        main(["generate", "--label", "ankle boot", *out])
    assert not stopped.value.code
    with np.load(tmp_path / "a.npz") as stored:
        assert stored["y"].tolist() == [3, 3, 3]
    with pytest.raises(SystemExit) as stopped:
        main(["generate", "12", "--model", str(model)])
    assert stopped.value.code == 2
    line = capsys.readouterr().err
    assert "this model, which draws T-shirt/top, Trouser, Sneaker, ..." in line


def test_data_sets_of_other_things(model, tmp_path):
    wish = {"model": model, "count": 60, "split": (60, 0, 0)}
    digitgan.make_dataset(tmp_path / "png", format="png", **wish)
    folders = {p.name for p in (tmp_path / "png" / "train").iterdir() if p.is_dir()}
    assert folders == {"T-shirt-top", "Trouser", "Sneaker", "Ankle boot"}
    digitgan.make_dataset(tmp_path / "npz", format="npz", **wish)
    with pytest.raises(InputError, match="allowed is one of the digits 0 to 9"):
        digitgan.make_dataset(tmp_path / "c", checked=True, **wish)


# Classifiers of other things


@pytest.fixture(scope="module")
def clothes(mnist):
    """Digits 0 to 3 under the names of clothes: real pictures, other classes."""
    some = [np.flatnonzero(mnist.train.labels == label)[:750] for label in range(4)]
    parts = [
        np.concatenate([r[s] for r in some]) for s in (slice(500), slice(500, 750))
    ]
    train = mnist.train[np.random.default_rng(0).permutation(parts[0])]
    return Dataset(train, mnist.train[parts[1]], CLOTHES, "clothes", "my clothes")


def test_classes_that_no_model_may_have_are_refused_before_training(clothes):
    named = Dataset(clothes.train, None, ("0: shirt", *CLOTHES[1:]), "clothes", "mine")
    with pytest.raises(
        InputError, match="data 'mine' cannot be learned from: a class is named"
    ):
        check_data(named, PRESETS["conditional"])


@pytest.mark.parametrize("words", [["--data", "nope"], ["--epochs", "0"]])
def test_the_training_command_refuses_in_a_line(words, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["train_classifier", *words])
    with pytest.raises(SystemExit) as stopped:
        train_classifier.main()
    err = capsys.readouterr().err
    assert stopped.value.code == 2 and f"{words[0]}" in err.splitlines()[-1]


@pytest.mark.learns
def test_a_classifier_learns_other_classes_and_is_found(cache, clothes, model):
    pytest.importorskip("keras")
    card = train_classifier.make(
        classifiers.classifier_path(clothes).parent, clothes, "none", epochs=1
    )
    assert card["classes"] == list(CLOTHES)
    classifier = classifiers.find_classifier(clothes)
    assert classifier.predict(X).probabilities.shape == (6, 4)
    images, labels, _ = load_samples(model, clothes)
    assert set(labels) == {0, 1, 2, 3}
    rows = evaluate(images[:200], labels[:200], data=clothes)
    assert rows.classes == CLOTHES
    assert len(rows["agreement"].detail["per digit"]) == 4
    assert "Trouser" in table.class_table(rows).columns[0]._cells
    assert json.dumps(rows.to_dict())
