"""Files that are nearly valid, for the tests that throw them at whatever reads."""

import gzip
import io
import json
import math
import struct
import tarfile
from dataclasses import asdict
from random import Random
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile

import numpy as np
from PIL import Image

from digitgan.datasets.request import DatasetRequest
from digitgan.datasets.resolve import resolve_spec
from digitgan.datasets.spec import DatasetSpec, ModelFacts

SIZES = (0, 1, 2, 3, 27, 28, 255, 256, 65535, 2**31 - 1, 2**32 - 1, 2**40, 2**63, -1)
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (4, 28, 28), np.uint8)
LABELS = np.array([3, 1, 0, 2], np.uint8)
CLASSES = tuple("0123456789")
STYLES = {
    "label": np.arange(20, dtype=np.int32) % 10,
    "thickness": RNG.normal(2.5, 0.6, 20).astype(np.float32),
    "slant": RNG.normal(6, 14, 20).astype(np.float32),
}
CARD = {
    "digitgan": "0.1.0",
    "latent_dim": 4,
    "conditions": {"label": [0, 9], "thickness": [1.4, 4.9], "slant": [-31.4, 40.6]},
    "classes": list(CLASSES),
    "sha256": {"generator.onnx": "0" * 64, "styles.npz": "0" * 64},
}


# Bytes: valid files that are cut, flipped, filled, spliced


def corrupted(rng: Random, valid: list[bytes]) -> bytes:
    """Return a file that is nearly one of the valid ones."""
    data, other = bytearray(rng.choice(valid)), rng.choice(valid)
    for _ in range(rng.randint(1, 4)):
        at, new = rng.randrange(len(data) + 1), _random_bytes(rng)
        if rng.random() < 0.5:
            at %= 64  # where the headers are
        way = rng.randrange(6)
        if way < 2:
            data[at : at + len(new)] = new
        elif way == 2:
            data[at:at] = new
        elif way == 3:
            del data[at : at + rng.choice([1, 4, 100])]
        elif way == 4:
            data[at:] = other[at:]
        elif rng.random() < 0.2:
            del data[at:]
    return bytes(data)


def _random_bytes(rng: Random) -> bytes:
    if rng.random() < 0.5:
        return rng.randbytes(rng.randint(1, 9))
    order = rng.choice(["big", "little"])
    word = rng.choice(SIZES).to_bytes(9, order, signed=True)
    return word[-rng.choice([1, 2, 4, 8]) :] if order == "big" else word[:8]


# JSON: valid objects, some of whose values are something else


