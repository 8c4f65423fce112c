"""Files that are nearly valid, for the tests that throw them at whatever reads."""

import io
import json
import struct
import zipfile
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from digitgan.generation.spec import Spec, plan

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


# Bytes: valid files that are cut, flipped, filled, swapped and doubled


def changed(valid: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return files that are nearly valid, of several valid ones."""
    place = st.floats(0, 1, exclude_max=True)
    words = st.sampled_from(
        [n.to_bytes(8, o, signed=True) for n in SIZES[:-2] for o in ("big", "little")]
    )
    put = st.binary(max_size=9) | words.flatmap(
        lambda w: st.sampled_from([w, w[:4], w[4:]])
    )
    edit = st.tuples(
        st.sampled_from(["put", "insert", "cut", "drop", "splice"]), place, put
    )

    def apply(base: bytes, edits: list, other: bytes) -> bytes:
        data = bytearray(base)
        for kind, where, new in edits:
            at = int(where * len(data))
            if kind == "put":
                data[at : at + len(new)] = new
            elif kind == "insert":
                data[at:at] = new
            elif kind == "cut":
                del data[at:]
            elif kind == "drop":
                del data[at : at + len(new)]
            else:
                data[at:] = other[at:]
        return bytes(data)

    of = st.sampled_from(valid)
    return st.builds(apply, of, st.lists(edit, min_size=1, max_size=4), of)


# JSON: valid objects, some of whose values are something else


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([*SIZES, 1e308, -0.5, 10**400, float("nan"), float("inf")]),
    st.integers(),
    st.floats(),
    st.sampled_from(["", "..", "../../x", "/x", "a\nb", "\ud800", "\0", "9" * 5000]),
    st.text(max_size=8),
)
VALUES = st.recursive(
    SCALARS,
    lambda v: (
        st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=8), v, max_size=3)
    ),
    max_leaves=5,
)


def places(value, path=()):
    """Yield the path of every value in JSON."""
    yield path
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in pairs:
        yield from places(inner, (*path, key))


def altered(valid) -> st.SearchStrategy[bytes]:
    """Return JSON like a valid one, with some values replaced, lost or added."""
    text = json.dumps(valid)
    edit = st.tuples(
        st.sampled_from(list(places(valid))),
        st.sampled_from(["set", "drop", "add"]),
        VALUES,
    )

    def apply(edits) -> bytes:
        box = [json.loads(text)]
        for path, kind, value in edits:
            parent, key = box, 0
            try:
                for step in path:
                    parent, key = parent[key], step
                if kind == "set":
                    parent[key] = value
                elif kind == "drop":
                    del parent[key]
                elif isinstance(parent[key], dict):
                    parent[key]["more"] = value
                else:
                    parent[key].append(value)
            except (LookupError, TypeError, AttributeError):
                continue
        return json.dumps(box[0] if box else None).encode()

    whole = st.lists(edit, min_size=1, max_size=3).map(apply)
    return whole | changed([text.encode()])


# NPZ: arrays whose headers promise anything


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def packed(arrays: dict[str, np.ndarray]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


TYPES = (
    "|u1",
    "<i4",
    "<f4",
    "<f8",
    ">i8",
    "|b1",
    "|O",
    "<U9",
    "|V99999",
    "<c16",
    "<M8[s]",
    "|S0",
    "x",
    "",
)


def promising(arrays: dict[str, np.ndarray]) -> st.SearchStrategy[bytes]:
    """Return an NPZ with headers of any type and shape, over the true content."""
    sizes = st.lists(st.sampled_from(SIZES) | st.integers(0, 30), max_size=4)
    header = st.tuples(st.sampled_from(TYPES), sizes, st.booleans())
    headers = st.fixed_dictionaries({name: st.none() | header for name in arrays})
    ways = st.sampled_from(
        [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
    )

    def build(headers: dict, way: int) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", way) as archive:
            for name, told in headers.items():
                member = io.BytesIO()
                if told is None:
                    np.save(member, arrays[name])
                else:
                    kind, shape, turned = told
                    words = {
                        "descr": kind,
                        "fortran_order": turned,
                        "shape": tuple(shape),
                    }
                    np.lib.format.write_array_header_1_0(member, words)
                    member.write(arrays[name].tobytes())
                archive.writestr(f"{name}.npy", member.getvalue())
        return file.getvalue()

    return st.builds(build, headers, ways)


# Files that are valid


def idx(array: np.ndarray) -> bytes:
    return (
        struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        + array.tobytes()
    )


def picture(format: str, size: int = 9) -> bytes:
    file = io.BytesIO()
    Image.fromarray(IMAGES[0, :size, :size]).save(file, format)
    return file.getvalue()


def stored_spec(**wish) -> Spec:
    """Return what a data set of digits or of numbers keeps of its wish."""
    model = SimpleNamespace(classes=CLASSES, description={"sha256": CARD["sha256"]})
    usual = dict.fromkeys(("format", "labels", "length", "pattern", "shard_size"))
    usual |= dict.fromkeys(("balance", "checked", "measure"), False)
    usual |= {"kind": "digits", "count": 100, "seed": 0, "split": (80, 10, 10)}
    return plan(model, "flagship", **usual | wish)


def stored_manifest() -> dict:
    spec = stored_spec()
    shards = [
        {"index": s.index, "part": s.part, "count": s.count, "labels": {"0": s.count}}
        | {"dropped": 0, "sha256": "0" * 64, "piece": {"sha256": "0" * 64, "bytes": 9}}
        for s in spec.shards()
    ]
    facts = {"digitgan": "0.1.0", "kind": "digits", "format": "idx", "seed": 0}
    facts |= {"count": 100, "dropped": 0, "parts": spec.parts, "label_counts": {}}
    return facts | {
        "model_sha256": "0" * 64,
        "spec": spec.to_dict(),
        "joined": {"train-images-idx3-ubyte.gz": "0" * 64},
        "shards": shards,
    }


def stored_config() -> dict:
    from digitgan.model.presets import PRESETS
    from digitgan.training.run import Config

    told = Config(
        preset="tiny",
        settings=PRESETS["tiny"],
        data="mnist",
        data_sha256="0" * 64,
        classes=CLASSES,
        epochs=1,
        minutes=None,
        seed=0,
        backend="tensorflow",
    )
    return json.loads(json.dumps(asdict(told)))


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
