"""What the tests of data sets share: a quick model, sums of folders, the command."""

import hashlib
import sys
import time

import pytest
from model_folders import make_model

from digitgan import cli
from digitgan.datasets.spec import FORMATS

NEEDS = {"parquet": "pyarrow", "lmdb": "lmdb"}
NAMES = tuple("0123456789")
FOR_DIGITS = [name for name, kinds in FORMATS.items() if "digits" in kinds]


def needs(format):
    """Skip a test of a format whose package is not there."""
    if format in NEEDS:
        pytest.importorskip(NEEDS[format])


def sums(folder):
    """Return the SHA-256 of every file below a folder, by name."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def tiny_model(tmp_path_factory):
    """Return the folder of an untrained model that draws 40,000 digits a second."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny", "tiny", NAMES)


def run(capsys, *words):
    """Return exit code, output and error lines of ``digitgan dataset``."""
    with pytest.raises(SystemExit) as end:
        cli.main(["dataset", *map(str, words)])
    said = capsys.readouterr()
    return end.value.code or 0, said.out, said.err.splitlines()


def command(out, *words):
    """Return what runs ``digitgan dataset`` in a process of its own."""
    code = "from digitgan.cli import main; main()"
    return [sys.executable, "-c", code, "dataset", str(out), *map(str, words)]


def flags(wish):
    """Return the arguments of ``make_dataset`` as words of the command."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in wish.items()]


def whole(out):
    """Return the receipts of the shards that are whole."""
    return list((out / ".shards").glob("[0-9]*.json"))


def wait_for(true, seconds=60):
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.002)