def json_value(rng: Random, depth: int = 3) -> Any:
    """Return anything that JSON can hold."""
    kind = rng.randrange(8 if depth else 6)
    if kind == 0:
        return rng.choice([None, True, False])
    if kind == 1:
        return rng.choice([*SIZES, 1e308, -0.5, 10**400, math.nan, math.inf])
    if kind == 2:
        return rng.randint(-300, 300)
    if kind == 3:
        return rng.uniform(-9, 9)
    if kind == 4:
        return rng.choice(
            ["", "..", "../../x", "/x", "a\nb", "\ud800", "\0", "9" * 5000]
        )
    if kind == 5:
        return random_text(rng, 8)
    if kind == 6:
        return [json_value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {
        random_text(rng, 8): json_value(rng, depth - 1) for _ in range(rng.randrange(4))
    }


def random_text(rng: Random, max_length: int, characters: str = "") -> str:
    """Return a short text of some characters, or of any."""
    few = range(rng.randint(0, max_length))
    if characters and rng.random() < 0.8:
        return "".join(rng.choice(characters) for _ in few)
    return "".join(
        chr(rng.choice([rng.randrange(128), rng.randrange(0x110000)])) for _ in few
    )


def altered_json(rng: Random, valid: Any) -> bytes:
    """Return JSON like a valid one, with some values replaced, lost or added."""
    if rng.random() < 0.2:
        return corrupted(rng, [json.dumps(valid).encode()])
    box = [json.loads(json.dumps(valid))]
    for _ in range(rng.randint(1, 3)):
        parent, key = rng.choice(list(_slots(box)))
        way, new = rng.randrange(4), json_value(rng)
        if way < 2:
            parent[key] = new
        elif way == 2:
            del parent[key]
        elif isinstance(parent, dict):
            parent[random_text(rng, 8)] = new
        else:
            parent.append(new)
        box = box or [None]
    return json.dumps(box[0]).encode()


def _slots(within: dict | list):
    """Yield where every value in JSON lies."""
    pairs = within.items() if isinstance(within, dict) else enumerate(within)
    for key, inner in pairs:
        yield within, key
        if isinstance(inner, dict | list):
            yield from _slots(inner)


# NPZ: arrays whose headers promise anything


TYPES = ("|u1", "<i4", "<f4", "<f8", ">i8", "|b1", "|O", "<U9", "|V99999", "<c16")
TYPES += ("<M8[s]", "|S0", "x", "", "(2,3)u1", "u1,f4")
WAYS = (ZIP_STORED, ZIP_DEFLATED, ZIP_DEFLATED, ZIP_BZIP2, ZIP_LZMA)


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Return an NPZ."""
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def compressed_npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Return a compressed NPZ."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def npz_of_any_header(rng: Random, arrays: dict[str, np.ndarray]) -> bytes:
    """Return an NPZ with headers of any type and shape over the true content."""
    if rng.random() < 0.4:
        return corrupted(rng, [npz(arrays), compressed_npz(arrays)])
    file = io.BytesIO()
    with ZipFile(file, "w", rng.choice(WAYS)) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            if rng.random() < 0.5:
                np.save(member, array)
            else:
                shape = [rng.choice(SIZES) for _ in range(rng.randrange(4))]
                if rng.random() < 0.5:
                    shape = array.shape
                header = {"descr": rng.choice([array.dtype.str, *TYPES])}
                header |= {"fortran_order": rng.random() < 0.5, "shape": tuple(shape)}
                np.lib.format.write_array_header_1_0(member, header)
                member.write(array.tobytes())
            archive.writestr(f"{name}.npy", member.getvalue())
    return file.getvalue()


# Files that are valid


def idx(array: np.ndarray) -> bytes:
    return (
        struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        + array.tobytes()
    )


def picture(format: str, size: int = 9, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(IMAGES[0, :size, :size]).save(file, format, **options)
    return file.getvalue()


def stored_spec(**options) -> DatasetSpec:
    """Return what a data set of digits or of numbers keeps of its request."""
    sums = {name: CARD["sha256"][name] for name in ("generator.onnx", "styles.npz")}
    request = DatasetRequest(**{"count": 100} | options)
    return resolve_spec(request, ModelFacts(CLASSES, sums, (28, 28)))


def stored_manifest() -> dict:
    spec = stored_spec()
    shards = [
        {"index": s.index, "part": s.part, "count": s.count, "labels": {"0": s.count}}
        | {
            "dropped": 0,
            "sha256": "0" * 64,
            "fragment": {"sha256": "0" * 64, "bytes": 9},
        }
        for s in spec.shards()
    ]
    facts = {"digitgan": "0.1.0", "kind": "digits", "format": "idx", "seed": 0}
    facts |= {"count": 100, "dropped": 0, "parts": spec.parts}
    return facts | {
        "label_counts": {part: {"0": count} for part, count in spec.parts.items()},
        "model_sha256": "0" * 64,
        "spec": json.loads(json.dumps(asdict(spec))),
        "merged": {"train-images-idx3-ubyte.gz": "0" * 64},
        "shards": shards,
    }


def stored_config() -> dict:
    from digitgan.model.presets import PRESETS
    from digitgan.training.run import Config

    config = Config(
        preset="tiny",
        settings=PRESETS["tiny"],
        data="mnist",
        data_sha256="0" * 64,
        classes=CLASSES,
        train_size=1000,
        epochs=1,
        minutes=None,
        seed=0,
        backend="tensorflow",
    )
    return json.loads(json.dumps(asdict(config)))


def network() -> bytes:
    """Return a network that answers as a generator does: all paper."""
    from onnx import TensorProto, helper, numpy_helper

    kinds = {"latents": TensorProto.FLOAT, "label": TensorProto.INT32}
    kinds |= {"thickness": TensorProto.FLOAT, "slant": TensorProto.FLOAT}
    inputs = [
        helper.make_tensor_value_info(n, k, ["N", 4] if n == "latents" else ["N"])
        for n, k in kinds.items()
    ]
    weights = np.zeros((4, 784), np.float32)
    nodes = [
        helper.make_node("MatMul", ["latents", "w"], ["x"]),
        helper.make_node("Cast", ["x"], ["grey"], to=TensorProto.UINT8),
        helper.make_node("Reshape", ["grey", "shape"], ["digits"]),
    ]
    arrays = {"w": weights, "shape": np.array([-1, 28, 28])}
    digits = helper.make_tensor_value_info("digits", TensorProto.UINT8, ["N", 28, 28])
    stored = [numpy_helper.from_array(a, n) for n, a in arrays.items()]
    graph = helper.make_graph(nodes, "generator", inputs, [digits], stored)
    opset = [helper.make_opsetid("", 18)]
    made = helper.make_model(graph, opset_imports=opset, ir_version=10)
    return made.SerializeToString()


def tables() -> list[bytes]:
    """Return CSV, with and without header, in UTF-16, gzipped, and sparse ARFF."""
    rows = np.concatenate([LABELS[:, None], IMAGES[:, :5, :5].reshape(4, -1)], 1)
    plain = "".join(",".join(map(str, row)) + "\n" for row in rows.tolist())
    named = f"label,{','.join(f'pixel{i}' for i in range(25))}\n{plain}"
    head = "".join(f"@attribute p{i} real\n" for i in range(25))
    arff = f"{head}@attribute class {{0,1,2,3}}\n@data\n{{0 9,7 200,25 3}}\n{{3 90}}\n"
    texts = [text.encode() for text in (plain, named, arff)]
    return [*texts, named.encode("utf-16"), gzip.compress(texts[0], mtime=0)]


def arrow() -> list[bytes]:
    """Return Parquet, Feather and a stream, of PNG files and of lists."""
    import pyarrow as pa
    import pyarrow.feather as feather
    import pyarrow.parquet as pq

    cells = [{"bytes": picture("PNG"), "path": None}] * 4
    found = []
    for images in (cells, IMAGES[:, :5, :5].tolist()):
        table = pa.table({"image": images, "label": LABELS})
        files = [io.BytesIO() for _ in range(3)]
        pq.write_table(table, files[0])
        feather.write_feather(table, files[1], "lz4")
        with pa.ipc.new_stream(files[2], table.schema) as stream:
            stream.write_table(table)
        found += [file.getvalue() for file in files]
    return found


def matlab() -> list[bytes]:
    """Return files of version 5, packed and not, with loose arrays and a struct."""
    from scipy.io import savemat

    loose = {"x": IMAGES.reshape(4, -1), "y": LABELS[:, None]}
    part = {"images": loose["x"], "labels": loose["y"]}
    found = []
    for content in (loose, {"dataset": {"train": part}}):
        for packed in (False, True):
            file = io.BytesIO()
            savemat(file, content, do_compression=packed)
            found.append(file.getvalue())
    return found


def archives() -> list[bytes]:
    """Return a zip and a tar of classes, and a shard of WebDataset."""
    zipped, plain, shard = (io.BytesIO() for _ in range(3))
    with ZipFile(zipped, "w") as archive:
        for name in ("3/0.png", "7/1.png"):
            archive.writestr(name, picture("PNG"))
    for file, names in ((plain, ("3/0.png", "7/1.png")), (shard, ("0.png", "1.png"))):
        with tarfile.open(fileobj=file, mode="w") as tar:
            for name in names:
                members = {name: picture("PNG")}
                if file is shard:
                    members[f"{name[0]}.cls"] = b"3"
                for path, content in members.items():
                    member = tarfile.TarInfo(path)
                    member.size = len(content)
                    tar.addfile(member, io.BytesIO(content))
    return [zipped.getvalue(), plain.getvalue(), shard.getvalue()]


METADATA = [
    b"file_name,label\n0.png,3\n1.png,7\n",
    "File;Digit\r\n0;3\r\n1;7\r\n".encode("utf-8-sig"),
    b"0.png 3\n1.png 7\n",
]


def sheet() -> bytes:
    """Return a sample sheet of a run."""
    from digitgan.data.image_grid import grid

    file = io.BytesIO()
    grid(np.resize(IMAGES, (10, 28, 28))).save(file, "PNG")
    return file.getvalue()


def photos() -> tuple[list[bytes], list[bytes]]:
    """Return pictures without the form, of every kind that is read, and with it."""
    from pillow_heif import register_heif_opener

    from digitgan.data.sheet.form import draw_form

    register_heif_opener()
    kinds = ("PNG", "JPEG", "BMP", "TIFF", "WEBP", "HEIF", "PDF")
    form = draw_form().reduce(4)
    shown = []
    for kind in kinds[:4]:
        file = io.BytesIO()
        form.save(file, kind)
        shown.append(file.getvalue())
    return [picture(kind, 28) for kind in kinds], shown


def keras_file() -> dict[str, bytes]:
    """Return the members of a file of Keras with one layer."""
    import tempfile
    from pathlib import Path

    import keras

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "small.keras"
        keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)]).save(path)
        with ZipFile(path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def altered_keras_file(rng: Random, members: dict[str, bytes]) -> bytes:
    """Return a file of Keras like a valid one, damaged or with another description."""
    file = io.BytesIO()
    with ZipFile(file, "w") as archive:
        for name, content in members.items():
            if name == "config.json":
                content = altered_json(rng, json.loads(content))
            archive.writestr(name, content)
    return file.getvalue() if rng.random() < 0.7 else corrupted(rng, [file.getvalue()])


COCO = {
    "images": [{"id": 1, "file_name": "0.png", "width": 9, "height": 9}],
    "categories": [{"id": 3, "name": "3"}, {"id": 7, "name": "7"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 3, "bbox": [0, 0, 5, 9]},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [4, 0, 5, 9]},
    ],
}
