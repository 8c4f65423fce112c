"""Corrupt files, one by one: refused in a line, before they take what they claim."""

import ast
import gzip
import io
import json
import os
import struct
import sys
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import corrupt_files
import numpy as np
import pytest
from corrupt_files import CARD, CLASSES, IMAGES, LABELS, STYLES
from PIL import Image

from digitgan import limits, untrusted
from digitgan.data.load import load_dataset
from digitgan.datasets.folder import read_state
from digitgan.errors import InputError
from digitgan.handwriting.model import load
from digitgan.measure import onnx_session
from digitgan.measure.onnx_operators import OPERATORS
from digitgan.untrusted import memory_bound, sha256

onnx = pytest.importorskip("onnx")


def refused(read, *words, most=2**25):
    """Check that something is refused in a line with these words, and cheaply.

    What is imported meanwhile counts, too: a few megabytes.
    """
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as refusal:
            read()
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()
    line = str(refusal.value)
    assert len(line.splitlines()) == 1 and len(line) < 1000
    for word in words:
        assert word in line, line


# Data


def test_a_gzip_bomb_is_not_unpacked(tmp_path):
    bomb = struct.pack(">4B3I", 0, 0, 8, 3, 100, 28, 28) + bytes(10**8)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bomb))
    refused(lambda: load_dataset(tmp_path / "bomb.gz"), "longer than its header says")


def test_what_is_not_there_takes_no_memory(tmp_path):
    header = struct.pack(">4B3I", 0, 0, 8, 3, 10**6, 28, 28)
    for name, content in (("idx", header), ("idx.gz", gzip.compress(header))):
        (tmp_path / name).write_bytes(content)
        refused(
            lambda name=name: load_dataset(tmp_path / name), "shorter than its header"
        )


def test_a_zip_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ARRAYS", 10**6)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros((50_000, 28, 28), np.uint8))
    refused(
        lambda: load_dataset(tmp_path / "a.npz"), "39,200,000 bytes, allowed are 1,0"
    )


