"""Layouts that people have, made of MNIST and read back: the table of your-data.md.

``python tests/test_your_data.py`` writes the table into docs/your-data.md.
"""

import gzip
import io
import struct
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitgan
from digitgan.data.load import load_dataset
from digitgan.evaluation.inspect import inspect

DOCS = Path(__file__).parent.parent / "docs" / "your-data.md"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
COUNT = 100


def npz(**arrays):
    def write(folder, x, y):
        np.savez(folder / "digits.npz", **{n: f(x, y) for n, f in arrays.items()})

    return write


def csv(header, delimiter=",", end="\n", encoding="utf-8", before=""):
    def write(folder, x, y):
        rows = np.concatenate([y[:, None], x.reshape(len(x), -1)], 1)
        lines = [delimiter.join(map(str, row)) for row in rows.tolist()]
        names = ["label", *(f"pixel{i}" for i in range(784))]
        lines = [delimiter.join(names), *lines] if header else lines
        text = before + end.join(lines) + end
        (folder / "digits.csv").write_bytes(text.encode(encoding))

    return write


def pictures(names=WORDS, turn=lambda image: image, ending="png", above=""):
    def write(folder, x, y):
        for number, (image, label) in enumerate(zip(x, y, strict=True)):
            place = folder / above / (names[label] if names else "")
            place.mkdir(parents=True, exist_ok=True)
            picture = Image.fromarray(turn(image))
            picture.save(place / f"{number:03}.{ending}")

    return write


def idx(name, turn=lambda x: x, pack=lambda b: b):
    def write(folder, x, y):
        for what, array in (("images-idx3", turn(x)), ("labels-idx1", y)):
            array = array.astype(np.uint8)
            head = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
            path = folder / name.format(what)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pack(head + array.tobytes()))

    return write


def zipped(folder, x, y):
    inner = folder / "inner"
    idx("train-{}-ubyte")(inner, x, y)
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        for file in sorted(inner.iterdir()):
            archive.write(file, file.name)
            file.unlink()
    inner.rmdir()


def arff(folder, x, y):
    names = "".join(f"@ATTRIBUTE pixel{i} real\n" for i in range(784))
    head = f"@RELATION mnist_784\n{names}@ATTRIBUTE class {{0,1,2,3,4,5,6,7,8,9}}\n"
    rows = np.concatenate([x.reshape(len(x), -1), y[:, None]], 1).tolist()
    text = "\n".join(",".join(map(str, row)) for row in rows)
    (folder / "mnist_784.arff").write_text(f"{head}@DATA\n{text}\n")


def sparse_arff(folder, x, y):
    arff(folder, x, y)
    path = folder / "mnist_784.arff"
    head, _, _ = path.read_text().partition("@DATA")
    rows = np.concatenate([x.reshape(len(x), -1), y[:, None]], 1).tolist()
    pairs = ([f"{i} {v}" for i, v in enumerate(row) if v] for row in rows)
    path.write_text(f"{head}@DATA\n" + "".join(f"{{{','.join(p)}}}\n" for p in pairs))


def hugging_face(x, y):
    """Return the table that Hugging Face stores: PNG files and labels."""
    pa = pytest.importorskip("pyarrow")
    files = (io.BytesIO() for _ in x)
    cells = []
    for image, file in zip(x, files, strict=True):
        Image.fromarray(image).save(file, "PNG")
        cells.append({"bytes": file.getvalue(), "path": None})
    return pa.table({"image": cells, "label": y})


def parquet(folder, x, y):
    pq = pytest.importorskip("pyarrow.parquet")
    (folder / "mnist").mkdir()
    path = folder / "mnist" / "train-00000-of-00001.parquet"
    pq.write_table(hugging_face(x, y), path)


def feather(folder, x, y):
    pa = pytest.importorskip("pyarrow")
    columns = {f"pixel{i}": pixel for i, pixel in enumerate(x.reshape(len(x), -1).T)}
    table = pa.table({"label": y, **columns})
    pytest.importorskip("pyarrow.feather").write_feather(table, folder / "a.feather")


def save_to_disk(folder, x, y):
    pa = pytest.importorskip("pyarrow")
    (folder / "train").mkdir()
    table = hugging_face(x, y)
    path = folder / "train" / "data-00000-of-00001.arrow"
    with pa.OSFile(f"{path}", "wb") as file, pa.ipc.new_stream(file, table.schema) as w:
        w.write_table(table)
    for name in ("dataset_dict.json", "train/state.json", "train/dataset_info.json"):
        (folder / name).write_text("{}")


