"""One source, three backends: the same losses, the same steps, exact resume."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).parent / "backend_mechanics.py"
BACKENDS = ("tensorflow", "jax", "torch")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Play on a backend, once, and return what it did."""
    done = {}

    def play(backend):
        if importlib.util.find_spec(backend) is None:
            pytest.skip(f"{backend} is not installed")
        if backend not in done:
            file = tmp_path_factory.mktemp(backend) / "found.npz"
            environment = {**os.environ, "KERAS_BACKEND": backend}
            environment["DIGITGAN_CACHE"] = str(file.parent)
            result = subprocess.run(
                [sys.executable, str(SCRIPT), str(file)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
            )
            assert result.returncode == 0, result.stderr[-3000:]
            done[backend] = dict(np.load(file))
        return done[backend]

    return play


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_loss_moves_its_own_player_alone(played, backend):
    found = played(backend)
    assert not found["d_alone/g"].any()
    assert not found["g_alone/d"].any()
    assert np.abs(found["d_alone/d"]).max() > 1e-3
    assert np.abs(found["g_alone/g"]).max() > 1e-4
    np.testing.assert_allclose(
        found["cross_entropy/d"], found["d_alone/d"], rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        found["cross_entropy/g"], found["g_alone/g"], rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("objective", ["cross_entropy", "relativistic"])
def test_backends_agree_on_losses_and_steps(played, backend, objective):
    ours, theirs = played("tensorflow"), played(backend)
    for what in ("losses", "g", "d", "average"):
        name = f"{objective}/{what}"
        np.testing.assert_allclose(theirs[name], ours[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_resume_is_exact_and_the_export_agrees(played, backend):
    found = played(backend)
    assert found["unequal"].tolist() == []
    assert found["grey_levels"] <= 1