def test_arrays_count_together(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ARRAYS", 4000)
    np.savez(tmp_path / "a.npz", x_train=IMAGES, x_test=IMAGES)
    refused(lambda: load_dataset(tmp_path / "a.npz"), "x_test has 3,136 bytes")


def npz(path, way=zipfile.ZIP_DEFLATED, **members):
    with zipfile.ZipFile(path, "w", way) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def test_a_table_of_contents_of_millions(tmp_path):
    path = npz(tmp_path / "a.npz", **{f"{i:060}": b"" for i in range(12_000)})
    refused(lambda: load_dataset(path), "table of contents")


@pytest.mark.parametrize("way", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_ways_of_packing(tmp_path, way):
    member = io.BytesIO()
    np.save(member, IMAGES)
    path = npz(tmp_path / "a.npz", way, x=member.getvalue())
    refused(lambda: load_dataset(path), "packed in a way")


@pytest.mark.parametrize("shape", [(-4, -28, 28), (10**30, 0, 28), (4, 28, 27)])
def test_shapes_that_are_not_true(tmp_path, shape):
    member = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(member, header)
    path = npz(tmp_path / "a.npz", x=member.getvalue() + IMAGES.tobytes())
    refused(lambda: load_dataset(path), "is damaged (x ")


def pictures(folder, content):
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "0.png").write_bytes(content)
    return folder


def test_a_picture_that_claims_the_whole_memory(tmp_path):
    bomb = bytearray(corrupt_files.picture("PNG"))
    bomb[16:24] = struct.pack(">2I", 60_000, 60_000)
    bomb[29:33] = struct.pack(">I", zlib.crc32(bomb[12:29]))
    refused(lambda: load_dataset(pictures(tmp_path, bomb)), "is damaged", "pixels")


def test_a_chunk_that_claims_much_takes_nothing(tmp_path):
    content = bytearray(corrupt_files.picture("PNG"))
    content[33:37] = struct.pack(">I", 10**9)
    tracemalloc.start()
    try:
        assert len(load_dataset(pictures(tmp_path, content)).train) == 2
        assert tracemalloc.get_traced_memory()[1] < 2**23
    finally:
        tracemalloc.stop()


def test_a_picture_is_no_program(tmp_path):
    """Pillow hands PostScript to Ghostscript, whatever the file is called."""
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n%%EOF\n"
    refused(lambda: load_dataset(pictures(tmp_path, script)), "damaged or no picture")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.npz")
    refused(lambda: load_dataset(tmp_path / "pipe.npz"), "no ordinary file")
    refused(
        lambda: untrusted.read_json("it", tmp_path / "pipe.npz"), "no ordinary file"
    )


def test_names_of_classes_are_bounded(tmp_path):
    pictures(tmp_path, corrupt_files.picture("PNG"))
    with (tmp_path / "classes.txt").open("wb") as file:
        file.truncate(3 * 2**30)
    refused(lambda: load_dataset(tmp_path), "classes.txt", "3,221,225,472 bytes")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_photograph_is_no_pipe_and_no_device(tmp_path):
    photo = pytest.importorskip("digitgan.data.sheet.photo")
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    for name in ("pipe.jpg", "zero.png"):
        refused(lambda name=name: [*photo.flatten_pages(tmp_path / name)], "ordinary")


@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16"])
def test_a_photograph_has_bounded_pixels(tmp_path, monkeypatch, mode):
    """It is refused by its header, before any of them is decoded."""
    photo = pytest.importorskip("digitgan.data.sheet.photo")
    Image.new(mode, (3000, 3000)).save(tmp_path / "a.png")
    monkeypatch.setattr(limits, "PHOTO_PIXELS", 3000 * 3000 - 1)
    refused(lambda: [*photo.flatten_pages(tmp_path / "a.png")], "8,999,999 pixels")


def test_what_libtiff_says_is_not_printed_beside_the_line(tmp_path, capfd):
    photo = pytest.importorskip("digitgan.data.sheet.photo")
    content = bytearray(corrupt_files.picture("TIFF", 99, compression="tiff_lzw"))
    content[8:40] = b"\xff" * 32  # of the first strip
    (tmp_path / "a.tif").write_bytes(content)
    refused(lambda: [*photo.flatten_pages(tmp_path / "a.tif")], "a.tif' is damaged")
    assert capfd.readouterr() == ("", "")


# JSON


def test_json_has_bounds(tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[" * 100_000)
    refused(lambda: untrusted.read_json("it", path), "is damaged (maximum recursion")
    path.write_bytes(b" " * (limits.JSON + 1))
    refused(lambda: untrusted.read_json("it", path), "4,194,305 bytes, allowed are")


# Models


def folder_of(path, content=None, arrays=STYLES, **facts):
    """Write a model folder whose hashes are right, whatever else is not."""
    path.mkdir()
    (path / "generator.onnx").write_bytes(content or corrupt_files.network())
    np.savez(path / "styles.npz", **arrays)
    sums = {name: untrusted.sha256(path / name) for name in CARD["sha256"]}
    card = CARD | {"sha256": sums} | facts
    (path / "model.json").write_text(json.dumps(card))
    return path


def test_the_folder_of_these_tests_opens(tmp_path):
    model = load(folder_of(tmp_path / "a"))
    assert model.sample(n=3).shape == (3, 28, 28) and model.classes == CLASSES


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({"classes": ["../../x", *CLASSES[1:]]}, "a class is named '../../x'"),
        ({"classes": ["/x", *CLASSES[1:]]}, "a class is named '/x'"),
        ({"classes": ["a\nb", *CLASSES[1:]]}, "a class is named 'a\\nb'"),
        ({"classes": ["0"] * 10}, "10 classes"),
        ({"classes": []}, "0 classes"),
        ({"latent_dim": 10**9}, "latent_dim is 1000000000"),
        ({"latent_dim": True}, "latent_dim is True"),
        ({"latent_dim": 5}, "a' is damaged"),
        ({"conditions": {"label": [0, 9]}}, "a' is damaged"),
        ({"conditions": {"slant": [0, 9]}}, "styles without labels"),
        ({"conditions": {"label": [0, float("nan")]}}, "conditions is nan"),
        ({"sha256": {}}, "is damaged"),
    ],
)
def test_cards_that_promise_too_much(tmp_path, facts, line):
    refused(lambda: load(folder_of(tmp_path / "a", **facts)), line)


def test_labels_that_were_never_learnt_cannot_be_asked_for(tmp_path):
    conditions = CARD["conditions"] | {"label": [0, 7]}
    few = {name: column[STYLES["label"] < 5] for name, column in STYLES.items()}
    model = load(folder_of(tmp_path / "a", arrays=few, conditions=conditions))
    assert model.classes == CLASSES[:8]
    inputs = model.generator_inputs(model.labels([7, 6, 5]))
    assert np.isfinite(inputs.conditions["slant"]).all()  # of all labels together


@pytest.mark.parametrize(
    ("column", "line"),
    [
        (np.full(20, 2**40), "labels are not from 0 to 9"),
        (np.zeros(20, "f4"), "label is not an integer"),
        (np.array([None] * 20), "Python objects"),
        (np.zeros(19, "i4"), "label is not an integer for each style"),
    ],
)
def test_styles_of_no_digit(tmp_path, column, line):
    folder = folder_of(tmp_path / "a", arrays=STYLES | {"label": column})
    refused(lambda: load(folder), line)


def graph(nodes, arrays=()):
    """Return a network of some nodes that ends with ``y``, asked as generators are."""
    helper, names = onnx.helper, ["latents", "label", "thickness", "slant", "y"]
    kinds = [onnx.TensorProto.INT32 if n == "label" else 1 for n in names]
    ends = [
        helper.make_tensor_value_info(name, kind, None)
        for name, kind in zip(names, kinds, strict=True)
    ]
    made = helper.make_graph(nodes, "g", ends[:-1], ends[-1:], list(arrays))
    opset = [helper.make_opsetid("", 18)]
    return helper.make_model(made, opset_imports=opset, ir_version=10)


def test_a_network_reads_no_other_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.arange(4, dtype=np.float32).tofile("secret.bin")
    weights = onnx.TensorProto(name="w", data_type=onnx.TensorProto.FLOAT, dims=[4])
    weights.data_location = onnx.TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="secret.bin")
    made = graph([onnx.helper.make_node("Add", ["latents", "w"], ["y"])], [weights])
    path = folder_of(tmp_path / "a", made.SerializeToString())
    refused(lambda: load(path), "reads other files")


