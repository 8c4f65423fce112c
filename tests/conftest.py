"""What every test may use: ``--slow`` and the real MNIST, loaded once."""

import signal

import numpy as np
import pytest

import digitgan.data.load

# Shells start what runs in the background deaf to Ctrl-C, and children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the tests of minutes too")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="takes minutes; run with --slow"))


@pytest.fixture(scope="session")
def mnist():
    """The whole of MNIST, or the 5,000 digits to be had without any network."""
    return digitgan.data.load.load_dataset("mnist")


@pytest.fixture(scope="session")
def few(mnist, tmp_path_factory):
    """Return a file of 1,000 real digits: an epoch takes a moment."""
    path = tmp_path_factory.mktemp("data") / "few.npz"
    some = mnist.train[:1000]
    np.savez(path, x=some.images, y=some.labels)
    return path
