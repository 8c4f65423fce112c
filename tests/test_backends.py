"""One source, three backends: the same losses, the same steps, exact resume."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.process
SCRIPT = Path(__file__).parent / "backend_mechanics.py"
BACKENDS = ("tensorflow", "jax", "torch")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run the script on a backend, once, and return what it measured."""
    done = {}

    def run(backend):
        if importlib.util.find_spec(backend) is None:
            pytest.skip(f"{backend} is not installed")
        if backend not in done:
            file = tmp_path_factory.mktemp(backend) / "results.npz"
            environment = {**os.environ, "KERAS_BACKEND": backend}
            environment["DIGITGAN_CACHE"] = str(file.parent)
            process = subprocess.run(
                [sys.executable, str(SCRIPT), str(file)],
                env=environment,
                capture_output=True,
                text=True,
                timeout=600,
            )
            assert process.returncode == 0, process.stderr[-3000:]
            done[backend] = dict(np.load(file))
        return done[backend]

    return run


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_loss_moves_its_own_player_alone(results, backend):
    values = results(backend)
    assert not values["d_alone/g"].any()
    assert not values["g_alone/d"].any()
    assert np.abs(values["d_alone/d"]).max() > 1e-3
    assert np.abs(values["g_alone/g"]).max() > 1e-4
    np.testing.assert_allclose(
        values["cross_entropy/d"], values["d_alone/d"], rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(
        values["cross_entropy/g"], values["g_alone/g"], rtol=1e-4, atol=1e-6
    )


@pytest.mark.parametrize("backend", BACKENDS[1:])
@pytest.mark.parametrize("objective", ["cross_entropy", "relativistic"])
def test_backends_agree_on_losses_and_steps(results, backend, objective):
    tensorflow, other = results("tensorflow"), results(backend)
    for what in ("losses", "g", "d", "ema"):
        name = f"{objective}/{what}"
        np.testing.assert_allclose(other[name], tensorflow[name], rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_resume_is_exact_and_the_export_agrees(results, backend):
    values = results(backend)
    assert values["unequal"].tolist() == []
    assert values["grey_levels"] < 4  # the mean; its large layers have 8 bits


def test_on_jax_an_export_is_compared_with_all_bits(results):
    """A GPU's default leaves some out, and then whole greys differ."""
    assert results("jax")["precision"] == "highest"
