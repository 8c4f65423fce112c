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

from digitgan.data.load import load_dataset
from digitgan.measure.classifier import Classifier

DOCS = Path(__file__).parent.parent / "docs" / "your-data.md"
WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
COUNT = 100


def npz(**arrays):
    def write(folder, x, y):
        np.savez(folder / "digits.npz", **{n: f(x, y) for n, f in arrays.items()})

    return write


def csv(header, delimiter=",", end="\n", bom=False):
    def write(folder, x, y):
        rows = np.concatenate([y[:, None], x.reshape(len(x), -1)], 1)
        lines = [delimiter.join(map(str, row)) for row in rows.tolist()]
        names = ["label", *(f"pixel{i}" for i in range(784))]
        lines = [delimiter.join(names), *lines] if header else lines
        text = "\ufeff" * bom + end.join(lines) + end
        (folder / "digits.csv").write_bytes(text.encode())

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


def parquet(folder, x, y):
    pa = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    files = (io.BytesIO() for _ in x)
    cells = []
    for image, file in zip(x, files, strict=True):
        Image.fromarray(image).save(file, "PNG")
        cells.append({"bytes": file.getvalue(), "path": None})
    (folder / "mnist").mkdir()
    table = pa.table({"image": cells, "label": y})
    pq.write_table(table, folder / "mnist" / "train-00000-of-00001.parquet")


def matlab(folder, x, y):
    scipy_io = pytest.importorskip("scipy.io")
    part = {"images": x.mT.reshape(len(x), -1), "labels": y[:, None]}
    mapping = np.stack([np.arange(10), np.arange(48, 58)], 1)
    content = {"dataset": {"train": part, "mapping": mapping}}
    scipy_io.savemat(folder / "emnist-digits.mat", content, do_compression=True)


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
    "NPZ arr_0, arr_1": npz(arr_0=lambda x, y: x, arr_1=lambda x, y: y),
    "NPZ (784, N)": npz(x=lambda x, y: x.reshape(-1, 784).T, y=lambda x, y: y),
    "CSV, Kaggle": csv(header=True),
    "CSV, BOM, CRLF, semicolons": csv(True, ";", "\r\n", bom=True),
    "CSV without header": csv(header=False),
    "ARFF, mnist_784": arff,
    "Parquet, Hugging Face": parquet,
    "MATLAB, EMNIST": matlab,
    "pictures, zero to nine": pictures(),
    "pictures, train above": pictures("0123456789", above="mine/train"),
    "pictures, dark on light, WebP": pictures(turn=lambda i: 255 - i, ending="webp"),
    "pictures, PGM": pictures(ending="pgm"),
    "pictures, TIFF": pictures(ending="tiff"),
    "pictures, ink in alpha": pictures(turn=alpha),
    "pictures, flat": pictures(names=None),
}


def read(layout, folder):
    """Return what a layout was read as, and the share read as labelled."""
    mnist = load_dataset("mnist").train
    LAYOUTS[layout](folder, mnist.images[:COUNT], mnist.labels[:COUNT].astype(int))
    data = load_dataset(next(folder.iterdir()) if layout.startswith("zip") else folder)
    if data.train.labels is None:
        return data, None
    shown = np.array(data.classes)[data.train.labels]
    predicted = Classifier(threads=1).predict(data.train.images).labels.astype(str)
    return data, float((shown == predicted).mean())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_are_read(layout, tmp_path):
    data, share = read(layout, tmp_path)
    assert len(data.train) == COUNT and data.decisions
    assert share is None if layout == "pictures, flat" else share >= 0.97


def main():
    """Write the table into the page."""
    rows = [
        "| layout | images | read as labelled | what is said |",
        "| - | - | - | - |",
    ]
    for layout in LAYOUTS:
        with tempfile.TemporaryDirectory() as folder:
            data, share = read(layout, Path(folder))
        agreement = "no labels" if share is None else f"{share:.2f}"
        said = "; ".join(data.decisions)
        rows.append(f"| {layout} | {len(data.train)} | {agreement} | {said} |")
    page = DOCS.read_text().partition("| layout |")[0]
    DOCS.write_text(page + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