def with_metadata(folder, x, y):
    pictures(None, above="images")(folder, x, y)
    rows = [f"{number:03}.png;{label}" for number, label in enumerate(y)]
    (folder / "labels.csv").write_text("\n".join(["File;Digit", *rows]))


def from_a_telephone(folder, x, y):
    """Write pictures that are upright only by what EXIF says of the camera."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for number, (image, label) in enumerate(zip(x, y, strict=True)):
        (folder / str(label)).mkdir(exist_ok=True)
        large = np.rot90(255 - image).repeat(4, 0).repeat(4, 1)
        picture = Image.fromarray(np.ascontiguousarray(large))
        picture.save(folder / str(label) / f"{number}.jpg", exif=exif)


def with_junk(folder, x, y):
    pictures("0123456789")(folder, x, y)
    for name in ("@eaDir/0.png", "3/@eaDir/1.png", "__MACOSX/0/._0.png", ".DS_Store"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"no picture")
    (folder / "ten").mkdir()


def named_by_hand(folder, x, y):
    idx("train-{}-ubyte")(folder, x, y)
    words = "null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben"
    text = "\r\n".join([*words, "acht", "neun"])
    (folder / "classes.txt").write_text(text, "utf-8-sig")


def threes_and_sevens(folder, x, y):
    """Write as many as the others, of two classes alone."""
    train = load_dataset("mnist").train
    some = np.flatnonzero(np.isin(train.labels, (3, 7)))[: len(x)]
    np.savez(folder / "digits.npz", x=train.images[some], y=train.labels[some])


def written(format, **options):
    """Write what `digitgan dataset` makes: digits, or on pages 25 numbers of four."""

    def write(folder, x, y):
        for module in {"parquet": ["pyarrow"], "lmdb": ["lmdb"]}.get(format, ()):
            pytest.importorskip(module)
        asked = options or {"count": len(x)}
        digitgan.make_dataset(folder / "made", format=format, seed=1, **asked)

    return write


PAGES = {"kind": "numbers", "count": 25, "length": (4, 4)}


def matlab(folder, x, y):
    scipy_io = pytest.importorskip("scipy.io")
    part = {"images": x.mT.reshape(len(x), -1), "labels": y[:, None]}
    mapping = np.stack([np.arange(10), np.arange(48, 58)], 1)
    content = {"dataset": {"train": part, "mapping": mapping}}
    scipy_io.savemat(folder / "emnist-digits.mat", content, do_compression=True)


def counted_from_1(folder, x, y):
    scipy_io = pytest.importorskip("scipy.io")
    lying = x[:, 4:24, 4:24].mT.reshape(len(x), -1) / 255
    content = {"X": lying, "y": np.where(y == 0, 10, y)[:, None].astype(np.uint8)}
    scipy_io.savemat(folder / "ex3data1.mat", content)


def half_inverted(x, y):
    return np.concatenate([x[::2], 255 - x[1::2]])


def alpha(image):
    return np.dstack([np.full((28, 28, 3), 255, np.uint8), image])


LAYOUTS = {
    "IDX, gzipped": idx("train-{}-ubyte.gz", pack=gzip.compress),
    "IDX, MNIST/raw": idx("data/MNIST/raw/train-{}-ubyte"),
    "IDX, EMNIST's names": idx("emnist-digits-train-{}-ubyte", lambda x: x.mT),
    "IDX, transposed": idx("train-{}-ubyte", lambda x: x.mT),
    "IDX, lying": idx("train-{}-ubyte", lambda x: np.rot90(x, 1, (1, 2))),
    "zip of IDX": zipped,
    "NPZ x, y": npz(x=lambda x, y: x, y=lambda x, y: y),
    "NPZ images, one-hot": npz(
        images=lambda x, y: x, labels=lambda x, y: np.eye(10)[y]
    ),
    "NPZ (N, 784), 0 to 1": npz(
        x=lambda x, y: x.reshape(-1, 784) / 255, y=lambda x, y: y
    ),
    "NPZ (N, 1, 28, 28), -1 to 1": npz(
        x=lambda x, y: x[:, None] / 127.5 - 1, y=lambda x, y: y.astype(float)
    ),
    "NPZ, 0 and 1": npz(x=lambda x, y: x // 128, y=lambda x, y: y),
    "NPZ, dark on light": npz(x=lambda x, y: 255 - x, y=lambda x, y: y.astype(str)),
    "NPZ, half of it dark on light": npz(
        x=half_inverted, y=lambda x, y: np.concatenate([y[::2], y[1::2]])
    ),
    "NPZ, 3s and 7s alone": threes_and_sevens,
    "NPZ arr_0, arr_1": npz(arr_0=lambda x, y: x, arr_1=lambda x, y: y),
    "NPY (N, 785)": lambda folder, x, y: np.save(
        folder / "digits.npy", np.concatenate([y[:, None], x.reshape(len(x), -1)], 1)
    ),
    "NPZ (784, N)": npz(x=lambda x, y: x.reshape(-1, 784).T, y=lambda x, y: y),
    "CSV, Kaggle": csv(header=True),
    "CSV, BOM, CRLF, semicolons": csv(True, ";", "\r\n", "utf-8-sig"),
    "CSV without header": csv(header=False),
    "CSV, UTF-16 of Excel": csv(True, "\t", "\r\n", "utf-16", before="sep=\t\r\n"),
    "ARFF, mnist_784": arff,
    "ARFF, sparse": sparse_arff,
    "Parquet, Hugging Face": parquet,
    "Arrow, save_to_disk": save_to_disk,
    "Feather": feather,
    "MATLAB, EMNIST": matlab,
    "MATLAB, 20 x 20, zeros as 10": counted_from_1,
    "pictures, zero to nine": pictures(),
    "pictures, 00 to 09": pictures([f"0{i}" for i in range(10)]),
    "pictures, digit_7": pictures([f"digit_{i}" for i in range(10)]),
    "pictures, 7_seven": pictures([f"{i}_{word}" for i, word in enumerate(WORDS)]),
    "pictures, trainingSet twice": pictures(
        "0123456789", above="trainingSet/trainingSet"
    ),
    "pictures, labels.csv": with_metadata,
    "pictures, EXIF": from_a_telephone,
    "pictures, @eaDir, __MACOSX": with_junk,
    "pictures, train above": pictures("0123456789", above="mine/train"),
    "pictures, dark on light, WebP": pictures(turn=lambda i: 255 - i, ending="webp"),
    "pictures, PGM": pictures(ending="pgm"),
    "pictures, TIFF": pictures(ending="tiff"),
    "pictures, ink in alpha": pictures(turn=alpha),
    "pictures, flat": pictures(names=None),
    "IDX, classes.txt": named_by_hand,
    "digitgan dataset --format idx": written("idx"),
    "digitgan dataset --format npz": written("npz"),
    "digitgan dataset --format png": written("png"),
    "digitgan dataset --format parquet": written("parquet"),
    "digitgan dataset --format webdataset": written("webdataset"),
    "digitgan dataset --format lmdb": written("lmdb"),
    "digitgan dataset --format coco": written("coco", **PAGES),
    "digitgan dataset --format yolo": written("yolo", **PAGES),
}


def read(layout, folder):
    """Return what ``digitgan inspect`` finds in a layout."""
    mnist = load_dataset("mnist").train
    LAYOUTS[layout](folder, mnist.images[:COUNT], mnist.labels[:COUNT].astype(int))
    alone = ("zip of IDX", "NPY (N, 785)")
    return inspect(load_dataset(next(folder.iterdir()) if layout in alone else folder))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_read(layout, tmp_path):
    found = read(layout, tmp_path)
    assert found.count == COUNT and found.decisions
    if layout == "pictures, flat":
        assert found.agreement is None
    else:
        assert found.agreement is not None and found.agreement >= 0.97


def main():
    """Write the table into the page."""
    rows = [
        "| layout | images | read as labelled | what is said |",
        "| - | - | - | - |",
    ]
    for layout in LAYOUTS:
        with tempfile.TemporaryDirectory() as folder:
            found = read(layout, Path(folder))
        share = "no labels" if found.agreement is None else f"{found.agreement:.2f}"
        said = "; ".join(found.decisions)
        rows.append(f"| {layout} | {found.count} | {share} | {said} |")
    page = DOCS.read_text().partition("| layout |")[0]
    DOCS.write_text(page + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
