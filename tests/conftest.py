"""What every test may use: ``--slow`` and the real MNIST, loaded once."""

import pytest

import digitgan.data


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
    return digitgan.data.load("mnist")
