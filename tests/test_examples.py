"""The examples run, on little data."""

import subprocess
import sys
from pathlib import Path

import pytest

from digitgan.datasets.make import make_dataset
from digitgan.handwriting.model import SHIPPED

EXAMPLES = Path(__file__).parent.parent / "examples"

pytestmark = pytest.mark.skipif(not SHIPPED.is_dir(), reason="no model is shipped")


def said(name, *words, cwd):
    """Run an example and return the shares that it prints."""
    code = [sys.executable, EXAMPLES / name, *map(str, words)]
    output = subprocess.check_output(code, cwd=cwd, text=True)
    lines = [line for line in output.splitlines() if "read rightly" in line]
    return [float(line.split("%")[0]) for line in lines]


def test_a_script_for_mnist_reads_ours(tmp_path):
    make_dataset(tmp_path / "a", count=1200, split=(1000, 0, 200))
    (share,) = said("drop_in_mnist.py", tmp_path / "a", cwd=tmp_path)
    assert share > 80


@pytest.mark.slow
def test_a_reader_of_made_numbers_reads_others(tmp_path):
    pytest.importorskip("keras")
    (share,) = said("read_numbers.py", 3000, cwd=tmp_path)
    assert share > 70


@pytest.mark.slow
def test_a_reader_of_made_digits_reads_real_ones(tmp_path):
    pytest.importorskip("keras")
    made, real = said("train_classifier.py", 4000, cwd=tmp_path)
    assert made > 85 and real > 80
