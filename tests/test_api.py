"""The Python API as who knows Keras expects it: paths, arrays, callbacks, names."""

import os
import sys

import numpy as np
import pytest

import digitgan
from digitgan.data.load import load_dataset


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("digitgan.", {"load", "train", "export", "show", "Model"}),
        ("model = digitgan.load()\nmodel.", {"sample", "write", "push_to_hub"}),
        ("digitgan.load().write('7').", {"image", "boxes", "masks"}),
    ],
)
def test_an_editor_completes(typed, offered):
    jedi = pytest.importorskip("jedi")
    script = jedi.Script(f"import digitgan\n{typed}", path="example.py")
    assert offered <= {completion.name for completion in script.complete()}


def test_a_missing_package_is_named_in_a_line(monkeypatch):
    for name in [n for n in sys.modules if n.startswith("digitgan.training")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(ModuleNotFoundError, match="digitgan.train needs keras: pip"):
        digitgan.train  # noqa: B018


def test_an_unknown_setting_names_the_nearest():
    pytest.importorskip("keras")
    with pytest.raises(digitgan.InputError, match="did you mean 'penalty'"):
        digitgan.train("tiny", penalti=0)


def test_a_run_is_a_path(trained_run):
    assert os.fspath(trained_run) == str(trained_run.folder)
    model = digitgan.load(trained_run)
    assert model.sample(n=2).shape == (2, 28, 28)
    with pytest.raises(digitgan.InputError, match="has reached its goal"):
        digitgan.resume(trained_run)


def batches_of(images, labels, size):
    """Return what a tf.data.Dataset gives, without TensorFlow."""

    class Batched:
        def cardinality(self):
            return -1 if size is None else -(-len(images) // size)

        def as_numpy_iterator(self):
            for start in range(0, len(images), size):
                stop = start + size
                x, y = images[start:stop], labels[start:stop]
                yield (x, y) if size > 1 else {"image": x[0], "label": y[0]}

    return Batched()


@pytest.mark.parametrize("size", [1, 32])
def test_tf_data_is_read_as_arrays_are(mnist, size):
    part = mnist.train[:100]
    assert part.labels is not None
    data = load_dataset(batches_of(part.images, part.labels, size))
    assert np.array_equal(data.train.images, part.images)
    assert np.array_equal(data.train.labels, part.labels)


def test_tf_data_without_an_end_is_refused():
    with pytest.raises(digitgan.InputError, match="without end"):
        load_dataset(batches_of([], [], None))


def test_callbacks_are_called_and_may_stop_a_training_on_arrays(mnist, tmp_path):
    keras = pytest.importorskip("keras")
    seen = []

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            seen.append(sorted(logs))
            self.model.stop_training = len(seen) == 3

    part = mnist.train[:200]
    arrays = part.images, part.labels
    run = digitgan.train(
        "tiny",
        arrays,
        epochs=3,
        out=tmp_path / "run",
        artifacts=False,
        callbacks=[Stop()],
    )
    assert len(seen) == 3 and {"d_real", "d_fake", "d_loss", "g_loss"} <= {*seen[0]}
    assert run.config.data == "arrays"
    with pytest.raises(digitgan.InputError, match="with the same arrays"):
        digitgan.resume(run)
    digitgan.resume(run, data=arrays, epochs=1)
    assert run.read_log()[-1]["epoch"] == 1
