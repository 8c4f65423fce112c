"""Throw nearly valid files and wishes at everything that reads them.

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
import tracemalloc
import warnings
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import hostile
import hypothesis
import numpy as np
from hostile import CARD, CLASSES, IMAGES, LABELS, STYLES, altered, changed, promising
from hypothesis import strategies as st

from digitgan.data import readers
from digitgan.errors import InputError
from digitgan.generation import manifest, texts
from digitgan.generation.sampler import Sampler
from digitgan.generation.styles import Styles
from digitgan.serving import parameters
from digitgan.serving.problems import Problem
from digitgan.training.checkpoint import Checkpoints, _digest
from digitgan.training.run import Run

MOST_MEMORY = 2**26  # bytes that reading a file of some kilobytes may take
LONGEST_LINE = 2000


class Targets:
    """Everything that reads, each with what is thrown at it.

    A method named ``read_*`` takes one input; ``strategies`` has what makes it.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("pictures/ace", "model", "run/checkpoint", "set", "part/.shards"):
            (folder / name).mkdir(parents=True)
        (folder / "pictures" / "ace" / "good.png").write_bytes(hostile.picture("PNG"))
        (folder / "model" / "generator.onnx").write_bytes(hostile.network())
        np.savez(folder / "model" / "styles.npz", **STYLES)
        (folder / "train-labels-idx1-ubyte").write_bytes(hostile.idx(LABELS))
        spec = json.dumps(hostile.stored_spec().to_dict())
        (folder / "part" / ".shards" / "spec.json").write_text(spec)
        self.gan = _game()
        model = SimpleNamespace(classes=CLASSES, limits={"slant": (-31.4, 40.6)})
        self.known = {"numbers": parameters.for_numbers(model)}
        self.known["digits"] = parameters.for_digits(model)
        self.strategies = self._strategies()

    def _strategies(self) -> dict[str, st.SearchStrategy]:
        known = {"x": IMAGES, "y": LABELS}
        keras = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES}
        card = CARD | {"sha256": _sums(self.folder / "model")}
        state = self._checkpoint()
        manifest_ = hostile.stored_manifest()
        few = [hostile.idx(IMAGES), hostile.idx(LABELS), hostile.idx(IMAGES[:, 1:])]
        signs = st.text("0123456789dmyh#-/.:, x", max_size=40)
        pairs = st.tuples(
            st.sampled_from(["text", "labels", "n", "seed", "slant", "spacing", "ink"])
            | st.text(max_size=8),
            st.text("0123456789+-.eE,_ \n", max_size=30) | st.text(max_size=30),
        )
        body = {"text": "12/05", "seed": 7, "slant": 3.5, "spacing": [0, 4]}
        return {
            "idx": changed(few),
            "gzip": changed([gzip.compress(one, mtime=0) for one in few]),
            "npz": changed([hostile.npz(known), hostile.packed(keras)])
            | promising(known),
            "pictures": changed(
                [hostile.picture(f) for f in ("PNG", "GIF", "BMP", "JPEG")]
            ),
            "styles": promising(STYLES) | changed([hostile.packed(STYLES)]),
            "model": altered(card),
            "manifest": altered(manifest_),
            "receipt": altered(manifest_["shards"][0]),
            "config": altered(hostile.stored_config()),
            "checkpoint": changed([hostile.npz(state)])
            | promising(state)
            | _other_checkpoints(state),
            "table": changed(
                [b"epoch,step,seconds,d_loss\n0.1,1,0.5,0.7\n0.2,2,1,0.6\n"]
            ),
            "wish": st.fixed_dictionaries(
                {},
                optional={
                    "kind": st.sampled_from(["digits", "numbers", "scenes"]) | signs,
                    "format": st.sampled_from(["idx", "png", "coco"]) | signs,
                    "count": st.integers(),
                    "seed": st.integers(),
                    "split": signs,
                    "labels": signs,
                    "length": signs,
                    "pattern": signs,
                    "shard_size": st.integers(),
                },
            ),
            "pattern": signs | st.text(max_size=40),
            "url": st.lists(pairs, max_size=4),
            "json": altered(body),
        }

    def read_idx(self, content: bytes) -> None:
        path = self._put("train-images-idx3-ubyte", content)
        readers.read(path)

    def read_gzip(self, content: bytes) -> None:
        readers.read(self._put("images.gz", content))

    def read_npz(self, content: bytes) -> None:
        readers.read(self._put("digits.npz", content))

    def read_pictures(self, content: bytes) -> None:
        self._put("pictures/ace/other.png", content)
        readers.read(self.folder / "pictures")

    def read_styles(self, content: bytes) -> None:
        styles = Styles(self._put("styles.npz", content), 10)
        drawn = styles.draw(np.arange(10))
        assert all(np.isfinite(v).all() for v in drawn.values())

    def read_model(self, content: bytes) -> None:
        self._put("model/model.json", content)
        model = Sampler(self.folder / "model", threads=1)
        assert model.sample(n=2).shape == (2, 28, 28)
        parameters.for_digits(model)

    def read_manifest(self, content: bytes) -> None:
        self._put("set/manifest.json", content)
        manifest.read_state(self.folder / "set")

    def read_receipt(self, content: bytes) -> None:
        self._put("part/.shards/0.json", content)
        manifest.read_state(self.folder / "part")

    def read_config(self, content: bytes) -> None:
        self._put("run/config.json", content)
        assert Run.open(self.folder / "run").config.command

    def read_checkpoint(self, content: bytes) -> None:
        self._put("run/checkpoint/step_000000007.npz", content)
        Checkpoints(self.folder / "run" / "checkpoint").restore(self.gan)

    def read_table(self, content: bytes) -> None:
        self._put("run/log.csv", content)
        Run(self.folder / "run", None).log  # noqa: B018 - a property that reads

    def read_wish(self, wish: dict) -> None:
        hostile.stored_spec(**wish)

    def read_pattern(self, pattern: str) -> None:
        texts.parse(pattern)

    def read_url(self, pairs: list) -> None:
        asked = parameters.from_url(self.known["numbers"], pairs)
        parameters.check_page(asked)

    def read_json(self, body: bytes) -> None:
        asked = parameters.from_json(self.known["numbers"], body)
        parameters.check_page(asked)

    def _put(self, name: str, content: bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        return path

    def _checkpoint(self) -> dict[str, np.ndarray]:
        folder = self.folder / "run" / "checkpoint"
        arrays = {"0000": np.ones((3, 2), "f4"), "0001": np.zeros(2, "f4")}
        progress = {"step": 7, "seconds": 1.5, "rollbacks": 0}
        content = {k: np.asarray(v) for k, v in progress.items()} | arrays
        assert folder.is_dir()
        return {"sha256": np.asarray(_digest(content)), **content}


def _game() -> SimpleNamespace:
    """Return as much of a game as its checkpoints see."""
    import keras

    variables = [
        keras.Variable(np.ones((3, 2), "f4")),
        keras.Variable(np.zeros(2, "f4")),
    ]
    optimizer = SimpleNamespace(variables=variables[1:])
    return SimpleNamespace(
        variables=variables[:1], optimizer=optimizer, metrics_variables=[]
    )


def _other_checkpoints(state: dict) -> st.SearchStrategy[bytes]:
    """Return checkpoints whose sum is right and whose content is another's."""
    arrays = st.sampled_from(
        [
            *state.values(),
            np.zeros((2, 3)),
            np.array("x"),
            np.array(-1),
            np.array(np.nan),
        ]
    )
    names = [name for name in state if name != "sha256"]

    def build(content: dict) -> bytes:
        return hostile.npz(content | {"sha256": np.asarray(_digest(content))})

    return st.fixed_dictionaries(
        {},
        optional={
            name: st.just(state[name]) | arrays
            for name in [*names, "0002"]
            if name in state
        },
    ).map(build)


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


def fuzz(targets: Targets, name: str, inputs: int, seed: int) -> Counter:
    """Throw so many inputs at a target; return how they ended."""
    read, outcomes = getattr(targets, f"read_{name}"), Counter()

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=inputs,
        database=None,
        deadline=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(targets.strategies[name])
    def throw(content):
        outcomes[check(read, content)] += 1

    tracemalloc.start()
    try:
        throw()
    finally:
        tracemalloc.stop()
    return outcomes


def main() -> None:
    """Fuzz every target and print how many inputs each had."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--inputs", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", help="one target")
    asked = parser.parse_args()
    total = Counter()
    with tempfile.TemporaryDirectory() as folder:
        targets = Targets(Path(folder))
        names = [asked.only] if asked.only else list(targets.strategies)
        for name in names:
            began = time.perf_counter()
            share = -(-asked.inputs // len(names))
            outcomes = fuzz(targets, name, share, asked.seed)
            seconds = time.perf_counter() - began
            total += outcomes
            print(
                f"{name:12}{outcomes.total():9,} inputs, {outcomes['read']:7,} read, "
                f"{outcomes['refused']:7,} refused, {seconds:6.1f} s",
                flush=True,
            )
    print(f"{'in all':12}{total.total():9,} inputs, none ended otherwise")


if __name__ == "__main__":
    main()
