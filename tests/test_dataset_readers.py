"""Real readers open data sets of every format, as their own users would."""

import gzip
import io
import json
import os

import numpy as np
import pytest
from PIL import Image

import digitgan
from digitgan.data.images import DIGIT_NAMES
from digitgan.datasets.make import make_dataset

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # local files are all that is read
COUNT = 1000
HEAVY = ("png", "parquet", "webdataset")
by_heavy_reader = pytest.mark.process  # Keras, datasets, webdataset: slow to import


@pytest.fixture(scope="module")
def drawn(tiny_model, tmp_path_factory):
    """Return the digits themselves: images and labels of every part."""
    out = tmp_path_factory.mktemp("plain") / "a"
    make_dataset(out, count=COUNT, format="npz", seed=4, model=tiny_model)
    with np.load(out / "mnist.npz", allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@pytest.fixture
def made(tmp_path, tiny_model):
    """Return a function that makes the same digits in another format."""
    usual = {"count": COUNT, "seed": 4, "model": tiny_model, "shard_size": 300}

    def make(format, **options):
        make_dataset(tmp_path / format, format=format, **usual | options)
        return tmp_path / format

    return make


def test_idx_by_idx2numpy(made, drawn):
    idx2numpy = pytest.importorskip("idx2numpy")
    out = made("idx")
    for stem, part in (("train", "train"), ("t10k", "test")):
        with gzip.open(out / f"{stem}-images-idx3-ubyte.gz") as file:
            assert np.array_equal(idx2numpy.convert_from_file(file), drawn[f"x_{part}"])
        with gzip.open(out / f"{stem}-labels-idx1-ubyte.gz") as file:
            assert np.array_equal(idx2numpy.convert_from_file(file), drawn[f"y_{part}"])


@by_heavy_reader
def test_npz_by_keras_own_loader(made, drawn, monkeypatch):
    """Keras' ``mnist.load_data`` reads it; only its download is put aside."""
    keras = pytest.importorskip("keras")
    from keras.src.datasets import mnist

    path = str(made("npz") / "mnist.npz")
    monkeypatch.setattr(mnist, "get_file", lambda *_, **__: path)
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    assert np.array_equal(x_train, drawn["x_train"]) and x_train.dtype == np.uint8
    assert np.array_equal(y_test, drawn["y_test"]) and y_train.shape == (800,)
    assert x_test.shape == (100, 28, 28)


def test_npz_without_test_digits_still_has_the_arrays(made):
    with np.load(made("npz", split=(COUNT, 0, 0)) / "mnist.npz") as stored:
        assert stored["x_test"].shape == (0, 28, 28) and stored["y_test"].shape == (0,)
        assert sorted(stored.files) == ["x_test", "x_train", "y_test", "y_train"]


@by_heavy_reader
def test_png_by_keras(made, drawn):
    keras = pytest.importorskip("keras")
    data = keras.utils.image_dataset_from_directory(
        made("png") / "train",
        color_mode="grayscale",
        image_size=(28, 28),
        batch_size=None,
        shuffle=False,
        verbose=False,
    )
    assert data.class_names == list(DIGIT_NAMES)
    images, labels = zip(*data.as_numpy_iterator(), strict=True)
    order = np.argsort(drawn["y_train"], kind="stable")
    assert np.array_equal(labels, drawn["y_train"][order])
    assert np.array_equal(np.stack(images)[..., 0], drawn["x_train"][order])


@by_heavy_reader
def test_png_by_hugging_face(made, drawn, tmp_path):
    datasets = pytest.importorskip("datasets")
    data = datasets.load_dataset(
        "imagefolder", data_dir=str(made("png")), cache_dir=str(tmp_path / "cache")
    )
    assert sorted(data) == ["test", "train", "validation"]
    for row in data["train"].select(range(50)):
        assert np.array_equal(row["image"], drawn["x_train"][row["number"]])
        assert row["label"] == drawn["y_train"][row["number"]]


def test_parquet_by_pyarrow(made, drawn):
    pq = pytest.importorskip("pyarrow.parquet")
    table = pq.read_table(made("parquet") / "data", columns=["label", "number", "seed"])
    assert table.num_rows == COUNT and set(table["seed"].to_pylist()) == {4}
    rows = table.sort_by("number")["label"].to_numpy()
    assert np.array_equal(rows[:800], drawn["y_train"])


@by_heavy_reader
def test_parquet_by_hugging_face(made, drawn, tmp_path):
    datasets = pytest.importorskip("datasets")
    data = datasets.load_dataset(
        str(made("parquet")), cache_dir=str(tmp_path / "cache")
    )
    assert {name: len(part) for name, part in data.items()} == {
        "train": 800,
        "validation": 100,
        "test": 100,
    }
    assert data["train"].features["label"].names == list(DIGIT_NAMES)
    assert isinstance(data["train"].features["image"], datasets.Image)
    for i in (0, 350, 799):  # three shards
        assert np.array_equal(data["train"][i]["image"], drawn["x_train"][i])
        assert data["train"][i]["label"] == drawn["y_train"][i]


@by_heavy_reader
def test_webdataset(made, drawn):
    webdataset = pytest.importorskip("webdataset")
    shards = str(made("webdataset") / "train-{000000..000002}.tar")
    data = webdataset.WebDataset(shards, shardshuffle=False).decode("l8")
    rows = list(data.to_tuple("png", "cls", "json"))
    assert len(rows) == 800
    assert np.array_equal([label for _, label, _ in rows], drawn["y_train"])
    assert np.array_equal(np.stack([image for image, _, _ in rows]), drawn["x_train"])
    assert [record["number"] for _, _, record in rows] == list(range(800))


def test_lmdb_as_trainers_of_text_readers_open_it(made, drawn):
    """They walk below a folder, open what has a data.mdb and ask for these keys."""
    lmdb = pytest.importorskip("lmdb")
    images, labels = [], []
    for path in sorted((made("lmdb") / "train").rglob("data.mdb")):
        where = str(path.parent)
        with lmdb.open(where, readonly=True, lock=False, create=False) as database:
            find = database.begin().get
            for i in range(1, int(find(b"num-samples")) + 1):
                image = Image.open(io.BytesIO(find(b"image-%09d" % i)))
                images.append(np.asarray(image))
                labels.append(find(b"label-%09d" % i).decode())
                assert json.loads(find(b"json-%09d" % i))["number"] == len(labels) - 1
    assert np.array_equal(np.stack(images), drawn["x_train"])
    assert labels == [DIGIT_NAMES[label] for label in drawn["y_train"]]


PAGES = {"kind": "scenes", "count": 5, "shard_size": 2, "split": (3, 1, 1)}


def ink_of(mask):
    """Return left, top, right, bottom of what is set."""
    rows, columns = np.nonzero(mask)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_coco_by_pycocotools(made):
    """Boxes are those of the ink to the pixel; the thinnest ink is dark, too."""
    coco = pytest.importorskip("pycocotools.coco")
    out = made("coco", **PAGES, pattern="dd.mm.yyyy")
    data = coco.COCO(str(out / "annotations" / "instances_train.json"))
    assert len(data.getImgIds()) == 3
    names = {c["id"]: c["name"] for c in data.loadCats(data.getCatIds())}
    for picture in data.loadImgs(data.getImgIds()):
        image = np.asarray(Image.open(out / "train" / picture["file_name"]))
        assert image.shape == (picture["height"], picture["width"])
        annotations = data.loadAnns(data.getAnnIds(picture["id"]))
        written = "".join(number["text"] for number in picture["numbers"])
        assert "".join(names[a["category_id"]] for a in annotations) == written
        for annotation in annotations:
            mask = data.annToMask(annotation)
            left, top, width, height = annotation["bbox"]
            assert ink_of(mask) == [left, top, left + width, top + height]
            assert mask.sum() == annotation["area"]
            assert image[mask > 0].max() < 255 and image[mask > 0].min() < 160
        ink = np.zeros(image.shape, bool)
        for annotation in annotations:
            ink |= data.annToMask(annotation) > 0
        assert (image[~ink] == 255).all()


def test_yolo_files_say_the_same_as_coco(made):
    files = made("yolo", **PAGES)
    path = made("coco", **PAGES) / "annotations" / "instances_train.json"
    coco = json.loads(path.read_text())
    sizes = np.array([640, 480, 640, 480])
    for picture in coco["images"]:
        path = files / "labels" / "train" / picture["file_name"]
        rows = np.loadtxt(path.with_suffix(".txt"), ndmin=2)
        boxes = np.array(
            [a["bbox"] for a in coco["annotations"] if a["image_id"] == picture["id"]]
        )
        centres = boxes[:, :2] + boxes[:, 2:] / 2
        assert np.allclose(
            rows[:, 1:] * sizes, np.hstack([centres, boxes[:, 2:]]), atol=1e-3
        )
        assert (files / "images" / "train" / picture["file_name"]).is_file()
    assert "val: images/validation" in (files / "data.yaml").read_text()


@pytest.mark.parametrize(
    "format",
    ["lmdb", *(pytest.param(f, marks=by_heavy_reader) for f in HEAVY)],
)
def test_numbers_can_be_written_again(made, tiny_model, format, tmp_path):
    """Every picture carries the text and the seed that write it again."""
    out = made(format, kind="numbers", count=40, length="2-4", split=(40, 0, 0))
    rows = list(numbers_in(out, format, tmp_path))
    assert len(rows) == 40
    assert {len(row["text"]) for row in rows} == {2, 3, 4}
    model = digitgan.load(tiny_model, threads=1)
    for row in rows[:5]:
        again = model.write(row["text"], seed=row["seed"])
        assert np.array_equal(row["image"], again.image)
        assert np.array_equal(row["boxes"], again.boxes)


def numbers_in(out, format, tmp_path):
    """Yield what a reader of the format finds."""
    if format == "webdataset":
        webdataset = pytest.importorskip("webdataset")
        shards = str(out / "train-000000.tar")
        data = webdataset.WebDataset(shards, shardshuffle=False).decode("l8")
        for image, record in data.to_tuple("png", "json"):
            yield {"image": image, **record}
        return
    if format == "lmdb":
        lmdb = pytest.importorskip("lmdb")
        with lmdb.open(str(out / "train" / "00000-of-00001"), lock=False) as database:
            find = database.begin().get
            for i in range(1, int(find(b"num-samples")) + 1):
                row = json.loads(find(b"json-%09d" % i))
                assert row["text"] == find(b"label-%09d" % i).decode()
                yield row | {"image": Image.open(io.BytesIO(find(b"image-%09d" % i)))}
        return
    datasets = pytest.importorskip("datasets")
    source = {"path": str(out)}
    if format == "png":
        source = {"path": "imagefolder", "data_dir": str(out)}
    yield from datasets.load_dataset(**source, cache_dir=str(tmp_path / "cache"))[
        "train"
    ]


def test_what_other_trainers_ask_of_coco_and_yolo(made):
    out = made("coco", **PAGES, pattern="dd.mm.yyyy")
    part = json.loads((out / "annotations" / "instances_train.json").read_text())
    assert part["info"]["description"].startswith("digitgan")
    yolo = (made("yolo", **PAGES) / "data.yaml").read_text()
    assert yolo.count("val: images/validation\n") == 1 and "nc: 18\n" in yolo


def test_yolo_without_a_validation_part_names_another(tmp_path):
    make_dataset(
        tmp_path / "d", kind="numbers", format="yolo", count=2, split=(2, 0, 0)
    )
    yolo = (tmp_path / "d" / "data.yaml").read_text()
    assert yolo.startswith("train: images/train\nval: images/train\nnc: 18\n")
