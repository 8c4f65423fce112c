"""Throw nearly valid files and requests at everything that reads them.

What is read either works or is refused in one line, without a warning and within a
bound of memory:

    python tests/fuzz.py --inputs 200000
"""

import argparse
import gzip
import hashlib
import json
import tempfile
import time
import traceback
import tracemalloc
import warnings
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from random import Random
from types import SimpleNamespace

import corrupt_files
import numpy as np
from corrupt_files import (
    CARD,
    IMAGES,
    LABELS,
    SIZES,
    STYLES,
    altered_json,
    corrupted,
    npz_of_any_header,
)

from digitgan import limits, untrusted
from digitgan.data.load import load_dataset
from digitgan.data.sheet.photo import flatten_pages
from digitgan.datasets import pattern
from digitgan.datasets.folder import read_state
from digitgan.errors import InputError
from digitgan.handwriting.model import load
from digitgan.npz import parse_arrays
from digitgan.random_streams import draw_uniforms
from digitgan.sampling.styles import STYLE_ARRAYS, StyleTable
from digitgan.serving.api_route import parse_json
from digitgan.serving.problems import Problem
from digitgan.serving.request_models import from_url, unique
from digitgan.serving.routes.digits import Digits
from digitgan.serving.routes.numbers import DEFAULT_HEIGHT, Numbers, check_area
from digitgan.serving.runs import Runs, sheet_digits
from digitgan.training.adapt import _check_weights
from digitgan.training.checkpoint import Checkpoints, _digest, snapshot
from digitgan.training.run import Run

MOST_MEMORY = 2**27  # bytes: eight for each pixel of the largest picture
LONGEST_LINE = 2000
COSTLY = {"gan_file": 10, "photo": 3}  # how long one takes, in those of others
SIGNS = "0123456789dmyh#-/.:, x"
WORDS = ("kind", "format")
TABLES = [b"epoch,step,seconds,d_loss\n0.1,1,0.5,0.7\n0.2,2,1,0.6\n"]
BODY = {"text": "12/05", "seed": 7, "slant": 3.5, "spacing": [0, 4], "height": 40}
PROGRESS = {"step": 7, "seconds": 1.5, "rollbacks": 0}
ARRAYS = [np.zeros((2, 3)), np.array("x"), np.array(-1), np.array(np.nan)]
ARRAYS += [np.array(2**63, "u8"), np.ones(2), np.ones((3, 2), "c8")]