def made_of(path, *nodes, arrays=()):
    """Return a model folder whose network has some nodes."""
    return folder_of(path, graph(list(nodes), arrays).SerializeToString())


def test_a_network_has_bounded_memory(tmp_path):
    node = onnx.helper.make_node
    sides = {"high": (2**15, 1), "wide": (1, 2**15)}  # together 4 GiB
    arrays = [
        onnx.numpy_helper.from_array(np.zeros(shape, np.float32), name)
        for name, shape in sides.items()
    ]
    nodes = [node("Add", ["high", "wide"], ["big"]), node("ReduceSum", ["big"], ["x"])]
    nodes += [node("Add", ["latents", "x"], ["y"])]
    path = made_of(tmp_path / "a", *nodes, arrays=arrays)
    refused(lambda: load(path), "is damaged", "while running Add node")


def text():
    return onnx.helper.make_tensor("s", onnx.TensorProto.STRING, [1], [b"x" * 10**6])


def of_another_domain():
    return onnx.helper.make_node("Add", ["latents"] * 2, ["y"], domain="com.microsoft")


def with_a_graph():
    inner = onnx.helper.make_graph([], "inner", [], [])
    return onnx.helper.make_node(
        "If", ["label"], ["y"], then_branch=inner, else_branch=inner
    )


