"""What every test may use: the tiers, and the real MNIST, loaded once.

``python -m pytest`` runs what is quick and stays in this process; ``--all`` adds the
tests marked ``process``, ``browser`` and ``learns``; ``--slow`` adds those of minutes.
A tier that is run needs what it needs: without Chromium or node it fails, not skips.
"""

import logging
import os
import shutil
import signal
from dataclasses import replace

import numpy as np
import pytest
from model_folders import make_blocks_model

from digitgan.data.dataset import Dataset
from digitgan.data.load import load_dataset
from digitgan.evaluation.evaluate import evaluate
from digitgan.evaluation.metrics import networks

# Two tests run at a time: threads beyond their cores would only wait for one another.
# And what JAX compiles runs for a moment: to optimise it costs more than it gives.
os.environ |= {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1"}
os.environ["XLA_FLAGS"] = "--xla_backend_optimization_level=0"

pytest_plugins = ["browser"]  # fixtures of the tests in a browser
LATER = ("process", "browser", "learns", "slow")

# Shells start what runs in the background deaf to Ctrl-C, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="all but the tests of minutes")
    parser.addoption("--slow", action="store_true", help="all of them")


def pytest_ignore_collect(collection_path, config):
    """Leave out what already takes seconds to import, where no test of it is to run."""
    later = config.getoption("--all") or config.getoption("--slow")
    if collection_path.name == "test_serving_contract.py":
        return None if later or config.option.markexpr else True
    return None


def pytest_collection_modifyitems(config, items):
    """Leave the later tiers out, unless they are asked for; the longest files first."""
    if len({item.nodeid for item in items}) < len(items):
        raise pytest.UsageError("two tests have one id, of which xdist would run one")
    # A file is one worker's: begun last, a long one would let the other worker wait.
    longest = {item.path for item in items if "learns" in item.keywords}
    items.sort(key=lambda item: item.path not in longest)
    if config.getoption("--slow") or config.option.markexpr:
        return
    later = LATER[-1:] if config.getoption("--all") else LATER
    left_out = [item for item in items if any(name in item.keywords for name in later)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(autouse=True)
def same_log():
    """Undo what a command that runs in this process does to the log."""
    logger = logging.getLogger("digitgan")
    level, propagate, handlers = logger.level, logger.propagate, logger.handlers
    yield
    logger.setLevel(level)
    logger.propagate, logger.handlers = propagate, handlers


@pytest.fixture(scope="session")
def chromium():
    """The path of the browser that pages are tested in."""
    return _program("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def node():
    """The path of node, which runs the JavaScript outside a browser."""
    return _program("node")


@pytest.fixture(scope="session")
def qemu():
    """The path of the emulator that plays other processors."""
    return _program("qemu-x86_64")


def _program(*names):
    found = next(filter(None, map(shutil.which, names)), None)
    assert found, f"{names[0]} is not installed, and this test is about it"
    return found


@pytest.fixture(scope="session")
def mnist():
    """The whole of MNIST, or the 5,000 digits to be had without any network."""
    return load_dataset("mnist")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory):
    """Return the folder of a model that is there, and draws, in a moment."""
    return make_blocks_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def few(mnist, tmp_path_factory):
    """Return a file of 1,000 real digits: an epoch takes a moment."""
    path = tmp_path_factory.mktemp("data") / "few.npz"
    some = mnist.train[:1000]
    np.savez(path, x=some.images, y=some.labels)
    return path


@pytest.fixture(scope="session")
def small_mnist(mnist):
    """A few thousand real digits in the place of MNIST: comparing takes a moment."""
    rows = np.random.default_rng(0).permutation(len(mnist.train))[:5000]
    test = mnist.test[:1000]
    return Dataset(mnist.train[rows], test, mnist.classes, "some of MNIST")


@pytest.fixture(scope="session")
def small_card(small_mnist):
    """The scorecard of 500 of those digits: copies; its networks learn but shortly."""
    digits = small_mnist.train[:500]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "STEPS", 40)
        return evaluate(digits.images, digits.labels, data=small_mnist)


@pytest.fixture(scope="session")
def trained_run(mnist, tmp_path_factory):
    """A finished run of two epochs, to be looked at; tests that change it copy it.

    Its data has a test part, so that it has a scorecard, too.
    """
    pytest.importorskip("keras")
    from digitgan.training.train import train

    folder = tmp_path_factory.mktemp("trained")
    train_part, test_part = mnist.train[:1000], mnist.train[1000:2000]
    np.savez(
        folder / "digits.npz",
        x_train=train_part.images,
        y_train=train_part.labels,
        x_test=test_part.images,
        y_test=test_part.labels,
    )
    return train("tiny", folder / "digits.npz", epochs=2, out=folder / "run")


@pytest.fixture
def run_copy(trained_run, tmp_path):
    """A copy of the finished run, to be changed."""
    return replace(
        trained_run, folder=shutil.copytree(trained_run.folder, tmp_path / "run")
    )