class Targets:
    """Everything that reads: ``read_NAME`` takes an input, ``make_NAME`` makes one."""

    def __init__(self, folder: Path):
        """Lay out valid files in a folder; inputs take the place of some."""
        self.folder = folder
        names = ["pictures/ace", "model", "run/checkpoint", "sheets/samples", "set"]
        names += ["part/.shards", "tables", "flat", "coco/annotations", "coco/images"]
        for name in [*names, "yolo/images/train", "yolo/labels/train"]:
            (folder / name).mkdir(parents=True)
        pages = ("coco/images/0.png", "yolo/images/train/0.png")
        for name in ("pictures/ace/good.png", "flat/0.png", "flat/1.png", *pages):
            self._put(name, corrupt_files.picture("PNG"))
        self._put("yolo/data.yaml", b"names: ['3', '7']\n")
        self._put("train-labels-idx1-ubyte", corrupt_files.idx(LABELS))
        self._put("model/generator.onnx", corrupt_files.network())
        self._put("model/styles.npz", corrupt_files.compressed_npz(STYLES))
        spec = json.dumps(asdict(corrupt_files.stored_spec()))
        self._put("part/.shards/spec.json", spec.encode())
        self.gan, self.runs = _small_gan(), Runs(folder)
        self.numbers, self.digits = Numbers, Digits
        self.card = CARD | {"sha256": _sums(folder / "model")}
        self.manifest, self.config = (
            corrupt_files.stored_manifest(),
            corrupt_files.stored_config(),
        )
        self.idx = [corrupt_files.idx(x) for x in (IMAGES, LABELS, IMAGES[:, 1:])]
        self.gzip = [gzip.compress(one, mtime=0) for one in self.idx]
        self.pictures = [
            corrupt_files.picture(f) for f in ("PNG", "GIF", "BMP", "JPEG")
        ]

        self._put("sheets/config.json", json.dumps(self.config).encode())
        self.sheets = [corrupt_files.sheet()]
        self.photos, self.gan_file = corrupt_files.photos(), corrupt_files.keras_file()
        self.tables, self.databases = corrupt_files.tables(), corrupt_files.arrow()
        self.matlab, self.archives = corrupt_files.matlab(), corrupt_files.archives()

    @property
    def names(self) -> list[str]:
        """The name of every target."""
        return [n.removeprefix("read_") for n in dir(self) if n.startswith("read_")]

    def shares(self, inputs: int) -> dict[str, int]:
        """Return how many of so many inputs each target gets, at least."""
        weights = {name: 1 / COSTLY.get(name, 1) for name in self.names}
        whole = sum(weights.values())
        return {n: -int(-inputs * w // whole) for n, w in weights.items()}

    def make_idx(self, rng: Random) -> bytes:
        return corrupted(rng, self.idx)

    def make_gzip(self, rng: Random) -> bytes:
        if rng.random() < 0.5:
            return gzip.compress(corrupted(rng, self.idx), 1, mtime=0)
        return corrupted(rng, self.gzip)

    def make_npz(self, rng: Random) -> bytes:
        ends = rng.choice(["", "_train"])
        return npz_of_any_header(rng, {f"x{ends}": IMAGES, f"y{ends}": LABELS})

    def make_pictures(self, rng: Random) -> bytes:
        return corrupted(rng, self.pictures)

    def make_csv(self, rng: Random) -> bytes:
        return corrupted(rng, self.tables)

    def make_arrow(self, rng: Random) -> bytes:
        return corrupted(rng, self.databases)

    def make_matlab(self, rng: Random) -> bytes:
        return corrupted(rng, self.matlab)

    def make_archive(self, rng: Random) -> bytes:
        return corrupted(rng, self.archives)

    def make_metadata(self, rng: Random) -> bytes:
        return corrupted(rng, corrupt_files.METADATA)

    def make_styles(self, rng: Random) -> bytes:
        return npz_of_any_header(rng, STYLES)

    def make_model(self, rng: Random) -> bytes:
        return altered_json(rng, self.card)

    def make_manifest(self, rng: Random) -> bytes:
        return altered_json(rng, self.manifest)

    def make_record(self, rng: Random) -> bytes:
        return altered_json(rng, self.manifest["shards"][0])

    def make_config(self, rng: Random) -> bytes:
        return altered_json(rng, self.config)

    def make_checkpoint(self, rng: Random) -> bytes:
        content = {k: np.asarray(v) for k, v in PROGRESS.items()} | snapshot(self.gan)
        for name in rng.sample([*content, "another"], rng.randrange(3)):
            content[name] = rng.choice(ARRAYS)
        if rng.random() < 0.2:
            content.pop(rng.choice(list(content)))
        content["sha256"] = np.asarray(_digest(content))
        if rng.random() < 0.3:
            return corrupt_files.npz(content)
        return npz_of_any_header(rng, content)

    def make_table(self, rng: Random) -> bytes:
        return corrupted(rng, TABLES)

    def make_sheet(self, rng: Random) -> bytes:
        return corrupted(rng, self.sheets)

    def make_photo(self, rng: Random) -> bytes:
        return corrupted(rng, self.photos[rng.random() < 0.1])

    def make_coco(self, rng: Random) -> bytes:
        return altered_json(rng, corrupt_files.COCO)

    def make_yolo(self, rng: Random) -> bytes:
        return corrupted(rng, [b"0 0.5 0.5 0.9 0.9\n1 0.2 0.3 0.4 0.5\n"])

    def make_gan_file(self, rng: Random) -> bytes:
        return corrupt_files.altered_keras_file(rng, self.gan_file)

    def make_request(self, rng: Random) -> dict:
        usual = {
            "kind": ["digits", "numbers", "scenes"],
            "format": ["idx", "png", "coco"],
        }
        usual |= {name: SIZES for name in ("count", "seed", "shard_size")}
        names = rng.sample([*usual, "split", "labels", "length", "pattern"], 3)
        return {
            name: rng.choice(usual[name])
            if name in usual and (name not in WORDS or rng.random() < 0.8)
            else corrupt_files.random_text(rng, 40, SIGNS)
            for name in names
        }

    def make_pattern(self, rng: Random) -> str:
        return corrupt_files.random_text(rng, 40, SIGNS)

    def make_url(self, rng: Random) -> list[tuple[str, str]]:
        names = [*self.numbers.model_fields, *self.digits.model_fields]
        pairs = [("text", "12/05")]
        for _ in range(rng.randrange(3)):
            name = (
                rng.choice(names)
                if rng.random() < 0.95
                else corrupt_files.random_text(rng, 8)
            )
            value = corrupt_files.random_text(
                rng, rng.choice([2, 30]), "0123456789+-.eE,_ \n"
            )
            pairs.append((name, value))
        return pairs

    def make_json(self, rng: Random) -> bytes:
        return altered_json(rng, BODY)

    def read_idx(self, content: bytes) -> None:
        path = self._put("train-images-idx3-ubyte", content)
        load_dataset(path)

    def read_gzip(self, content: bytes) -> None:
        load_dataset(self._put("images.gz", content))

    def read_npz(self, content: bytes) -> None:
        load_dataset(self._put("digits.npz", content))

    def read_pictures(self, content: bytes) -> None:
        self._put("pictures/ace/other.png", content)
        load_dataset(self.folder / "pictures")

    def read_csv(self, content: bytes) -> None:
        load_dataset(self._put("tables/digits.csv", content))

    def read_arrow(self, content: bytes) -> None:
        load_dataset(self._put("tables/digits.arrow", content))

    def read_matlab(self, content: bytes) -> None:
        load_dataset(self._put("tables/digits.mat", content))

    def read_archive(self, content: bytes) -> None:
        load_dataset(self._put("tables/digits.tar", content))

    def read_metadata(self, content: bytes) -> None:
        self._put("flat/labels.csv", content)
        load_dataset(self.folder / "flat")

    def read_styles(self, content: bytes) -> None:
        path = self._put("styles.npz", content)
        with untrusted.as_input_errors("model", path):
            arrays = parse_arrays(content, STYLE_ARRAYS, limits.STYLES)
            styles = StyleTable(arrays, 10)
        drawn = styles.draw(np.arange(10), draw_uniforms(10, 3))
        assert all(np.isfinite(v).all() for v in drawn.values())

    def read_model(self, content: bytes) -> None:
        self._put("model/model.json", content)
        model = load(self.folder / "model", threads=1)
        assert model.sample(n=2).shape == (2, 28, 28)

    def read_manifest(self, content: bytes) -> None:
        self._put("set/manifest.json", content)
        read_state(self.folder / "set")

    def read_record(self, content: bytes) -> None:
        self._put("part/.shards/0.json", content)
        read_state(self.folder / "part")

    def read_config(self, content: bytes) -> None:
        self._put("run/config.json", content)
        assert Run.open(self.folder / "run").config.command

    def read_checkpoint(self, content: bytes) -> None:
        self._put("run/checkpoint/step_000000007.npz", content)
        Checkpoints(self.folder / "run" / "checkpoint").restore(self.gan)

    def read_table(self, content: bytes) -> None:
        self._put("run/log.csv", content)
        Run(self.folder / "run", None).read_log()

    def read_sheet(self, content: bytes) -> None:
        self._put("sheets/samples/epoch_0001.png", content)
        self.runs.read("sheets", lambda run: sheet_digits(run, 1))

    def read_photo(self, content: bytes) -> None:
        assert all(page.any() for page in flatten_pages(self._put("photo", content)))

    def read_coco(self, content: bytes) -> None:
        self._put("coco/annotations/instances_train.json", content)
        load_dataset(self.folder / "coco")

    def read_yolo(self, content: bytes) -> None:
        self._put("yolo/labels/train/0.txt", content)
        load_dataset(self.folder / "yolo")

    def read_gan_file(self, content: bytes) -> None:
        path = self._put("gan.keras", content)
        with untrusted.as_input_errors("model", path):
            _check_weights(path)

    def read_request(self, options: dict) -> None:
        corrupt_files.stored_spec(**options)

    def read_pattern(self, content: str) -> None:
        pattern.parse(content)

    def read_url(self, pairs: list) -> None:
        query = unique(pairs)
        of_digits = query.keys() & {"labels", "digit", "n", "one_hand"}
        fields = self.digits if of_digits else self.numbers
        self._check_numbers(fields.model_validate(from_url(fields)(query)))

    def read_json(self, body: bytes) -> None:
        self._check_numbers(self.numbers.model_validate(parse_json(body)))

    @staticmethod
    def _check_numbers(fields) -> None:
        given = {"height": DEFAULT_HEIGHT} | fields.model_dump(exclude_unset=True)
        if "text" in given:
            check_area(given)

    def _put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path


def _small_gan() -> SimpleNamespace:
    """Return as much of a GAN as its checkpoints see."""
    import keras

    def player():
        layers = [keras.Input((3,)), keras.layers.Dense(2, name="dense")]
        return keras.Sequential(layers)

    players = [player() for _ in range(3)]
    steps, random = keras.Variable(0.0), keras.random.SeedGenerator(0)
    return SimpleNamespace(
        **dict(
            zip(("generator", "discriminator", "ema_generator"), players, strict=True)
        ),
        steps=steps,
        random=random,
        optimizer=SimpleNamespace(variables=[]),
        metrics=[],
        metrics_variables=[],
        variables=[steps, random.state, *(v for p in players for v in p.variables)],
    )


def _sums(folder: Path) -> dict[str, str]:
    names = ("generator.onnx", "styles.npz")
    return {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in names}


def check(read, content) -> str:
    """Read one input; return whether it was ``read`` or ``refused``."""
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    outcome = "read"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read(content)
        except (InputError, Problem) as error:
            outcome, line = "refused", str(error)
            assert line.strip() and len(line.splitlines()) == 1, line
            assert len(line) <= LONGEST_LINE, line
            if isinstance(error, Problem):
                assert error.response().body
    assert tracemalloc.get_traced_memory()[1] - before < MOST_MEMORY
    return outcome


def fuzz(targets: Targets, name: str, seed: int, inputs: int) -> Counter:
    """Throw the inputs of a seed at a target; return how they ended.

    What escaped is printed, with what brings it back.
    """
    read, make = getattr(targets, f"read_{name}"), getattr(targets, f"make_{name}")
    outcomes = Counter()
    tracemalloc.start()
    try:
        for number in range(inputs):
            content = make(Random(f"{name} {seed} {number}"))
            try:
                outcomes[check(read, content)] += 1
            except Exception:
                outcomes["escaped"] += 1
                traceback.print_exc()
                print(f"{name}, seed {seed}, input {number}: {content!r}"[:3000])
    finally:
        tracemalloc.stop()
    return outcomes


def main() -> None:
    """Fuzz every target and print how many inputs each had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="the share of one target")
    asked = parser.parse_args()
    total = Counter()
    with tempfile.TemporaryDirectory() as folder:
        targets = Targets(Path(folder))
        shares = targets.shares(asked.inputs)
        for name, share in shares.items():
            if asked.only not in (None, name):
                continue
            began = time.process_time()
            outcomes = fuzz(targets, name, asked.seed, share)
            seconds = time.process_time() - began
            total += outcomes
            print(
                f"{name:12}{outcomes.total():9,} inputs, {outcomes['read']:7,} read, "
                f"{outcomes['refused']:7,} refused, {seconds:6.1f} s of processor time",
                flush=True,
            )
    escaped = total["escaped"]
    print(f"{'in all':12}{total.total():9,} inputs, {escaped:,} ended otherwise")


if __name__ == "__main__":
    main()