@pytest.mark.parametrize(
    ("nodes", "arrays", "line"),
    [
        ([("StringConcat", ["s", "s"], ["y"])], [text], "'StringConcat'"),
        ([("Identity", ["latents"], ["y"])], [text], "what are no numbers"),
        ([("Cast", ["latents"], ["y"])], [], "what are no numbers"),
        ([("ConstantOfShape", ["label"], ["y"])], [], "'ConstantOfShape'"),
        ([of_another_domain], [], "not those of ONNX itself"),
        ([with_a_graph], [], "'If'"),
        ([("Add", ["latents", "latents"], ["y"])] * 40_000, [], "more parts than"),
    ],
    ids=["strings", "text", "cast", "memory", "domain", "graph", "many"],
)
def test_a_network_has_plain_operators_alone(tmp_path, nodes, arrays, line):
    made = [
        one() if callable(one) else onnx.helper.make_node(*one, **_to_text(one[0]))
        for one in nodes
    ]
    path = made_of(tmp_path / "a", *made, arrays=[one() for one in arrays])
    refused(lambda: load(path), "is damaged", line)


def _to_text(operator):
    return {"to": onnx.TensorProto.STRING} if operator == "Cast" else {}


def test_what_digitgan_writes_is_what_it_opens():
    """Every operator of ONNX that the room of models names is among those opened."""
    keras_to_onnx = pytest.importorskip("digitgan.model.keras_to_onnx")
    known = {schema.name for schema in onnx.defs.get_all_schemas()}
    written = set(keras_to_onnx.ACTIVATIONS.values())
    for path in Path(keras_to_onnx.__file__).parent.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call):
                written |= {a.value for a in call.args if isinstance(a, ast.Constant)}
    assert {"Gemm", "Where", "ReduceMax", "QuantizeLinear"} <= written
    assert written & known <= OPERATORS


def test_a_name_that_is_no_text_is_not_printed_about(tmp_path, capfd):
    content = corrupt_files.network().replace(b"latents", b"laten\xff\xff")
    refused(lambda: load(folder_of(tmp_path / "a", content)), "is damaged")
    assert capfd.readouterr() == ("", "")


def test_a_network_of_another_hash_is_not_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_session.onnxruntime, "InferenceSession", pytest.fail)
    path = folder_of(tmp_path / "a", sha256=CARD["sha256"])
    refused(lambda: load(path), "its SHA-256 differs")


def test_keras_refuses_code_in_the_game(tmp_path):
    keras = pytest.importorskip("keras")
    from digitgan.training import adapt

    layers = [keras.Input((1,)), keras.layers.Lambda(lambda x: x + 1)]
    keras.Sequential(layers).save(tmp_path / "code.keras")
    with zipfile.ZipFile(tmp_path / "code.keras") as bad:
        config = bad.read("config.json")
    path = folder_of(tmp_path / "a")
    with zipfile.ZipFile(path / "gan.keras", "w") as game:
        for name in ("metadata.json", "model.weights.h5"):
            game.writestr(name, b"{}")
        game.writestr("config.json", config)
    base = load(path)
    base.description["sha256"]["gan.keras"] = sha256(path / "gan.keras")
    with pytest.raises(InputError, match="(?i)lambda"):
        adapt._load_gan(base, seed=0)


def test_layers_have_no_more_weights_than_the_file_holds(tmp_path):
    keras = pytest.importorskip("keras")
    from digitgan.training import adapt

    path = tmp_path / "small.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(8)]).save(path)
    adapt._check_weights(path)
    with zipfile.ZipFile(path) as small:
        members = {name: small.read(name) for name in small.namelist()}
    wide = members["config.json"].replace(b'"units": 8', b'"units": 2000000000')
    assert wide != members["config.json"]
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (members | {"config.json": wide}).items():
            archive.writestr(name, content)
    with pytest.raises(ValueError, match="ask for 40,000,000,000 bytes"):
        adapt._check_weights(path)


