"""A short fuzz run of every reader; with ``--slow`` the long one."""

import pytest
from fuzz import COSTLY, Targets, fuzz

TARGETS = [name.removeprefix("read_") for name in dir(Targets) if "read_" in name]
SHORT, LONG = 150, 200_000


@pytest.fixture(scope="module")
def targets(tmp_path_factory):
    return Targets(tmp_path_factory.mktemp("fuzz"))


@pytest.mark.parametrize("name", TARGETS)
def test_read_or_refused_in_one_line(targets, name):
    outcomes = fuzz(targets, name, seed=1, inputs=SHORT // COSTLY.get(name, 1))
    assert outcomes["read"] and outcomes["refused"] and not outcomes["escaped"]


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_read_or_refused_for_long(targets, name):
    assert not fuzz(targets, name, seed=2, inputs=targets.shares(LONG)[name])["escaped"]
