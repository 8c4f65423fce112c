"""Files that are nearly valid, and files that ask for more than they may have."""

import gzip
import hashlib
import json
import os
import struct
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

import corrupt_files
import numpy as np
import pyarrow as pa
from fuzz import Targets, fuzz
from PIL import Image
from processes import Row, command
from pyarrow import parquet

from digitgan import limits

PACKED = 1_360_000  # digits
ROUND = 10_000  # mutated files of all kinds


def mutated(folder: Path, inputs: int) -> Row:
    """Throw files that are nearly valid at every reader; Ctrl-C counts those so far.

    A reader that ends its process ends all of this.
    """
    outcomes, ask = Counter(), partial(_round, folder, min(inputs, ROUND))
    with ProcessPoolExecutor() as pool, suppress(KeyboardInterrupt):
        for found in pool.map(ask, range(-(-inputs // ROUND))):
            outcomes += found
            print(f"{outcomes.total():,} tried: {dict(outcomes)}", flush=True)
    survived = outcomes["read"] + outcomes["refused"]
    name = "mutated files and requests, read or refused in a line"
    return name, outcomes.total(), survived, ""


def _round(folder: Path, inputs: int, seed: int) -> Counter:
    targets = _targets(folder / f"{os.getpid()}")
    shares = targets.shares(inputs).items()
    return sum((fuzz(targets, name, seed, n) for name, n in shares), Counter())


_targets = cache(Targets)  # of each process


def bombs(folder: Path) -> list[Row]:
    """Give commands files that ask for more than they may have."""
    text = folder / "classes"
    text.mkdir()
    (text / "train-images-idx3-ubyte").write_bytes(
        corrupt_files.idx(corrupt_files.IMAGES)
    )
    with (text / "classes.txt").open("wb") as file:
        file.truncate(3 * 2**30)
    manifest = folder / "manifest"
    manifest.mkdir()
    rows = "{}," * (limits.MANIFEST // 3 - 100)
    (manifest / "manifest.json").write_text(f'{{"digitgan":"1","x":[{rows}0]}}')
    photo, side = folder / "photo.png", int(limits.PHOTO_PIXELS**0.5)
    Image.new("RGBA", (side, side)).save(photo)
    network = folder / "network"
    network.mkdir()
    (network / "generator.onnx").write_bytes(doubled_texts())
    sums = {"generator.onnx": hashlib.sha256(doubled_texts()).hexdigest()}
    card = corrupt_files.CARD | {"sha256": sums, "conditions": {}, "classes": []}
    (network / "model.json").write_text(json.dumps(card))
    pipe = folder / "pipe.jpg"
    os.mkfifo(pipe)
    packed = folder / "digits.gz"
    with gzip.open(packed, "wb", 1) as file:
        file.write(struct.pack(">4B3I", 0, 0, 8, 3, PACKED, 28, 28))
        for _ in range(PACKED // 1000):
            file.write(bytes(range(196)) * 4000)
    columns = folder / "columns.parquet"
    column = pa.array(np.zeros(10**7, "i8"))
    parquet.write_table(pa.table({f"{i}": column for i in range(17)}), columns)
    greys = folder / "greys.tif"
    Image.new("F", (side, side)).save(greys, compression="tiff_lzw")
    asked = {
        "1 GiB of digits, gzipped": ("inspect", packed),
        "1.3 GiB of columns, as Parquet": ("inspect", columns),
        "100 megapixels of floats": ("sheet", "--read", greys, "-o", folder / "x"),
        "a `classes.txt` of 3 GiB": ("inspect", text),
        f"a manifest of {limits.MANIFEST >> 20} MiB": ("dataset", "--verify", manifest),
        "a photograph of 100 megapixels": (
            "sheet",
            "--read",
            photo,
            "-o",
            folder / "x",
        ),
        "a network that doubles texts": ("generate", "7", "--model", network),
        "a pipe as a photograph": ("sheet", "--read", pipe, "-o", folder / "x"),
    }
    found = []
    for name, arguments in asked.items():
        code, lines, memory = command(*arguments)
        survived = int(code == 2 and len(lines) == 1)
        found.append((f"{name}, refused in a line", 1, survived, f"{memory} MB"))
    return found


def doubled_texts() -> bytes:
    """Return a network that doubles a text of a megabyte forty times."""
    from onnx import TensorProto, helper

    names = [f"s{i}" for i in range(41)]
    pairs = zip(names, names[1:], strict=False)
    nodes = [helper.make_node("StringConcat", [a, a], [b]) for a, b in pairs]
    text = helper.make_tensor("s0", TensorProto.STRING, [1], [b"x" * 10**6])
    end = helper.make_tensor_value_info(names[-1], TensorProto.STRING, [1])
    graph = helper.make_graph(nodes, "doubled", [], [end], [text])
    return helper.make_model(graph).SerializeToString()