# Data sets


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"classes": ["../../x", *CLASSES[1:]]}, "a class is named"),
        ({"shard_size": 0}, "shard_size is 0"),
        ({"format": "../x"}, "format '../x' is unknown"),
        ({"format": "9" * 5000}, "format '999"),
        ({"split": [80, 10, 11]}, "split (80, 10, 11) adds up to 101"),
        ({"count": 1e3}, "count is 1000.0"),
        ({"labels": [10]}, "labels is"),
        ({"model_sha256": {}}, "contradicts itself"),
    ],
)
def test_manifests_that_contradict_themselves(tmp_path, changes, line):
    stored = corrupt_files.stored_manifest()
    stored["spec"] |= changes
    (tmp_path / "manifest.json").write_text(json.dumps(stored))
    refused(lambda: read_state(tmp_path), "manifest.json'", line)


@pytest.mark.parametrize(
    "changes", [{"index": -1}, {"index": 9}, {"count": 3}, {"fragment": None}, {"x": 1}]
)
def test_records_of_no_shard(tmp_path, changes):
    stored = corrupt_files.stored_manifest()
    stored["shards"][0] |= changes
    (tmp_path / "manifest.json").write_text(json.dumps(stored))
    refused(lambda: read_state(tmp_path), "manifest.json' is damaged")


def test_the_manifest_of_these_tests_is_read(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(corrupt_files.stored_manifest()))
    state = read_state(tmp_path)
    assert state.manifest and len(state.records) == 3
    assert len(LABELS) == len(IMAGES)


# Memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds memory")
@pytest.mark.parametrize("kind", ["npz", "gz", "parquet", "mat"])
def test_what_a_library_would_take_is_bounded_by_the_kernel(
    tmp_path, monkeypatch, kind
):
    """In a command every reader has the same bound, and afterwards there is none."""
    resource = pytest.importorskip("resource")
    path = tmp_path / f"bomb.{kind}"
    path.write_bytes(BOMBS[kind]())
    monkeypatch.setattr(limits, "READING", 2**25)
    monkeypatch.setattr(memory_bound, "enforced", False)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    refused(lambda: load_dataset(path), "blank", most=2**40)  # nothing else is wrong
    monkeypatch.setattr(memory_bound, "enforced", True)
    refused(lambda: load_dataset(path), "takes more memory", most=2**40)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before


COUNT = 100_000  # blank digits: 78 MB


def _npz_bomb():
    return corrupt_files.compressed_npz({"x": np.zeros((COUNT, 28, 28), "u1")})


def _idx_bomb():
    return gzip.compress(corrupt_files.idx(np.zeros((COUNT, 28, 28), "u1")), 1)


def _parquet_bomb():
    """Return columns of which every value is stored once.

    They are larger than what Arrow has kept of the tables of other tests.
    """
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    column, sink = pa.array(np.zeros(5 * COUNT, "i8")), io.BytesIO()
    parquet.write_table(pa.table({f"{i}": column for i in range(64)}), sink)
    return sink.getvalue()


def _mat_bomb():
    def element(kind, content):
        return (
            struct.pack("<2I", kind, len(content)) + content + bytes(-len(content) % 8)
        )

    parts = [
        element(6, struct.pack("<2I", 9, 0)),
        element(5, struct.pack("<2i", COUNT, 784)),
    ]
    parts += [element(1, b"x"), element(2, bytes(COUNT * 784))]
    packed = zlib.compress(element(14, b"".join(parts)), 1)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + b"\0\1IM"
    return head + struct.pack("<2I", 15, len(packed)) + packed


def test_lists_that_lead_out_of_an_arrow_file_are_refused(tmp_path):
    """Asked how large such a table is, pyarrow would end the process."""
    pa = pytest.importorskip("pyarrow")
    table, sink = pa.table({"image": [[[1, 2], [3, 4]]] * 3}), pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    offsets, wrong = struct.pack("<4i", 0, 2, 4, 6), struct.pack("<4i", 0, 2, 4, 2**30)
    content = sink.getvalue().to_pybytes()
    assert offsets in content
    path = tmp_path / "digits.arrow"
    path.write_bytes(content.replace(offsets, wrong))
    with pytest.raises(InputError, match="is damaged"):
        load_dataset(path)


BOMBS = {"npz": _npz_bomb, "gz": _idx_bomb, "parquet": _parquet_bomb, "mat": _mat_bomb}
